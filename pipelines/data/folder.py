"""Your own pictures: a folder of them; its subfolders, if there are any, are the classes.

A file ``attributes.csv`` in the folder may say what is to be seen on each picture; see ``_attributes_csv``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from pipelines.data import _attributes_csv, _photos
from pipelines.data._image_set import ImageSet, Progress, fingerprint_of, within
from pipelines.errors import DataError

SPLITS = ("train",)
NEEDS_FOLDER = True
FLIP_MAKES_SENSE = True  # of most photographs; who trains on letters leaves it off
LICENCE = "that of your pictures"
CITATION = ""

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")


def class_names(folder: Path) -> tuple[str, ...]:
    """The direct subfolders that hold pictures, at any depth, in alphabetical order; () for a flat folder.

    Raises:
        DataError: the folder is missing, is a file, may not be read or holds no picture.
    """
    return _classes_in([path for path, _, _ in _listing(folder)])


def attribute_names(folder: Path) -> tuple[str, ...]:
    """The columns of ``attributes.csv``; () where there is no such file.

    Raises:
        DataError: the folder is missing, is a file, may not be read or holds no picture, or the table is faulty.
    """
    _listing(folder)
    table = _attributes_csv.read(folder)
    return table.names if table else ()


def version(folder: Path) -> str:
    """A text that changes whenever a picture or ``attributes.csv`` is added, removed, renamed or written again.

    Raises:
        DataError: the folder is missing, is a file, may not be read or holds no picture.
    """
    facts: list[object] = [*_listing(folder), *_attributes_csv.facts(folder)]
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogateescape")).hexdigest()


def read(*, size: int, channels: int, folder: Path, split: str, progress: Progress) -> ImageSet:
    """All pictures of a folder, each cut to its central square, in the order of their paths.

    Pictures that cannot be read, and those without a row in ``attributes.csv`` where there is one, are left out and
    named in the notes. Of a moving picture the first frame counts; transparent parts become white.

    Raises:
        DataError: there is no picture that can be read, in the folder or in one of its classes, or the table of
            attributes is faulty or has no row for any picture.
    """
    paths = [path for path, _, _ in _listing(folder)]
    classes = _classes_in(paths)
    loose = [path for path in paths if classes and "/" not in path]
    wanted = [path for path in paths if not classes or "/" in path]
    table = _attributes_csv.read(folder)
    notes: tuple[str, ...] = ()
    if table:
        wanted, notes = table.with_rows(wanted, paths)
        lacking = [name for name in classes if name not in {_top(path) for path in wanted}]
        if lacking:
            raise DataError(
                f"No picture of the class {lacking[0]!r} has a row in {table.path}; add rows for it, "
                f"or remove the folder {folder / lacking[0]}."
            )

    images, kept, unreadable = _photos.gathered(
        wanted, lambda index: _opened(folder / wanted[index], size), size, channels, within(progress, 0.0, 0.9)
    )
    if not len(kept):
        raise DataError(
            f"None of the {len(wanted):,} pictures in {folder} can be read ({_photos.some(unreadable)}); "
            "choose another."
        )
    names = [wanted[index] for index in kept]
    labels = np.array([classes.index(_top(path)) for path in names], np.int64) if classes else None
    for value, name in enumerate(classes):
        if value not in labels:
            raise DataError(
                f"No picture of the class {name!r} can be read; repair or remove the folder {folder / name}."
            )

    beside = f"{_photos.were(loose)} skipped for lying beside the class folders"
    attributes = table.values_of(names) if table else None
    return ImageSet(
        name="folder",
        images=images,
        labels=labels,
        class_names=classes,
        fingerprint=fingerprint_of(images, labels, within(progress, 0.9, 1.0), attributes),
        source=f"Pictures in {folder}.",
        notes=(
            *_photos.skipped("unreadable", unreadable),
            *((f"{len(loose):,} {beside}: {_photos.some(loose)}",) if loose else ()),
            *notes,
        ),
        attributes=attributes,
        attribute_names=table.names if table else (),
    )


def _opened(path: Path, size: int) -> Image.Image:
    """One picture, upright, of 8 bits a channel and without transparent parts."""
    with Image.open(path) as image:
        image.draft(None, (2 * size, 2 * size))  # lets JPEG decode a large photograph at a fraction of its size
        if image.mode == "I;16":  # Pillow would clip 16 bits to 8 instead of scaling them
            image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
        image = ImageOps.exif_transpose(image)  # a copy
        if image.has_transparency_data:
            image = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        return image


def _listing(folder: Path) -> list[tuple[str, int, int]]:
    """(path relative to the folder, bytes, time of change in ns) of every picture in it, sorted by path."""
    try:
        if not folder.exists():
            raise DataError(f"The folder {folder} does not exist; set folder to the path of a folder of pictures.")
        if not folder.is_dir():
            raise DataError(f"{folder} is a file; set folder to the path of the folder that holds the pictures.")
        found = sorted(_pictures_below(folder, ""))
    except OSError as problem:
        where = problem.filename or folder
        raise DataError(
            f"{where} may not be read ({problem.strerror}); allow it or set folder to another."
        ) from problem
    if not found:
        raise DataError(
            f"There are no pictures in {folder}; put files ending in {', '.join(SUFFIXES)} there "
            "or set folder to another."
        )
    return found


def _pictures_below(folder: str | Path, prefix: str) -> Iterator[tuple[str, int, int]]:
    """As ``_listing``, unsorted; hidden files are left out, like the ``._name.jpg`` that macOS puts beside pictures."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):  # a link may lead back up
                yield from _pictures_below(entry.path, f"{prefix}{entry.name}/")
            elif entry.name.lower().endswith(SUFFIXES) and entry.is_file():
                facts = entry.stat()
                yield prefix + entry.name, facts.st_size, facts.st_mtime_ns


def _classes_in(paths: list[str]) -> tuple[str, ...]:
    return tuple(sorted({_top(path) for path in paths if "/" in path}))


def _top(path: str) -> str:
    return path.split("/")[0]
