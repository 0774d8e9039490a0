"""What the browser asks of models: what is answered, what is refused, and that nobody keeps the others waiting."""

from __future__ import annotations

import base64
import io
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import httpx
import numpy as np
import pytest
import uvicorn
from PIL import Image
from starlette.applications import Starlette

from explorer import answers, model_routes, routes
from explorer.model import film, library, load
from explorer.model import projection as searching
from explorer.model.gan import addresses
from explorer.model.point import unpack
from pipelines import data
from pipelines.metrics.reader import Reader
from tests import tiny_models as tiny
from tests.fake_run import FakeRun

POINT = {"z": [["0.0", 1]]}
GETS = ["", "/preview", "/directions", "/agreement", "/equations", "/file/png"]
POSTS = [
    "pictures",
    "read",
    "opinion",
    "nearest",
    "training",
    "find",
    "equation",
    "edit",
    "effects",
    "project",
    "file/gif",
]
NO_NAMES = ["..", "%2e%2e", "..%2f..%2fetc", "%2Fetc%2Fpasswd", "UPPER", "a.b", "a b", "-a", "a" * 81, "é", "a%00b",
            "a%5Cb", "tiny-plain@", "tiny-plain@worst"]  # fmt: skip


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The routes on a real server, without Streamlit around them."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes.ROUTES), log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def client(address: str, homes, tiny_models: Path, request, monkeypatch) -> Iterator[httpx.Client]:
    if "own_models" not in request.fixturenames:  # then nothing is written, and what was loaded can be used again
        monkeypatch.setenv("GAN_EXPLORER_MODELS", str(tiny_models))
    with httpx.Client(base_url=f"{address}/api/models/", trust_env=False, timeout=60) as made:
        yield made


@pytest.fixture
def ask(client: httpx.Client) -> Callable[..., httpx.Response]:
    """``ask(model, verb, **body)`` posts JSON; a verb with a slash before it is fetched."""

    def send(model: str, verb: str, **body) -> httpx.Response:
        if verb.startswith("/") or not verb:
            return client.get(f"{model}{verb}", params={"ask": json.dumps(body)} if body else None)
        return client.post(f"{model}/{verb}", json=body)

    return send


def images(answer: httpx.Response) -> np.ndarray:
    assert answer.status_code == 200, answer.text
    shape = [int(edge) for edge in answer.headers["x-shape"].split(",")]
    return np.frombuffer(answer.content, np.uint8).reshape(shape)


def refused(answer: httpx.Response, status: int, words: str = "") -> None:
    assert answer.status_code == status, (answer.status_code, answer.text[:300])
    sentence = answer.text
    assert words in sentence and sentence.endswith(".") and "\n" not in sentence
    assert "Traceback" not in sentence and sentence.count(". ") == 0 and len(sentence) < 600


def test_the_server_starts_without_torch() -> None:
    code = "import explorer.routes, sys; sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


# Good answers


@pytest.mark.parametrize("name", tiny.NAMES)
def test_a_model_tells_what_it_is(ask, name: str) -> None:
    told = ask(name, "").json()
    gan = load(name)
    assert told["id"] == name and (told["size"], told["size"], told["channels"]) == gan.shape
    assert told["classes"] == list(gan.class_names) and told["latent"] == gan.latent_size
    preview = ask(name, "/preview")
    assert Image.open(io.BytesIO(preview.content)).format == "PNG" and preview.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", tiny.NAMES)
def test_pictures_are_the_pixels_of_the_model(ask, name: str) -> None:
    gan = load(name)
    points = [{"z": [[f"3.{index}", 1]]} for index in range(20)]
    answer = ask(name, "pictures", points=points)
    assert np.array_equal(images(answer), gan.sample(20, seed=3)) and answer.headers["cache-control"] == "no-store"
    assert np.array_equal(images(ask(name, "pictures", points=points[5:6])), gan.sample(20, seed=3)[5:6])


