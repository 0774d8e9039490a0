"""Pictures of a data set with the same pictures at a quarter of the size."""

from __future__ import annotations

import numpy as np

from pipelines import data
from pipelines.data._image_set import ImageSet, Progress, with_field, within

FACTOR = 4  # edge of a picture by that of its small one


def read(name: str, of: str, *, size: int, channels: int, split: str, progress: Progress) -> ImageSet:
    """One split of a set, with the field ``small``, uint8 [N, channels, size / 4, size / 4].

    Args:
        name: of the data set to make.
        of: the set whose pictures it has.
        size, channels, split, progress: as ``data.load`` has them.

    Raises:
        DataError: the pictures cannot be had.
    """
    large = data.load(of, size=size, channels=channels, split=split, progress=within(progress, 0.0, 0.8))
    return with_field(large, name, "small", averaged(large.images), within(progress, 0.8, 1.0))


def averaged(images: np.ndarray) -> np.ndarray:
    """Pictures uint8 [N, C, H, W] at a quarter of the size: each pixel is the mean of 4 x 4, rounded half up."""
    count, channels, height, width = images.shape
    result = np.empty((count, channels, height // FACTOR, width // FACTOR), np.uint8)
    for start in range(0, count, 1000):
        some = images[start : start + 1000]
        blocks = some.reshape(len(some), channels, height // FACTOR, FACTOR, width // FACTOR, FACTOR)
        result[start : start + 1000] = (blocks.sum((3, 5), dtype=np.uint32) + FACTOR**2 // 2) // FACTOR**2
    return result
