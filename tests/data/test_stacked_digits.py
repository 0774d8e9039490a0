"""Stacked digits: each channel is a digit of the set, and all modes come equally often."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipelines import data
from pipelines.data.stacked_digits import drawn


@pytest.mark.parametrize(("size", "split", "count"), [(28, "train", 60), (32, "test", 20)])
def test_each_channel_is_a_digit_of_the_same_split(tiny: Path, size: int, split: str, count: int) -> None:
    stacks = data.load("stacked-digits", size=size, channels=3, split=split)
    single = data.load("digits", size=size, split=split)
    assert stacks.images.shape == (count, 3, size, size) and stacks.labels is None
    known = {picture.tobytes() for picture in single.images}
    assert all(channel.tobytes() in known for channel in stacks.images.reshape(-1, size, size))
    assert stacks.source == "Digits of MNIST, from the test's archives."


def test_the_draw_is_that_of_the_function_and_grey_is_the_mean(tiny: Path) -> None:
    single = data.load("digits")
    chosen = drawn(single.labels, 60, np.random.default_rng(0))
    expected = single.images[chosen.ravel(), 0].reshape(60, 3, 28, 28)
    assert np.array_equal(data.load("stacked-digits", channels=3).images, expected)
    grey = data.load("stacked-digits", channels=1).images
    assert np.abs(grey[:, 0].astype(float) - expected.mean(1)).max() <= 0.5


def test_all_kinds_and_all_pictures_of_a_class_come_equally_often() -> None:
    labels = np.repeat(np.arange(10), np.arange(10, 20))[::-1]  # ten zeros to nineteen nines
    chosen = drawn(labels, 200_000, np.random.default_rng(3))
    modes = np.bincount(labels[chosen] @ [100, 10, 1], minlength=1000)
    assert modes.min() > 0 and modes.std() == pytest.approx(200**0.5, rel=0.1), "as of 1,000 equally likely modes"
    of_a_class = np.bincount(chosen.ravel(), minlength=len(labels))[labels == 4]
    assert of_a_class.std() < 4 * of_a_class.mean() ** 0.5 and of_a_class.sum() == pytest.approx(60_000, rel=0.02)


def test_a_conditional_model_has_no_classes_to_ask_for(tiny: Path) -> None:
    stacks = data.load("stacked-digits", channels=3)
    with pytest.raises(data.DATA_SETS.error, match="'stacked-digits' has no classes where a conditional model wants"):
        data.require_condition(stacks)