def test_long_lists_are_decoded_part_by_part_and_stay_in_order(ask) -> None:
    points = [{"z": [[f"0.{index}", 1]]} for index in range(400)]
    assert np.array_equal(images(ask("tiny-plain", "pictures", points=points)), load("tiny-plain").sample(400))


def test_moves_move(ask) -> None:
    listed = ask("tiny-faces", "/directions").json()["directions"]
    assert [d["kind"] for d in listed] == sorted(
        (d["kind"] for d in listed), key=["label", "component", "closed-form"].index
    )
    assert {"id": "glasses", "name": "glasses", "kind": "label", "weight": 0.0} in listed
    names = [listed[0]["id"], "pca-1", "sefa-2", "z3", "m:0.1,0.2|0.3,0.4", "glasses~smile"]
    drawn = images(ask("tiny-faces", "pictures", points=[POINT, *({**POINT, "moves": {name: 2}} for name in names)]))
    assert len({picture.tobytes() for picture in drawn}) == 7
    gan = load("tiny-faces")
    assert np.array_equal(drawn[4], gan.decode(gan.z(1) + 2 * np.eye(16)[3])[0])


def test_reading_is_that_of_the_classifier(ask) -> None:
    for name in tiny.NAMES:
        points = [{"z": [[f"0.{index}", 1]]} for index in range(40)]
        told, gan = ask(name, "read", points=points).json(), load(name)
        reader = Reader.of(gan.trained.config.data)
        assert told["names"] == list(reader.names) and told["groups"] == [list(group) for group in reader.groups]
        assert np.allclose(told["probabilities"], reader.read(gan.sample(40)), atol=1e-4)


def test_a_long_list_is_read_as_its_parts_are(ask) -> None:
    points = [{"z": [[f"0.{index}", 1]]} for index in range(40)]
    whole = ask("tiny-faces", "read", points=points).json()
    parts = [ask("tiny-faces", "read", points=points[start : start + 8]).json() for start in range(0, 40, 8)]
    assert whole["says"] == [row for part in parts for row in part["says"]]
    assert whole["probabilities"] == [row for part in parts for row in part["probabilities"]]


def test_where_nothing_ships_there_is_nothing_to_read(ask, own_models: Path) -> None:
    config = tiny.PLAIN.changed(data="folder", folder="/nowhere")
    tiny.write(own_models / "own", config)
    assert ask("own", "read", points=[POINT]).json() == {"names": [], "groups": [], "probabilities": []}
    assert ask("own", "/agreement").json() == {"names": [], "agrees": [], "counts": []}
    refused(ask("own", "find", wanted={"smile": True}), 400, "No classifier ships")
    refused(ask("own", "effects", point=POINT), 400, "No classifier ships")
    assert not ask("own", "nearest", points=[POINT]).json()["prepared"]
    assert {d["kind"] for d in ask("own", "/directions").json()["directions"]} == {"component", "closed-form"}


def test_the_opinion_of_d(ask) -> None:
    points = [{**POINT, "y": 3}, {"z": [["0.1", 1]], "y": 3}]
    told, gan = ask("tiny-classes", "opinion", points=points).json(), load("tiny-classes")
    assert told["kind"] == "probability"
    assert np.allclose(told["scores"], gan.score(gan.sample(2, y=3), 3), atol=1e-4)
    assert ask("tiny-faces", "opinion", points=[POINT]).json()["kind"] == "score"


def test_a_model_without_d_has_no_opinion(ask, own_models: Path) -> None:
    (own_models / "tiny-plain" / "discriminator.safetensors").unlink()
    assert ask("tiny-plain", "").json()["opinion"] is False
    refused(ask("tiny-plain", "opinion", points=[POINT]), 400, "comes without its discriminator")


