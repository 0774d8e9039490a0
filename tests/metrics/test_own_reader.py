"""Readers of one's own: what they learn, what they refuse to tell, and where they are found again."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from pipelines import data, metrics
from pipelines.config.train_config import TrainConfig
from pipelines.data._spec import spelt
from pipelines.errors import DataError
from pipelines.metrics import ATTRIBUTES, CLASSES, judge, own_labels, own_reader, own_training, quality
from pipelines.metrics.evaluate import attribute_model
from pipelines.metrics.own_labels import Labels, held_out
from pipelines.metrics.reader import Reader
from pipelines.models import own_readers, steering, steering_fit
from pipelines.models.registry import Entry
from pipelines.models.trained import Trained
from tests.conftest import Homes

COUNT = 400
NAMES = ("above", "below", "copied", "noise", "seven")


def pictures(count: int = COUNT) -> data.ImageSet:
    """Noisy pictures, bright above and bright below by chance; a column that mostly copies one; noise; a rare one."""
    random = np.random.default_rng(0)
    having = random.integers(0, 2, (count, 5), np.uint8)
    having[:, 2] = np.where(random.random(count) < 0.9, having[:, 0], 1 - having[:, 0])
    having[:, 4] = np.arange(count) < 7
    images = random.integers(0, 60, (count, 3, 16, 16), np.uint8)
    images[having[:, 0] == 1, :, :8] += 180
    images[having[:, 1] == 1, :, 8:] += 180
    return data.ImageSet("folder", images, None, (), "a" * 64, "made", (), having, NAMES)


def marked(count: int, share: float, seed: int) -> data.ImageSet:
    """Pictures whose upper half is brighter where they are marked: 2.6 deviations, of which the best cut tells 90 %.

    Marks are an attribute and, as ``plain`` and ``mark``, classes.
    """
    random = np.random.default_rng(seed)
    has = random.permutation(np.arange(count) < share * count)
    images = random.integers(0, 20, (count, 3, 8, 8)).astype(np.float64)
    images[:, :, :4] += (90 + 20 * random.normal(2.6 * has))[:, None, None, None]
    images[:, :, 4:] += random.integers(0, 200, (count, 1, 1, 1))
    pixels = images.clip(0, 255).astype(np.uint8)
    return data.ImageSet(
        "folder", pixels, has.astype(np.int64), ("plain", "mark"), "d" * 64, "made", (),
        has[:, None].astype(np.uint8), ("mark",),
    )  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def small():
    """Readers are small and look at 32 x 32 pixels, in small batches; the browser's test trains one as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own_reader, "WIDTHS", (8, 8, 16, 16))
        patch.setattr(own_reader.OwnReader, "SIZE", 32)
        patch.setattr(own_training, "BATCH", 32)
        yield


@pytest.fixture(scope="module")
def taught() -> own_training.Taught:
    told = []
    found = own_training.train(pictures(), epochs=3, bf16=False, progress=lambda share, message: told.append(share))
    assert told == sorted(told) and told[-1] == 1.0
    return found


@pytest.fixture
def kept(taught: own_training.Taught, homes: Homes) -> str:
    """The fingerprint of pictures whose reader is kept."""
    judge.publish(taught.network, "folder", "a" * 64, **taught.card)
    return "a" * 64


def test_pictures_that_are_equal_are_held_out_together() -> None:
    images = pictures().images
    twice = np.concatenate([images, images])
    apart = held_out(twice)
    assert (apart[:COUNT] == apart[COUNT:]).all()
    assert 0.12 < apart.mean() < 0.28


def test_columns_are_spelt_as_people_read_them() -> None:
    assert spelt(["Mouth_Slightly_Open", "Male"]) == ("Mouth Slightly Open", "Male")
    assert spelt(["a_b", "a b"]) == ("a_b", "a b")


