"""Edges of digits and clothes, and coloured digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines import data
from pipelines.data import coloured_digits
from pipelines.data._edges import edges_of


def test_the_edge_of_a_square_is_its_outermost_pixels() -> None:
    square = np.zeros((2, 28, 28), np.uint8)
    square[0, 8:20, 5:15] = 200
    square[1] = 255 - square[0]  # a dark square: the edge is of the brighter side, around it
    bright, dark = edges_of(square)
    expected = np.full((28, 28), 255)
    expected[8:20, 5:15] = 0
    expected[9:19, 6:14] = 255
    assert np.array_equal(bright, expected)
    assert (dark[9:19, [4, 15]] == 0).all() and (dark[[7, 20], 6:14] == 0).all()
    assert (dark[[8, 8, 19, 19], [5, 14, 5, 14]] == 0).all() and (dark == 0).sum() == 2 * 10 + 2 * 8 + 4


def test_a_faint_or_slow_change_is_no_edge_and_none_lies_at_the_picture_s_border() -> None:
    pictures = np.zeros((3, 28, 28), np.uint8)
    pictures[0, :, 14:] = 31  # Sobel's filters make of a step half of it, a pixel: 15.5
    pictures[1, :, 14:] = 32
    pictures[2] = 9 * np.arange(28)  # 9 grey levels a pixel
    faint, seen, slow = edges_of(pictures)
    assert (faint == 255).all() and (slow == 255).all()
    assert (seen[:, 14] == 0).all() and (seen == 0).sum() == 28
    assert (edges_of(np.full((1, 28, 28), 255, np.uint8)) == 255).all()


def test_the_same_edge_is_found_in_a_larger_picture() -> None:
    ramp = np.clip(80 * (np.arange(28) - 12), 0, 240).astype(np.uint8)
    small = np.broadcast_to(ramp, (28, 28))
    large = np.asarray(Image.fromarray(small).resize((128, 128), Image.Resampling.BICUBIC))
    for picture in (small, large):
        columns = np.flatnonzero((edges_of(picture[None])[0] == 0).mean(0) > 0.9)
        assert len(columns) and np.abs((columns + 0.5) / picture.shape[1] - 14 / 28).max() < 0.06


@pytest.mark.parametrize("name", ["digits", "clothes"])
def test_edges_belong_to_their_pictures(name: str, tiny: Path) -> None:
    edged = data.load("digit-edges" if name == "digits" else "clothes-edges", size=32, channels=3, split="test")
    known = data.load(name, size=32, channels=3, split="test")
    assert np.array_equal(edged.images, known.images) and np.array_equal(edged.labels, known.labels)
    assert edged.fields["edges"].shape == (8, 1, 32, 32) and edged.class_names == known.class_names
    assert (edged.fields["edges"] == 255).all(), "the tiny set's pictures are flat"


def shapes(count: int) -> np.ndarray:
    """A bright bar on black in each of so many pictures."""
    pictures = np.zeros((count, 28, 28), np.uint8)
    pictures[:, 6:22, 12:16] = 255
    return pictures


def test_a_digit_keeps_its_shape_and_is_brighter_than_any_background() -> None:
    random = np.random.default_rng(0)
    pictures = coloured_digits.coloured(shapes(200), 3, random)
    luma = np.einsum("nchw,c->nhw", pictures, coloured_digits.LUMA)
    ink = shapes(1)[0] == 255
    assert luma[:, ink].min(1).min() - luma[:, ~ink].max() > 30
    assert (luma[:, ink].std(1) < 1).all(), "one colour"
    inks = pictures[:, :, 10, 13].astype(int)
    assert (inks.min(1) == 153).all() and (inks.max(1) == 255).all(), "0.6 and 1 of 255"
    ground = pictures.transpose(0, 2, 3, 1)[:, ~ink]
    assert ground.max() <= 107 and ground.min() >= 13 and (ground.std(1).max(1) > 3).mean() > 0.9, "patterns"
    assert len(np.unique(inks, axis=0)) > 150


def test_grey_is_that_of_the_colours_and_a_size_changes_no_colour() -> None:
    colour, grey = (coloured_digits.coloured(shapes(9), channels, np.random.default_rng(1)) for channels in (3, 1))
    assert np.abs(np.einsum("nchw,c->nhw", colour, coloured_digits.LUMA) - grey[:, 0]).max() < 1.1
    large = coloured_digits.coloured(shapes(9).repeat(2, 1).repeat(2, 2), 3, np.random.default_rng(1))
    assert np.array_equal(large[:, :, 20, 26], colour[:, :, 10, 13])


def test_coloured_and_plain_training_digits_are_others_and_test_digits_the_same(tiny: Path) -> None:
    plain = {split: data.load("digits", channels=3, split=split) for split in ("train", "test")}
    train, test = (data.load("coloured-digits", channels=3, split=split) for split in ("train", "test"))
    assert np.array_equal(train.fields["plain"], plain["train"].images[:10]) and not train.paired
    assert np.array_equal(train.labels, plain["train"].labels[10:])
    assert np.array_equal(test.fields["plain"], plain["test"].images) and len(test) == 8
    assert np.array_equal(test.labels, plain["test"].labels) and test.class_names == tuple("0123456789")
    expected = coloured_digits.coloured(plain["train"].images[10:, 0], 3, np.random.default_rng(20_261_129))
    assert np.array_equal(train.images, expected), "the tiny set's are one chunk"
