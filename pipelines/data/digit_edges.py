"""Handwritten digits (MNIST), each with its edges: dark lines on white.

``_edges`` says what an edge is. For drawing a picture from its edges, as Isola et al. do in Image-to-Image Translation
with Conditional Adversarial Networks (2017), in seconds.
"""

from __future__ import annotations

from pipelines.data import _edges, digits
from pipelines.data._image_set import ImageSet, Progress

SPLITS = digits.SPLITS
NEEDS_FOLDER = False
DOWNLOAD_MB = 20
SHOWS = "handwritten digits"
CLASS_NAMES = digits.CLASS_NAMES
FLIP_MAKES_SENSE = digits.FLIP_MAKES_SENSE
LIKE = "digits"
CONDITION = "edges"
VERSION = "1"
LICENCE, CITATION = digits.LICENCE, digits.CITATION


def read(*, size: int, channels: int, folder: object, split: str, progress: Progress) -> ImageSet:
    """One split of MNIST, with the field ``edges``, uint8 [N, 1, size, size]; ``folder`` is not used.

    Raises:
        DataError: the digits cannot be had.
    """
    return _edges.read("digit-edges", LIKE, size=size, channels=channels, split=split, progress=progress)
