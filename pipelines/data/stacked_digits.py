"""Three handwritten digits (MNIST) in one picture, one in each colour channel: 1,000 modes, equally often.

Whether a generator draws all modes can be counted, since a classifier of digits reads each channel. Metz et al.,
Unrolled Generative Adversarial Networks (2017); counted as by Srivastava et al., VEEGAN (2017).
"""

from __future__ import annotations

import numpy as np

from pipelines import data
from pipelines.data import digits
from pipelines.data._image_set import ImageSet, Progress, fingerprint_of, within

CLASS_NAMES: tuple[str, ...] = ()  # a mode is to be found, not to be asked for
SPLITS = ("train", "test")
NEEDS_FOLDER = False
DOWNLOAD_MB = 20
SHOWS = "three handwritten digits in one picture"
FLIP_MAKES_SENSE = False  # a mirrored 2 is not a 2
VERSION = "1"
STACKED = "digits"  # the set whose pictures lie in the colour channels
LICENCE, CITATION = digits.LICENCE, digits.CITATION

COUNTS = {"train": 60_000, "test": 10_000}
SEEDS = {"train": 0, "test": 1}
DIGITS = 3  # in a picture


def read(*, size: int, channels: int, folder: object, split: str, progress: Progress) -> ImageSet:
    """One split, drawn from the same split of MNIST; ``folder`` is not used.

    For each channel a digit from 0 to 9 is drawn, then one of its pictures. The draw follows from the split alone.

    Args:
        size: edge of the square pictures, in pixels.
        channels: 3, or 1 for the mean of the three digits, in which none of them can be read for sure.
        split: a key of ``COUNTS``.
        progress: told the share done.

    Raises:
        DataError: the digits cannot be had.
    """
    single = data.load(STACKED, size=size, split=split, progress=within(progress, 0.0, 0.6))
    chosen = drawn(single.labels, COUNTS[split], np.random.default_rng(SEEDS[split]))
    images = np.empty((len(chosen), channels, size, size), np.uint8)
    for start in range(0, len(chosen), 1000):
        some = single.images[chosen[start : start + 1000], 0]  # [some, 3, size, size]
        images[start : start + 1000] = some if channels == DIGITS else some.mean(1, keepdims=True).round()
        progress(0.6 + 0.2 * start / len(chosen), "Stacking digits")
    return ImageSet(
        name="stacked-digits",
        images=images,
        labels=None,
        class_names=CLASS_NAMES,
        fingerprint=fingerprint_of(images, None, within(progress, 0.8, 1.0)),
        source=f"Digits of {single.source}",
    )


def drawn(labels: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """Which pictures are stacked, int64 [count, 3]: every class equally often, and every picture of a class, too.

    Args:
        labels: classes of the pictures to choose from, int64 [N].
        count: how many stacks.
        random: the source of randomness.
    """
    order, sizes = np.argsort(labels, kind="stable"), np.bincount(labels)
    starts = np.cumsum(sizes) - sizes
    classes = random.integers(len(sizes), size=(count, DIGITS))
    return order[starts[classes] + (random.random((count, DIGITS)) * sizes[classes]).astype(np.int64)]
