"""The prepared form of a data set: one file that loads in a moment, published whole or not at all.

A prepared file is an uncompressed ``.npz`` (a zip archive) with ``card`` (JSON text), ``images`` and, where there are
classes or attributes, ``labels`` and ``attributes``; fields are ``field.NAME``. One file is replaced in one atomic
step, and the archive's own directory and CRC-32 sums tell a truncated or damaged file, which then counts as not
prepared.
"""

from __future__ import annotations

import dataclasses
import errno
import json
import math
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import numpy as np
from filelock import FileLock, Timeout

from pipelines import schema
from pipelines.data._image_set import ImageSet, Progress
from pipelines.errors import DataError
from pipelines.files import DAMAGED_ZIP, sync
from pipelines.schema import Count, Meta, Name, Names, Text

FIELD = "field."  # begins the name of a field's array
KNOWN = ("card", "images", "labels", "attributes")
DAMAGED = (DataError, *DAMAGED_ZIP)


@contextmanager
def explained(folder: Path, bytes_needed: int = 0) -> Iterator[None]:
    """Turns what the system refuses to do below ``folder`` into one sentence.

    Raises:
        DataError: the disk is full, reading or writing is not allowed, or the system refuses for another reason.
    """
    elsewhere = "or set GAN_EXPLORER_DATA to another folder"
    try:
        yield
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            room = (
                f", and {bytes_needed / 1e6:,.1f} MB ({bytes_needed:,} bytes) are needed there" if bytes_needed else ""
            )
            raise DataError(f"The disk that holds {folder} is full{room}; free some space {elsewhere}.") from problem
        if isinstance(problem, PermissionError) or problem.errno == errno.EROFS:
            raise DataError(f"Reading and writing {folder} is not allowed; allow it {elsewhere}.") from problem
        raise DataError(f"Reading or writing {folder} failed ({problem}); repair it {elsewhere}.") from problem


@contextmanager
def only_one(folder: Path, name: str, progress: Progress) -> Iterator[None]:
    """Holds the lock on ``folder``, so that one process at a time prepares a set and the others wait and say so.

    The operating system takes the lock away from a process that dies.
    """
    lock = FileLock(folder / ".lock")
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        while not lock.is_locked:
            try:
                lock.acquire(timeout=0.25, poll_interval=0.05)
            except Timeout:
                progress(0.0, f"Another process is preparing {name}; waiting")
    try:
        yield
    finally:
        lock.release()


@contextmanager
def published(path: Path, bytes_needed: int) -> Iterator[BinaryIO]:
    """A new file to write to, which appears as ``path`` when the block ends and never appears when it raises.

    The caller holds the lock (``only_one``), so the temporary name is fixed and a killed process leaves one at most.

    Raises:
        DataError: the disk is full or writing is not allowed.
    """
    part = path.with_name(path.name + ".part")
    with explained(path.parent, bytes_needed):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
            sync(path.parent)
        finally:
            part.unlink(missing_ok=True)


class _Counted:
    """A file that reports how much of what is expected has been written."""

    def __init__(self, file: BinaryIO, bytes_expected: int, progress: Progress, message: str) -> None:
        self._file, self._expected, self._progress, self._message = file, bytes_expected, progress, message

    def write(self, data: Any) -> int:
        self._progress(self._file.tell() / self._expected, self._message)
        return self._file.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def write(path: Path, image_set: ImageSet, version: str, progress: Progress) -> None:
    """Publishes a prepared set as ``path``; ``version`` is what ``read`` must be asked for to get it back.

    Raises:
        DataError: the disk is full or writing is not allowed.
    """
    card = {
        "version": version,
        "name": image_set.name,
        "count": len(image_set),
        "class_counts": [] if image_set.labels is None else np.bincount(image_set.labels).tolist(),
        "class_names": image_set.class_names,
        "fingerprint": image_set.fingerprint,
        "source": image_set.source,
        "notes": image_set.notes,
        "attribute_names": image_set.attribute_names,
        "paired": image_set.paired,
    }
    arrays = {"card": np.array(json.dumps(card)), "images": image_set.images}
    if image_set.labels is not None:
        arrays["labels"] = image_set.labels
    if image_set.attributes is not None:
        arrays["attributes"] = image_set.attributes
    arrays |= {f"{FIELD}{name}": values for name, values in image_set.fields.items()}
    bytes_needed = sum(array.nbytes for array in arrays.values())
    with published(path, bytes_needed) as file:
        np.savez(_Counted(file, bytes_needed, progress, f"Writing {image_set.name}"), **arrays)


