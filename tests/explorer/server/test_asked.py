"""Wrong versions of whatever may be asked of every route: each is answered by a sentence, and none by a 5xx.

Most are a right body in which some values were replaced by others: wrong kinds, numbers without end, texts with half a
letter, nests. They go to the routes in this process, with small models.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some
from starlette.applications import Starlette

from explorer.server import (
    file_answers,
    memory_route,
    model_answers,
    playground_answers,
    told_answers,
    translation_answers,
)
from explorer.server.asked import MOST_PICTURE
from explorer.server.bodies import json_as, kind_of
from explorer.server.model_routes import MODEL_ROUTES
from explorer.server.playground_routes import PLANE_ROUTES
from explorer.server.routes import ROUTES
from pipelines.config.train_config import TrainConfig
from tests.explorer.scenes import play
from tests.explorer.server.model_answers import POINT
from tests.fake_run import FakeRun

DEEP = json.loads("[" * 200 + "]" * 200)
NUMBERS = some.integers() | some.floats() | some.sampled_from(
    [0, -1, 10**9, 10**18, 2**53 + 1, 10**400, -(10**400), 1e308, float("nan"), float("inf"), 1.5, True]
)  # fmt: skip
TEXTS = some.text(max_size=20) | some.sampled_from(
    ["", "\ud800", "\0", "0.0", "0.9999999", "v.AAAA", "m:0.1|0.2", "m:|", "z99", "a~b", "../x", "self", "x" * 3000]
)  # fmt: skip
ANYTHING = some.recursive(
    some.none() | some.booleans() | NUMBERS | TEXTS | some.just(DEEP),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=6,
)
WHOLE_POINT = {"z": [["0.1", 1], ["n.0.1", 0.5]], "moves": {"z1": 1.0}, "psi": 0.5, "shell": True, "y": 1,
               "to": {"z": [["0.2", 1]]}, "t": 0.5, "path": "lerp"}  # fmt: skip
OF_MODELS = (file_answers, model_answers, told_answers, translation_answers)
RIGHT: dict[str, dict[str, Any]] = {
    **{verb: {"points": [POINT, WHOLE_POINT]} for verb in ("pictures", "read", "opinion", "told")},
    **{verb: {"point": POINT} for verb in ("attention", "stages")},
    "styles": {"rows": [POINT], "columns": [WHOLE_POINT, POINT], "taken": [True, False], "noise": [True]},
    "nearest": {"points": [POINT], "count": 2},
    "training": {"indices": [0, 1]},
    "find": {"wanted": {"smile": True}, "count": 2, "skip": 1, "like": ["0.1"]},
    "equation": {"a": {"smile": True}, "b": {}, "c": {"glasses": False}, "variant": 1},
    "edit": {"point": POINT, "name": "smile", "wanted": True, "held": ["glasses"]},
    "effects": {"point": POINT, "direction": "z1", "amount": 1.0, "count": 8},
    "project": {"picture": "aGFsbG8=", "y": 1},
    "translate": {"input": "AAAA", "seed": 1, "index": 2, "direction": "forward", "back": False, "enlarged": True,
                  "verdict": True, "judged": "AAAA"},
    "parts": {"picture": "AAAA"},
    "file/png": {"points": [POINT], "frames": 2, "scale": 2, "columns": 1, "gap": 1, "fps": 9},
    "file/gif": {"points": [WHOLE_POINT], "frames": 4},
}  # fmt: skip
GAME = {"data": "ring", "batch": 4, "g_width": 4, "d_width": 4, "lr_g": 0.1, "loss": "hinge", "seed": 3}
PLANE: dict[str, dict[str, Any]] = {
    "": {"config": GAME, "saved": None},
    "/advance": {"steps": 1, "action": "g", "whole": True},
    "/change": {"settings": GAME},
}
QUICK = settings(
    max_examples=20, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@some.composite
def wrong(draw: Callable[..., Any], right: Any) -> Any:
    """A value with one part of it replaced, left out or added."""
    if not isinstance(right, dict | list) or not right or draw(some.integers(0, 3)) == 0:
        return draw(ANYTHING)
    changed = dict(right) if isinstance(right, dict) else list(right)
    key = draw(some.sampled_from(list(right) if isinstance(right, dict) else range(len(right))))
    how = draw(some.sampled_from(["change", "change", "change", "add", "leave out"]))
    if how == "leave out":
        del changed[key]
    elif how == "change":
        changed[key] = draw(wrong(right[key]))
    elif isinstance(changed, dict):
        changed[draw(TEXTS)] = draw(ANYTHING)
    else:
        changed.append(draw(ANYTHING))
    return changed


class Asking:
    """Sends requests to the routes of the server, within this process."""

    def __init__(self) -> None:
        self.app = Starlette(routes=ROUTES)

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        if body is not None:
            text = body if isinstance(body, bytes) else json.dumps(body).encode()
            more |= {"content": text, "headers": {"content-type": "application/json"}}

        async def scene() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)  # raises what a route raises, which a server would answer by 500
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.request(method, path, **more)

        answer = play(scene())
        assert answer.status_code < 500
        if answer.status_code >= 400 and method != "HEAD" and answer.text != "Not Found":  # no route is so called
            assert answer.text.endswith(".") and "\n" not in answer.text and len(answer.text) < 700, answer.text
        return answer


@pytest.fixture(scope="module")
def own(tmp_path_factory, tiny_models: Path):
    """The routes with the tiny models and a run."""
    home = tmp_path_factory.mktemp("asked")
    shutil.copytree(tiny_models, home / "models")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("models", "runs", "data", "saved"):
            patch.setenv(f"GAN_EXPLORER_{name.upper()}", str(home / name))
        patch.setattr(playground_answers, "GAMES", playground_answers.Games())
        FakeRun("a-run").sample()
        yield Asking()


@pytest.mark.parametrize("verb", RIGHT)
def test_wrong_bodies_of_the_models_routes(own: Asking, verb: str) -> None:
    model = "tiny-classes" if verb in ("project", "opinion") else "tiny-faces"

    @QUICK
    @given(body=wrong(RIGHT[verb]))
    def ask(body: Any) -> None:
        own("POST", f"/api/models/{model}/{verb}", body)

    ask()


@pytest.mark.parametrize("verb", PLANE)
def test_wrong_bodies_of_the_playgrounds_routes(own: Asking, verb: str) -> None:
    from pipelines.playground.frame import unpack

    place = f"/api/plane/{unpack(own('POST', '/api/plane', {'config': GAME}).content)['id']}{verb}"

    @QUICK
    @given(body=wrong(PLANE[verb]))
    def ask(body: Any) -> None:
        own("POST", place if verb else "/api/plane", body)

    ask()


def test_wrong_saved_games(own: Asking) -> None:
    from pipelines.playground.frame import unpack

    started = unpack(own("POST", "/api/plane", {"config": {**GAME, "batch": 4}}).content)["id"]
    own("POST", f"/api/plane/{started}/advance", {"steps": 2})
    saved = json.loads(own("GET", f"/api/plane/{started}/saved").text)

    @QUICK
    @given(game=wrong(saved))
    @example(game={**saved, "place": [10**9, 10**9, 0, 0], "rows": [[10**9, *saved["rows"][-1][1:]]]})
    @example(game={**saved, "place": [10**400, 1, 0, 0]})
    @example(game={**saved, "rows": [[10**400, *saved["rows"][-1][1:]]]})
    def ask(game: Any) -> None:
        own("POST", "/api/plane", {"saved": json.dumps(game)})

    ask()


@QUICK
@given(text=some.binary(max_size=40) | some.sampled_from([b"[" * 100_000, b'{"a":' * 5000, b"9" * 5000, b'"\\ud800"']))
def test_what_is_no_json(own: Asking, text: bytes) -> None:
    assert own("POST", "/api/models/tiny-plain/pictures", text).status_code == 400
    assert own("POST", "/api/plane", text).status_code in (200, 400)


@QUICK
@given(name=TEXTS, value=TEXTS | NUMBERS.map(str))
def test_wrong_queries(own: Asking, name: str, value: str) -> None:
    value, name = (text.encode("utf-8", "replace").decode() for text in (value, name))
    for path, key in (("/api/runs/a-run/log", "lines"), ("/api/models/tiny-plain/file/png", "ask"),
                      ("/api/events", "runs"), ("/api/runs/a-run/events", "after"),
                      ("/api/models/tiny-plain", "ask"),
                      ("/api/models/tiny-plain/labels", name)):  # fmt: skip
        method = "HEAD" if path.endswith("/events") else "GET"
        own(method, path, params={key: value})


@QUICK
@given(name=TEXTS.filter(lambda text: text not in (".", "..")))
def test_wrong_places(own: Asking, name: str) -> None:
    from urllib.parse import quote

    for route in ROUTES:
        path = route.path
        for part in ("{id}", "{ref}", "{entry}", "{which}", "{file}", "{kind}", "{version}", "{name:path}"):
            path = path.replace(part, quote(name.encode("utf-8", "replace"), safe=""))
        if path != route.path:
            post = "POST" in route.methods
            own("POST" if post else "HEAD" if "events" in path else "GET", path, {} if post else None)


def test_each_route_has_a_type_that_its_right_body_fits() -> None:
    for path, _, method in (*MODEL_ROUTES, *PLANE_ROUTES):
        verb = path.rsplit("/", 1)[-1] if "file" not in path else "file"
        if method == "POST" and path not in ("/api/plane",):
            modules = (playground_answers,) if "plane" in path else OF_MODELS
            (answer,) = (getattr(module, verb) for module in modules if hasattr(module, verb))
            right = PLANE.get(f"/{verb}") if "plane" in path else RIGHT.get(verb, RIGHT["file/png"])
            assert json_as(json.dumps(right).encode(), kind_of(answer))


def test_memory_is_asked_of_settings_that_can_be_trained_alone(own: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[TrainConfig] = []
    answer = {"fits": True, "words": "It fits."}
    monkeypatch.setattr(memory_route.asking, "asked", lambda config: asked.append(config) or answer)
    right = {"settings": {"network": "quick", "width": 8, "folder": None}}
    assert own("POST", "/api/memory", right).json() == answer
    assert asked == [TrainConfig(network="quick", width=8)]
    for wrong_one in ({"width": "8"}, {"wide": 8}, {"width": 3}, {"r1": 1.0, "size": 64}, {"data": "folder"}):
        assert own("POST", "/api/memory", {"settings": wrong_one}).status_code == 400
    assert own("POST", "/api/memory", {"settings": 5}).status_code == 400 and len(asked) == 1


def test_nothing_is_allocated_by_a_number_that_was_asked(own: Asking) -> None:
    for body in (
        {"points": [POINT], "scale": 10**9},
        {"points": [POINT], "frames": 10**9},
        {"points": [POINT] * 10_000},
    ):
        assert own("POST", "/api/models/tiny-plain/file/gif", body).status_code == 400
    assert own("POST", "/api/models/tiny-plain/project", {"picture": "A" * (MOST_PICTURE + 1)}).status_code in (
        400,
        413,
    )
    assert own("POST", "/api/plane", {"config": {"batch": 10**400}}).status_code == 400
    assert own("POST", "/api/models/tiny-faces/effects", {"direction": ["pca-1"]}).status_code == 400
