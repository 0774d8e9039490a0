"""What the browser asks of models that translate, and what it is told: pixels, verdicts, examples, refusals."""

from __future__ import annotations

import base64
import random
import shutil
from pathlib import Path

import httpx
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import data, paths
from pipelines.metrics import part_reader
from pipelines.modalities import image
from pipelines.models import trained
from pipelines.registries import LOSSES
from pipelines.runs import conditions
from tests.explorer.server.model_answers import images, refused
from tests.tiny_models import sign
from tests.wrong_files import damaged_tensors


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
    assert told["verdict"] and told["kind"] == "score" and told["noise"] and not told["backward"]
    assert told["truth"] and told["targets"]
    told = tell("tiny-smooth", "/translation").json()
    assert (told["input"], told["labels"]) == ([3, 4, 4], []) and not told["verdict"], "its D was not trained"
    told = tell("tiny-style", "/translation").json()
    assert told["backward"] and told["back"] and not told["noise"] and told["domains"] == ["Avataaars", "Personas"]


def test_domains_without_names_are_called_by_the_field_alone(tell, monkeypatch) -> None:
    for stated in ({}, {"DOMAINS": ("one",)}, {"DOMAINS": (1, 2)}, {"DOMAINS": 5}, {"DOMAINS": "ab"}):
        monkeypatch.setattr("explorer.server.translation_answers.stated_by", lambda name, stated=stated: stated)
        assert tell("tiny-style", "/translation").json()["domains"] == ["other", ""]


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


def test_a_style_is_the_z_that_the_encoder_reads_from_a_picture(tell) -> None:
    gan = trained.load(paths.models_home() / "tiny-paint")
    assert tell("tiny-paint", "/translation").json()["encoder"]
    assert not tell("tiny-draw", "/translation").json()["encoder"]
    one, other = gan.truth[:2]
    asked = {"input": encoded(gan.conditions[3]), "seed": 1}
    told = [images(tell("tiny-paint", "translate", style=encoded(picture), **asked)) for picture in (one, other)]
    with torch.inference_mode():
        z = gan.further["encoder"](image.encode(one[None]))[0]
        wanted = image.decode(gan.generator(z, gan.conditions[3:4])).permute(0, 2, 3, 1).numpy()
    assert np.array_equal(told[0], wanted) and not np.array_equal(*told)


def test_there_and_back_again_and_backward(tell) -> None:
    gan = trained.load(paths.models_home() / "tiny-style")
    a, b = gan.conditions[2], torch.from_numpy(data.load("two-styles", size=16, channels=3).images[4])
    there, back = images(tell("tiny-style", "translate", input=encoded(a), back=True))
    assert np.array_equal(there[None], drawn(gan, gan.generator, image.encode(a[None]), 0, 0))
    again = torch.from_numpy(there.copy()).permute(2, 0, 1)[None]
    assert np.array_equal(back[None], drawn(gan, gan.further["backward"], image.encode(again), 0, 0))
    backward = images(tell("tiny-style", "translate", input=encoded(b), direction="backward"))
    assert np.array_equal(backward, drawn(gan, gan.further["backward"], image.encode(b[None]), 0, 0))


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


@pytest.mark.parametrize(("name", "field"), [("tiny-paint", "map"), ("tiny-style", "other")])
def test_examples_are_held_out_and_have_their_true_pictures(tell, name: str, field: str) -> None:
    known = data.load(trained.load(paths.models_home() / name).config.data, size=16, channels=3, split="test")
    for verb, wanted in (("/inputs", known.fields[field]), ("/targets", known.images)):
        assert np.array_equal(stored(tell(name, verb), wanted.dtype.type), wanted)


