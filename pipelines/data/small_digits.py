"""Handwritten digits (MNIST), each with the same digit at a quarter of the size, to be made sharp again.

For super-resolution, as of Ledig et al., Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial
Network (2017), in seconds.
"""

from __future__ import annotations

from pipelines.data import _small, digits
from pipelines.data._image_set import ImageSet, Progress

SPLITS = digits.SPLITS
NEEDS_FOLDER = False
DOWNLOAD_MB = 20
SHOWS = "handwritten digits"
CLASS_NAMES = digits.CLASS_NAMES
FLIP_MAKES_SENSE = digits.FLIP_MAKES_SENSE
LIKE = "digits"
CONDITION = "small"
VERSION = "1"
LICENCE, CITATION = digits.LICENCE, digits.CITATION


def read(*, size: int, channels: int, folder: object, split: str, progress: Progress) -> ImageSet:
    """One split of MNIST, with the field ``small``, uint8 [N, channels, size / 4, size / 4].

    ``folder`` is not used.

    Raises:
        DataError: the digits cannot be had.
    """
    return _small.read("small-digits", LIKE, size=size, channels=channels, split=split, progress=progress)