def test_training_pictures(ask, homes, own_models: Path, tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    (tmp_path / "own").mkdir()
    for index in range(30):
        Image.fromarray(chance.integers(0, 256, (28, 28), dtype=np.uint8)).save(tmp_path / "own" / f"{index:02}.png")
    folder = str(tmp_path / "own")
    tiny.write(own_models / "own", tiny.PLAIN.changed(data="folder", folder=folder))
    missing = ask("own", "nearest", points=[POINT]).json()
    assert missing["prepared"] is False and missing["message"].endswith(".") and missing["results"] == []
    refused(ask("own", "training", indices=[0]), 400, "not on this machine yet")
    known = data.load("folder", size=28, channels=1, folder=folder)
    found = ask("own", "nearest", points=[POINT, {"z": [["0.1", 1]]}], count=3).json()
    assert found["prepared"] and [len(result["neighbours"]) for result in found["results"]] == [3, 3]
    for result in found["results"]:
        assert result["nearer_than"] is None
        distances = [near["distance"] for near in result["neighbours"]]
        assert distances == sorted(distances) and all(0 <= near["index"] < 30 for near in result["neighbours"])
    (drawn,) = load("own").sample(1)
    nearest = found["results"][0]["neighbours"][0]
    by_hand = np.sqrt(np.square(drawn[..., 0].astype(float) - known.images[nearest["index"], 0]).mean())
    assert nearest["distance"] == pytest.approx(by_hand, abs=0.01)
    shown = images(ask("own", "training", indices=[7, 0, 7]))
    assert np.array_equal(shown, known.images[[7, 0, 7]].transpose(0, 2, 3, 1))
    for wrong in ([], None, 3, [30], [-1], ["0"], [True], [0.5], [0] * 257, [10**30]):
        refused(ask("own", "training", indices=wrong), 400)
    refused(ask("own", "nearest", points=[POINT] * 17), 400, "points may be 16 at most")


def test_samples_are_found_by_what_they_show(ask) -> None:
    found = ask("tiny-faces", "find", wanted={"glasses": True, "smile": False}, count=5).json()
    seen = load("tiny-faces").readings
    sure = np.minimum(
        seen.probabilities[:, seen.names.index("glasses")], 1 - seen.probabilities[:, seen.names.index("smile")]
    )
    assert found["of"] == tiny.READ and found["matching"] == int((sure > 0.5).sum())
    assert [int(name.split(".")[1]) for name in found["samples"]] == np.argsort(-sure, kind="stable")[:5].tolist()
    assert (
        ask("tiny-faces", "find", wanted={"glasses": True, "smile": False}, count=3, skip=2).json()["samples"]
        == found["samples"][2:]
    )
    assert ask("tiny-faces", "find", wanted={"glasses": True}, skip=100_000).json()["samples"] == []


def test_effects_are_shares(ask) -> None:
    told = ask("tiny-faces", "effects", point={"moves": {"pca-1": 3}}, count=16).json()
    assert told["count"] == 16 and len(told["names"]) == len(told["before"]) == len(told["after"]) == len(
        told["changed"]
    )
    assert all(0 <= share <= 1 for name in ("before", "after", "changed") for share in told[name])
    still = ask("tiny-faces", "effects", point={}, count=16).json()
    assert still["before"] == still["after"] and set(still["changed"]) == {0.0}


def test_agreement_is_told_of_each_class(ask) -> None:
    told = ask("tiny-classes", "/agreement").json()
    assert told["names"] == list("0123456789") and sum(told["counts"]) == 2000
    assert all(0 <= share <= 1 for share in told["agrees"])
    assert ask("tiny-faces", "/agreement").json()["names"] == []


def encoded(picture: np.ndarray, kind: str = "PNG") -> str:
    file = io.BytesIO()
    Image.fromarray(picture.squeeze()).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


def test_a_picture_is_searched_step_by_step(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching.project, "__kwdefaults__", {**searching.project.__kwdefaults__, "steps": 60})
    (picture,) = load("tiny-classes").sample(1, seed=4, y=2)
    answer = ask("tiny-classes", "project", picture=encoded(picture), y=2)
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["share"] for line in lines] == pytest.approx(np.arange(1, 7) / 6)
    assert lines[-1]["distance"] < lines[0]["distance"] and len(unpack(lines[-1]["z"], 8)) == 8
    drawn = images(ask("tiny-classes", "pictures", points=[{"z": [[lines[-1]["z"], 1]], "y": 2}]))
    distance = np.sqrt(np.square(drawn[0].astype(float) - picture).mean())
    assert distance == pytest.approx(lines[-1]["distance"], abs=2)


