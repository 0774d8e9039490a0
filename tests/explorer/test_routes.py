"""The routes: what they answer, what they refuse, and what the browser may keep."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator

import httpx
import plotly
import pytest

from explorer import routes, run_summaries
from explorer.live import HUB
from explorer.run_summaries import Summaries
from explorer.widgets import assets
from tests.fake_run import FakeRun

BAD_IDS = [
    "..",
    "%2e%2e",
    "..%2f..%2fetc",
    "%2Fetc%2Fpasswd",
    "UPPER",
    "a.b",
    "a b",
    "-a",
    "a" * 81,
    "é",
    "a%00b",
    "a%5Cb",
]
NO_GRIDS = ["step-1.png", "index.jsonl", "..%2fconfig.json", "step-00000030.png%2f..", "step-99999999.png"]


@pytest.fixture
def client(address: str, homes, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setattr(routes, "SUMMARIES", Summaries())  # nothing of another test's folder
    with httpx.Client(base_url=address, trust_env=False, timeout=10) as made:
        yield made


@pytest.fixture
def run(homes) -> FakeRun:
    made = FakeRun("a-run", home=homes.runs)
    made.rows(3)
    made.sample()
    made.measure()
    made.status("finished", message="Finished.")
    return made


@pytest.mark.parametrize("run_id", BAD_IDS)
@pytest.mark.parametrize("what", ["events", "thumbnail", "zip", "log", "samples/step-00000000.png"])
def test_a_name_that_is_no_id_is_refused(client: httpx.Client, run: FakeRun, run_id: str, what: str) -> None:
    answer = client.get(f"/api/runs/{run_id}/{what}")
    assert answer.status_code in (400, 404)
    assert answer.text and "Traceback" not in answer.text


@pytest.mark.parametrize("what", ["thumbnail", "zip", "log", "samples/step-00000000.png"])
def test_an_unknown_run_is_not_found(client: httpx.Client, what: str) -> None:
    answer = client.get(f"/api/runs/no-such-run/{what}")
    assert answer.status_code == 404
    assert answer.text == "There is no run no-such-run; it may have been deleted."


def test_the_events_of_an_unknown_run_say_that_it_is_gone_and_end(client: httpx.Client) -> None:
    answer = client.get("/api/runs/no-such-run/events")
    assert answer.status_code == 200
    assert [line for line in answer.text.splitlines() if line.startswith("event")] == ["event: deleted"]


@pytest.mark.parametrize("name", NO_GRIDS)
def test_only_grids_are_served_as_pictures(client: httpx.Client, run: FakeRun, name: str) -> None:
    assert client.get(f"/api/runs/a-run/samples/{name}").status_code == 404


def test_nothing_can_be_written(client: httpx.Client, run: FakeRun) -> None:
    for route in routes.ROUTES:
        computes = route.path.startswith(("/api/models/", "/api/plane"))  # bodies are JSON, nothing reaches the disk
        assert route.methods == {"GET", "HEAD"} or (computes and route.methods == {"POST"})
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert client.request(method, "/api/runs/a-run/log").status_code == 405


def test_a_grid_may_be_kept_for_good(client: httpx.Client, run: FakeRun) -> None:
    answer = client.get("/api/runs/a-run/samples/step-00000030.png")
    assert answer.status_code == 200 and answer.content.startswith(b"\x89PNG")
    assert "immutable" in answer.headers["cache-control"]


def test_the_thumbnail_is_the_newest_grid_and_sent_once(client: httpx.Client, run: FakeRun) -> None:
    first = client.get("/api/runs/a-run/thumbnail")
    assert first.content == run.folder.sample_path("step-00000030.png").read_bytes()
    again = client.get("/api/runs/a-run/thumbnail", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304 and not again.content
    run.rows(1)
    run.sample()
    assert client.get("/api/runs/a-run/thumbnail", headers={"if-none-match": first.headers["etag"]}).status_code == 200


def test_a_run_without_pictures_has_no_thumbnail(client: httpx.Client, homes) -> None:
    FakeRun("empty", home=homes.runs)
    assert client.get("/api/runs/empty/thumbnail").status_code == 404


def test_the_list_tells_each_run_in_a_few_words(client: httpx.Client, run: FakeRun, homes) -> None:
    FakeRun("b-run", home=homes.runs)
    for number, broken in enumerate(("{}", "[]", '{"config": 3}', "{", "")):
        (homes.runs / f"broken-{number}").mkdir()
        (homes.runs / f"broken-{number}" / "config.json").write_text(broken)
    *damaged, newest, oldest = client.get("/api/runs").json()
    assert [run["id"] for run in damaged] == [f"broken-{number}" for number in reversed(range(5))]
    assert all(run["state"] == "damaged" and run["message"].startswith("config.json") for run in damaged)
    assert (newest["id"], newest["state"], newest["thumbnail"]) == ("b-run", "queued", None)
    assert oldest["id"] == "a-run" and oldest["state"] == "finished" and oldest["preset"] == "first-digits"
    assert oldest["step"] == 30 and oldest["quality"]["floor"] == 1.14
    assert client.get("/" + oldest["thumbnail"]).status_code == 200


def test_an_unchanged_list_is_not_sent_again(client: httpx.Client, run: FakeRun, monkeypatch) -> None:
    monkeypatch.setattr("explorer.run_summaries.FRESH_S", 0.0)
    first = client.get("/api/runs")
    known = {"if-none-match": first.headers["etag"]}
    assert client.get("/api/runs", headers=known).status_code == 304
    assert client.get("/api/runs", headers={"if-none-match": "W/" + first.headers["etag"]}).status_code == 304
    run.status("finished", message="Changed.")
    assert client.get("/api/runs", headers=known).json()[0]["message"] == "Changed."
    run.folder.remove()
    assert client.get("/api/runs", headers=known).json() == []


def test_of_two_hundred_runs_only_what_has_changed_is_read_again(homes, monkeypatch) -> None:
    runs = [FakeRun(f"run-{number:03}", home=homes.runs) for number in range(200)]
    for run in runs:
        run.status("finished")
    summaries = Summaries()
    assert summaries.get()[0].count(b'"id"') == 200
    read = []
    summary = run_summaries._summary
    monkeypatch.setattr(run_summaries, "_summary", lambda folder: read.append(folder.id) or summary(folder))
    runs[7].status("stopped", message="Changed.")
    summaries._made_at = -1e9
    assert b"Changed." in summaries.get()[0] and read == ["run-007"]


def test_the_zip_holds_the_run_and_nothing_else(client: httpx.Client, run: FakeRun) -> None:
    (run.folder.path / "worker.lock").touch()
    (run.folder.path / ".status.json.1.tmp").touch()
    (run.folder.checkpoints_path / "step-00000030.safetensors").write_bytes(b"weights")
    (run.folder.path / "away").symlink_to("/etc/passwd")
    answer = client.get("/api/runs/a-run/zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="a-run.zip"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    assert set(archive.namelist()) == {
        "a-run/config.json",
        "a-run/status.json",
        "a-run/metrics.jsonl",
        "a-run/samples/index.jsonl",
        "a-run/samples/step-00000030.png",
        "a-run/checkpoints/step-00000030.safetensors",
    }
    assert archive.read("a-run/metrics.jsonl") == run.folder.metrics_path.read_bytes()


def test_the_log_is_its_end(client: httpx.Client, run: FakeRun) -> None:
    run.folder.log_path.write_text("".join(f"line {number}\n" for number in range(1000)))
    assert client.get("/api/runs/a-run/log?lines=2").text == "line 998\nline 999"
    assert len(client.get("/api/runs/a-run/log").text.splitlines()) == 200


@pytest.mark.parametrize("lines", ["0", "-1", "2001", "1e3", "", "²", "many", "9" * 30])
def test_a_bad_number_of_lines_is_refused(client: httpx.Client, run: FakeRun, lines: str) -> None:
    answer = client.get("/api/runs/a-run/log", params={"lines": lines})
    assert answer.status_code == 400 and answer.text == "lines must be a whole number from 1 to 2000."


@pytest.mark.parametrize("packing", ["gzip", "identity"])
def test_plotly_is_its_own_file(client: httpx.Client, packing: str) -> None:
    answer = client.get("/assets/plotly.min.js", headers={"accept-encoding": packing})
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.content == routes.PLOTLY.read_bytes()
    assert plotly.__version__ in answer.headers["etag"]
    assert client.get("/assets/plotly.min.js", headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_scripts_are_served_by_path_and_nothing_else_is(client: httpx.Client) -> None:
    for name in ("train/live_run.js", "shared/format.js", "compare/curves.js"):
        answer = client.get(f"/{assets.address()}/{name}")
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].startswith("text/javascript")
    assert client.get("/assets/old/train/live_run.js").headers["cache-control"] == "no-cache"
    for name in ("live_run.js", "train/..%2f..%2froutes.py", "..%2froutes.py", "train/live_run.css", "train"):
        assert client.get(f"/{assets.address()}/{name}").status_code == 404


def test_an_event_stream_goes_on_from_its_last_event_and_leaves_nothing_behind(client: httpx.Client, run) -> None:
    def first_event(headers: dict[str, str]) -> dict[str, str]:
        with client.stream("GET", "/api/runs/a-run/events", headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["cache-control"] == "no-store"
            fields: dict[str, str] = {}
            for line in answer.iter_lines():
                if fields.get("event") and not line:
                    return fields
                if ": " in line:
                    name, value = line.split(": ", 1)
                    fields[name] = value
        raise AssertionError("The stream ended.")

    first = first_event({})
    assert first["retry"] == "1000" and first["event"] == "all"
    run.rows(2)
    second = first_event({"Last-Event-ID": first["id"]})
    assert second["event"] == "more" and [row[0] for row in json.loads(second["data"])["rows"]] == [40, 50]
    assert first_event({"Last-Event-ID": "1:1:1"})["event"] == "all"
    deadline = time.monotonic() + 5
    while HUB.watchers and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not HUB.watchers