def read(path: Path, version: str, pictures: bool = True) -> ImageSet | None:
    """The prepared set, or None where it is missing, damaged or of another version.

    Args:
        pictures: whether its examples are pictures, uint8 [N, C, H, W].
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            card = _card(archive)
            if card.version != version:
                return None
            images = _array(archive, "images", np.uint8 if pictures else None, (None,) * 4 if pictures else None)
            labels = attributes = None
            if "labels" in archive.files:
                labels = _array(archive, "labels", np.int64, (len(images),))
            if "attributes" in archive.files:
                attributes = _array(archive, "attributes", np.uint8, (len(images), len(card.attribute_names)))
            more = [name for name in archive.files if name not in KNOWN]
            if any(not name.startswith(FIELD) for name in more):
                raise DataError("It holds an array of a name that is none of a prepared set's.")
            names = [name.removeprefix(FIELD) for name in more]
            fields = {name: _array(archive, FIELD + name, None, None) for name in names}
            return ImageSet(
                name=card.name, images=images, labels=labels, class_names=tuple(card.class_names),
                fingerprint=card.fingerprint, source=card.source, notes=tuple(card.notes), attributes=attributes,
                attribute_names=tuple(card.attribute_names), fields=fields, paired=card.paired,
            )  # fmt: skip
    except DAMAGED:
        return None


def card(path: Path, version: str) -> Card | None:
    """What is written beside the pixels of a prepared set, such as its notes and ``count``.

    None where ``read`` would not find the set, as far as can be told without reading pixels.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            found = _card(archive)
            return found if found.version == version else None
    except DAMAGED:
        return None


@dataclass(frozen=True)
class Card:
    """What a prepared set says of itself."""

    version: Name
    name: Name
    class_names: Names
    fingerprint: Name
    source: Text
    notes: Annotated[list[Text], Meta(max_length=1_000)]
    attribute_names: Names = dataclasses.field(default_factory=list)  # older files have none, nor the next two
    count: Count = 0
    paired: bool = True
    class_counts: Annotated[list[Count], Meta(max_length=100_000)] = dataclasses.field(default_factory=list)


def _card(archive: np.lib.npyio.NpzFile) -> Card:
    if archive.zip.getinfo("card.npy").file_size > 4 * schema.SMALL:
        raise ValueError("the card is too large")
    return schema.decode(str(archive["card"]).encode(), Card, "the card", DataError)


def _array(
    archive: np.lib.npyio.NpzFile, name: str, dtype: type | None, shape: tuple[int | None, ...] | None
) -> np.ndarray:
    """An array of the archive, once its head is known to fit: nothing is allocated by a size that is not there.

    Args:
        dtype, shape: what it must be; None of any kind of number, and of any shape.

    Raises:
        ValueError: it is of another type or shape, or its file holds less or more.
    """
    member = archive.zip.getinfo(f"{name}.npy")
    with archive.zip.open(member) as file:
        major, _ = np.lib.format.read_magic(file)
        head = np.lib.format.read_array_header_1_0 if major == 1 else np.lib.format.read_array_header_2_0
        found, _, kind = head(file)
        size, begin = math.prod(found) * kind.itemsize, file.tell()
    fits = shape is None or (
        len(found) == len(shape) and all(wanted in (None, real) for wanted, real in zip(shape, found, strict=True))
    )
    right = kind.kind in "uif" if dtype is None else kind == dtype
    if not right or not fits or member.compress_type != zipfile.ZIP_STORED or member.file_size != begin + size:
        raise ValueError(f"{name} does not fit")
    return archive[name]
