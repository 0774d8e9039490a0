"""The routes: what they answer, what they refuse, and what the browser may keep."""

from __future__ import annotations

import io
import json
import os
import re
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import plotly
import pytest

from explorer import scripts
from explorer.live import summaries as listing
from explorer.live.hub import HUB
from explorer.live.summaries import Summaries
from explorer.server import routes
from explorer.server.archive import CHUNK, zipped
from pipelines.paths import PROJECT
from pipelines.runs.folder import RunFolder
from tests.fake_run import FakeRun

BAD_IDS = ["..", "%2e%2e", "..%2f..%2fetc", "%2Fetc%2Fpasswd", "a b", "-a", "a" * 81, "é", "a%00b", "a%5Cb"]
NO_GRIDS = ["step-1.png", "index.jsonl", "..%2fconfig.json", "step-00000030.png%2f..", "step-99999999.png"]


@pytest.fixture
def client(address: str, homes, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setattr(routes, "SUMMARIES", Summaries())  # nothing of another test's folder
    with httpx.Client(base_url=address, trust_env=False, verify=False, timeout=10) as made:
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
        computes = route.path.startswith(
            ("/api/models/", "/api/plane", "/api/memory")
        )  # bodies are JSON, nothing reaches the disk
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


def test_a_picture_that_is_deleted_while_it_is_asked_for_is_not_found(client, run, monkeypatch, tmp_path) -> None:
    """Between the look whether there is such a file and its opening a person may delete the run."""
    monkeypatch.setattr(RunFolder, "sample_path", lambda folder, name: tmp_path / name)
    for what in ("thumbnail", "samples/step-00000000.png"):
        answer = client.get(f"/api/runs/a-run/{what}")
        assert answer.status_code == 404 and answer.text.startswith("This run has no "), what


def test_a_run_that_is_deleted_after_the_first_look_ends_no_answer_in_an_error(client, run, monkeypatch) -> None:
    """All that is asked of a run, where its folder goes away between the look whether it is there and the reading."""
    run.folder.remove()
    monkeypatch.setattr(RunFolder, "exists", lambda folder: True)
    for what in ("events", "thumbnail", "zip", "log", "evaluations", "samples/step-00000000.png"):
        answer = client.get(f"/api/runs/a-run/{what}", timeout=10)
        assert answer.status_code in (200, 404) and "Traceback" not in answer.text, what


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
    assert oldest["step"] == 30 and re.fullmatch(r"Fréchet \d+, \d+ % clear, \d+ % as asked", oldest["measured"])
    assert oldest["measured_on"] == "In digit features, on 2,000 samples" and newest["measured"] == ""
    assert client.get("/" + oldest["thumbnail"]).status_code == 200


def test_an_unchanged_list_is_not_sent_again(client: httpx.Client, run: FakeRun, monkeypatch) -> None:
    monkeypatch.setattr("explorer.live.summaries.FRESH_S", 0.0)
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
    summary = listing._summary
    monkeypatch.setattr(listing, "_summary", lambda folder: read.append(folder.id) or summary(folder))
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


def test_files_of_odd_dates_and_names_are_packed_too(client: httpx.Client, run: FakeRun) -> None:
    for name, time_s in ((b"old.txt", 0), (b"caf\xe9.txt", 5e9)):
        path = os.path.join(os.fsencode(run.folder.path), name)
        with open(path, "wb") as file:
            file.write(name)
        os.utime(path, (time_s, time_s))
    os.mkfifo(run.folder.path / "fifo")
    archive = zipfile.ZipFile(io.BytesIO(client.get("/api/runs/a-run/zip").content))
    assert archive.testzip() is None and archive.read("a-run/old.txt") == b"old.txt"
    assert {info.date_time[0] for info in archive.infolist() if info.file_size < 9} == {1980, 2107}
    assert "a-run/caf?.txt" in archive.namelist() and len(archive.namelist()) == 7


def test_a_zip_is_made_while_it_is_sent(run: FakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one that nobody reads on little is made, and nothing lies on the disk; a broken-off one leaves nothing."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))  # making a temporary file would fail
    weights = os.urandom(8 * CHUNK)
    for step in (30, 60):
        (run.folder.checkpoints_path / f"step-{step:08}.safetensors").write_bytes(weights)
    opened: list[Any] = []
    real = Path.open
    monkeypatch.setattr(Path, "open", lambda path, *given: opened.append(real(path, *given)) or opened[-1])
    sending = zipped(run.folder.path, "a-run")
    first = next(sending)
    assert CHUNK <= len(first) < 3 * CHUNK and not opened[-1].closed and opened[-1].name.endswith("30.safetensors")
    sending.close()
    assert all(file.closed for file in opened)
    parts = list(zipped(run.folder.path, "a-run"))
    assert max(map(len, parts)) < 3 * CHUNK
    archive = zipfile.ZipFile(io.BytesIO(b"".join(parts)))
    assert archive.testzip() is None and archive.read("a-run/checkpoints/step-00000060.safetensors") == weights


def test_a_file_that_grows_while_it_is_packed_ends_where_it_ended(run: FakeRun) -> None:
    run.folder.log_path.write_bytes(b"x" * 5 * CHUNK)
    whole, grown = io.BytesIO(), False
    (run.folder.path / "aaa.png").write_bytes(os.urandom(CHUNK))  # so that something is handed on before
    for part in zipped(run.folder.path, "a-run"):
        whole.write(part)
        if not grown:
            with run.folder.log_path.open("ab") as file:
                file.write(b"y" * CHUNK)
            grown = True
    archive = zipfile.ZipFile(whole)
    assert archive.testzip() is None and archive.read("a-run/train.log").startswith(b"x" * 5 * CHUNK)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("path", ["/api/runs/a-run/events", "/api/events?runs=a-run", "/api/runs/a-run/zip"])
def test_the_head_of_what_has_no_known_length_has_an_end(client: httpx.Client, run: FakeRun, path: str) -> None:
    answer = client.head(path)
    assert answer.status_code == 200 and not answer.content and "content-length" not in answer.headers
    assert answer.headers["cache-control"] == "no-store" and not HUB.watchers


def test_the_log_names_no_folders_of_the_server(client: httpx.Client, run: FakeRun) -> None:
    run.folder.log_path.write_text(
        f'  File "{PROJECT}/pipelines/cli/jobs.py", line 3\n  File "/usr/lib/python3/json/decoder.py", line 4\n'
        f"{run.folder.path / 'config.json'} is damaged; see https://a.example/b/c and 3/4."
    )
    assert client.get("/api/runs/a-run/log").text.splitlines() == [
        '  File "pipelines/cli/jobs.py", line 3',
        '  File "decoder.py", line 4',
        "a-run/config.json is damaged; see https://a.example/b/c and 3/4.",
    ]


def test_the_log_is_its_end(client: httpx.Client, run: FakeRun) -> None:
    run.folder.log_path.write_text("".join(f"line {number}\n" for number in range(1000)))
    assert client.get("/api/runs/a-run/log?lines=2").text == "line 998\nline 999"
    assert len(client.get("/api/runs/a-run/log").text.splitlines()) == 200


@pytest.mark.parametrize("lines", ["0", "-1", "2001", "1e3", "", "²", "many", "9" * 30])
def test_a_bad_number_of_lines_is_refused(client: httpx.Client, run: FakeRun, lines: str) -> None:
    answer = client.get("/api/runs/a-run/log", params={"lines": lines})
    allowed = "it must be a whole number from 1 to 2,000."
    assert (
        answer.status_code == 400 and answer.text.startswith("The address: lines is ") and answer.text.endswith(allowed)
    )


def test_what_an_address_asks_that_there_is_not_is_named(client: httpx.Client, run: FakeRun) -> None:
    for path in ("log?rows=3", "events?from=3"):
        answer = client.get(f"/api/runs/a-run/{path}")
        assert answer.status_code == 400 and answer.text.startswith("There is nothing named '")


@pytest.mark.parametrize("packing", ["gzip", "identity"])
def test_plotly_is_its_own_file(client: httpx.Client, packing: str) -> None:
    answer = client.get("/assets/plotly.min.js", headers={"accept-encoding": packing})
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.content == routes.PLOTLY.read_bytes()
    assert plotly.__version__ in answer.headers["etag"]
    assert client.get("/assets/plotly.min.js", headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_scripts_are_served_by_path_and_nothing_else_is(client: httpx.Client) -> None:
    for name in ("train/live_run.js", "shared/format.js", "compare/curves.js"):
        answer = client.get(f"/{scripts.address()}/{name}")
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].startswith("text/javascript")
    assert client.get("/assets/old/train/live_run.js").headers["cache-control"] == "no-cache"
    for name in ("live_run.js", "train/..%2f..%2froutes.py", "..%2froutes.py", "train/live_run.css", "train"):
        assert client.get(f"/{scripts.address()}/{name}").status_code == 404


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
