"""What the classifiers of classes and of attributes share: shapes, training, and the folder in which they ship."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from pipelines import data, metrics, paths
from pipelines.errors import DataError, ModelError
from pipelines.metrics import attributes, classifier, judge, part_reader
from pipelines.metrics.judge import Judge
from pipelines.registries import DATA_SETS


def halves(count: int = 96) -> data.ImageSet:
    """Noisy pictures of two classes: the upper or the lower half is bright."""
    random = np.random.default_rng(0)
    labels = np.arange(count) % 2
    images = random.integers(0, 60, (count, 1, 28, 28), np.uint8)
    images[labels == 0, :, :14] += 180
    images[labels == 1, :, 14:] += 180
    return data.ImageSet("mine", images, labels.astype(np.int64), ("above", "below"), "", "")


def corners(count: int = 96) -> data.ImageSet:
    """Noisy pictures with two attributes, independent of each other: bright above, bright below."""
    random = np.random.default_rng(0)
    images = random.integers(0, 60, (count, 3, 64, 64), np.uint8)
    having = np.stack([np.arange(count) % 2, np.arange(count) // 2 % 2], 1).astype(np.uint8)
    images[having[:, 0] == 1, :, :32] += 180
    images[having[:, 1] == 1, :, 32:] += 180
    return data.ImageSet("mine", images, None, (), "", "", (), having, ("above", "below"))


@dataclass(frozen=True)
class Kind:
    """A kind of judge, and what its tests need."""

    name: str  # as in cards
    what: str  # as in sentences
    module: ModuleType
    network: type[Judge]
    untrained: Callable[[int], Judge]  # by the number of logits
    pictures: Callable[..., data.ImageSet]
    epochs: int  # after which it knows them
    ships_for: str
    asks: dict[str, int]  # of ``data.load``, beside the split
    card: dict[str, object]  # what its card must say for it to be made again

    def __str__(self) -> str:
        return self.name

    def right(self, model: Judge, pictures: data.ImageSet) -> float:
        """The accuracy, of attributes the worst one."""
        found = self.module.accuracy(model, pictures)
        return min(found.values()) if isinstance(found, dict) else found


CLASSES = Kind(
    metrics.CLASSES, "classifier", classifier, classifier.Classifier, classifier.Classifier, halves, 3, "digits", {}, {}
)
ATTRIBUTES = Kind(
    metrics.ATTRIBUTES, "attribute classifier", attributes, attributes.AttributeClassifier,
    lambda logits: attributes.AttributeClassifier([f"attribute {index}" for index in range(logits)]), corners, 3,
    "faces", {"size": 64, "channels": 3}, {"attribute_names": ["above", "below"], "groups": [["above", "below"]]},
)  # fmt: skip
KINDS = pytest.mark.parametrize("kind", [CLASSES, ATTRIBUTES], ids=str)
SHIPPED = sorted(path.parent.name for path in (paths.MODELS / "classifiers").glob("*/card.json"))


@pytest.fixture(autouse=True)
def one_thread():
    """Tiny batches are quicker in one thread, above all where other work keeps the processor busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that takes the place of ``checkpoints/``."""
    monkeypatch.setattr(paths, "MODELS", tmp_path)
    return tmp_path


@KINDS
def test_logits_and_features_have_their_shapes(kind: Kind) -> None:
    model = kind.untrained(7).eval()
    x = torch.rand(5, model.CHANNELS, model.SIZE, model.SIZE) * 2 - 1
    assert model(x).shape == (5, 7)
    assert model.features(x).shape == (5, judge.FEATURES)
    assert torch.allclose(model.head(model.features(x)), model(x))


@KINDS
@pytest.mark.parametrize("channels", data.CHANNELS)
@pytest.mark.parametrize("size", data.SIZES)
def test_pictures_of_any_size_and_colour_can_be_judged(kind: Kind, size: int, channels: int) -> None:
    images = torch.full((2, channels, size, size), 102, dtype=torch.uint8)
    prepared = kind.network.prepared(images)
    assert prepared.shape == (2, *kind.pictures(1).images.shape[1:]) and prepared.dtype == torch.float32
    assert torch.allclose(prepared, torch.tensor(-0.2), atol=1e-5)
    assert torch.allclose(kind.network.prepared(images.float() / 127.5 - 1), prepared, atol=1e-5)


@KINDS
def test_pictures_that_fit_stay_as_they_are(kind: Kind) -> None:
    x = torch.rand(2, kind.network.CHANNELS, kind.network.SIZE, kind.network.SIZE) * 2 - 1
    assert torch.equal(kind.network.prepared(x), x)
    grey = x[:, :1]
    assert torch.allclose(kind.network.prepared(grey), kind.network.prepared(grey.expand(-1, 3, -1, -1)), atol=1e-6)


@KINDS
def test_training_learns_and_leaves_the_global_random_state_alone(kind: Kind) -> None:
    before = torch.get_rng_state()
    told: list[str] = []
    pictures = kind.pictures()
    model = kind.module.train(pictures, seed=1, epochs=kind.epochs, progress=told.append)
    assert torch.equal(torch.get_rng_state(), before)
    assert len(told) == kind.epochs and told[-1].startswith(f"epoch {kind.epochs} of {kind.epochs}: loss ")
    assert not model.training
    assert kind.right(model, pictures) == 1.0


@KINDS
def test_the_seed_decides_the_weights(kind: Kind) -> None:
    one, same, other = (kind.module.train(kind.pictures(16), seed=s, epochs=1).state_dict() for s in (1, 1, 2))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["head.1.weight"], other["head.1.weight"])


@KINDS
def test_a_set_with_nothing_to_tell_cannot_be_learnt(kind: Kind) -> None:
    plain = data.ImageSet("mine", kind.pictures(4).images, None, (), "", "")
    with pytest.raises(DataError, match=f"'mine' has no {kind.name}"):
        kind.module.train(plain)


@KINDS
def test_a_published_one_comes_back_the_same_and_counts_as_its_kind(kind: Kind, models: Path) -> None:
    assert not metrics.available("mine") and not metrics.attributes_available("mine")
    model = kind.module.train(kind.pictures(16), epochs=1)
    judge.publish(model, "mine", kind=kind.name, **kind.card)
    assert metrics.available("mine") == (kind is CLASSES)
    assert metrics.attributes_available("mine") == (kind is ATTRIBUTES)
    before = torch.get_rng_state()
    loaded = kind.module.load("mine")
    assert torch.equal(torch.get_rng_state(), before)
    x = torch.rand(3, model.CHANNELS, model.SIZE, model.SIZE)
    assert torch.allclose(loaded(x), model(x), atol=1e-5)
    assert not loaded.training and not any(weight.requires_grad for weight in loaded.parameters())
    assert sorted(file.name for file in (models / "classifiers" / "mine").iterdir()) == [
        "card.json", "weights.safetensors",
    ]  # fmt: skip
    other = ATTRIBUTES if kind is CLASSES else CLASSES
    with pytest.raises(ModelError, match=f"There is no {other.what} for the data set 'mine' in"):
        other.module.load("mine")


@KINDS
def test_a_missing_one_is_told_in_a_sentence(kind: Kind, models: Path) -> None:
    sentence = f"no {kind.what} for the data set 'letters' in .*; make it with: python -m pipelines.metrics"
    with pytest.raises(ModelError, match=sentence):
        kind.module.load("letters")


@KINDS
@pytest.mark.parametrize("damage", ["a byte", "another network", "another card", "no card"])
def test_a_tampered_one_is_refused(kind: Kind, damage: str, models: Path) -> None:
    judge.publish(kind.untrained(2), "mine", kind=kind.name, **kind.card)
    folder = models / "classifiers" / "mine"
    reason = "are damaged: they are not those that card.json describes"
    if damage == "a byte":
        content = bytearray((folder / "weights.safetensors").read_bytes())
        content[-1] ^= 1
        (folder / "weights.safetensors").write_bytes(content)
    elif damage == "another network":
        judge.publish(torch.nn.Linear(2, 2), "mine", kind=kind.name, **kind.card)
        reason = f"do not fit the {kind.what} of this version"
    elif damage == "another card":
        (folder / "card.json").write_text(json.dumps({"kind": kind.name}))
    else:
        (folder / "card.json").write_text("{")
        reason = "cannot be read"
    with pytest.raises(ModelError, match=f"{reason}.*make it with: python -m {kind.module.__name__} mine"):
        kind.module.load("mine")


@KINDS
def test_the_command_trains_and_publishes(
    kind: Kind, models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    asked = []
    counts = {"train": 64, "test": 32}
    monkeypatch.setattr(
        data, "load", lambda name, **how: asked.append((name, how)) or kind.pictures(counts[how["split"]])
    )
    monkeypatch.setattr("sys.argv", ["a command", kind.ships_for, "--epochs", "1", "--seed", "3"])
    kind.module.main()
    assert asked == [(kind.ships_for, {**kind.asks, "split": split}) for split in counts]
    card = json.loads((models / "classifiers" / kind.ships_for / "card.json").read_text())
    assert card["command"] == f"python -m {kind.module.__name__} {kind.ships_for} --seed 3 --epochs 1"
    assert card["kind"] == kind.name and card["data"] == kind.ships_for and card["seed"] == 3 and card["data_licence"]
    assert card["test_pictures"] == 32
    said, right = capsys.readouterr().out, card["test_accuracy"]
    shares = {"test accuracy": right} if kind is CLASSES else right
    assert kind is CLASSES or set(shares) == {"above", "below"}
    assert all(f"{name:20}{share:8.2%}" in said for name, share in shares.items())
    assert metrics.card_of(kind.ships_for).kind == kind.name and kind.module.load(kind.ships_for) is not None


@KINDS
def test_the_command_tells_an_error_in_a_sentence(kind: Kind, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["a command", "letters"])
    with pytest.raises(SystemExit, match="There is no data set named 'letters'; choose one of"):
        kind.module.main()


@pytest.mark.parametrize("name", SHIPPED)
def test_one_that_ships_is_small_loads_and_was_measured(name: str) -> None:
    folder = metrics.classifier_folder(name)
    assert (folder / "weights.safetensors").stat().st_size < 1_500_000
    card = json.loads((folder / "card.json").read_text())
    assert {"command", "seed", "seconds", "data_licence", "date", "machine"} <= card.keys()
    if card.get("kind") == metrics.PARTS:
        model, names = part_reader.load(name), DATA_SETS.constants(card["data"])["CONDITION_LABELS"]
        assert DATA_SETS.constants(card["data"])["PART_READER"] == name and model.labels == names
        assert set(card["test_accuracy"]) == set(names) and card["mean_iou"] >= 0.95
    elif metrics.available(name):
        assert card["test_accuracy"] >= {"digits": 0.994, "clothes": 0.925, "coloured-digits": 0.98}[name]
        model, names = classifier.load(name), data.class_names_of(name)
    else:
        model, names = attributes.load(name), data.attribute_names_of(name)
        assert model.attribute_names == names
        assert model.groups == tuple(data.attribute_groups_of(name).values())
        assert set(card["test_accuracy"]) == set(names) and min(card["test_accuracy"].values()) >= 0.995
    assert model(torch.zeros(2, model.CHANNELS, model.SIZE, model.SIZE)).shape[:2] == (2, len(names))
