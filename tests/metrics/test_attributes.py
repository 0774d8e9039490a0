"""The attribute classifier: shapes, training, how it differs from one of classes, and the one that ships."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from pipelines import data, metrics, paths
from pipelines.data import faces
from pipelines.errors import DataError, ModelError
from pipelines.metrics import attributes, classifier

SHIPPED = [
    path.parent.name
    for path in sorted((paths.MODELS / "classifiers").glob("*/card.json"))
    if metrics.attributes_available(path.parent.name)
]


def corners(count: int = 96, size: int = 64) -> data.ImageSet:
    """Noisy pictures with two attributes, independent of each other: bright above, bright below."""
    random = np.random.default_rng(0)
    images = random.integers(0, 60, (count, 3, size, size), np.uint8)
    having = np.stack([np.arange(count) % 2, np.arange(count) // 2 % 2], 1).astype(np.uint8)
    images[having[:, 0] == 1, :, : size // 2] += 180
    images[having[:, 1] == 1, :, size // 2 :] += 180
    return data.ImageSet("corners", images, None, (), "", "", (), having, ("above", "below"))


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


def test_logits_and_features_have_their_shapes() -> None:
    model = attributes.AttributeClassifier(["a", "b", "c"], [["a", "b"]]).eval()
    x = torch.rand(5, 3, 64, 64) * 2 - 1
    assert model(x).shape == (5, 3)
    assert model.features(x).shape == (5, attributes.FEATURES)
    assert torch.allclose(model.head(model.features(x)), model(x))
    assert model.attribute_names == ("a", "b", "c") and model.groups == (("a", "b"),)


@pytest.mark.parametrize("channels", data.CHANNELS)
@pytest.mark.parametrize("size", data.SIZES)
def test_pictures_of_any_size_and_colour_can_be_read(size: int, channels: int) -> None:
    images = torch.full((2, channels, size, size), 102, dtype=torch.uint8)
    prepared = attributes.AttributeClassifier.prepared(images)
    assert prepared.shape == (2, 3, 64, 64) and prepared.dtype == torch.float32
    assert torch.allclose(prepared, torch.tensor(-0.2), atol=1e-5)
    assert torch.allclose(attributes.AttributeClassifier.prepared(images.float() / 127.5 - 1), prepared, atol=1e-5)


def test_training_learns_and_leaves_the_global_random_state_alone() -> None:
    before = torch.get_rng_state()
    told: list[str] = []
    model = attributes.train(corners(), seed=1, epochs=8, progress=told.append)
    assert torch.equal(torch.get_rng_state(), before)
    assert len(told) == 8 and told[-1].startswith("epoch 8 of 8: loss ")
    assert not model.training and model.groups == ()
    assert attributes.accuracy(model, corners()) == {"above": 1.0, "below": 1.0}


def test_the_seed_decides_the_weights() -> None:
    one, same, other = (attributes.train(corners(32), seed=seed, epochs=1).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["head.1.weight"], other["head.1.weight"])


def test_sets_without_attributes_or_with_others_are_refused() -> None:
    plain = data.ImageSet("mine", np.zeros((4, 3, 64, 64), np.uint8), None, (), "", "")
    with pytest.raises(DataError, match="'mine' has no attributes; choose one that has, such as faces"):
        attributes.train(plain)
    model = attributes.AttributeClassifier(["above", "beside"]).eval()
    with pytest.raises(DataError, match="has the attributes above, below, and the classifier reads above, beside"):
        attributes.accuracy(model, corners())


def test_alterations_are_small_and_leave_the_pictures_given_as_they_are() -> None:
    x = torch.full((90, 3, 64, 64), -0.5)
    x[:, :, 24:40, 8:24] = 0.5  # a block on the left
    before = x.clone()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        seen = attributes.altered(x)
    assert torch.equal(x, before)
    assert seen.shape == x.shape and seen.min() >= -1 and seen.max() <= 1
    brightness = (seen.mean(1) > 0).float()  # [90, 64, 64]
    middles = (brightness * torch.arange(64.0)).sum((1, 2)) / brightness.sum((1, 2))
    mirrored = middles > 31.5
    assert 25 < mirrored.sum() < 65
    assert (torch.where(mirrored, 63 - middles, middles) - 15.5).abs().max() < 6
    assert (seen.mean((1, 2, 3)) - x.mean()).abs().max() < 0.3


def test_a_published_classifier_comes_back_the_same_and_is_not_one_of_classes(models: Path) -> None:
    model = attributes.train(corners(32), epochs=1)
    assert not metrics.attributes_available("corners")
    groups = [["above", "below"]]
    classifier.publish(model, "corners", kind="attributes", attribute_names=model.attribute_names, groups=groups)
    assert metrics.attributes_available("corners") and not metrics.available("corners")
    before = torch.get_rng_state()
    loaded = attributes.load("corners")
    assert torch.equal(torch.get_rng_state(), before)
    x = torch.rand(3, 3, 64, 64)
    assert torch.allclose(loaded(x), model(x), atol=1e-5)
    assert loaded.attribute_names == ("above", "below") and loaded.groups == (("above", "below"),)
    assert not loaded.training and not any(weight.requires_grad for weight in loaded.parameters())
    with pytest.raises(ModelError, match="There is no classifier for the data set 'corners' in"):
        classifier.load("corners")


def test_what_is_missing_of_another_kind_or_damaged_is_told_in_a_sentence(models: Path) -> None:
    with pytest.raises(ModelError, match="no attribute classifier for the data set 'corners' in .*; make it with: pyt"):
        attributes.load("corners")
    classifier.publish(classifier.Classifier(2), "corners")
    assert metrics.available("corners") and not metrics.attributes_available("corners")
    with pytest.raises(ModelError, match="There is no attribute classifier for the data set 'corners'"):
        attributes.load("corners")
    model = attributes.AttributeClassifier(["above", "below"])
    classifier.publish(model, "corners", kind="attributes", attribute_names=["above"], groups=[])
    with pytest.raises(
        ModelError, match="do not fit the attribute classifier of this version; make it with: python -m"
    ):
        attributes.load("corners")
    (models / "classifiers" / "corners" / "card.json").write_text('{"kind": "attributes"}')
    with pytest.raises(ModelError, match="are damaged: they are not those that card.json describes"):
        attributes.load("corners")


def test_the_command_trains_and_publishes(models: Path, monkeypatch, capsys: pytest.CaptureFixture) -> None:
    asked = []
    monkeypatch.setattr(data, "load", lambda name, **how: asked.append((name, how)) or corners(64))
    monkeypatch.setattr("sys.argv", ["attributes", "faces", "--epochs", "1", "--seed", "3"])
    attributes.main()
    assert asked == [("faces", {"size": 64, "channels": 3, "split": split}) for split in ("train", "test")]
    card = json.loads((models / "classifiers" / "faces" / "card.json").read_text())
    assert card["command"] == "python -m pipelines.metrics.attributes faces --seed 3 --epochs 1"
    assert card["kind"] == "attributes" and set(card["test_accuracy"]) == {"above", "below"} and card["data_licence"]
    assert f"above {card['test_accuracy']['above']:22.2%}" in capsys.readouterr().out


def test_the_command_tells_an_error_in_a_sentence(models: Path, monkeypatch) -> None:
    monkeypatch.setattr("sys.argv", ["attributes", "letters"])
    with pytest.raises(SystemExit, match="There is no data set named 'letters'; choose one of"):
        attributes.main()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_classifier_is_small_and_was_measured(name: str) -> None:
    weights = metrics.classifier_folder(name) / "weights.safetensors"
    assert weights.stat().st_size < 1_000_000
    card = json.loads(weights.with_name("card.json").read_text())
    model = attributes.load(name)
    assert model.attribute_names == data.attribute_names_of(name)
    assert model.groups == tuple(data.attribute_groups_of(name).values())
    assert set(card["test_accuracy"]) == set(model.attribute_names)
    assert min(card["test_accuracy"].values()) >= 0.995
    assert {"command", "seed", "seconds", "data_licence", "date", "machine"} <= card.keys()


def test_the_one_that_ships_for_faces_reads_faces_that_it_has_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "faces" in SHIPPED
    monkeypatch.setattr(faces, "COUNTS", {"train": 20_000, "test": 300})
    model = attributes.load("faces")
    for size in (64, 32):
        seen = faces.read(size=size, channels=3, folder=None, split="test", progress=lambda share, message: None)
        right = attributes.accuracy(model, seen)
        assert min(right.values()) >= (0.99 if size == 64 else 0.97), right
