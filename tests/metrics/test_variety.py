"""Variety within classes, and classes asked for in another order: what each must and must not move."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pipelines.metrics import evaluate, variety
from pipelines.metrics.quality import QualityMeter
from pipelines.metrics.shares import permuted
from tests.metrics.made import BY_CLASS, DIGITS, NAMES, channels_last, one_picture, real_ones, stripes

pytestmark = pytest.mark.usefixtures("asked")


def one_of_each(count: int, labels: torch.Tensor, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A model that draws the same real picture of a class each time it is asked for it."""
    real = stripes(600, 2)
    rows = [np.flatnonzero(real.labels == label)[0] for label in labels.tolist()]
    return channels_last(real.images[rows]), labels.numpy()


def test_the_mean_distance_of_each_class_written_out() -> None:
    features, guesses = torch.randn(40, 5), torch.arange(40) % 3
    found = variety.spreads(features, guesses, 4)
    for value in range(3):
        points = features[guesses == value].double().numpy()
        pairs = [np.linalg.norm(a - b) for i, a in enumerate(points) for j, b in enumerate(points) if i != j]
        assert found[value].item() == pytest.approx(np.mean(pairs))
    assert found[3] == 0, "nothing of this class"


def test_a_model_that_repeats_one_picture_a_class_draws_as_asked_and_has_no_variety() -> None:
    found = evaluate.evaluate(one_of_each, BY_CLASS, NAMES, 600, times=2)
    assert found.as_asked.value == 1 and found.clear.value == 1 and found.modes.value == 3
    assert found.variety.value == found.least_variety.value == 0
    assert found.variety.real == pytest.approx(1, abs=0.05) and found.least_variety.real > 0.9
    assert ("variety in classes", "0.000 ± 0.000") in [row[:2] for row in found.rows()]


def test_real_pictures_have_the_variety_of_real_ones() -> None:
    found = evaluate.evaluate(real_ones, BY_CLASS, NAMES, 600, times=2)
    assert found.variety.value == pytest.approx(1, abs=0.05) and found.least_variety.value > 0.9
    assert found.as_asked.value > 0.95


def test_the_worst_class_is_told() -> None:
    def same_low(count: int, labels: torch.Tensor, seed: int) -> tuple[np.ndarray, np.ndarray]:
        images, _ = real_ones(count, labels, seed)
        images[labels.numpy() == 0] = one_of_each(1, torch.tensor([0]), 0)[0][0]
        return images, labels.numpy()

    found = evaluate.evaluate(same_low, BY_CLASS, NAMES, 600, times=1)
    assert found.least_variety.value == 0 and found.variety.value == pytest.approx(2 / 3, abs=0.05)
    by_class = {name: ratio.value for name, ratio in found.variety_by_class.items()}
    assert by_class == {NAMES[0]: 0, NAMES[1]: pytest.approx(1, abs=0.08), NAMES[2]: pytest.approx(1, abs=0.08)}
    assert (f"  {NAMES[0]}", "0.000") in [row[:2] for row in found.rows()]


def test_with_permuted_classes_as_asked_falls_to_chance() -> None:
    found = evaluate.evaluate(real_ones, BY_CLASS, NAMES, 600, times=2)
    chance = sum(share**2 for share in (0.5, 0.3, 0.2))
    assert found.as_asked_permuted == pytest.approx(chance, abs=0.05)
    assert "as asked, permuted" in [row[0] for row in found.rows()]
    labels = torch.arange(10).repeat(100)
    assert (permuted(labels) == labels).float().mean().item() == pytest.approx(0.1, abs=0.04)
    assert torch.equal(permuted(labels).sort().values, labels.sort().values)
    assert evaluate.evaluate(real_ones, DIGITS, NAMES, 200, times=1).as_asked_permuted is None


def test_the_quick_measure_tells_both_beside_real_pictures() -> None:
    meter = QualityMeter(stripes(900, 1), samples=400)
    real, _ = real_ones(400, meter.labels, 5)
    same, _ = one_of_each(400, meter.labels, 5)
    varied, repeated = (
        meter.measure(torch.from_numpy(images).permute(0, 3, 1, 2), meter.labels) for images in (real, same)
    )
    assert varied.variety == pytest.approx(1, abs=0.06) and varied.real_variety == pytest.approx(1, abs=0.06)
    assert repeated.as_asked == 1 and repeated.variety == repeated.least_variety == 0


def test_a_class_that_does_not_come_has_no_variety() -> None:
    found = evaluate.evaluate(one_picture, DIGITS, NAMES, 300, times=1)
    assert found.variety.value == 0 and found.variety.real > 0.9
