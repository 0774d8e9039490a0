"""Cartoon faces, each with a map of its parts: which pixels are skin, hair, eyes and so on.

The faces are those of the data set ``faces``; ``_face_views`` says how the maps are drawn. For drawing a face from a
map of labels, as Park et al. do in Semantic Image Synthesis with Spatially-Adaptive Normalization (2019).
"""

from __future__ import annotations

from pipelines.data import _face_views, faces
from pipelines.data._image_set import ImageSet, Progress

SPLITS = faces.SPLITS
NEEDS_FOLDER = False
SHOWS = "cartoon faces"
CLASS_NAMES = ()
FLIP_MAKES_SENSE = True  # a map is mirrored with its face
LIKE = "faces"
PART_READER = "face-parts"
CONDITION = "map"
CONDITION_LABELS = ("background", "skin", "hair", "eyes", "brows", "nose", "mouth", "beard", "glasses", "clothes")
ATTRIBUTE_NAMES, ATTRIBUTE_GROUPS = faces.ATTRIBUTE_NAMES, faces.ATTRIBUTE_GROUPS
VERSION = f"1, faces {faces.VERSION}"
LICENCE, CITATION = faces.LICENCE, faces.CITATION


def read(*, size: int, channels: int, folder: object, split: str, progress: Progress) -> ImageSet:
    """One split of the faces, with the field ``map``, int8 [N, 1, size, size]; ``folder`` is not used.

    Raises:
        DataError: a package that draws is missing.
    """
    views = _face_views.maps(size)
    return _face_views.read("face-maps", CONDITION, views, size=size, channels=channels, split=split, progress=progress)