def test_a_model_without_true_pictures_says_so_or_has_others_of_the_kind(
    tell, homes, tiny_translators: Path, monkeypatch
) -> None:
    for name in ("tiny-paint", "tiny-style"):
        folder = shutil.copytree(tiny_translators / "models" / name, homes.models / name)
        conditions.save(trained.load(folder).conditions, None, folder)
        sign(folder)
    monkeypatch.setenv("GAN_EXPLORER_MODELS", str(homes.models))
    told = tell("tiny-paint", "/translation").json()
    assert not told["truth"] and not told["targets"]
    refused(tell("tiny-paint", "/targets"), 400, "of tiny-paint are not kept with it")
    told = tell("tiny-style", "/translation").json()
    assert not told["truth"] and told["targets"]
    images = data.load("two-styles", size=16, channels=3).images
    assert np.array_equal(stored(tell("tiny-style", "/targets"), np.uint8), images[: len(images)])
    monkeypatch.setenv("GAN_EXPLORER_DATA", str(homes.data))
    assert not tell("tiny-style", "/translation").json()["targets"], "its pictures are not on this machine"


def test_the_map_of_a_face_is_that_of_the_part_reader(tell, monkeypatch) -> None:
    refused(tell("tiny-draw", "parts", picture=PICTURE), 400, "There is no part reader for the data set")

    class Reader:
        """Label 2 where a pixel's red is above 100, else 1."""

        def read(self, images: torch.Tensor, size: int) -> torch.Tensor:
            assert images.shape[-1] == size
            return 1 + (images[:, 0] > 100).long()

    monkeypatch.setattr(part_reader, "of", lambda name: Reader())
    assert tell("tiny-paint", "/translation").json()["parts"]
    face = data.load("face-maps", size=16, channels=3).images[0]
    told = stored(tell("tiny-paint", "parts", picture=encoded(face)), np.int8)
    assert np.array_equal(told[0, 0], np.where(face[0] > 100, 2, 1)) and len(np.unique(told)) == 2
    refused(tell("tiny-paint", "parts", picture=MAP), 400, "The picture has 256 bytes; 3 x 16 x 16 are 768")


@pytest.mark.parametrize(("name", "which"), [("tiny-paint", "encoder"), ("tiny-style", "backward"),
                                             ("tiny-paint", "conditions"), ("tiny-style", "conditions")])  # fmt: skip
@settings(max_examples=8, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_wrong_file_of_a_model_is_a_sentence_or_translates(
    tell, homes, tiny_translators: Path, name: str, which: str, seed: int
) -> None:
    folder = shutil.copytree(tiny_translators / "models" / name, homes.models / name, dirs_exist_ok=True)
    path = folder / f"{which}.safetensors"
    path.write_bytes(damaged_tensors(random.Random(seed), path.read_bytes()))
    sign(folder)  # as whoever publishes it would
    wish = {"input": MAP, "style": PICTURE} if name == "tiny-paint" else {"input": PICTURE, "direction": "backward"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_EXPLORER_MODELS", str(homes.models))
        for answer in (tell(name, "translate", **wish), tell(name, "/conditions"), tell(name, "/translation")):
            if answer.status_code != 200:
                assert path.name in answer.text and "\n" not in answer.text and len(answer.text) < 1000, answer.text
                assert answer.status_code == 400


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
        ("tiny-paint", {"input": MAP, "style": MAP}, "The picture has 256 bytes"),
        ("tiny-draw", {"input": MAP, "style": PICTURE}, "has no encoder to read a style; leave out 'style'"),
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
    refused(ask("tiny-classes", "parts", picture=MAP), 400, "The picture has 256 bytes")
    for verb in ("/translation", "/inputs", "/targets"):
        refused(ask("tiny-classes", verb), 400, "tiny-classes reads no picture")


def test_a_picture_beside_a_picture_fits_into_a_body(tell) -> None:
    """Two pictures of 256 x 256 in colour, the largest that there are, are refused by their size, not by the body's."""
    large = encoded(np.zeros((3, 256, 256), np.uint8))
    refused(tell("tiny-style", "translate", input=large, judged=large), 400, "The picture has 196,608 bytes")


@pytest.mark.parametrize("model", ["tiny-sharpen", "tiny-style"])
def test_z_that_changes_nothing_gives_no_attribute(tell, model: str) -> None:
    refused(tell(model, "edit", point={"z": [["0.0", 1]], "y": 0}, name="smile"), 400, "no z gives an attribute")
