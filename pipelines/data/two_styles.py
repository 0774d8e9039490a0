"""Cartoon faces in two drawing styles, Personas and Avataaars: unpaired, no face of one is drawn in the other.

A picture is a face in the style Personas by Draftbit, with the attributes of the data set ``faces``; the field
``other`` has faces as that set draws them, in the style Avataaars. Of the training faces the first half is drawn in the
one style and the rest in the other. Of the test faces each is drawn in both, so that what a model makes of one can be
compared with the truth. For translation between two domains without pairs, as of Zhu et al., Unpaired Image-to-Image
Translation using Cycle-Consistent Adversarial Networks (2017).
"""

from __future__ import annotations

import numpy as np

from pipelines import data
from pipelines.data import _personas, faces
from pipelines.data._image_set import ImageSet, Progress, fingerprint_of, within

SPLITS = faces.SPLITS
NEEDS_FOLDER = False
SHOWS = "cartoon faces in another drawing style"
CLASS_NAMES = ()
FLIP_MAKES_SENSE = True
CONDITION = "other"
PAIRED = False
DOMAINS = ("Avataaars", "Personas")
ATTRIBUTE_NAMES, ATTRIBUTE_GROUPS = faces.ATTRIBUTE_NAMES, faces.ATTRIBUTE_GROUPS
VERSION = f"1, faces {faces.VERSION}"
LICENCE = f"Personas by Draftbit: CC BY 4.0, with other mouths and beards. {faces.LICENCE}"
CITATION = f"Draftbit: Personas, https://personas.draftbit.com/, CC BY 4.0. {faces.CITATION}"

EYES = ("open", "happy")
EYEWEAR = ("glasses", "sunglasses")
NOSES = ("mediumRound", "smallRound")
BEARDS = ("goatee", "full")
CLOTHES = ("rounded", "squared")


def read(*, size: int, channels: int, folder: object, split: str, progress: Progress) -> ImageSet:
    """One split, with the field ``other``, uint8 [N, channels, size, size]; ``folder`` is not used.

    Raises:
        DataError: a package that draws is missing.
    """
    drawn = data.load("faces", size=size, channels=channels, split=split, progress=within(progress, 0.0, 0.5))
    parts, other, attributes = faces.drawn_parts(split), drawn.images, drawn.attributes
    if split == "train":
        half = len(drawn) // 2
        other, parts, attributes = other[:half], parts[half:], attributes[half:]
    painter, images = _personas.painter(size, channels), np.empty((len(parts), channels, size, size), np.uint8)
    for index, row in enumerate(parts):
        progress(0.5 + 0.4 * index / len(parts), f"Drawing face {index + 1:,} of {len(parts):,} in another style")
        images[index] = painter.picture(*shapes_and_colours(row))
    fields = {CONDITION: other}
    return ImageSet(
        name="two-styles",
        images=images,
        labels=None,
        class_names=CLASS_NAMES,
        fingerprint=fingerprint_of(images, None, within(progress, 0.9, 1.0), attributes, fields),
        source=f"Drawn on this machine (drawing {VERSION}); styles Personas by Draftbit and Avataaars by P. Stanley.",
        attributes=attributes,
        attribute_names=ATTRIBUTE_NAMES,
        fields=fields,
        paired=False,
    )


def shapes_and_colours(row: np.ndarray) -> tuple[dict[str, str], dict[str, str]]:
    """A face of the data set ``faces``, a row of its ``drawn_parts``, as the painter of the other style wants it."""
    part = {name: int(row[column]) for name, column in faces.COLUMN.items()}
    shapes, colours = faces.shapes_and_colours(row)
    changed = {
        "clothes": CLOTHES[part["clothes"]],
        "mouth": _personas.MOUTHS[shapes["mouth"]],
        "nose": NOSES[part["brows"]],
        "eyes": EYEWEAR[part["eyewear"] - 1] if part["eyewear"] else EYES[part["eyes"]],
        "hair": (_personas.LONG_CUTS if part["long hair"] else _personas.SHORT_CUTS)[part["cut"]],
    }
    if part["beard"]:
        changed["facialHair"] = BEARDS[part["chin"]]
    return changed, {**colours, "clothing": colours["clothes"]}
