"""Cartoon faces, each with its outlines: dark lines on white, as one draws them by hand.

The faces are those of the data set ``faces``; ``_face_views`` says how the outlines are drawn. For drawing a face from
its outlines, as Isola et al. do in Image-to-Image Translation with Conditional Adversarial Networks (2017).
"""

from __future__ import annotations

from pipelines.data import _face_views, faces
from pipelines.data._image_set import ImageSet, Progress

SPLITS = faces.SPLITS
NEEDS_FOLDER = False
SHOWS = "cartoon faces"
CLASS_NAMES = ()
FLIP_MAKES_SENSE = True  # outlines are mirrored with their face
LIKE = "faces"
CONDITION = "outline"
ATTRIBUTE_NAMES, ATTRIBUTE_GROUPS = faces.ATTRIBUTE_NAMES, faces.ATTRIBUTE_GROUPS
VERSION = f"1, faces {faces.VERSION}"
LICENCE, CITATION = faces.LICENCE, faces.CITATION


def read(*, size: int, channels: int, folder: object, split: str, progress: Progress) -> ImageSet:
    """One split of the faces, with the field ``outline``, uint8 [N, 1, size, size]; ``folder`` is not used.

    Raises:
        DataError: a package that draws is missing.
    """
    views = _face_views.outlines(size)
    return _face_views.read(
        "face-outlines", CONDITION, views, size=size, channels=channels, split=split, progress=progress
    )
