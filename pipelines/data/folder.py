"""Your own pictures: a folder of them; its subfolders, if there are any, are the classes.

Whatever Pillow opens is read (``_picture``); what is skipped is counted and named, with the reason (``_survey``). A
table ``attributes.csv`` in the folder may say what is to be seen on each picture (``_attributes_csv``).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipelines.data import _attributes_csv, _photos
from pipelines.data._image_set import ImageSet, Progress, fingerprint_of, within
from pipelines.data._opened import Opened
from pipelines.data._survey import Survey, survey, top
from pipelines.errors import DataError
from pipelines.typed_path import shown

__all__ = ["attribute_names", "read", "survey"]

SPLITS = ("train", "test")
HOLDS_OUT = True  # the person says which share the test pictures are
NEEDS_FOLDER = True
SHOWS = "pictures like those of your own folder"
FLIP_MAKES_SENSE = True  # of most photographs; who trains on letters leaves it off
LICENCE = "that of your pictures"
CITATION = ""


def attribute_names(folder: Path) -> tuple[str, ...]:
    """The columns of the table of attributes; () where there is none.

    Raises:
        DataError: the folder is missing, is a file, may not be read or holds no picture, or the table is faulty.
    """
    survey(folder)
    table = _attributes_csv.read(folder)
    return table.names if table else ()


def read(*, size: int, channels: int, folder: Path, split: str, progress: Progress, held_out: float = 0.0) -> ImageSet:
    """The pictures of a folder that are of a split, each cut to its central square, in the order of their paths.

    Pictures that cannot be read, and those without a row in the table of attributes where there is one, are left out
    and named in the notes. Of a moving picture the first frame counts; transparent parts become white; of more than 8
    bits a channel the largest value in the folder decides what is white (``_depth``).

    Raises:
        DataError: there is no picture that can be read, in the folder or in one of its classes, or the table of
            attributes is faulty or has no row for any picture.
    """
    found = survey(folder)
    table = _attributes_csv.read(folder)
    wanted, notes = found.part(split, held_out), ()
    if table:
        wanted, notes = table.with_rows(wanted, [path for path, _, _ in found.files])
        lacking = [name for name in found.classes if name not in {top(path) for path in wanted}]
        if lacking and split == "train":
            raise DataError(
                f"No picture of the class {shown(lacking[0])!r} has a row in {shown(table.path)}; add rows for it, "
                f"or remove the folder {shown(folder / lacking[0])}."
            )

    reading = within(progress, 0.0, 0.9)
    other = found.part("train" if split == "test" else "test", held_out)
    opened = Opened(folder, wanted, other, size, reading)
    images, kept, failed = _photos.gathered(wanted, opened, size, channels, reading)
    if not len(kept):
        raise DataError(
            f"None of the {len(wanted):,} pictures in {shown(folder)} can be read "
            f"({'; '.join(_photos.notes_on(failed))}); choose another."
        )
    names = [wanted[index] for index in kept]
    labels = _labels(found, names, failed, split == "train")
    attributes = table.values_of(names) if table else None
    return ImageSet(
        name="folder",
        images=images,
        labels=labels,
        class_names=found.class_names,
        fingerprint=fingerprint_of(images, labels, within(progress, 0.9, 1.0), attributes),
        source=f"Pictures in {shown(folder)}.",
        notes=(*_photos.notes_on(failed), *opened.notes(), *notes),
        attributes=attributes,
        attribute_names=table.names if table else (),
    )


def _labels(found: Survey, names: list[str], failed: dict[str, list[str]], all_needed: bool) -> np.ndarray | None:
    """The class of each picture, int64 [N]; None where there are no classes.

    Raises:
        DataError: all classes are needed, and no picture of one can be read.
    """
    if not found.classes:
        return None
    number = {name: index for index, name in enumerate(found.classes)}
    labels = np.array([number[top(name)] for name in names], np.int64)
    for name in found.classes if all_needed else ():
        if number[name] not in labels:
            own = {reason: [path for path in paths if top(path) == name] for reason, paths in failed.items()}
            why = "; ".join(_photos.notes_on({reason: paths for reason, paths in own.items() if paths}))
            raise DataError(
                f"No picture of the class {shown(name)!r} can be read ({why}); repair or remove the folder "
                f"{shown(found.folder / name)}."
            )
    return labels
