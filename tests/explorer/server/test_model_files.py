"""Files of a model's pictures to download: what is in them, what is refused, and that they are made in turn."""

from __future__ import annotations

import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import av
import httpx
import numpy as np
import pytest
from PIL import Image

from explorer.model import load
from explorer.server import file_answers
from pipelines.latent import film
from tests.explorer.server.model_answers import POINT, refused


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
     {"fps": 0}, {"fps": 61}, {"frames": 1}, {"frames": 401}, {"frames": "8"}, {"gap": -1}, {"gap": 17},
     {"points": []}, {"points": [{}] * 401}, {"points": None}, {"scale": 10**400}],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["png", "gif"])
def test_a_file_that_cannot_be_made_is_refused(ask, wish: dict, kind: str) -> None:
    refused(ask("tiny-plain", f"/file/{kind}", **{"points": [POINT, POINT], **wish}), 400)


def test_a_file_stays_within_its_bounds(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large is refused before anything is drawn."""
    monkeypatch.setattr(file_answers, "decoded", lambda *args: pytest.fail("It was drawn."))
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
