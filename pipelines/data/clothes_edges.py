"""Pieces of clothing (Fashion-MNIST), each with its edges: dark lines on white.

``_edges`` says what an edge is. For drawing a picture from its edges, as Isola et al. do in Image-to-Image Translation
with Conditional Adversarial Networks (2017).
"""

from __future__ import annotations

from pipelines.data import _edges, clothes
from pipelines.data._image_set import ImageSet, Progress

SPLITS = clothes.SPLITS
NEEDS_FOLDER = False
DOWNLOAD_MB = 31
SHOWS = "clothes"
CLASS_NAMES = clothes.CLASS_NAMES
FLIP_MAKES_SENSE = clothes.FLIP_MAKES_SENSE
LIKE = "clothes"
CONDITION = "edges"
VERSION = "1"
LICENCE, CITATION = clothes.LICENCE, clothes.CITATION


def read(*, size: int, channels: int, folder: object, split: str, progress: Progress) -> ImageSet:
    """One split of Fashion-MNIST, with the field ``edges``, uint8 [N, 1, size, size]; ``folder`` is not used.

    Raises:
        DataError: the pictures cannot be had.
    """
    return _edges.read("clothes-edges", LIKE, size=size, channels=channels, split=split, progress=progress)
