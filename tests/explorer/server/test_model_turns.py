"""Many visitors at the same time: each gets the right answer, and nobody keeps the others waiting."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from explorer.model import library, load
from explorer.server import model_routes
from pipelines.latent import projection as searching
from tests import tiny_models as tiny
from tests.explorer.server.model_answers import POINT, encoded, images
from tests.points import addresses


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

    monkeypatch.setattr("pipelines.latent.model.Bank", slow_bank)
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(ask, "tiny-faces", "/directions") for _ in range(4)]
        waiting += [
            pool.submit(ask, "tiny-faces", "pictures", points=[{**POINT, "moves": {"pca-1": 1}}]) for _ in range(4)
        ]
        assert begun.wait(30) and real is library.load_entry
        assert images(pool.submit(ask, "tiny-plain", "pictures", points=[POINT]).result(20)).shape == (1, 28, 28, 1)
        assert images(pool.submit(ask, "tiny-faces", "pictures", points=[POINT]).result(20)).shape == (1, 64, 64, 3)
        assert pool.submit(ask, "tiny-faces", "/preview").result(20).status_code == 200
        for verb in ("/labels", "/equations"):  # what the pages start with needs none of it
            assert pool.submit(ask, "tiny-faces", verb).result(20).status_code == 200
        for name in ("smile", "z5"):
            point = {**POINT, "moves": {name: 1}}
            assert images(pool.submit(ask, "tiny-faces", "pictures", points=[point]).result(20)).shape[0] == 1
        go_on.set()
        assert {future.result(30).status_code for future in waiting} == {500}  # the error of this test, each time


def test_an_error_gives_the_turn_back(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    gan, body = library.LIBRARY.get("tiny-plain"), json.dumps({"points": [POINT]}).encode()
    with monkeypatch.context() as broken:
        broken.setattr(type(gan), "pictures", lambda *args: 1 / 0)
        for _ in range(5):
            with pytest.raises(ZeroDivisionError):
                model_routes._answered("model_answers", "pictures", "tiny-plain", body, ())
    points = [{"z": [[source, 1]]} for source in ("0.0", "0.1")]
    assert np.array_equal(images(ask("tiny-plain", "pictures", points=points)), gan.pictures(addresses(0, range(2))))
