"""Your own pairs: folders `a` (inputs) and `b` (what to draw), of the same names or unpaired, or pictures side by side.

``_pairs`` says which pictures belong together, ``_picture`` what is read; what is skipped is counted and named, with
the reason, and takes the other picture of its pair with it.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
from PIL import Image

from pipelines.data import _photos
from pipelines.data._image_set import Aborted, ImageSet, Progress, fingerprint_of, within
from pipelines.data._opened import Opened
from pipelines.data._pairs import PAIRED, REVERSED, SIDE_BY_SIDE, UNPAIRED, PairsSurvey, survey
from pipelines.data._survey import top
from pipelines.errors import DataError
from pipelines.typed_path import shown

__all__ = ["attribute_names", "read", "survey"]

SPLITS = ("train", "test")
HOLDS_OUT = True  # the person says which share the test pictures are
NEEDS_FOLDER = True
SHOWS = "pictures like those of your own pairs"
FLIP_MAKES_SENSE = True  # both pictures of a pair are mirrored; who trains on letters leaves it off
CONDITION = "a"
LICENCE = "that of your pictures"
CITATION = ""

TOLERANCE = 0.02  # by which two shapes may differ, as a share of width by height
OTHER_SHAPE = "of another shape (width by height) than its partner"
NOT_TWICE = "not twice as wide as high"

Failed = dict[str, list[str]]


def attribute_names(folder: Path) -> tuple[str, ...]:
    """None: a table of attributes is not read.

    Raises:
        DataError: see ``survey``.
    """
    survey(folder)
    return ()


def read(*, size: int, channels: int, folder: Path, split: str, progress: Progress, held_out: float = 0.0) -> ImageSet:
    """The pictures to draw, each cut to its central square, and the field ``a`` of inputs, cut alike.

    Raises:
        DataError: the folder holds no pairs and no two domains, or none of them can be read.
    """
    found = survey(folder)
    reading = within(progress, 0.0, 0.9)
    reader = _Reader(found, split, held_out, size, channels, reading)
    images, inputs, failed = reader.read()
    if not len(images) or not len(inputs):
        lacking = "inputs in a/" if len(images) else "pictures in b/" if found.kind == UNPAIRED else "pairs"
        advice = "choose others"
        if found.kind == SIDE_BY_SIDE:
            advice = "put the inputs into a/ and the pictures to draw into b/, or choose pictures that hold both"
        raise DataError(
            f"None of the {lacking} in {shown(folder)} can be read ({'; '.join(_photos.notes_on(failed))}); {advice}."
        )
    fields = {CONDITION: inputs}
    return ImageSet(
        name="pairs",
        images=images,
        labels=None,
        class_names=(),
        fingerprint=fingerprint_of(images, None, within(progress, 0.9, 1.0), fields=fields),
        source=f"Pictures in {shown(folder)}.",
        notes=(*_photos.notes_on(failed), *reader.notes()),
        fields=fields,
        paired=found.kind != UNPAIRED,
    )


class _Reader:
    """Reads one split of a folder of pairs."""

    def __init__(
        self, found: PairsSurvey, split: str, held_out: float, size: int, channels: int, progress: Progress
    ) -> None:
        self._found, self._size, self._channels, self._progress = found, size, channels, progress
        other = "train" if split == "test" else "test"
        self._b, self._a = found.part(split, held_out), found.inputs(split, held_out)
        first, last = within(progress, 0.0, 0.5), within(progress, 0.5, 1.0)
        self._open_b = Opened(found.folder, self._b, found.part(other, held_out), size, last)
        self._open_a = Opened(found.folder, self._a, found.inputs(other, held_out), size, first)

    def read(self) -> tuple[np.ndarray, np.ndarray, Failed]:
        """Pictures and inputs, uint8 [N, C, S, S] and [M, C, S, S], and the names of the others by the reason."""
        if self._found.kind == UNPAIRED:
            return self._domains()
        return self._pairs()

    def notes(self) -> tuple[str, ...]:
        """Of how many pictures only the first frame was read, and what was white in deep ones."""
        return (*self._open_a.notes(), *self._open_b.notes())

    def _domains(self) -> tuple[np.ndarray, np.ndarray, Failed]:
        like = (self._size, self._channels)
        inputs, _, failed_a = _photos.gathered(self._a, self._open_a, *like, within(self._progress, 0.0, 0.5))
        images, _, failed_b = _photos.gathered(self._b, self._open_b, *like, within(self._progress, 0.5, 1.0))
        reasons = failed_a.keys() | failed_b.keys()
        return images, inputs, {why: failed_a.get(why, []) + failed_b.get(why, []) for why in reasons}

    def _pairs(self) -> tuple[np.ndarray, np.ndarray, Failed]:
        shape = (len(self._b), self._channels, self._size, self._size)
        images, inputs = np.empty(shape, np.uint8), np.empty(shape, np.uint8)
        kept, failed = 0, defaultdict(list)
        for index, name in enumerate(self._b):
            self._progress(index / len(self._b), f"Reading pair {index + 1:,} of {len(self._b):,}")
            try:
                if self._found.kind == PAIRED:
                    name = self._a[index]  # which a note names if it cannot be read
                    one = self._open_a(index)
                    name = self._b[index]
                    other = self._open_b(index)
                    if not _alike(one.width / one.height, other.width / other.height):
                        raise _photos.Unfit(OTHER_SHAPE)
                else:
                    one, other = _halves(self._open_b(index), reverse=top(name).casefold() == REVERSED)
                inputs[kept] = _photos.fitted(one, self._size, self._channels)
                images[kept] = _photos.fitted(other, self._size, self._channels)
                kept += 1
            except Aborted:
                raise
            except Exception as problem:  # Pillow raises a dozen types for broken files; the note names the picture
                failed[_photos.reason_of(problem)].append(name)
        return images[:kept], inputs[:kept], dict(failed)


def _halves(picture: Image.Image, reverse: bool) -> tuple[Image.Image, Image.Image]:
    """The input and the picture to draw, of a picture that holds both."""
    width, height = picture.size
    if not _alike(width / height, 2.0):
        raise _photos.Unfit(NOT_TWICE)
    left = picture.crop((0, 0, width // 2, height))
    right = picture.crop((width - width // 2, 0, width, height))
    return (right, left) if reverse else (left, right)


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= TOLERANCE * other
