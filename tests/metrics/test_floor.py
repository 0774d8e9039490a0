"""What must hold of the full measure: real pictures are at the floor, copies and blur are found out."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pipelines.metrics import evaluate
from pipelines.metrics.sides import Draw
from tests.metrics.made import DIGITS, NAMES, OWN, channels_last, real_ones, stripes

pytestmark = pytest.mark.usefixtures("asked")


def test_every_measure_of_real_pictures_passed_off_is_near_the_floor() -> None:
    found = evaluate.evaluate(real_ones, DIGITS, NAMES, 600)
    for measure in (found.density, found.coverage, found.diversity, found.inception_score):
        assert measure.value == pytest.approx(measure.real, rel=0.1) and measure.spread > 0
    assert abs(found.kernel.value - found.kernel.real) < 3 * (found.kernel.spread + found.kernel.real_spread)
    assert found.scored_by == "digit classifier" and 2 < found.inception_score.value < 3
    assert found.modes.value == found.modes.real == 3 and found.combinations is None
    assert found.training_count == 900, "all training pictures, though a draw has 600"
    assert found.nearer_to_training.value == pytest.approx(0.5, abs=0.07)
    assert found.nearer_to_training.real == pytest.approx(0.5, abs=0.07)
    assert found.copied.value < 0.06 and found.copied.real < 0.06


def copies(count: int, labels: torch.Tensor | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A model that gives back what it was trained on."""
    rows = np.random.default_rng(seed).permutation(900)[:count]
    return channels_last(stripes(900, 1).images[rows]), np.full(count, -1)


def test_a_model_that_copies_is_found_out_by_that_alone() -> None:
    found = evaluate.evaluate(copies, DIGITS, NAMES, 600)
    assert 0.5 < found.ratio < 2 and found.recall.value == pytest.approx(found.recall.real, abs=0.1)
    assert found.nearer_to_training.value == found.copied.value == 1
    own = evaluate.evaluate(copies, OWN, NAMES, 400, times=2)
    assert own.against == "training pictures" and own.training_count == 900
    assert own.nearer_to_training.value > 0.99 and own.nearer_to_training.real == pytest.approx(0.5, abs=0.1)
    assert evaluate.evaluate(real_ones, OWN, NAMES, 400, times=2).nearer_to_training.value < 0.65


def test_blur_raises_both_distances_and_lowers_precision() -> None:
    def blurred(pixels: int) -> Draw:
        def draw(count: int, labels: torch.Tensor | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
            x = torch.from_numpy(stripes(count, seed).images).float()
            x = torch.nn.functional.avg_pool2d(x, pixels, 1, pixels // 2, count_include_pad=False)
            return channels_last(x.round().byte().numpy()), np.full(count, -1)

        return draw

    found = [evaluate.evaluate(blurred(pixels), DIGITS, NAMES, 400, times=2) for pixels in (1, 3, 7)]
    for name in ("frechet", "kernel"):
        values = [getattr(each, name).value for each in found]
        assert values == sorted(values) and values[2] > 3 * values[0], name
    assert found[2].precision.value < 0.7 * found[0].precision.value
