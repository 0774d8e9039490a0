"""Handwritten digits (MNIST) in bright colours on dark patterns, and plain digits: unpaired, but the truth is known.

A picture is a digit in a random colour on a background of two darker colours in a pattern of stripes, checks or waves;
the field ``plain`` has digits as MNIST has them. Of the training digits the first half is plain and the rest is
coloured. Of the test digits each is both, so that what a model makes of one can be compared with the truth. For
translation between two domains without pairs, as of Zhu et al., Unpaired Image-to-Image Translation using
Cycle-Consistent Adversarial Networks (2017).
"""

from __future__ import annotations

import numpy as np

from pipelines import data
from pipelines.data import digits
from pipelines.data._image_set import ImageSet, Progress, fingerprint_of, within

SPLITS = digits.SPLITS
NEEDS_FOLDER = False
DOWNLOAD_MB = 20
SHOWS = "handwritten digits in colours"
CLASS_NAMES = digits.CLASS_NAMES
FLIP_MAKES_SENSE = digits.FLIP_MAKES_SENSE
CONDITION = "plain"
PAIRED = False
DOMAINS = ("plain", "coloured")
VERSION = "1"
LICENCE, CITATION = digits.LICENCE, digits.CITATION

SEEDS = {"train": 20_261_129, "test": 20_261_130}
BRIGHT, DARK = (0.6, 1.0), (0.05, 0.42)  # what the least and the most of red, green and blue of a colour are
WAVES = (1.0, 4.0)  # of a pattern, from edge to edge
LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R 601-2, as Pillow's grey
CHUNK = 500  # pictures at a time


def read(*, size: int, channels: int, folder: object, split: str, progress: Progress) -> ImageSet:
    """One split, with the field ``plain``, uint8 [M, channels, size, size]; ``folder`` is not used.

    Args:
        size: edge of the square pictures, in pixels.
        channels: 3, or 1 for the grey of the colours.
        split: a key of ``SEEDS``.
        progress: told the share done.

    Raises:
        DataError: the digits cannot be had.
    """
    known = data.load("digits", size=size, channels=channels, split=split, progress=within(progress, 0.0, 0.4))
    half = len(known) // 2 if split == "train" else 0
    plain = known.images[: half or len(known)]
    rest, labels = known.images[half:, 0], known.labels[half:]
    random, images = np.random.default_rng(SEEDS[split]), np.empty((len(rest), channels, size, size), np.uint8)
    for start in range(0, len(rest), CHUNK):
        progress(0.4 + 0.4 * start / len(rest), "Colouring digits")
        images[start : start + CHUNK] = coloured(rest[start : start + CHUNK], channels, random)
    fields = {CONDITION: plain}
    return ImageSet(
        name="coloured-digits",
        images=images,
        labels=labels,
        class_names=CLASS_NAMES,
        fingerprint=fingerprint_of(images, labels, within(progress, 0.8, 1.0), fields=fields),
        source=f"Digits of {known.source}",
        fields=fields,
        paired=False,
    )


def coloured(shapes: np.ndarray, channels: int, random: np.random.Generator) -> np.ndarray:
    """Digits in colours on patterns, uint8 [N, channels, S, S]; a size changes neither colours nor patterns.

    Args:
        shapes: bright on black, uint8 [N, S, S].
        channels: 3, or 1 for the grey of the colours.
        random: the source of randomness.
    """
    count, size = shapes.shape[:2]
    ink, one, other = (_colours(count, bounds, random) for bounds in (BRIGHT, DARK, DARK))
    share = _patterns(count, size, random)[:, None]  # [N, 1, S, S]
    opacity = shapes[:, None] / 255
    mixed = opacity * ink + (1 - opacity) * (share * one + (1 - share) * other)
    if channels == 1:
        mixed = np.einsum("nchw,c->nhw", mixed, LUMA)[:, None]
    return np.floor(255 * mixed + 0.5).astype(np.uint8)


def _colours(count: int, bounds: tuple[float, float], random: np.random.Generator) -> np.ndarray:
    """Colours of random hue in [0, 1], float64 [count, 3, 1, 1]."""
    low, high = bounds
    turned = (6 * random.random((count, 1)) + np.array([0, 4, 2])) % 6
    return (low + (high - low) * np.clip(np.abs(turned - 3) - 1, 0, 1))[:, :, None, None]


def _patterns(count: int, size: int, random: np.random.Generator) -> np.ndarray:
    """What share of the first of two colours each pixel has, float64 [count, size, size] in [0, 1]."""
    kind = random.integers(3, size=(count, 1, 1))
    angle, phases = np.pi * random.random((count, 1, 1)), 2 * np.pi * random.random((2, count, 1, 1))
    waves = random.uniform(*WAVES, (2, count, 1, 1))
    rows, columns = np.meshgrid(*[(np.arange(size) + 0.5) / size] * 2, indexing="ij")
    along = np.cos(angle) * columns + np.sin(angle) * rows
    across = np.cos(angle) * rows - np.sin(angle) * columns
    first, second = (
        np.sin(2 * np.pi * number * place + phase)
        for number, place, phase in zip(waves, (along, across), phases, strict=True)
    )
    stripes, checks, wavy = 0.5 + 0.5 * first, (first * second > 0).astype(float), 0.5 + 0.25 * (first + second)
    return np.choose(kind, (stripes, checks, wavy))
