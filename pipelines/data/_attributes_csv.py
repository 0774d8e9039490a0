"""The table ``attributes.csv`` of a folder of pictures: which attributes each of them shows.

The first line names the columns. The first column is a picture's file name relative to the folder (``cats/tom.jpg``);
each other column is an attribute: 1, true or yes where the picture has it, and 0 (or -1), false or no where not.
Columns are parted by commas, by semicolons or by tabs, as spreadsheets of different countries write them. CelebA's own
list, ``list_attr_celeba.txt``, is read as well, under its own name or as ``attributes.csv``: a count, a line of names
without one for the files, then rows parted by spaces.
"""

from __future__ import annotations

import codecs
import csv
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from pipelines.data import _photos
from pipelines.errors import DataError
from pipelines.typed_path import shown

FILES = ("attributes.csv", "list_attr_celeba.txt")  # the first of them that is there
WORDS = {"true": 1, "yes": 1, "y": 1, "t": 1, "on": 1, "false": 0, "no": 0, "n": 0, "f": 0, "off": 0}
MOST_NAMES, MOST_LETTERS = 10_000, 1_000  # of attributes, as ``schema.Names`` has them
SEPARATORS = ",;\t"  # the first goes before the others where none is in the first line


@dataclass(frozen=True)
class Table:
    """A table that was read and found to be right."""

    path: Path
    names: tuple[str, ...]  # of the attributes
    rows: dict[str, tuple[int, ...]]  # 0 or 1 for each name, by the picture's path

    @cached_property
    def _composed(self) -> dict[str, str]:
        """The rows' paths by their composed form (NFC): an accent may be a sign of its own, as macOS writes names."""
        return {unicodedata.normalize("NFC", path): path for path in self.rows}

    def row_of(self, picture: str) -> str | None:
        """The path under which a picture has its row, or None where it has none."""
        if picture in self.rows:
            return picture
        return self._composed.get(unicodedata.normalize("NFC", picture))

    def with_rows(self, wanted: Sequence[str], known: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
        """The pictures of ``wanted`` that have a row, and notes on those that have none and on rows without a picture.

        Raises:
            DataError: none has a row.
        """
        having = [path for path in wanted if self.row_of(path) is not None]
        if not having:
            raise DataError(
                f"No row of {shown(self.path)} names one of the {len(wanted):,} pictures beside it; write file names "
                f"relative to that folder into its first column, such as {shown(wanted[0])}."
            )
        lacking = [path for path in wanted if self.row_of(path) is None]
        unknown = sorted(self.rows.keys() - set(map(self.row_of, known)))
        notes = []
        if lacking:
            notes.append(_photos.skipped(f"without a row in {self.path.name}", lacking))
        if unknown:
            what = "row" if len(unknown) == 1 else "rows"
            notes.append(f"{len(unknown):,} {what} of {self.path.name} without a picture: {_photos.some(unknown)}")
        return having, tuple(notes)

    def values_of(self, pictures: Sequence[str]) -> np.ndarray:
        """The attributes of pictures that have a row, uint8 [N, A]."""
        return np.array([self.rows[self.row_of(path)] for path in pictures], np.uint8)


def facts(folder: Path) -> list[tuple[str, int, int]]:
    """(name, bytes, time of change in ns) of the table, or nothing where there is none."""
    for name in FILES:
        try:
            status = (folder / name).stat()
        except OSError:
            continue
        return [(name, status.st_size, status.st_mtime_ns)]
    return []


def read(folder: Path) -> Table | None:
    """The table of a folder, or None where it has none.

    Raises:
        DataError: the table cannot be read, names no attribute or too many, has a name twice, a row of another length,
            a file twice, a quotation mark that is not closed, or a value that is neither yes nor no.
    """
    found = facts(folder)
    if not found:
        return None
    path = folder / found[0][0]
    lines = list(_lines(path))
    header = lines[0][1] if lines else []
    names = tuple(unicodedata.normalize("NFC", name) for name in header[1:])
    if not names or not all(names) or len(set(names)) < len(names):
        raise DataError(
            f"The first line of {shown(path)} is {_short(','.join(header))!r}; it must be a heading for the file names "
            "and then the name of at least one attribute, each once."
        )
    if len(names) > MOST_NAMES or any(len(name) > MOST_LETTERS for name in names):
        raise DataError(
            f"The first line of {shown(path)} has {len(names):,} attributes, the longest of {max(map(len, names)):,} "
            f"letters; at most {MOST_NAMES:,} are read, of at most {MOST_LETTERS:,} letters."
        )
    rows: dict[str, tuple[int, ...]] = {}
    negatives: list[set[int]] = [set() for _ in names]
    for number, (file, *values) in lines[1:]:
        file = file.replace("\\", "/").removeprefix("./")
        if len(values) != len(names):
            raise DataError(
                f"Line {number} of {shown(path)} has {len(values)} values for {len(names)} attributes; correct it."
            )
        if file in rows:
            raise DataError(f"Line {number} of {shown(path)} names {_short(file)} again; give each picture one line.")
        numbers = [_number(value) for value in values]
        for name, value, given, negative in zip(names, numbers, values, negatives, strict=True):
            if value is not None and value < 1:
                negative.add(value)
            if value is None or len(negative) > 1:
                raise DataError(
                    f"Line {number} of {shown(path)} has {_short(given)!r} for {_short(name)!r}; "
                    "write 1 (or true, yes) where a picture has an attribute and 0 (or false, no) where it has not "
                    "(or -1, throughout the column)."
                )
        rows[file] = tuple(max(value, 0) for value in numbers)
    return Table(path, names, rows)


def _short(text: str) -> str:
    """Enough of a text to find it by."""
    return text if len(text) <= 100 else f"{text[:97]}..."


def _number(value: str) -> int | None:
    """1, 0 or -1; None of anything else."""
    if value.lower() in WORDS:
        return WORDS[value.lower()]
    try:
        number = float(value.replace(",", "."))
    except ValueError:
        return None
    return int(number) if number in (1, 0, -1) else None


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The number, from 1 on, and the cells of each line that has some; first those of the header."""
    try:
        content = path.read_bytes()
        utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # as spreadsheets write "Unicode text"
        text = content.decode("utf-16" if utf_16 else "utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise DataError(
            f"{shown(path)} cannot be read ({problem}); save it as text in UTF-8 or remove it."
        ) from problem
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    numbered = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if numbered and numbered[0][1].strip().isdigit():  # CelebA's own list
        header, *rows = numbered[1:] or [(1, "")]
        yield header[0], ["", *header[1].split()]
        yield from ((number, line.split()) for number, line in rows)
        return
    separator = ","
    if numbered and numbered[0][1].lower().startswith("sep=") and len(numbered[0][1]) == 5:
        separator, numbered = numbered[0][1][4], numbered[1:]  # how spreadsheets name it
    elif numbered:
        separator = max(SEPARATORS, key=numbered[0][1].count)
    for number, line in numbered:
        cells = [cell.strip() for cell in _cells(path, number, line, separator)]
        if any(cells):
            yield number, cells


def _cells(path: Path, number: int, line: str, separator: str) -> list[str]:
    """The cells of one line."""
    try:
        try:
            return next(csv.reader([line], delimiter=separator, strict=True))
        except csv.Error as problem:
            if "unexpected end" in str(problem):
                raise DataError(
                    f"Line {number} of {shown(path)} opens a quotation mark and does not close it; close or remove it."
                ) from None
            return next(csv.reader([line], delimiter=separator))  # a mark within a cell is meant as it stands
    except csv.Error as problem:
        raise DataError(f"Line {number} of {shown(path)} cannot be read ({problem}); correct it.") from None
