"""The classifier: shapes, training, and the folder in which it ships."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from pipelines import data, metrics, paths
from pipelines.errors import DataError, ModelError
from pipelines.metrics import classifier

CARDS = sorted(path.parent.name for path in (paths.MODELS / "classifiers").glob("*/card.json"))
SHIPPED = [name for name in CARDS if metrics.available(name)]


def halves(count: int = 96) -> data.ImageSet:
    """Noisy pictures of two classes: the upper or the lower half is bright."""
    random = np.random.default_rng(0)
    labels = np.arange(count) % 2
    images = random.integers(0, 60, (count, 1, 28, 28), np.uint8)
    images[labels == 0, :, :14] += 180
    images[labels == 1, :, 14:] += 180
    return data.ImageSet("halves", images, labels.astype(np.int64), ("upper", "lower"), "", "")


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
    model = classifier.Classifier(classes=7).eval()
    x = torch.rand(5, 1, 28, 28) * 2 - 1
    assert model(x).shape == (5, 7)
    assert model.features(x).shape == (5, classifier.FEATURES)
    assert torch.allclose(model.head(model.features(x)), model(x))


@pytest.mark.parametrize("channels", data.CHANNELS)
@pytest.mark.parametrize("size", data.SIZES)
def test_samples_of_any_size_and_colour_can_be_judged(size: int, channels: int) -> None:
    images = torch.full((2, channels, size, size), 102, dtype=torch.uint8)
    prepared = classifier.Classifier.prepared(images)
    assert prepared.shape == (2, 1, 28, 28) and prepared.dtype == torch.float32
    assert torch.allclose(prepared, torch.tensor(-0.2), atol=1e-5)
    assert torch.allclose(classifier.Classifier.prepared(images.float() / 127.5 - 1), prepared, atol=1e-5)


def test_grey_pictures_of_the_right_size_stay_as_they_are() -> None:
    x = torch.rand(2, 1, 28, 28) * 2 - 1
    assert torch.equal(classifier.Classifier.prepared(x), x)
    assert torch.allclose(classifier.Classifier.prepared(x.expand(-1, 3, -1, -1)), x, atol=1e-6)


def test_training_learns_and_leaves_the_global_random_state_alone() -> None:
    before = torch.get_rng_state()
    told: list[str] = []
    model = classifier.train(halves(), seed=1, epochs=6, progress=told.append)
    assert torch.equal(torch.get_rng_state(), before)
    assert len(told) == 6 and told[-1].startswith("epoch 6 of 6: loss ")
    assert not model.training
    assert classifier.accuracy(model, halves()) == 1.0


def test_the_seed_decides_the_weights() -> None:
    one, same, other = (classifier.train(halves(32), seed=seed, epochs=1).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["head.1.weight"], other["head.1.weight"])


def test_a_set_without_classes_cannot_be_learnt() -> None:
    pictures = data.ImageSet("mine", np.zeros((4, 1, 28, 28), np.uint8), None, (), "", "")
    with pytest.raises(DataError, match="'mine' has no classes"):
        classifier.train(pictures)


@pytest.mark.parametrize("mirror", [False, True])
def test_distortion_moves_a_little_and_mirrors_when_asked(mirror: bool) -> None:
    x = torch.full((200, 1, 28, 28), -1.0)
    x[:, :, 10:18, 4:10] = 1.0  # a block on the left, its middle at 6.5
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        images = classifier.distorted(x, classifier.Distortion(degrees=0, stretch=0, pixels=2, mirror=mirror))
    assert images.min() >= -1 and images.max() <= 1
    brightness = images[:, 0] + 1
    middles = (brightness * torch.arange(28.0)).sum((1, 2)) / brightness.sum((1, 2))  # [200]
    on_the_right = middles > 14
    assert 70 < on_the_right.sum() < 130 if mirror else not on_the_right.any()
    offsets = torch.where(on_the_right, 27 - middles, middles) - 6.5
    assert offsets.abs().max() < 2.01 and offsets.std() > 0.5


def test_no_distortion_changes_nothing() -> None:
    x = torch.rand(4, 1, 28, 28) * 2 - 1
    same = classifier.distorted(x, classifier.Distortion(degrees=0, stretch=0, pixels=0, mirror=False))
    assert torch.allclose(same, x, atol=1e-5)


def test_nonsense_is_noise_and_pieces_in_wrong_places() -> None:
    x = torch.arange(784.0).view(1, 1, 28, 28).expand(6, -1, -1, -1) / 784
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        nothing = classifier.nonsense(x)
    assert nothing.shape == x.shape
    assert nothing[:3].min() >= -1 and nothing[:3].max() <= 1 and nothing[:3].std() > 0.1
    for puzzle in nothing[3:]:
        assert torch.equal(puzzle.flatten().sort().values, x[0].flatten())  # the same pixels, each once
        assert not torch.equal(puzzle, x[0])
        steps = puzzle[0, :, 1:] - puzzle[0, :, :-1]
        inside = [column for column in range(27) if column % 7 != 6]
        assert torch.allclose(steps[:, inside], torch.tensor(1 / 784), atol=1e-6)  # the pieces of 7x7 are whole


def test_a_published_classifier_comes_back_the_same(models: Path) -> None:
    model = classifier.train(halves(32), epochs=1)
    assert not metrics.available("halves")
    classifier.publish(model, "halves", seed=0, test_accuracy=0.5)
    assert metrics.available("halves") and not metrics.attributes_available("halves")
    before = torch.get_rng_state()
    loaded = classifier.load("halves")
    assert torch.equal(torch.get_rng_state(), before)
    x = torch.rand(3, 1, 28, 28)
    assert torch.allclose(loaded(x), model(x), atol=1e-5)
    assert not loaded.training and not any(weight.requires_grad for weight in loaded.parameters())
    assert sorted(file.name for file in (models / "classifiers" / "halves").iterdir()) == [
        "card.json", "weights.safetensors",
    ]  # fmt: skip


def test_a_missing_classifier_is_told_in_a_sentence(models: Path) -> None:
    with pytest.raises(ModelError, match="no classifier for the data set 'faces' in .*; make it with: python -m pipe"):
        classifier.load("faces")


@pytest.mark.parametrize("damage", ["a byte", "another network", "no card"])
def test_a_tampered_classifier_is_refused(damage: str, models: Path) -> None:
    classifier.publish(classifier.train(halves(32), epochs=1), "halves")
    folder = models / "classifiers" / "halves"
    if damage == "a byte":
        content = bytearray((folder / "weights.safetensors").read_bytes())
        content[-1] ^= 1
        (folder / "weights.safetensors").write_bytes(content)
        reason = "are damaged: they are not those that card.json describes"
    elif damage == "another network":
        classifier.publish(torch.nn.Linear(2, 2), "halves")
        reason = "do not fit the classifier of this version"
    else:
        (folder / "card.json").write_text("{")
        reason = "cannot be read"
    with pytest.raises(ModelError, match=f"{reason}.*make it with: python -m pipelines.metrics.classifier halves"):
        classifier.load("halves")


def test_the_command_trains_and_publishes(models: Path, monkeypatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setattr(data, "load", lambda name, split: halves({"train": 64, "test": 32}[split]))
    monkeypatch.setattr("sys.argv", ["classifier", "digits", "--epochs", "1", "--seed", "3"])
    classifier.main()
    card = json.loads((models / "classifiers" / "digits" / "card.json").read_text())
    assert card["command"] == "python -m pipelines.metrics.classifier digits --seed 3 --epochs 1"
    assert card["data"] == "digits" and card["seed"] == 3 and card["data_licence"]
    assert f"test accuracy {card['test_accuracy']:.2%}" in capsys.readouterr().out


def test_the_command_tells_an_error_in_a_sentence(models: Path, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.argv", ["classifier", "letters"])
    with pytest.raises(SystemExit, match="There is no data set named 'letters'; choose one of"):
        classifier.main()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_classifier_is_small_loads_and_was_measured(name: str) -> None:
    assert metrics.available(name)
    weights = metrics.classifier_folder(name) / "weights.safetensors"
    assert weights.stat().st_size < 1_000_000
    card = json.loads(weights.with_name("card.json").read_text())
    assert card["test_accuracy"] >= {"digits": 0.994, "clothes": 0.925}[name]
    assert {"command", "seed", "seconds", "data_licence", "date", "machine"} <= card.keys()
    model = classifier.load(name)
    noise = torch.rand(200, 1, 28, 28, generator=torch.Generator().manual_seed(0)) * 2 - 1
    probabilities = model(noise).softmax(1)
    assert probabilities.shape == (200, len(data.class_names_of(name)))
    assert (probabilities.max(1).values > 0.9).float().mean() < 0.02  # it is not sure that noise shows something
