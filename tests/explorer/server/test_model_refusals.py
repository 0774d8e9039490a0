"""What the routes of models refuse: unknown names, what is no JSON, points and numbers out of their bounds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pipelines.paths import PROJECT
from tests.explorer.server.model_answers import POINT, images, refused
from tests.fake_run import FakeRun

GETS = [
    "",
    "/preview",
    "/conditions",
    "/labels",
    "/directions",
    "/agreement",
    "/equations",
    "/translation",
    "/inputs",
    "/targets",
    "/file/png",
]
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
    "translate",
    "parts",
    "file/gif",
]
NO_NAMES = ["..", "%2e%2e", "..%2f..%2fetc", "%2Fetc%2Fpasswd", "UPPER", "a.b", "a b", "-a", "a" * 81, "é", "a%00b",
            "a%5Cb", "tiny-plain@", "tiny-plain@worst"]  # fmt: skip


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


def test_a_sentence_names_no_folder_of_the_server(ask, own_models: Path, homes) -> None:
    (own_models / "tiny-plain" / "config.json").write_text("{")
    (own_models / "tiny-faces" / "generator.safetensors").write_bytes(b"nothing")
    for name in ("tiny-plain", "tiny-faces"):
        answer = ask(name, "")
        refused(answer, 400, f"{name}/")
        assert str(homes.models) not in answer.text and " /" not in answer.text


def test_a_name_that_is_no_model_does_not_load_torch(tmp_path: Path) -> None:
    code = """
import asyncio, httpx, sys
from starlette.applications import Starlette
from explorer.server.routes import ROUTES

async def scene():
    transport = httpx.ASGITransport(Starlette(routes=ROUTES))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        codes = [(await client.get(f"/api/models/{name}")).status_code for name in ("nobody", "UPPER")]
        codes.append((await client.post("/api/models/nobody/pictures", json={})).status_code)
        print(codes, "torch" in sys.modules)

asyncio.run(scene())
"""
    environment = {**os.environ, "GAN_EXPLORER_MODELS": str(tmp_path), "GAN_EXPLORER_RUNS": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "[404, 404, 404] False", done.stderr


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

    def long() -> Iterator[bytes]:
        for _ in range(500):  # 8 MB, which arrive in full before the answer: a browser would not read it else
            yield b" " * 16_000

    for kind, status, words in (("application/json", 413, "400,000 bytes"), ("text/plain", 415, "application/json")):
        headers = {"content-type": kind}
        refused(client.post("tiny-plain/pictures", content=long(), headers=headers), status, words)
        refused(client.post("tiny-plain/pictures", content=b" " * 8_000_000, headers=headers), status, words)
    headers = {"content-type": "application/json"}
    whole = json.dumps({"points": [POINT]}).encode()
    answer = client.post("tiny-plain/pictures", content=(bytes([byte]) for byte in whole), headers=headers)
    assert images(answer).shape == (1, 28, 28, 1)  # in pieces is well


BAD_POINTS = [
    None, {}, [], "x", [3], [{"z": []}], [{"z": [["0.0", "1"]]}], [{"psi": 9}], [{"moves": {"nothing": 1}}],
    [{"moves": {"z99": 1}}], [{"z": [["v.AAAA", 1]]}], [{"y": "a"}], [{}] * 401, [{"moves": {"m:0.1|0.2": 1}}],
    [{"moves": {f"z{n}": 1}} for n in range(100)], [{"z": [["0.0", 10**400]]}],
]  # fmt: skip


def test_bad_points_are_refused(ask) -> None:
    for points in BAD_POINTS:
        for verb in ("pictures", "read", "opinion", "nearest", "file/png"):
            answer = ask("tiny-classes", verb, points=points)
            if verb == "nearest" and answer.status_code == 200:
                assert answer.json()["prepared"] is False, points  # then nothing is drawn
            else:
                refused(answer, 400)


def test_classes_that_are_not_there_are_refused(ask) -> None:
    for y in (10, -1, [1.0], [0.1] * 11):
        refused(ask("tiny-classes", "pictures", points=[{**POINT, "y": y}]), 400)


def test_numbers_that_are_no_numbers_are_refused(client: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    for number in ("NaN", "Infinity", "-Infinity", "1e999"):
        body = json.dumps({"points": [{"z": [["0.0", "number"]]}]}).replace('"number"', number)
        refused(client.post("tiny-plain/pictures", content=body, headers=headers), 400, "number")


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


@pytest.mark.parametrize("model", ["tiny-classes", "tiny-plain"])
def test_a_class_has_no_picture_of_its_own(ask, model: str) -> None:
    refused(ask(model, "/conditions"), 400, f"{model} is told of no condition but a class, if any")