@pytest.mark.parametrize(
    "picture", [None, 3, "", "!!!", "aGFsbG8=", "é", base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()]
)
def test_what_is_no_picture_is_refused(ask, picture) -> None:
    refused(ask("tiny-plain", "project", picture=picture), 400, "not a PNG")


def test_a_picture_that_is_too_large_is_refused(ask) -> None:
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 200_000
    text = base64.b64encode(bomb.getvalue()).decode()
    refused(ask("tiny-plain", "project", picture=text), 400, "more than 40 million pixels")


def test_a_class_that_is_not_there_is_refused(ask) -> None:
    picture = encoded(np.zeros((28, 28), np.uint8))
    for wrong in (10, -1, "3", 1.5, True, None, 10**400):
        refused(ask("tiny-classes", "project", picture=picture, y=wrong), 400, "y must be a whole number from 0 to 9")


# Files


def test_files_to_download(ask) -> None:
    points = [{"z": [[f"0.{index}", 1]]} for index in range(6)]
    drawn = load("tiny-faces").sample(6)
    one = ask("tiny-faces", "/file/png", points=points[:1], scale=3)
    assert one.headers["content-disposition"] == 'attachment; filename="tiny-faces.png"'
    assert one.headers["content-type"] == "image/png"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(one.content)))[::3, ::3], drawn[0])
    grid = ask("tiny-faces", "/file/png", points=points, columns=3, gap=4)
    assert Image.open(io.BytesIO(grid.content)).size == (3 * 68 - 4, 2 * 68 - 4)
    gif = Image.open(io.BytesIO(ask("tiny-faces", "file/gif", points=points, fps=20, scale=2).content))
    assert (gif.n_frames, gif.size, gif.info["duration"]) == (6, (128, 128), 50)
    with av.open(io.BytesIO(ask("tiny-faces", "/file/mp4", points=points, fps=30).content)) as film_:
        assert len(list(film_.decode(video=0))) == 6 and film_.streams.video[0].average_rate == 30


def test_walks_to_download(ask) -> None:
    paths = [{"z": [[f"0.{index}", 1]], "to": {"z": [[f"1.{index}", 1]]}} for index in range(2)]
    strip = ask("tiny-plain", "file/png", points=paths, frames=5, gap=0)
    pixels = np.asarray(Image.open(io.BytesIO(strip.content)))[..., :1]
    assert pixels.shape == (2 * 28, 5 * 28, 1)  # one row a path
    gan = load("tiny-plain")
    assert np.array_equal(pixels[:28, :28], gan.sample(1)[0])
    assert np.array_equal(pixels[28:, -28:], gan.sample(2, seed=1)[1])
    gif = Image.open(io.BytesIO(ask("tiny-plain", "file/gif", points=paths, frames=8).content))
    assert (gif.n_frames, gif.size) == (8, (56, 28))  # side by side, there and back
    refused(ask("tiny-plain", "file/gif", points=paths, frames=201), 400, "402 pictures")


@pytest.mark.parametrize(
    "wish",
    [{"scale": 0}, {"scale": 33}, {"scale": 1.5}, {"scale": "2"}, {"scale": True}, {"columns": 0}, {"columns": 3},
     {"fps": 0}, {"fps": 61}, {"frames": 1}, {"frames": 401}, {"frames": None}, {"gap": -1}, {"gap": 17},
     {"points": []}, {"points": [{}] * 401}, {"points": None}, {"scale": 10**400}],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["png", "gif"])
def test_a_file_that_cannot_be_made_is_refused(ask, wish: dict, kind: str) -> None:
    refused(ask("tiny-plain", f"/file/{kind}", **{"points": [POINT, POINT], **wish}), 400)


