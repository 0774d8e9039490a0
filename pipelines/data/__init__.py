"""Data sets: one file each, loaded by name as pictures in memory.

An entry is a module of this package that declares

* ``SPLITS``: the splits it has, the usual one first,
* ``SHOWS``: what its pictures show, and ``CLASS_WORD``, where it has classes: what one of them is; in a word or two,
* ``DOWNLOAD_MB``, where it is downloaded: about how much,
* ``NEEDS_FOLDER``: whether it reads a folder that the person names,
* ``CLASS_NAMES``: a tuple; or, where ``NEEDS_FOLDER``, a function ``survey(folder)``, which returns what lies there
  without reading pixels: its ``class_names``, ``counts``, ``pictures``, ``notes`` on what is not read, and a
  ``version`` that changes when the pictures do,
* ``VERSION``, where the pictures are drawn here: a text that changes with the drawing,
* ``ATTRIBUTE_NAMES``, where pictures have attributes: a tuple; or, where ``NEEDS_FOLDER``, a function
  ``attribute_names(folder)``,
* ``ATTRIBUTE_GROUPS``, where attributes exclude each other: the names of a group, of which a picture has at most one,
* ``require(split)``, where a person must put files there: raises the ``DataError`` that names those that are missing,
* ``FLIP_MAKES_SENSE``: whether a mirrored picture is still one of the set,
* ``CONDITION``, where a conditional model is told something else than the class: the name of one of the set's fields.
  Without it, and without classes, it is told the attributes, where there are some (a ``survey`` says so by
  ``has_attributes``),
* ``PAIRED = False``, where no condition belongs to a picture, also if there are as many,
* ``DOMAINS``, where both are domains of their own: what the conditions are called, and what the pictures,
* ``CONDITION_LABELS``, where that field is a map of labels: their names, from label 0 on,
* ``STACKED``, where each colour channel is a picture of another set of grey pictures: the name of that set, whose
  classifier reads each channel,
* ``LIKE``, where the pictures are drawn as those of another set: its name. The classifier that ships for that set reads
  these pictures, too: their features, attributes or classes, which both sets name alike,
* ``PART_READER``, where the condition is a map of labels and a part reader ships that reads these labels off pictures:
  its name, see ``pipelines/metrics/part_reader.py``,
* ``MODALITY``, where an example is no picture: the name of one of ``pipelines.modalities``,
* ``LICENCE`` and ``CITATION``: what to say about the data,
* ``HOLDS_OUT``: whether the person says which share of the pictures its split ``test`` is; ``read`` is then given
  ``held_out`` too, and a ``survey`` has ``part(split, held_out)`` and ``told_of_parts(held_out)``,
* ``read(size=, channels=, folder=, split=, progress=)``: does the work and returns an ``ImageSet``.

What an entry has read is kept below ``paths.data_home()`` in a file that loads in a moment. Importing this package
loads neither torch nor torchvision.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipelines import paths
from pipelines.data import _cache
from pipelines.data._image_set import ATTRIBUTES, Aborted, ImageSet, Progress, paced, told_of_attributes, within
from pipelines.data._overview import Overview, overview
from pipelines.data._spec import Spec
from pipelines.data._wanted import CHANNELS, SIZES, may_have, require_offered, resolved, source_of, wanted
from pipelines.errors import DataError
from pipelines.registries import DATA_SETS
from pipelines.typed_path import folder_of, shown

__all__ = [
    "ATTRIBUTES", "CHANNELS", "DATA_SETS", "SIZES", "ImageSet", "Overview", "Progress", "Spec",
    "attribute_groups_of", "attribute_names_of", "class_names_of", "describe", "folder_of", "is_prepared", "load",
    "missing_files", "names", "overview", "require_classes", "require_condition", "shown", "splits", "test_part",
]  # fmt: skip

names = DATA_SETS.names
describe = DATA_SETS.describe


def load(
    name: str,
    *,
    size: int = 28,
    channels: int = 1,
    folder: str | Path | None = None,
    held_out: float = 0.0,
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
        held_out: share of them that is the split ``test``, in [0, 1); sets that come with a test part ignore it.
        split: one of ``splits``.
        progress: called with the share done and a message. An exception that it raises ends the work, leaves nothing
            half-written and reaches the caller.

    Raises:
        DataError: something that was asked for is not on offer, the data cannot be had or read, or they cannot be
            written to ``paths.data_home()``.
    """
    asked = wanted(name, size, channels, folder, held_out, split)
    if (like := getattr(asked.entry, "LIKE", name)) not in names():
        raise DataError(
            f"The data set {name!r} has LIKE = {like!r}, and there is no such set; change it in its file to one of: "
            f"{', '.join(names())}."
        )
    if getattr(asked.entry, "CONDITION", "") == ATTRIBUTES:
        raise DataError(
            f"The data set {name!r} has CONDITION = {ATTRIBUTES!r}, which is kept for the attributes of sets without a "
            "condition; give that field another name in its file."
        )
    if split not in asked.splits:
        raise DataError(
            f"No picture of the data set {name!r} is held out, so it has no split {split!r}; raise held_out (it is "
            f"{held_out:g}) or add pictures."
        )
    prepared, version = asked.file, asked.version
    report = paced(progress)
    try:
        modality = getattr(asked.entry, "MODALITY", "image")
        pictures = modality == "image"
        image_set = _cache.read(prepared, version, pictures)
        if image_set is None:
            with _cache.only_one(paths.data_home() / name, name, report):
                image_set = _cache.read(prepared, version, pictures)  # another process may have prepared it meanwhile
                if image_set is None:
                    reading = within(report, 0.0, 0.9)
                    image_set = asked.read(reading)
                    _cache.write(prepared, image_set, version, within(report, 0.9, 0.99))
        report(1.0, f"{name} is ready: {len(image_set):,} pictures")
    except Aborted as aborted:
        raise aborted.cause from None
    return told_of_attributes(
        replace(
            image_set, notes=(*asked.notes, *image_set.notes), modality=modality,
            condition=getattr(asked.entry, "CONDITION", ""),
            condition_labels=tuple(getattr(asked.entry, "CONDITION_LABELS", ())),
        )
    )  # fmt: skip


