"""The routes of the Failures page: recordings, pictures, the doctor's words; what is refused; what is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from pipelines import failures
from pipelines.failures import recording


@pytest.fixture
def client(address: str, homes) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, verify=False, timeout=30) as made:
        yield made


def test_a_recording_comes_with_its_pictures_and_is_kept(client: httpx.Client) -> None:
    answer = client.get("/api/failures/collapse-digits")
    assert answer.status_code == 200 and answer.json() == json.loads(recording.path_of("collapse-digits").read_bytes())
    for which in ("sick", "cured", "card"):
        picture = client.get(f"/api/failures/collapse-digits/{which}.webp")
        assert picture.headers["content-type"] == "image/webp" and picture.content[8:12] == b"WEBP"
        again = client.get(picture.url.path, headers={"if-none-match": picture.headers["etag"]})
        assert again.status_code == 304 and not again.content


def test_the_doctor_speaks_as_the_recording_goes_on(client: httpx.Client) -> None:
    said = client.get("/api/failures/collapse-digits/doctor").json()["sick"]
    assert len(said) == len(recording.load("collapse-digits").twins["sick"].frames)
    assert said[0] == [] and failures.get("collapse-digits").ailment in [one["ailment"] for one in said[-1]]
    ring = client.get("/api/failures/collapse-ring/doctor").json()
    assert [one["ailment"] for one in ring["sick"][-1]] == ["mode-collapse"] and not any(ring["cured"])


@pytest.mark.parametrize(
    "path", ["nothing", "nothing/doctor", "..%2f..%2fdigits", "seed/other.webp", "collapse-ring/sick.webp", "__init__"]
)
def test_what_is_not_there_is_said_in_a_sentence(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/api/failures/{path}")
    assert answer.status_code == 404 and answer.text and "Traceback" not in answer.text
    assert "/work" not in answer.text and "checkpoints" not in answer.text, "no place on the server's disk"
