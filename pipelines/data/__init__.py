"""Data sets: one file each, loaded by name as pictures in memory.

An entry is a module of this package that declares

* ``SPLITS``: the splits it has, the usual one first,
* ``NEEDS_FOLDER``: whether it reads a folder that the person names,
* ``CLASS_NAMES``: a tuple; or, where ``NEEDS_FOLDER``, a function ``class_names(folder)``,
* ``version(folder)``, where ``NEEDS_FOLDER``: a text that changes when the folder's pictures change; or ``VERSION``,
  where the pictures are drawn here: a text that changes with the drawing,
* ``ATTRIBUTE_NAMES``, where pictures have attributes: a tuple; or, where ``NEEDS_FOLDER``, a function
  ``attribute_names(folder)``,
* ``ATTRIBUTE_GROUPS``, where attributes exclude each other: the names of a group, of which a picture has at most one,
* ``require(split)``, where a person must put files there: raises the ``DataError`` that names those that are missing,
* ``FLIP_MAKES_SENSE``: whether a mirrored picture is still one of the set,
* ``LICENCE`` and ``CITATION``: what to say about the data,
* ``read(size=, channels=, folder=, split=, progress=)``: does the work and returns an ``ImageSet``.

What an entry has read is kept below ``paths.data_home()`` in a file that loads in a moment. Importing this package
loads neither torch nor torchvision.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from types import ModuleType

from pipelines import paths
from pipelines.data import _cache
from pipelines.data._image_set import Aborted, ImageSet, Progress, paced, within
from pipelines.errors import DataError
from pipelines.registry import Registry

__all__ = [
    "CHANNELS", "DATA_SETS", "SIZES", "ImageSet", "Progress",
    "attribute_groups_of", "attribute_names_of", "class_names_of", "describe", "is_prepared", "load",
    "missing_files", "names", "require_classes",
]  # fmt: skip

DATA_SETS = Registry(__name__, __file__, "data set", DataError)
names = DATA_SETS.names
describe = DATA_SETS.describe

SIZES = (28, 32, 64)  # edge of the square pictures, in pixels
CHANNELS = (1, 3)  # grey, colour
_FORMAT = "1"  # of prepared files; a new one makes them all be prepared again


def load(
    name: str,
    *,
    size: int = 28,
    channels: int = 1,
    folder: str | Path | None = None,
    split: str = "train",
    progress: Progress | None = None,
) -> ImageSet:
    """A data set in memory, downloaded and prepared first where that has not been done yet.

    Any number of processes may do this at once: one prepares, the others wait for it.

    Args:
        name: one of ``names()``.
        size: edge of the square pictures, one of ``SIZES``; pictures of another size are resized.
        channels: one of ``CHANNELS``; grey pictures get three equal channels, colour becomes grey.
        folder: of the person's own pictures, for the sets that need one.
        split: one of the set's ``SPLITS``.
        progress: called with the share done and a message. An exception that it raises ends the work, leaves nothing
            half-written and reaches the caller.

    Raises:
        DataError: something that was asked for is not on offer, the data cannot be had or read, or they cannot be
            written to ``paths.data_home()``.
    """
    entry = _entry(name, size, channels, split)
    source, version = _source_and_version(name, entry, folder)
    prepared = _prepared_file(name, source, size, channels, split)
    report = paced(progress)
    try:
        image_set = _cache.read(prepared, version)
        if image_set is None:
            with _cache.only_one(paths.data_home() / name, name, report):
                image_set = _cache.read(prepared, version)  # another process may have prepared it meanwhile
                if image_set is None:
                    reading = within(report, 0.0, 0.9)
                    image_set = entry.read(size=size, channels=channels, folder=source, split=split, progress=reading)
                    _cache.write(prepared, image_set, version, within(report, 0.9, 0.99))
        report(1.0, f"{name} is ready: {len(image_set):,} pictures")
    except Aborted as aborted:
        raise aborted.cause from None
    return image_set


def is_prepared(name: str, *, size: int, channels: int, folder: str | Path | None = None, split: str = "train") -> bool:
    """Whether ``load`` with the same arguments would find its work done; reads no pixels.

    False for a folder that is missing or empty, whose reason ``load`` tells.

    Raises:
        DataError: the name, size, channels or split is not on offer.
    """
    entry = _entry(name, size, channels, split)
    try:
        source, version = _source_and_version(name, entry, folder)
    except DataError:
        return False
    return _cache.holds(_prepared_file(name, source, size, channels, split), version)


def missing_files(name: str) -> str:
    """What is missing of the files that a person must put there for a set, and where to get it: a sentence.

    "" where nothing is missing, and for sets that are downloaded, drawn or read from a folder that is named. Looks for
    the files and reads none, so that a form can ask each time. What was prepared earlier loads without them.

    Raises:
        DataError: there is no such set.
    """
    require = getattr(DATA_SETS.get(name), "require", None)
    try:
        if require:
            require()
    except DataError as problem:
        return str(problem)
    return ""


def class_names_of(name: str, folder: str | Path | None = None) -> tuple[str, ...]:
    """The names of a set's classes, without preparing it; () for a set that has none.

    Raises:
        DataError: there is no such set, or its folder is missing, a file, unreadable or empty.
    """
    entry = DATA_SETS.get(name)
    return tuple(entry.class_names(_folder(name, folder)) if entry.NEEDS_FOLDER else entry.CLASS_NAMES)


def attribute_names_of(name: str, folder: str | Path | None = None) -> tuple[str, ...]:
    """The names of the attributes of a set's pictures, without preparing it; () for a set that has none.

    Raises:
        DataError: there is no such set, or its folder is missing, a file, unreadable or empty, or its table is faulty.
    """
    entry = DATA_SETS.get(name)
    if entry.NEEDS_FOLDER:
        return tuple(entry.attribute_names(_folder(name, folder)))
    return tuple(getattr(entry, "ATTRIBUTE_NAMES", ()))


def attribute_groups_of(name: str) -> dict[str, tuple[str, ...]]:
    """The set's groups of attributes of which a picture has at most one, by the group's name; {} where there are none.

    An attribute that is in no group is independent of all the others.

    Raises:
        DataError: there is no such set.
    """
    return dict(getattr(DATA_SETS.get(name), "ATTRIBUTE_GROUPS", {}))


def require_classes(image_set: ImageSet) -> None:
    """Does nothing for a set with at least two classes.

    Raises:
        DataError: the set has fewer, and so nothing that a conditional model could be asked for.
    """
    count = len(image_set.class_names)
    if image_set.labels is None or count < 2:
        has = {0: "no classes", 1: f"one class ({', '.join(image_set.class_names)})"}.get(count, "no labels")
        raise DataError(
            f"The data set {image_set.name!r} has {has} where a conditional model wants at least two; "
            "choose a set with classes (your own folder: one subfolder for each) or an unconditional model."
        )


def _entry(name: str, size: int, channels: int, split: str) -> ModuleType:
    entry = DATA_SETS.get(name)
    for what, given, allowed in (
        ("size", size, SIZES),
        ("channels", channels, CHANNELS),
        ("split", split, entry.SPLITS),
    ):
        if given not in allowed:
            choices = ", ".join(map(str, allowed))
            raise DataError(
                f"{given!r} is not on offer as {what} of the data set {name!r}; set {what} to one of: {choices}."
            )
    return entry


def _source_and_version(name: str, entry: ModuleType, folder: str | Path | None) -> tuple[Path | None, str]:
    """The folder that the set reads, or None, and what its prepared file must be marked with."""
    if not entry.NEEDS_FOLDER:
        drawing = getattr(entry, "VERSION", None)
        return None, f"{_FORMAT} {drawing}" if drawing else _FORMAT
    source = _folder(name, folder)
    return source, f"{_FORMAT} {entry.version(source)}"


def _folder(name: str, folder: str | Path | None) -> Path:
    if not folder:
        raise DataError(f"The data set {name!r} needs a folder of pictures; set folder to its path.")
    try:
        return Path(folder).expanduser().resolve()
    except (OSError, ValueError, RuntimeError) as problem:  # a NUL, a loop of links, a home that nobody has
        raise DataError(f"{str(folder)!r} is not the path of a folder ({problem}); set folder to another.") from problem


def _prepared_file(name: str, source: Path | None, size: int, channels: int, split: str) -> Path:
    key = hashlib.sha256(os.fsencode(source)).hexdigest()[:16] + "-" if source else ""
    return paths.data_home() / name / "prepared" / f"{key}{split}-{size}x{size}x{channels}.npz"
