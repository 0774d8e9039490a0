"""What the browser asks of models, and what it is told."""

from __future__ import annotations

import base64
import io
import json
import os
import struct
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from explorer.model import load
from pipelines import data
from pipelines.latent import projection as searching
from pipelines.latent import search
from pipelines.latent.point import unpack
from pipelines.metrics.reader import Reader
from tests import tiny_models as tiny
from tests.explorer.server.model_answers import POINT, encoded, images, refused


def test_the_server_starts_without_torch() -> None:
    code = "import explorer.server.routes, sys; sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("name", tiny.NAMES)
def test_a_model_tells_what_it_is(ask, name: str) -> None:
    told = ask(name, "").json()
    gan = load(name)
    assert told["id"] == name and (told["size"], told["size"], told["channels"]) == gan.shape
    assert told["classes"] == list(gan.class_names) and told["latent"] == gan.latent_size
    preview = ask(name, "/preview")
    assert Image.open(io.BytesIO(preview.content)).format == "PNG" and preview.headers["cache-control"] == "no-cache"


def test_a_model_of_folders_whose_names_are_not_utf_8_is_told(ask, own_models: Path) -> None:
    cafe, folder = os.fsdecode(b"caf\xe9"), own_models / "tiny-classes"
    for file, name, value in (("config.json", "class_names", [cafe] * 10), ("card.json", "title", cafe)):
        content = json.loads((folder / file).read_text("utf-8"))
        (folder / file).write_text(json.dumps({**content, name: value}), "utf-8")
    told = json.loads(ask("tiny-classes", "").text)
    assert told["classes"] == [cafe] * 10 and told["title"] == cafe


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


def test_the_labelled_directions_can_be_had_alone(ask) -> None:
    labels, everything = (ask("tiny-faces", verb).json()["directions"] for verb in ("/labels", "/directions"))
    assert labels and labels == [one for one in everything if one["kind"] == "label"]
    assert ask("tiny-classes", "/labels").json() == {"directions": []}


def test_without_training_pictures_no_truncation_can_be_measured_and_a_line_says_so(ask) -> None:
    (line,) = ask("tiny-plain", "/truncation").text.splitlines()
    assert json.loads(line) == {"share": 1, "message": "The training pictures of 'digits' are not on this machine yet."}


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
    refused(ask("own", "find", wanted={"smile": True}), 400, "There is no classifier")
    refused(ask("own", "effects", point=POINT), 400, "There is no classifier")
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
    tiny.write(own_models / "own", tiny.PLAIN.changed(data="folder", folder=folder, held_out=0.0))
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


@pytest.mark.parametrize("picture", ["", "!!!", "aGFsbG8=", "é", base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()])
def test_what_is_no_picture_is_refused(ask, picture) -> None:
    refused(ask("tiny-plain", "project", picture=picture), 400, "not a PNG")


@pytest.mark.parametrize("size", [(20_000, 20_000), (1, 40_000_000), (4097, 1)])
def test_a_picture_that_is_too_large_is_refused_before_it_is_unpacked(ask, size, monkeypatch) -> None:
    monkeypatch.setattr(Image.Image, "convert", None)
    picture = b"".join(
        (b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 1, 0, 0, 0, 0)), chunk(b"IDAT", b""))
    )
    told = ask("tiny-plain", "project", picture=base64.b64encode(picture).decode())
    refused(told, 400, "4,096")


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def test_pictures_are_unpacked_one_at_a_time(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    under_way, most, real = [], [], search.read_picture

    def noted(*given):
        under_way.append(1)
        most.append(len(under_way))
        time.sleep(0.02)
        try:
            return real(*given)
        finally:
            under_way.pop()

    monkeypatch.setattr(search, "read_picture", noted)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: ask("tiny-plain", "project", picture="nothing"), range(6)))
    assert most == [1] * 6


def test_a_picture_lies_as_its_camera_says(ask) -> None:
    turned = Image.Exif()
    turned[0x112] = 6
    pixels = np.random.default_rng(0).integers(0, 256, (40, 64, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", exif=turned)
    found = search.read_picture(load("tiny-faces"), base64.b64encode(file.getvalue()).decode())
    upright = ImageOps.fit(Image.fromarray(np.rot90(pixels, -1)), (64, 64), Image.Resampling.BICUBIC)
    assert np.abs(found - np.asarray(upright, int)).mean() < 1  # rounded in another order


def test_a_class_that_is_not_there_is_refused(ask) -> None:
    picture = encoded(np.zeros((28, 28), np.uint8))
    for wrong in (-1, "3", 1.5, True, None, 10**400):
        refused(ask("tiny-classes", "project", picture=picture, y=wrong), 400, "must be a whole number from 0 to 9,999")
    refused(ask("tiny-classes", "project", picture=picture, y=10), 400, "y is 10; tiny-classes has the classes 0 to 9.")