def test_a_file_stays_within_its_bounds(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large is refused before anything is drawn."""
    monkeypatch.setattr(answers, "_decoded", lambda *args: pytest.fail("It was drawn."))
    points = [POINT] * 400
    for kind, wish in (
        ("png", {"points": points, "columns": 20, "scale": 12}),
        ("png", {"points": points[:300], "columns": 300, "scale": 4}),
        ("png", {"points": points[:300], "columns": 1, "scale": 4}),
        ("gif", {"points": points, "scale": 20}),
        ("mp4", {"points": points, "scale": 20}),
        ("mp4", {"points": points[:200], "frames": 2, "scale": 4}),
    ):
        refused(ask("tiny-plain", f"file/{kind}", **wish), 400, "choose a smaller scale")


def test_the_largest_files_are_made(ask) -> None:
    large = ask("tiny-plain", "file/png", points=[POINT] * 25, columns=5, scale=32)
    assert Image.open(io.BytesIO(large.content)).size == ((5 * 30 - 2) * 32,) * 2


@pytest.mark.parametrize("kind", ["svg", "py", "%2e%2e", "PNG", "png.exe"])
def test_other_kinds_of_files_are_not_there(client: httpx.Client, kind: str) -> None:
    assert client.get(f"tiny-plain/file/{kind}").status_code == 404


def test_the_files_are_made_one_after_the_other(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most = 0, 0
    real, lock = film.gif, threading.Lock()

    def slow(*args):
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.05)
        made = real(*args)
        with lock:
            inside -= 1
        return made

    monkeypatch.setattr(film, "gif", slow)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: ask("tiny-plain", "file/gif", points=[POINT] * 3), range(6)))
    assert {answer.status_code for answer in answers} == {200} and most == 1


# What is refused


@pytest.mark.parametrize("verb", [*GETS, *POSTS])
def test_an_unknown_model_is_not_found(ask, verb: str) -> None:
    refused(ask("nobody", verb), 404, "There is no model and no run 'nobody'")


@pytest.mark.parametrize("verb", [*GETS, "pictures", "project"])
@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_name_is_refused(client: httpx.Client, verb: str, name: str) -> None:
    path = f"{name}{verb}" if verb.startswith("/") or not verb else f"{name}/{verb}"
    answer = client.get(path) if verb in GETS else client.post(path, json={})
    assert answer.status_code in (400, 404) and answer.text and "Traceback" not in answer.text
    assert "root:" not in answer.text


def test_a_deleted_model_is_not_found(ask, own_models: Path) -> None:
    assert ask("tiny-plain", "pictures", points=[POINT]).status_code == 200
    shutil.rmtree(own_models / "tiny-plain")
    refused(ask("tiny-plain", "pictures", points=[POINT]), 404, "There is no model")


def test_a_damaged_model_is_one_sentence(ask, own_models: Path) -> None:
    (own_models / "tiny-plain" / "generator.safetensors").write_bytes(b"nothing")
    refused(ask("tiny-plain", "pictures", points=[POINT]), 400, "SHA-256 differs")
    (own_models / "tiny-faces" / "readings.safetensors").write_bytes(b"nothing")
    refused(ask("tiny-faces", "/directions"), 400, "damaged")


def test_a_run_without_a_checkpoint_is_one_sentence(ask, homes) -> None:
    fake = FakeRun("a-run", home=homes.runs)
    refused(ask("a-run", "pictures", points=[POINT]), 400, "has no checkpoint yet")
    assert ask("a-run", "/preview").status_code == 404
    fake.rows(3)
    fake.sample()
    assert ask("a-run", "/preview").content.startswith(b"\x89PNG")


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_read(client: httpx.Client, kind: str | None) -> None:
    headers = {} if kind is None else {"content-type": kind}
    for verb in POSTS:
        refused(client.post(f"tiny-plain/{verb}", content=b"{}", headers=headers), 415, "application/json")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nothing", b"[]", b"3", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b"1" * 5000, b"{}{}"]
)
def test_what_is_no_object_is_refused(client: httpx.Client, body: bytes) -> None:
    headers = {"content-type": "application/json; charset=utf-8"}
    refused(client.post("tiny-plain/pictures", content=body, headers=headers), 400)
    if len(body) < 1000:
        refused(client.get("tiny-plain/file/png", params={"ask": body}), 400)


def test_a_body_has_its_bounds_whatever_it_says_of_its_length(client: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    refused(client.post("tiny-plain/pictures", content=b" " * 400_001, headers=headers), 413, "400,000 bytes")

    def endless() -> Iterator[bytes]:
        for _ in range(2_000):  # 32 MB, if somebody read it to the end
            yield b" " * 16_000

    try:
        answer = client.post("tiny-plain/pictures", content=endless(), headers=headers)
    except (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
        answer = None  # the server hung up, which is as good
    if answer is not None:
        refused(answer, 413, "400,000 bytes")
    whole = json.dumps({"points": [POINT]}).encode()
    answer = client.post("tiny-plain/pictures", content=(bytes([byte]) for byte in whole), headers=headers)
    assert images(answer).shape == (1, 28, 28, 1)  # in pieces is well


BAD_POINTS = [
    None, {}, [], "x", [3], [{"z": []}], [{"z": [["0.0", "1"]]}], [{"psi": 9}], [{"moves": {"nothing": 1}}],
    [{"moves": {"z99": 1}}], [{"z": [["v.AAAA", 1]]}], [{"y": "a"}], [{}] * 401, [{"moves": {"m:0.1|0.2": 1}}],
    [{"moves": {f"z{n}": 1}} for n in range(100)], [{"z": [["0.0", 10**400]]}],
]  # fmt: skip


@pytest.mark.parametrize("verb", ["pictures", "read", "opinion", "nearest", "file/png"])
@pytest.mark.parametrize("points", BAD_POINTS, ids=lambda points: repr(points)[:40])
def test_bad_points_are_refused(ask, verb: str, points) -> None:
    answer = ask("tiny-classes", verb, points=points)
    if verb == "nearest" and answer.status_code == 200:
        assert answer.json()["prepared"] is False  # then nothing is drawn
    else:
        refused(answer, 400)


def test_classes_that_are_not_there_are_refused(ask) -> None:
    for y in (10, -1, [1.0], [0.1] * 11):
        refused(ask("tiny-classes", "pictures", points=[{**POINT, "y": y}]), 400)


def test_numbers_that_are_no_numbers_are_refused(client: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    for number in ("NaN", "Infinity", "-Infinity", "1e999"):
        body = json.dumps({"points": [{"z": [["0.0", "number"]]}]}).replace('"number"', number)
        refused(client.post("tiny-plain/pictures", content=body, headers=headers), 400, "must be a number")


@pytest.mark.parametrize(
    ("verb", "wish"),
    [
        *(("find", wish) for wish in (
            {}, {"wanted": 3}, {"wanted": {"smile": "yes"}}, {"wanted": {"nothing": True}}, {"wanted": {"smile": None}},
            {"wanted": {"smile": True}, "count": 0}, {"wanted": {"smile": True}, "count": 10**9},
            {"wanted": {"smile": True}, "count": True}, {"wanted": {"smile": True}, "skip": -1},
        )),
        *(("effects", wish) for wish in (
            {"point": 3}, {"point": {"moves": {"nothing": 1}}}, {"point": {}, "count": 7},
            {"point": {}, "count": 10**9},
        )),
        *(("nearest", {"points": [POINT], "count": count}) for count in (0, 17, "4", None, 1.0)),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(ask, verb: str, wish: dict) -> None:
    refused(ask("tiny-faces", verb, **wish), 400)


def test_routes_only_read(client: httpx.Client, tiny_models: Path) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in tiny_models.rglob("*"))
    for method in ("PUT", "PATCH", "DELETE"):
        for verb in [*GETS, *(f"/{verb}" for verb in POSTS)]:
            assert client.request(method, f"tiny-plain{verb}").status_code == 405
    for verb in GETS[:-1]:
        assert client.post(f"tiny-plain{verb}", json={}).status_code == 405
    assert sorted((path, path.stat().st_mtime_ns) for path in tiny_models.rglob("*")) == before


# Many at once


def test_many_visitors_get_the_right_pictures(ask) -> None:
    expected = {name: load(name).sample(30) for name in tiny.NAMES}

    def visit(number: int) -> bool:
        name = tiny.NAMES[number % 3]
        points = [{"z": [[f"0.{index}", 1]]} for index in range(number, number + 3)]
        return np.array_equal(images(ask(name, "pictures", points=points)), expected[name][number : number + 3])

    with ThreadPoolExecutor(10) as pool:
        assert all(pool.map(visit, range(27)))


def test_all_kinds_of_requests_at_once_are_all_answered(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that nobody has looked at yet, asked for everything at the same time: nobody waits for ever."""
    monkeypatch.setattr(library, "LIBRARY", library.Library())
    monkeypatch.setattr(searching.project, "__kwdefaults__", {**searching.project.__kwdefaults__, "steps": 20})
    picture = encoded(np.zeros((64, 64, 3), np.uint8))
    wishes = [
        ("/directions", {}), ("pictures", {"points": [{**POINT, "moves": {"pca-1": 1}}]}),
        ("find", {"wanted": {"smile": True}}), ("read", {"points": [POINT]}), ("opinion", {"points": [POINT]}),
        ("effects", {"point": {"moves": {"smile~glasses": 1}}, "count": 8}), ("/agreement", {}), ("", {}),
        ("project", {"picture": picture}), ("pictures", {"points": [{**POINT, "moves": {"m:0.1,0.2|0.3,0.4": 1}}]}),
        ("/file/gif", {"points": [POINT] * 3}),
    ]  # fmt: skip
    with ThreadPoolExecutor(len(wishes) * 2) as pool:
        answers = list(pool.map(lambda wish: ask("tiny-faces", wish[0], **wish[1]), wishes * 2))
    assert [answer.status_code for answer in answers] == [200] * len(answers)


def test_who_drags_does_not_wait_for_what_is_computed(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the directions of one model are being found, another one is drawn, and the server answers."""
    monkeypatch.setattr(library, "LIBRARY", library.Library())
    begun, go_on = threading.Event(), threading.Event()
    real = library.load_entry

    def slow_bank(gan):
        begun.set()
        assert go_on.wait(30)
        raise RuntimeError("enough")

    monkeypatch.setattr("explorer.model.gan.Bank", slow_bank)
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(ask, "tiny-faces", "/directions") for _ in range(4)]
        waiting += [
            pool.submit(ask, "tiny-faces", "pictures", points=[{**POINT, "moves": {"pca-1": 1}}]) for _ in range(4)
        ]
        assert begun.wait(30) and real is library.load_entry
        assert images(pool.submit(ask, "tiny-plain", "pictures", points=[POINT]).result(20)).shape == (1, 28, 28, 1)
        assert images(pool.submit(ask, "tiny-faces", "pictures", points=[POINT]).result(20)).shape == (1, 64, 64, 3)
        assert pool.submit(ask, "tiny-faces", "/preview").result(20).status_code == 200
        go_on.set()
        assert {future.result(30).status_code for future in waiting} == {500}  # the error of this test, each time


def test_an_error_gives_the_turn_back(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    gan, body = library.LIBRARY.get("tiny-plain"), json.dumps({"points": [POINT]}).encode()
    with monkeypatch.context() as broken:
        broken.setattr(type(gan), "pictures", lambda *args: 1 / 0)
        for _ in range(5):
            with pytest.raises(ZeroDivisionError):
                model_routes._answered("pictures", {"ref": "tiny-plain"}, body)
    points = [{"z": [[source, 1]]} for source in ("0.0", "0.1")]
    assert np.array_equal(images(ask("tiny-plain", "pictures", points=points)), gan.pictures(addresses(0, range(2))))
