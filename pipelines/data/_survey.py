"""What lies in a folder of pictures: which files are to be read, which are not, and why.

Files whose ending says what they are stay closed, so that a folder of 100,000 pictures takes no longer than its
listing. Of the others the first bytes decide.
"""

from __future__ import annotations

import functools
import hashlib
import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipelines.data import _attributes_csv, _held_out, _photos, _picture
from pipelines.errors import DataError
from pipelines.typed_path import shown

# What systems and servers put beside people's files: thumbnails, bins, snapshots. Names in small letters.
SYSTEM = frozenset((
    "$recycle.bin", "system volume information", "lost+found", "__macosx", "@eadir", "@tmp", "@recycle",
    "@recently-snapshot", "@sharebin", "#recycle", "#snapshot", "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db",
    "desktop.ini", "icon\r", "picasa.ini", "zbthumbnail.info",
))  # fmt: skip
# Not opened to see whether they are pictures after all, since there may be one beside each picture.
OTHER_FILES = frozenset((
    ".txt", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".xmp", ".aae", ".yaml", ".yml", ".toml", ".md", ".html", ".htm",
    ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ods", ".odt", ".zip", ".tar", ".gz", ".7z", ".rar", ".npy", ".npz",
    ".pt", ".pth", ".pkl", ".mat", ".safetensors", ".parquet", ".py", ".ipynb", ".log", ".ini", ".cfg", ".db", ".lnk",
    ".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mp3", ".wav", ".svg", ".ai", ".ps", ".eps",
))  # fmt: skip
HIDDEN = "hidden or of the system"
NOT_PICTURES = "not pictures"
LINKS = "links that lead nowhere, back up, or to what is read already"
BESIDE = "beside the class folders"
RAW = "a camera's raw data (export them as JPEG, PNG or TIFF)"


@dataclass(frozen=True)
class Survey:
    """What a folder holds."""

    folder: Path
    files: tuple[tuple[str, int, int], ...]  # (path relative to the folder, bytes, time of change in ns), by path
    classes: tuple[str, ...]  # the names of its subfolders that hold pictures, in alphabetical order
    skipped: dict[str, list[str]]  # names of what is not read, by the reason
    empty: tuple[str, ...]  # subfolders without a picture

    @property
    def pictures(self) -> list[str]:
        """The paths of the pictures to read, relative to the folder: all, or those in class folders."""
        return [path for path, _, _ in self.files if not self.classes or "/" in path]

    def part(self, split: str, share: float) -> list[str]:
        """The pictures of a split: ``test``, those that are held out, or ``train``, the others.

        Args:
            share: of the pictures that is held out, in [0, 1); see ``_held_out``.
        """
        chosen = _held_out.held_out(self.pictures, top if self.classes else lambda path: "", share)
        return [path for path in self.pictures if (path in chosen) == (split == "test")]

    def told_of_parts(self, share: float) -> tuple[str, ...]:
        """A sentence on what is held out, or why nothing is; none where nothing was to be."""
        if not share:
            return ()
        if count := len(self.part("test", share)):
            return (f"{count:,} more pictures are held out: nothing is learnt from them",)
        return (
            f"no picture is held out, since {100 * share:g} % of {len(self.pictures):,} are fewer than "
            f"{_held_out.FEWEST}; add pictures or raise held_out",
        )

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes as text that every screen can show."""
        return tuple(map(shown, self.classes))

    @property
    def has_attributes(self) -> bool:
        """Whether a table of attributes lies there; it is not read."""
        return bool(_attributes_csv.facts(self.folder))

    @property
    def counts(self) -> dict[str, int]:
        """How many pictures each class has, before they are read; {} without classes."""
        return self.counts_of(self.pictures)

    def counts_of(self, paths: Iterable[str]) -> dict[str, int]:
        """How many of some pictures each class has; {} without classes."""
        counts = dict.fromkeys(self.classes, 0)
        for path in paths if counts else ():
            counts[top(path)] += 1
        return {shown(name): count for name, count in counts.items()}

    @property
    def version(self) -> str:
        """A text that changes whenever a picture or the table of attributes is added, removed, renamed or written."""
        facts: list[object] = [*self.files, *_attributes_csv.facts(self.folder), _picture.READING, _picture.has_heif()]
        return hashlib.sha256(repr(facts).encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what is not read, with numbers and the first names, and on classes that look alike."""
        notes = [_photos.skipped(reason, names) for reason, names in self.skipped.items()]
        if self.classes and (loose := [path for path, _, _ in self.files if "/" not in path]):
            notes.append(_photos.skipped(BESIDE, loose))
        if self.empty:
            are = "subfolder holds no picture and is no class" if len(self.empty) == 1 else (
                "subfolders hold no pictures and are no classes"
            )  # fmt: skip
            notes.append(f"{len(self.empty):,} {are}: {_photos.some(self.empty)}")
        alike = defaultdict(list)
        for name in self.classes:
            alike[unicodedata.normalize("NFC", name).casefold().strip()].append(name)
        for names in alike.values():
            if len(names) > 1:
                notes.append(
                    f"{len(names)} classes have names that differ in capitals, spaces or the encoding of accents only: "
                    f"{_photos.some(names)}; rename their folders, or join them if they are one class"
                )
        return tuple(notes)