def splits(name: str, *, folder: str | Path | None = None, held_out: float = 0.0) -> tuple[str, ...]:
    """The splits that a set has; of a person's own pictures, those of which there are any.

    Raises:
        DataError: there is no such set, or its folder is missing, a file, unreadable or empty.
    """
    return wanted(name, SIZES[0], CHANNELS[0], folder, held_out).splits


def test_part(
    name: str,
    *,
    size: int,
    channels: int,
    folder: str | Path | None = None,
    held_out: float = 0.0,
    progress: Progress | None = None,
) -> ImageSet | None:
    """The pictures of a set that nothing is learnt from, or None where it has none; arguments and errors as ``load``'s.

    In the order in which the set has them, which may be that of its classes.
    """
    if not may_have("test", DATA_SETS.get(name), held_out) or "test" not in splits(
        name, folder=folder, held_out=held_out
    ):
        return None
    like = {"size": size, "channels": channels, "folder": folder, "held_out": held_out}
    return load(name, **like, split="test", progress=progress)


def is_prepared(
    name: str,
    *,
    size: int,
    channels: int,
    folder: str | Path | None = None,
    held_out: float = 0.0,
    split: str = "train",
) -> bool:
    """Whether ``load`` with the same arguments would find its work done; reads no pixels.

    False for a folder that is missing or empty, or has no such split, whose reason ``load`` tells.

    Raises:
        DataError: the name, size, channels or split is not on offer.
    """
    require_offered(name, size, channels, split)
    try:
        asked = wanted(name, size, channels, folder, held_out, split)
    except DataError:
        return False
    return split in asked.splits and asked.card() is not None


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
    source = source_of(name, entry, folder)
    return source.class_names if source else tuple(entry.CLASS_NAMES)


def attribute_names_of(name: str, folder: str | Path | None = None) -> tuple[str, ...]:
    """The names of the attributes of a set's pictures, without preparing it; () for a set that has none.

    Raises:
        DataError: there is no such set, or its folder is missing, a file, unreadable or empty, or its table is faulty.
    """
    entry = DATA_SETS.get(name)
    if entry.NEEDS_FOLDER:
        return tuple(entry.attribute_names(resolved(name, folder)))
    return tuple(getattr(entry, "ATTRIBUTE_NAMES", ()))


def attribute_groups_of(name: str) -> dict[str, tuple[str, ...]]:
    """The set's groups of attributes of which a picture has at most one, by the group's name; {} where there are none.

    An attribute that is in no group is independent of all the others.

    Raises:
        DataError: there is no such set.
    """
    return dict(getattr(DATA_SETS.get(name), "ATTRIBUTE_GROUPS", {}))


def require_condition(image_set: ImageSet) -> None:
    """Does nothing for a set with a field to be told of, or with at least two classes.

    Raises:
        DataError: the set has neither.
    """
    if not image_set.condition:
        require_classes(image_set)
    elif image_set.condition not in image_set.fields:
        has = ", ".join(sorted(image_set.fields)) or "none"
        raise DataError(
            f"The data set {image_set.name!r} names the field {image_set.condition!r} as its condition, and its fields "
            f"are: {has}; change CONDITION in its file."
        )


def require_classes(image_set: ImageSet) -> None:
    """Does nothing for a set with at least two classes.

    Raises:
        DataError: the set has fewer, and so nothing that a conditional model could be asked for.
    """
    count = len(image_set.class_names)
    if image_set.labels is None or count < 2:
        has = {0: "no classes", 1: f"one class ({', '.join(image_set.class_names)})"}.get(count, "no labels")
        raise DataError(
            f"The data set {image_set.name!r} has {has} where a conditional model wants at least two, or attributes; "
            "choose a set that has some (your own folder: one subfolder for each class, or an attributes.csv) or an "
            "unconditional model."
        )
