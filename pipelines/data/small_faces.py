"""Cartoon faces, each with the same face at a quarter of the size, to be made sharp again.

The faces are those of the data set ``faces``. For super-resolution, as of Ledig et al., Photo-Realistic Single Image
Super-Resolution Using a Generative Adversarial Network (2017).
"""

from __future__ import annotations

from pipelines.data import _small, faces
from pipelines.data._image_set import ImageSet, Progress

SPLITS = faces.SPLITS
NEEDS_FOLDER = False
SHOWS = "cartoon faces"
CLASS_NAMES = ()
FLIP_MAKES_SENSE = True  # the small face is mirrored with the large one
LIKE = "faces"
CONDITION = "small"
ATTRIBUTE_NAMES, ATTRIBUTE_GROUPS = faces.ATTRIBUTE_NAMES, faces.ATTRIBUTE_GROUPS
VERSION = f"1, faces {faces.VERSION}"
LICENCE, CITATION = faces.LICENCE, faces.CITATION


def read(*, size: int, channels: int, folder: object, split: str, progress: Progress) -> ImageSet:
    """One split of the faces, with the field ``small``, uint8 [N, channels, size / 4, size / 4].

    ``folder`` is not used.

    Raises:
        DataError: a package that draws is missing.
    """
    return _small.read("small-faces", LIKE, size=size, channels=channels, split=split, progress=progress)
