"""The classifier of classes: the pictures that it learns from; what it shares with the other is in test_judges.py."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pipelines import data, metrics, paths
from pipelines.metrics import classifier

CARDS = sorted(path.parent.name for path in (paths.MODELS / "classifiers").glob("*/card.json"))
SHIPPED = [name for name in CARDS if metrics.available(name)]


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


@pytest.mark.parametrize("name", SHIPPED)
def test_one_that_ships_is_not_sure_that_noise_shows_something(name: str) -> None:
    noise = torch.rand(200, 1, 28, 28, generator=torch.Generator().manual_seed(0)) * 2 - 1
    probabilities = classifier.load(name)(noise).softmax(1)
    assert (probabilities.max(1).values > 0.9).float().mean() < 0.02


def test_cooling_divides_the_logits_and_says_so() -> None:
    model, x = classifier.Classifier(3).eval(), torch.rand(4, 1, 28, 28)
    with torch.no_grad():
        before, features = model(x), model.features(x)
        classifier.cool(model, 0.5)
        assert torch.allclose(model(x), 2 * before, rtol=1e-5)
        assert torch.equal(model.features(x), features)
    assert model.temperature == 0.5


def test_a_calibrated_one_is_the_plain_one_with_another_temperature(monkeypatch) -> None:
    images = np.random.default_rng(0).integers(0, 60, (120, 1, 28, 28), np.uint8)
    labels = np.arange(120) % 2
    images[labels == 1, :, 14:] += 180
    pictures = data.ImageSet("mine", images, labels.astype(np.int64), ("above", "below"), "", "")
    seen: list[int] = []
    train = classifier.train
    monkeypatch.setattr(classifier, "train", lambda one, *rest: seen.append(len(one)) or train(one, *rest))
    model = classifier.calibrated(pictures, epochs=1)
    assert seen == [100, 120]  # the twin's pictures, and all
    plain, x = train(pictures, epochs=1), torch.zeros(1, 1, 28, 28)
    with torch.no_grad():
        assert torch.allclose(model(x) * model.temperature, plain(x), atol=1e-4)