def survey(folder: Path) -> Survey:
    """What lies in a folder, at any depth.

    Links to folders are followed, each folder once, and never up to one that holds ``folder`` itself.

    Raises:
        DataError: the folder is missing, is a file, may not be read or holds no picture.
    """
    try:
        if not folder.exists():
            raise DataError(
                f"The folder {shown(folder)} does not exist; set folder to the path of a folder of pictures."
            )
        if not folder.is_dir():
            raise DataError(f"{shown(folder)} is a file; set folder to the path of the folder that holds the pictures.")
        walk = _Walk(folder)
    except OSError as problem:
        raise DataError(
            f"{shown(problem.filename or folder)} may not be read ({problem.strerror}); allow it or set folder to "
            "another."
        ) from problem
    if not walk.files:
        why = "".join(f" {_photos.skipped(reason, names)}." for reason, names in walk.skipped.items())
        raise DataError(
            f"There are no pictures in {shown(folder)}; put some there ({_picture.in_words()}) or set folder to "
            f"another.{why}"
        )
    files = tuple(sorted(walk.files))
    classes = tuple(sorted({top(path) for path, _, _ in files if "/" in path}))
    empty = tuple(sorted(walk.subfolders - set(classes)))
    skipped = {reason: sorted(names) for reason, names in sorted(walk.skipped.items())}
    return Survey(folder, files, classes, skipped, empty)


def top(path: str) -> str:
    """The first folder of a relative path."""
    return path.split("/")[0]


class _Walk:
    """Collects files, reasons and direct subfolders; real folders first, so that a link never takes their place."""

    def __init__(self, folder: Path) -> None:
        self.files: list[tuple[str, int, int]] = []
        self.skipped: dict[str, list[str]] = defaultdict(list)
        self.subfolders: set[str] = set()
        self._links: list[tuple[str, str]] = []  # (name, where it leads)
        self._visited: set[str] = set()
        root = str(folder)
        self._look_below(root, "")
        while self._links:
            links, self._links = sorted(self._links), []
            for name, target in links:
                if target in self._visited or (root + os.sep).startswith(target.rstrip(os.sep) + os.sep):
                    self.skipped[LINKS].append(name)
                else:
                    self._look_below(target, f"{name}/")

    def _look_below(self, start: str, prefix: str) -> None:
        waiting = [(start, prefix)]
        while waiting:
            folder, prefix = waiting.pop()
            if folder in self._visited:  # a link has led here before
                self.skipped[LINKS].append(prefix.rstrip("/"))
                continue
            self._visited.add(folder)
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = prefix + entry.name
                    if entry.name.startswith(".") or entry.name.casefold() in SYSTEM:
                        self.skipped[HIDDEN].append(name)
                    elif entry.is_symlink() and not _leads_somewhere(entry):
                        self.skipped[LINKS].append(name)
                    elif entry.is_dir():
                        if not prefix:
                            self.subfolders.add(entry.name)
                        if entry.is_symlink():
                            self._links.append((name, os.path.realpath(entry.path)))
                        else:
                            waiting.append((entry.path, f"{name}/"))
                    elif prefix or entry.name not in _attributes_csv.FILES:
                        self._take(entry, name)

    def _take(self, entry: os.DirEntry[str], name: str) -> None:
        if not entry.is_file():
            self.skipped[NOT_PICTURES].append(name)  # a device, say
            return
        ending = os.path.splitext(entry.name)[1].lower()
        if ending in _picture.RAW_ENDINGS:
            self.skipped[RAW].append(name)
        elif ending in _picture.HEIF_ENDINGS and not _picture.has_heif():
            self.skipped[_picture.HEIF_MISSING].append(name)
        elif ending in OTHER_FILES:
            self.skipped[NOT_PICTURES].append(name)
        else:
            facts = entry.stat()
            if ending in _picture.endings() or _looks_like_one(entry.path, facts.st_size, facts.st_mtime_ns):
                self.files.append((name, facts.st_size, facts.st_mtime_ns))
            else:
                self.skipped[NOT_PICTURES].append(name)


def _leads_somewhere(link: os.DirEntry[str]) -> bool:
    try:
        link.stat()
    except OSError:  # nothing is there, or the link leads to itself
        return False
    return True


@functools.lru_cache(maxsize=100_000)
def _looks_like_one(path: str, size: int, changed_ns: int) -> bool:
    """Whether a file begins as a picture does; known of a file until it changes."""
    return _picture.begins_as_one(path)
