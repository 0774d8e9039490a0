"""What the browser asks of models that translate, and what it is told: pixels, verdicts, examples, refusals."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import httpx
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from pipelines import data, paths
from pipelines.modalities import image
from pipelines.models import trained
from pipelines.registries import LOSSES
from tests.explorer.server.model_answers import images, refused


@pytest.fixture
def tell(ask, tiny_translators: Path, monkeypatch: pytest.MonkeyPatch):
    """``ask``, of the models that translate; their faces are on this machine."""
    monkeypatch.setenv("GAN_EXPLORER_MODELS", str(tiny_translators / "models"))
    monkeypatch.setenv("GAN_EXPLORER_DATA", str(tiny_translators / "data"))
    return ask


def encoded(stored: np.ndarray | torch.Tensor) -> str:
    return base64.b64encode(np.ascontiguousarray(stored).tobytes()).decode()


def stored(answer: httpx.Response, dtype: type) -> np.ndarray:
    assert answer.status_code == 200, answer.text
    return np.frombuffer(answer.content, dtype).reshape([int(edge) for edge in answer.headers["x-shape"].split(",")])


def parted(answer: httpx.Response) -> tuple[np.ndarray, np.ndarray]:
    """The pictures of an answer, and the verdicts that follow them."""
    assert answer.status_code == 200, answer.text
    shapes = ([int(edge) for edge in answer.headers[name].split(",")] for name in ("x-shape", "x-verdicts"))
    shape, verdicts = shapes
    size = int(np.prod(shape))
    return (
        np.frombuffer(answer.content[:size], np.uint8).reshape(shape),
        np.frombuffer(answer.content[size:], "<f4").reshape(verdicts),
    )


def drawn(gan: trained.Trained, network: torch.nn.Module, y: torch.Tensor, seed: int, index: int) -> np.ndarray:
    """Pixels [1, H, W, C] by the network itself; ``y`` as it is given."""
    with torch.inference_mode():
        return image.decode(network(gan.draw([(seed, index)])[0], y)).permute(0, 2, 3, 1).numpy()


def test_a_model_tells_what_it_reads_and_draws(tell) -> None:
    told = tell("tiny-paint", "/translation").json()
    assert (told["input"], told["output"]) == ([1, 16, 16], [3, 16, 16])
    assert [one["name"] for one in told["labels"]][:3] == ["background", "skin", "hair"] and len(told["labels"]) == 10
    assert told["labels"][1]["colour"] == "#e8b287"
    assert told["verdict"] and told["kind"] == "score" and told["noise"] and not told["backward"] and told["paired"]
    assert told["prepared"] and told["held_out"]
    told = tell("tiny-smooth", "/translation").json()
    assert (told["input"], told["labels"]) == ([3, 4, 4], []) and not told["verdict"], "its D was not trained"
    told = tell("tiny-style", "/translation").json()
    assert told["backward"] and told["back"] and not told["paired"] and not told["noise"]


@pytest.mark.parametrize("name", ["tiny-paint", "tiny-draw", "tiny-sharpen", "tiny-style"])
def test_a_translation_is_the_picture_of_the_network(tell, name: str) -> None:
    gan = trained.load(paths.models_home() / name)
    for number, seed, index in ((0, 0, 0), (3, 5, 7)):
        kept = gan.conditions[number]
        y = kept[None] if kept.dtype == torch.int8 else image.encode(kept[None])
        told = images(tell(name, "translate", input=encoded(kept), seed=seed, index=index))
        assert np.array_equal(told, drawn(gan, gan.generator, y, seed, index))
    inputs = [images(tell(name, "translate", input=encoded(gan.conditions[number]))) for number in (0, 1)]
    assert not np.array_equal(*inputs), "another input is another picture"


def test_z_changes_what_is_painted(tell) -> None:
    gan = trained.load(paths.models_home() / "tiny-paint")
    told = [images(tell("tiny-paint", "translate", input=encoded(gan.conditions[0]), seed=seed)) for seed in (1, 2, 1)]
    assert np.array_equal(told[0], told[2]) and not np.array_equal(*told[:2])


def test_there_and_back_again_and_backward(tell) -> None:
    gan = trained.load(paths.models_home() / "tiny-style")
    a, b = gan.conditions[2], torch.from_numpy(data.load("two-styles", size=16, channels=3).images[4])
    there, back = images(tell("tiny-style", "translate", input=encoded(a), back=True))
    assert np.array_equal(there[None], drawn(gan, gan.generator, image.encode(a[None]), 0, 0))
    again = torch.from_numpy(there.copy()).permute(2, 0, 1)[None]
    assert np.array_equal(back[None], drawn(gan, gan.backward, image.encode(again), 0, 0))
    backward = images(tell("tiny-style", "translate", input=encoded(b), direction="backward"))
    assert np.array_equal(backward, drawn(gan, gan.backward, image.encode(b[None]), 0, 0))


def test_enlarged_is_bicubic(tell) -> None:
    gan = trained.load(paths.models_home() / "tiny-sharpen")
    small = gan.conditions[1]
    told = images(tell("tiny-sharpen", "translate", input=encoded(small), enlarged=True))
    assert len(told) == 2
    wanted = F.interpolate(small[None].float(), (16, 16), mode="bicubic").round().clamp(0, 255)
    assert np.array_equal(told[1], wanted[0].permute(1, 2, 0).numpy().astype(np.uint8))
    flat = images(tell("tiny-sharpen", "translate", input=encoded(np.full((3, 4, 4), 77, np.uint8)), enlarged=True))
    assert (flat[1] == 77).all(), "what is flat stays flat"


@pytest.mark.parametrize("name", ["tiny-paint", "tiny-draw", "tiny-style"])
def test_the_verdict_is_that_of_d_for_each_patch(tell, name: str) -> None:
    gan = trained.load(paths.models_home() / name)
    kept, real = gan.conditions[0], torch.from_numpy(data.load(gan.config.data, size=16, channels=3).images[0])
    answer = tell(name, "translate", input=encoded(kept), verdict=True, judged=encoded(real))
    pictures, verdicts = parted(answer)
    assert pictures.shape == (1, 16, 16, 3) and len(verdicts) == 2 and verdicts[0].size > 1
    fake = torch.from_numpy(pictures.copy()).permute(0, 3, 1, 2)
    y = kept[None] if kept.dtype == torch.int8 else image.encode(kept[None])
    with torch.inference_mode():
        for picture, told in zip((fake, real[None]), verdicts, strict=True):
            logits = gan.discriminator(image.encode(picture), y if gan.entry.spec.paired else None)
            wanted = LOSSES.get(gan.config.loss).d_output(logits[0].mean(0))
            assert np.allclose(told, wanted.numpy(), atol=1e-5)


def test_a_d_that_judges_whole_pictures_gives_one_number(tell) -> None:
    gan = trained.load(paths.models_home() / "tiny-sharpen")
    _, verdicts = parted(tell("tiny-sharpen", "translate", input=encoded(gan.conditions[0]), verdict=True))
    assert verdicts.shape == (1, 1, 1)


def test_examples_are_those_that_the_model_keeps_with_their_true_pictures(tell) -> None:
    known = data.load("face-maps", size=16, channels=3)
    inputs, targets = stored(tell("tiny-paint", "/inputs"), np.int8), stored(tell("tiny-paint", "/targets"), np.uint8)
    assert inputs.shape == (24, 1, 16, 16) and np.array_equal(inputs, known.fields["map"])
    assert np.array_equal(targets, known.images)
    held = data.load("face-maps", size=16, channels=3, split="test")
    for verb, wanted in (("/inputs", held.fields["map"]), ("/targets", held.images)):
        assert np.array_equal(stored(tell("tiny-paint", verb, held_out=True), wanted.dtype.type), wanted)


def test_the_pictures_of_an_unpaired_set_are_of_the_other_kind(tell) -> None:
    known = data.load("two-styles", size=16, channels=3)
    told = stored(tell("tiny-style", "/targets"), np.uint8)
    assert len(told) == min(32, len(known.images)) and np.array_equal(told[0], known.images[0])


def test_other_pictures_than_those_learnt_from_are_no_truth(tell, homes, tiny_translators: Path, monkeypatch) -> None:
    models = homes.models / "other"
    shutil.copytree(tiny_translators / "models" / "tiny-paint", models / "tiny-paint")
    monkeypatch.setenv("GAN_EXPLORER_MODELS", str(models))
    from pipelines.runs import conditions
    from tests.tiny_models import sign

    kept = trained.load(models / "tiny-paint").conditions
    conditions.save(kept.flip(0).contiguous(), models / "tiny-paint")
    sign(models / "tiny-paint")
    refused(tell("tiny-paint", "/targets"), 400, "are not those that tiny-paint learnt from")


def test_without_the_data_set_there_are_the_kept_examples_alone(tell, homes, monkeypatch) -> None:
    monkeypatch.setenv("GAN_EXPLORER_DATA", str(homes.data))
    told = tell("tiny-draw", "/translation").json()
    assert not told["prepared"] and not told["held_out"]
    assert stored(tell("tiny-draw", "/inputs"), np.uint8).shape == (24, 1, 16, 16)
    refused(tell("tiny-draw", "/targets"), 400, "not on this machine yet")
    refused(tell("tiny-draw", "/inputs", held_out=True), 400, "There are no held-out pictures of 'face-outlines'")


MAP, PICTURE = encoded(np.zeros((1, 16, 16), np.int8)), encoded(np.zeros((3, 16, 16), np.uint8))
SMALL = encoded(np.zeros((3, 4, 4), np.uint8))


@pytest.mark.parametrize(
    ("model", "wish", "words"),
    [
        ("tiny-paint", {}, "input"),
        ("tiny-paint", {"input": 3}, "input"),
        ("tiny-paint", {"input": "é"}, "input is not base64"),
        ("tiny-paint", {"input": "AAA"}, "input is not base64"),
        ("tiny-paint", {"input": "AAAA"}, "The map has 3 bytes; 1 x 16 x 16 are 256"),
        ("tiny-paint", {"input": PICTURE}, "The map has 768 bytes"),
        ("tiny-paint", {"input": "A" * 400_001}, "input"),
        ("tiny-paint", {"input": encoded(np.full((1, 16, 16), 10, np.int8))}, "the label 10; tiny-paint has"),
        ("tiny-paint", {"input": encoded(np.full((1, 16, 16), -1, np.int8))}, "the label -1"),
        ("tiny-paint", {"input": MAP, "seed": -1}, "seed"),
        ("tiny-paint", {"input": MAP, "index": 1.5}, "index"),
        ("tiny-paint", {"input": MAP, "direction": "up"}, "direction"),
        ("tiny-paint", {"input": MAP, "direction": "backward"}, "in one direction only"),
        ("tiny-paint", {"input": MAP, "back": True}, "does not translate there and back"),
        ("tiny-paint", {"input": MAP, "enlarged": True}, "leave out 'enlarged'"),
        ("tiny-paint", {"input": MAP, "verdict": True, "judged": MAP}, "The picture has 256 bytes"),
        ("tiny-paint", {"input": MAP, "verdict": True, "judged": "?"}, "judged is not base64"),
        (
            "tiny-smooth",
            {"input": encoded(np.zeros((3, 4, 4), np.uint8)), "verdict": True},
            "without its discriminator",
        ),
        ("tiny-style", {"input": PICTURE, "direction": "backward", "verdict": True}, "leave out 'verdict'"),
        ("tiny-style", {"input": PICTURE, "nothing": 1}, "nothing named 'nothing'"),
    ],
)
def test_what_cannot_be_translated_is_one_sentence(tell, model: str, wish: dict, words: str) -> None:
    refused(tell(model, "translate", **wish), 400, words)


def test_a_model_of_classes_translates_nothing(ask) -> None:
    refused(ask("tiny-classes", "translate", input=MAP), 400, "tiny-classes reads no picture")
    for verb in ("/translation", "/inputs", "/targets"):
        refused(ask("tiny-classes", verb), 400, "tiny-classes reads no picture")


def test_a_picture_beside_a_picture_fits_into_a_body(tell) -> None:
    """Two pictures of 256 x 256 in colour, the largest that there are, are refused by their size, not by the body's."""
    large = encoded(np.zeros((3, 256, 256), np.uint8))
    refused(tell("tiny-style", "translate", input=large, judged=large), 400, "The picture has 196,608 bytes")