def test_few_and_rare_and_joined_labels_are_handled_and_said() -> None:
    given = pictures()
    labels = Labels.of(given)
    assert labels.kind == ATTRIBUTES and labels.names == NAMES[:4]
    assert labels.unused["seven"] == ("on 7 of 400 pictures (1.8 %), and 20 pictures with it and 20 without are needed")
    (note,) = labels.notes
    assert note.startswith("above and copied often come together (correlation 0.")
    agree = labels.targets[:, 0] == labels.targets[:, 2]
    assert agree.mean() > 0.85 and 0.65 < np.average(agree, weights=labels.weights[:, 0]) < 0.8

    rare = np.zeros((2000, 1), np.uint8)
    rare[:30] = 1
    many = replace(given, images=np.zeros((2000, 1, 4, 4), np.uint8), attributes=rare, attribute_names=("hat",))
    labels = Labels.of(many)
    assert labels.notes == ("hat is on 30 of 2,000 pictures (1.5 %): these count more in training",)
    assert labels.weights[0] > 15 * labels.weights[-1]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (replace(pictures(), attributes=None, attribute_names=()), "has no labels.*attributes.csv.*one subfolder"),
        (replace(pictures(99), name="few"), "'few' has 99 pictures and a reader needs 100"),
        (replace(pictures(), attributes=np.ones((COUNT, 5), np.uint8)), "No attribute of the data set"),
        (replace(pictures(), images=np.zeros((COUNT, 3, 8, 8), np.uint8)), "are all the same"),
        (replace(pictures(), modality="points"), "holds no pictures"),
    ],
)
def test_what_cannot_be_learnt_is_a_sentence(given: data.ImageSet, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        own_training.train(given, epochs=1)


def test_what_is_told_well_is_used_and_the_rest_says_why_not(taught: own_training.Taught) -> None:
    card = taught.card
    assert {"above", "below"} <= set(card["attribute_names"]) and "noise" not in card["attribute_names"]
    assert card["balanced"]["above"] > 0.95 and card["balanced"]["below"] > 0.95 and card["balanced"]["noise"] < 0.7
    assert card["unused"]["noise"] == "not used, below 80 %" and "seven" in card["unused"]
    assert card["checked_on"].endswith(" held-out pictures") and card["data_fingerprint"] == "a" * 64


def test_test_pictures_are_what_it_is_checked_on_where_there_are_some() -> None:
    given = pictures()
    wrong = replace(given, attributes=1 - given.attributes)
    card = own_training.train(given, wrong, epochs=2, bf16=False).card
    assert card["checked_on"] == f"{COUNT} test pictures"
    assert card["balanced"]["above"] < 0.1 and card["attribute_names"] == []


def of_logits(scores: np.ndarray, truth: np.ndarray, names: tuple[str, ...]) -> tuple[own_reader.OwnReader, dict]:
    """What a reader that gives these logits for held-out pictures becomes, and what its card says."""
    network = own_reader.OwnReader(names)
    labels = Labels(ATTRIBUTES, names, np.zeros((0, len(names))), np.zeros((0, len(names))))
    given = torch.from_numpy(scores), torch.from_numpy(truth.astype(np.float32))
    return network, own_training._attributes(network, labels, *given, None)


def test_a_rare_attribute_is_told_as_well_as_by_the_best_cut() -> None:
    chance = np.random.default_rng(0)
    truth = np.arange(8000)[:, None] < 8000 * np.array([0.065, 0.02])
    scores = chance.normal(3.3 * truth) - 4  # as glasses among photographs
    balanced = of_logits(scores, truth, ("glasses", "hat"))[1]["balanced"]
    for column, name in enumerate(("glasses", "hat")):
        score, has = scores[:, column], truth[:, column]
        best = max((np.mean(score[has] > cut) + np.mean(score[~has] <= cut)) / 2 for cut in np.sort(score)[::20])
        assert best > 0.94 and balanced[name] == pytest.approx(best, abs=0.01)


def test_too_few_held_out_pictures_are_a_sentence() -> None:
    names = ("none", "one", "two", "not", "many")
    truth = np.arange(200)[:, None] < np.array([0, 1, 2, 195, 100])
    network, card = of_logits(np.where(truth, 3.0, -3.0), truth, names)
    assert card["unused"] == dict.fromkeys(("none", "one"), "too few pictures to check it on")
    assert card["balanced"] == dict.fromkeys(("two", "not", "many"), 1.0)
    assert card["attribute_names"] == ["two", "not", "many"] == list(network.attribute_names)
    assert card["notes"] == [f"{own_training.ROUGHLY}: two (2 with it), not (5 without it)"]


@pytest.mark.parametrize("kind", [ATTRIBUTES, CLASSES])
def test_what_is_rare_is_told_as_well_as_the_card_says(kind: str, homes: Homes) -> None:
    given, fresh = marked(1000, 0.05, seed=0), marked(400, 0.5, seed=1)
    if kind == CLASSES:
        given = replace(given, attributes=None, attribute_names=())
    taught = own_training.train(given, epochs=3, bf16=False)
    judge.publish(taught.network, "folder", given.fingerprint, **taught.card)
    reader = Reader.of("folder", given.fingerprint)
    assert reader is not None and reader.exclusive == (kind == CLASSES)
    assert reader.names == (("plain", "mark") if kind == CLASSES else ("mark",))

    def recalls(some: data.ImageSet, rows: np.ndarray | slice = slice(None)) -> list[float]:
        seen, labels = reader.read(some.images[rows].transpose(0, 2, 3, 1)), some.labels[rows]
        assert kind == ATTRIBUTES or np.allclose(seen.sum(1), 1, atol=1e-5)
        said = reader.says(seen)[:, reader.names.index("mark")]
        return [float(np.mean(said[labels == label] == label)) for label in (0, 1)]

    apart, balanced = held_out(given.images), list(taught.card["balanced"].values())
    found = recalls(fresh)
    error = 0.5 * np.sqrt(0.9 * 0.1 * (1 / np.bincount(given.labels[apart])).sum())  # of a balanced accuracy of 90 %
    assert (
        min(found) > 0.8 and np.mean(found) > 0.87 and np.mean(balanced) == pytest.approx(np.mean(found), abs=3 * error)
    )
    if kind == CLASSES:
        assert balanced == [round(recall, 4) for recall in recalls(given, apart)]


def test_what_weights_leave_of_how_often_a_class_comes_is_its_prior() -> None:
    often = np.array([900, 90, 9, 1, 0])
    given = replace(
        pictures(1000), labels=np.repeat(np.arange(5), often), class_names=tuple("abcde"), attributes=None
    )  # fmt: skip
    labels = Labels.of(given)
    assert labels.weights.max() == own_labels.HEAVIEST == labels.weights[3]
    prior = labels.prior(np.arange(1000))
    assert np.exp(prior).tolist() == pytest.approx([1, 1, 20 * 9 * 5 / 1000, 20 * 5 / 1000, 1])
    assert labels.prior(np.arange(0, 1000, 2))[3] == 0  # its picture is not learnt from


def test_a_kept_reader_is_that_of_its_pictures_and_of_no_others(kept: str, taught: own_training.Taught) -> None:
    assert metrics.attributes_available("folder", kept) and not metrics.available("folder", kept)
    assert Reader.of("folder") is None and Reader.of("folder", "b" * 64) is None and Reader.of("folder", "../x") is None
    reader, given = Reader.of("folder", kept), pictures()
    assert reader is not None and reader.names == metrics.names_of("folder", kept) == taught.network.attribute_names
    apart = held_out(given.images)
    seen = reader.says(reader.read(given.images[apart].transpose(0, 2, 3, 1)))
    right = seen[:, reader.names.index("below")] == given.attributes[apart, 1]
    assert right.mean() > 0.95
    assert attribute_model("folder", kept) is reader.network
    looks = quality.judge_of("folder", torch.from_numpy(given.images[:100]), fingerprint=kept)
    assert looks.kind == ATTRIBUTES and looks.name.startswith("reader ") and looks.name.endswith(" features")
    _, probabilities = looks(torch.from_numpy(given.images[:3]))
    assert np.allclose(probabilities, reader.read(given.images[:3].transpose(0, 2, 3, 1)), atol=1e-5)
    assert quality.judge_of("folder", torch.from_numpy(given.images[:100])).name == "pixel features"


@pytest.mark.parametrize(
    ("file", "change", "sentence"),
    [
        ("card.json", lambda text: b"{", "cannot be read|is no JSON|JSON"),
        ("card.json", lambda text: text.replace(b"a" * 64, b"c" * 64), "was trained on other pictures"),
        ("card.json", lambda text: text.replace(b'"layout": "1"', b'"layout": "0"'), "another version of the program"),
        (
            "card.json",
            lambda text: text.replace(b'"groups": []', b'"groups": [["x"]]'),
            "groups holds 'x', which is no",
        ),
        ("weights.safetensors", lambda content: content[:-1] + b"!", "are damaged"),
    ],
)
def test_a_damaged_or_foreign_one_is_a_sentence_and_counts_as_none(kept: str, file, change, sentence: str) -> None:
    assert Reader.of("folder", kept) is not None and metrics.own_problem("folder", kept) == ""
    path = metrics.classifier_folder("folder", kept) / file
    path.write_bytes(change(path.read_bytes()))
    (path.parent / "card.json").touch()
    assert Reader.of("folder", kept) is None
    assert metrics.own_problem("folder", kept).count("; train it anew") <= 1
    assert re.search(sentence, metrics.own_problem("folder", kept))
    assert quality.judge_of("folder", torch.from_numpy(pictures().images[:100]), fingerprint=kept).name == (
        "pixel features"
    )


def test_classes_that_cannot_be_told_are_not_used() -> None:
    labels = np.random.default_rng(1).integers(0, 2, COUNT)
    noise = replace(pictures(), attributes=None, attribute_names=(), labels=labels, class_names=("dark", "bright"))
    card = own_training.train(noise, epochs=1, bf16=False).card
    assert card["kind"] == CLASSES and card["class_names"] == [] and "told too badly" in card["notes"][-1]


def test_the_command_trains_one_and_says_how_well(homes: Homes, type_in, tmp_path, monkeypatch) -> None:
    from PIL import Image

    monkeypatch.setattr(own_training, "SEEN", COUNT)
    given, folder = pictures(200), tmp_path / "photos"
    folder.mkdir()
    for number, image in enumerate(given.images):
        Image.fromarray(image.transpose(1, 2, 0)).save(folder / f"{number:03d}.png")
    words = ("reader", "folder", "--folder", folder, "--size", 16)
    code, said = type_in(*words)
    assert code == 1 and "has no labels that a reader could learn; put an attributes.csv" in said
    rows = [",".join([f"{number:03d}.png", *map(str, row)]) for number, row in enumerate(given.attributes.tolist())]
    (folder / "attributes.csv").write_text("\n".join([",".join(["file", *NAMES]), *rows]))
    code, said = type_in(*words)
    assert code == 0 and "Note: Probabilities are those of pictures of which half have the attribute" in said
    assert "above 1" in said.replace("above 9", "above 1") and "not used, below 80 %" in said
    assert "Balanced accuracy on" in said and "above and copied often come together" in said
    prepared = data.load("folder", size=16, channels=3, folder=folder, held_out=TrainConfig().held_out)  # as runs do
    assert "above" in metrics.names_of("folder", prepared.fingerprint)
    card = json.loads((metrics.classifier_folder("folder", prepared.fingerprint) / "card.json").read_text())
    assert card["data_fingerprint"] == prepared.fingerprint
    own_readers.make("folder", size=16, channels=3, folder=folder, epochs=1, fingerprint="b" * 64)
    assert metrics.card_of("folder", "b" * 64).notes[-1].startswith("The pictures or their labels have changed since")
    with pytest.raises(DataError, match="ships for the data set 'faces'"):
        own_readers.make("faces", size=64, channels=3)


def test_a_table_names_the_best_first_and_then_what_is_not_used(taught: own_training.Taught, kept: str) -> None:
    card = metrics.card_of("folder", kept)
    assert card is not None
    rows = own_readers.table(card)
    assert {row["name"] for row in rows} == set(NAMES)
    assert own_readers.notes(card)[0] == own_readers.OF_ATTRIBUTES
    older = own_readers.notes(replace(card, prior=""))
    assert "trained by an older version" in older[0] and older[1:] == card.notes
    used = [not row["why"] for row in rows]
    assert used == sorted(used, reverse=True)
    assert own_labels.groups_of(pictures(), NAMES) == []


class Halves(torch.nn.Module):
    """A generator of such pictures: bright above where z0 > 0, and below where z1 > 0."""

    def forward(self, z: torch.Tensor, y: torch.Tensor | None = None) -> torch.Tensor:
        bright = (8 * z[:, :2]).sigmoid().repeat_interleave(8, 1)  # [B, 16 rows]
        return (-0.76 + 1.4 * bright)[:, None, :, None].expand(-1, 3, -1, 16)


def test_a_model_is_steered_by_a_reader_of_ones_own(kept: str) -> None:
    config = TrainConfig(data="folder", size=16, channels=3, latent_size=4, network="quick", conditional=False)
    entry = Entry("halves", Path("nowhere"), config, (), "Halves", fingerprint=kept)
    gan = Trained(entry, Halves().eval(), None)
    found = steering_fit.fit(gan, names=["below"], count=300, steps=30)
    assert found.learnt == ("below",) and found.fits(gan.reader, 4)
    z, _ = gan.draw((5, index) for index in range(200))
    seen = gan.reader.read(gan.decode(z).permute(0, 2, 3, 1))
    moved = z + steering.LENGTH * torch.from_numpy(found.directions(gan.reader, "below", z.numpy(), seen))
    before, after = gan.reader.says(seen), gan.reader.says(gan.reader.read(gan.decode(moved).permute(0, 2, 3, 1)))
    above, below = (gan.reader.names.index(name) for name in ("above", "below"))
    assert before[:, below].mean() < 0.7 and after[:, below].mean() > 0.95
    assert (after[:, above] != before[:, above]).mean() < 0.05
    assert Trained(replace(entry, fingerprint="b" * 64), Halves(), None).reader is None
