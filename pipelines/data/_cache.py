"""The prepared form of a data set: one file that loads in a moment, published whole or not at all.

A prepared file is an uncompressed ``.npz`` (a zip archive) with ``card`` (JSON text), ``images`` and, where there are
classes or attributes, ``labels`` and ``attributes``. One file is replaced in one atomic step, and the archive's own
directory and CRC-32 sums tell a truncated or damaged file, which then counts as not prepared.
"""

from __future__ import annotations

import errno
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from filelock import FileLock, Timeout

from pipelines.data._image_set import ImageSet, Progress
from pipelines.errors import DataError
from pipelines.files import sync

DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)  # what reading a damaged archive may raise


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
    }
    arrays = {"card": np.array(json.dumps(card)), "images": image_set.images}
    if image_set.labels is not None:
        arrays["labels"] = image_set.labels
    if image_set.attributes is not None:
        arrays["attributes"] = image_set.attributes
    bytes_needed = sum(array.nbytes for array in arrays.values())
    with published(path, bytes_needed) as file:
        np.savez(_Counted(file, bytes_needed, progress, f"Writing {image_set.name}"), **arrays)


def read(path: Path, version: str) -> ImageSet | None:
    """The prepared set, or None where it is missing, damaged or of another version."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            card = json.loads(str(archive["card"]))
            if card["version"] != version:
                return None
            return ImageSet(
                name=card["name"],
                images=archive["images"],
                labels=archive["labels"] if "labels" in archive.files else None,
                class_names=tuple(card["class_names"]),
                fingerprint=card["fingerprint"],
                source=card["source"],
                notes=tuple(card["notes"]),
                attributes=archive["attributes"] if "attributes" in archive.files else None,
                attribute_names=tuple(card.get("attribute_names", ())),  # older files have none
            )
    except DAMAGED:
        return None


def card(path: Path, version: str) -> dict[str, Any] | None:
    """What is written beside the pixels of a prepared set, such as its notes and ``count``.

    None where ``read`` would not find the set, as far as can be told without reading pixels.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            found = json.loads(str(archive["card"]))
            return found if found["version"] == version else None
    except DAMAGED:
        return None
