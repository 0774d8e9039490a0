"""What somebody asks for of a data set, and where the prepared form of it lies."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from pipelines import paths
from pipelines.data import _cache
from pipelines.data._image_set import ImageSet, Progress
from pipelines.data._pairs import PairsSurvey
from pipelines.data._survey import Survey
from pipelines.errors import DataError
from pipelines.registries import DATA_SETS
from pipelines.typed_path import folder_of, shown

SIZES = (16, 28, 32, 64, 128, 256)  # edge of the square pictures, in pixels
CHANNELS = (1, 3)  # grey, colour
_FORMAT = "1"  # of prepared files; a new one makes them all be prepared again


@dataclass(frozen=True)
class Wanted:
    """A part of a data set at a size; ``wanted`` makes one."""

    name: str
    entry: ModuleType
    source: Survey | PairsSurvey | None  # what lies in the folder that the set reads
    size: int
    channels: int
    held_out: float  # share of the pictures, of a set that holds pictures out; else 0
    split: str

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits that the set has; where pictures are held out, those of which there are any."""
        if self.source is None or not _holds_out(self.entry):
            return tuple(self.entry.SPLITS)
        return tuple(split for split in self.entry.SPLITS if self.source.part(split, self.held_out))

    @property
    def pictures(self) -> list[str]:
        """The paths of the pictures to read, of a set that is read from a folder."""
        return self.source.part(self.split, self.held_out) if _holds_out(self.entry) else self.source.pictures

    @property
    def notes(self) -> tuple[str, ...]:
        """What is said of a folder before its pictures are read."""
        if self.source is None:
            return ()
        of_parts = self.source.told_of_parts(self.held_out) if self.held_out else ()
        return (*self.source.notes, *of_parts)

    @property
    def version(self) -> str:
        """What the prepared file must be marked with."""
        version = self.source.version if self.source else getattr(self.entry, "VERSION", None)
        return f"{_FORMAT} {version}" if version else _FORMAT

    @property
    def file(self) -> Path:
        """The prepared file."""
        key = hashlib.sha256(os.fsencode(self.source.folder)).hexdigest()[:16] + "-" if self.source else ""
        part = f"{self.split}-{self.held_out:g}" if self.held_out else self.split
        return paths.data_home() / self.name / "prepared" / f"{key}{part}-{self.size}x{self.size}x{self.channels}.npz"

    def card(self) -> _cache.Card | None:
        """What the prepared file says of itself; None where it is not prepared."""
        return _cache.card(self.file, self.version)

    def read(self, progress: Progress) -> ImageSet:
        """The pictures, by the set's own ``read``."""
        more = {"held_out": self.held_out} if _holds_out(self.entry) else {}
        return self.entry.read(
            size=self.size, channels=self.channels, folder=self.source.folder if self.source else None,
            split=self.split, progress=progress, **more,
        )  # fmt: skip


def wanted(
    name: str, size: int, channels: int, folder: str | Path | None, held_out: float, split: str | None = None
) -> Wanted:
    """What is asked for by these; ``load`` says what they are.

    Args:
        split: None for the usual one.

    Raises:
        DataError: something is not on offer, or the folder is missing, a file, unreadable or empty.
    """
    entry = require_offered(name, size, channels, split)
    split = split or entry.SPLITS[0]
    share = held_out if _holds_out(entry) else 0.0
    return Wanted(name, entry, source_of(name, entry, folder), size, channels, share, split)


def require_offered(name: str, size: int, channels: int, split: str | None = None) -> ModuleType:
    """The entry of a set.

    Raises:
        DataError: there is no such set, or it does not offer the size, channels or split.
    """
    entry = DATA_SETS.get(name)
    for what, given, allowed in (
        ("size", size, SIZES),
        ("channels", channels, CHANNELS),
        ("split", split or entry.SPLITS[0], entry.SPLITS),
    ):
        if given not in allowed:
            choices = ", ".join(map(str, allowed))
            raise DataError(
                f"{given!r} is not on offer as {what} of the data set {name!r}; set {what} to one of: {choices}."
            )
    return entry


def source_of(name: str, entry: ModuleType, folder: str | Path | None) -> Survey | PairsSurvey | None:
    """What lies in the folder that a set reads, or None.

    Raises:
        DataError: see ``wanted``.
    """
    return entry.survey(resolved(name, folder)) if entry.NEEDS_FOLDER else None


def resolved(name: str, folder: str | Path | None) -> Path:
    """The folder that a set is read from.

    Raises:
        DataError: it is not given, or no path.
    """
    if not folder:
        raise DataError(f"The data set {name!r} needs a folder of pictures; set folder to its path.")
    try:
        return folder_of(folder).resolve()
    except (OSError, RuntimeError) as problem:  # a loop of links
        raise DataError(f"{shown(folder)} is not the path of a folder ({problem}); set folder to another.") from None


def may_have(split: str, entry: ModuleType, held_out: float) -> bool:
    """Whether a set may have a split, as far as can be told without looking into a folder."""
    return split in entry.SPLITS and (split != "test" or held_out > 0 or not _holds_out(entry))


def _holds_out(entry: ModuleType) -> bool:
    return getattr(entry, "HOLDS_OUT", False)
