"""Modes of stacked pictures, counted: known sets give known numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from pipelines import data
from pipelines.config.train_config import TrainConfig
from pipelines.metrics import classifier, evaluate, measures, quality, stacked
from pipelines.metrics.quality import QualityMeter
from pipelines.models import trained
from tests.metrics.test_quality import Reader

STACKED = TrainConfig(data="stacked-digits", channels=3)


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A classifier of digits that reads the number of the brightest of the first ten rows."""
    reader = Reader()
    reader.features = lambda x: x.mean(3)[:, 0, :10]
    monkeypatch.setattr(classifier, "load", lambda name: reader)
    monkeypatch.setattr(stacked, "FEATURES", 10)
    monkeypatch.setattr(stacked.StackedJudge, "features", 30)


def pictures(modes: np.ndarray, seed: int = 0) -> np.ndarray:
    """Noisy pictures whose three channels show the digits of these numbers: uint8 [N, 3, 28, 28]."""
    images = np.random.default_rng(seed).integers(0, 60, (len(modes), 3, 28, 28), np.uint8)
    for channel, unit in enumerate((100, 10, 1)):
        images[np.arange(len(modes)), channel, modes // unit % 10] += 150
    return images


def of(modes: np.ndarray, seed: int = 0) -> data.ImageSet:
    return data.ImageSet("stacked-digits", pictures(modes, seed), None, (), "", "")


def test_all_kinds_once_are_all_of_them_without_divergence(rows: None) -> None:
    judge = quality.judge_of("stacked-digits", torch.from_numpy(pictures(np.arange(40))))
    features, probabilities = judge(torch.from_numpy(pictures(np.arange(1000))))
    assert judge.name == "stacked digit features" and features.shape == (1000, 30)
    assert torch.equal(stacked.counts(probabilities), torch.ones(1000, dtype=torch.int64))
    assert stacked.covered(probabilities) == 1000 and stacked.divergence(probabilities) == pytest.approx(0, abs=1e-9)


def test_known_kinds_and_shares(rows: None) -> None:
    modes = np.repeat([7, 70, 700, 123], [10, 20, 30, 40])
    judge = quality.judge_of("stacked-digits", torch.from_numpy(pictures(np.arange(40))))
    _, probabilities = judge(torch.from_numpy(pictures(modes)))
    assert stacked.covered(probabilities) == 4
    assert {int(mode) for mode in stacked.counts(probabilities).nonzero()} == {7, 70, 700, 123}
    shares = np.array([0.1, 0.2, 0.3, 0.4])
    assert stacked.divergence(probabilities) == pytest.approx((shares * np.log(1000 * shares)).sum())


def test_the_quick_measure_counts_them_beside_as_many_real_pictures(rows: None) -> None:
    real = np.random.default_rng(1).integers(1000, size=1200)
    meter = QualityMeter(of(real), samples=600)
    found = meter.measure(torch.from_numpy(pictures(np.repeat([111, 222], 300))))
    assert found.stacked_modes == 2 and found.stacked_divergence == pytest.approx(math.log(500))
    assert 400 < found.real_stacked_modes < 500, "600 of 1,000 modes: 1000 (1 - e^-0.6) = 451"
    assert found.clear is None and found.modes is None and found.precision is not None
    one = next(one for one in measures.described() if one.name == "stacked_modes")
    assert one.real == "real_stacked_modes" and one.better == "higher"


def test_the_full_measure_counts_them_in_all_draws_together(rows: None, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(2)
    monkeypatch.setattr(data, "load", lambda name, split, **more: of(random.integers(1000, size=900), len(split)))
    monkeypatch.setattr(stacked, "SAMPLES", 500)

    def draw(count: int, labels: None, seed: int) -> tuple[np.ndarray, np.ndarray]:
        return pictures(np.arange(count) % 50, seed).transpose(0, 2, 3, 1), np.full(count, -1)

    found = evaluate.evaluate(draw, STACKED, (), 200, times=3)
    assert (found.stacked_modes.value, found.stacked_count) == (50, 500)
    assert found.stacked_divergence.value == pytest.approx(math.log(20))
    assert 350 < found.stacked_modes.real < 430, "500 of 1,000 modes: 1000 (1 - e^-0.5) = 393"
    assert found.modes is None and found.variety is None
    assert ("modes of stacks", "50") in [row[:2] for row in found.rows()]


def test_the_classifier_that_ships_reads_the_digits_of_a_model_that_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GAN_EXPLORER_MODELS", raising=False)
    images, labels = trained.load("digits-by-class").sample(200, torch.arange(200) % 10, seed=3)
    of_each = images[..., 0].reshape(20, 10, 28, 28)
    modes, random = np.arange(1000), np.random.default_rng(0)
    stacks = np.stack([of_each[random.integers(20, size=1000), modes // unit % 10] for unit in (100, 10, 1)], 1)
    judge = quality.judge_of("stacked-digits", torch.from_numpy(stacks))
    _, probabilities = judge(torch.from_numpy(stacks))
    read = probabilities.argmax(2) @ torch.tensor([100, 10, 1])
    assert (read == torch.arange(1000)).float().mean() > 0.9
    assert stacked.covered(probabilities) > 930 and stacked.divergence(probabilities) < 0.15


def test_other_sets_have_no_stacks(rows: None) -> None:
    assert not hasattr(quality.judge_of("folder", torch.from_numpy(pictures(np.arange(80)))), "_model")
    grey = torch.from_numpy(pictures(np.arange(80)).mean(1, keepdims=True).astype(np.uint8))
    assert quality.judge_of("stacked-digits", grey).name == "pixel features", "of their mean no digit can be read"
