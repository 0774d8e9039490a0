"""The table ``attributes.csv`` of a folder of pictures: what is to be seen on each of them.

The first line names the columns. The first column is a picture's file name relative to the folder (``cats/tom.jpg``);
each other column is an attribute: 1 where the picture has it, and 0 or -1 where not. Columns are parted by commas, or
by semicolons, as spreadsheets of some countries write them.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipelines.data import _photos
from pipelines.errors import DataError

FILE = "attributes.csv"
VALUES = {"1": 1, "0": 0, "-1": 0}


@dataclass(frozen=True)
class Table:
    """A table that was read and found to be right."""

    path: Path
    names: tuple[str, ...]  # of the attributes
    rows: dict[str, tuple[int, ...]]  # 0 or 1 for each name, by the picture's path

    def with_rows(self, wanted: Sequence[str], known: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
        """The pictures of ``wanted`` that have a row, and notes on those that have none and on rows without a picture.

        Raises:
            DataError: none has a row.
        """
        having = [path for path in wanted if path in self.rows]
        if not having:
            raise DataError(
                f"No row of {self.path} names one of the {len(wanted):,} pictures beside it; write file names "
                f"relative to that folder into its first column, such as {wanted[0]}."
            )
        lacking = [path for path in wanted if path not in self.rows]
        unknown = sorted(self.rows.keys() - set(known))
        notes = []
        if lacking:
            notes.append(
                f"{len(lacking):,} {_photos.were(lacking)} skipped for having no row in {FILE}: {_photos.some(lacking)}"
            )
        if unknown:
            what = "row" if len(unknown) == 1 else "rows"
            notes.append(f"{len(unknown):,} {what} of {FILE} without a picture: {_photos.some(unknown)}")
        return having, tuple(notes)

    def values_of(self, pictures: Sequence[str]) -> np.ndarray:
        """The attributes of pictures that have a row, uint8 [N, A]."""
        return np.array([self.rows[path] for path in pictures], np.uint8)


def facts(folder: Path) -> list[tuple[str, int, int]]:
    """(name, bytes, time of change in ns) of the table, or nothing where there is none."""
    try:
        status = (folder / FILE).stat()
    except OSError:
        return []
    return [(FILE, status.st_size, status.st_mtime_ns)]


def read(folder: Path) -> Table | None:
    """The table of a folder, or None where it has none.

    Raises:
        DataError: the table cannot be read, names no attribute, has a name twice, a row of another length, a file
            twice, or a value other than 1 and 0 or 1 and -1.
    """
    path = folder / FILE
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as problem:
        raise DataError(f"{path} cannot be read ({problem}); save it as text in UTF-8 or remove it.") from problem
    first = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ",")
    lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    lines = [(number, cells) for number, cells in lines if any(cells)]
    header = lines[0][1] if lines else []
    names = tuple(header[1:])
    if not names or not all(names) or len(set(names)) < len(names):
        raise DataError(
            f"The first line of {path} is {','.join(header)!r}; it must be a heading for the file names and then the "
            "name of at least one attribute, each once."
        )
    rows: dict[str, tuple[int, ...]] = {}
    negatives: list[set[str]] = [set() for _ in names]
    for number, (file, *values) in lines[1:]:
        file = file.replace("\\", "/").removeprefix("./")
        if len(values) != len(names):
            raise DataError(
                f"Line {number} of {path} has {len(values)} values for {len(names)} attributes; correct it."
            )
        if file in rows:
            raise DataError(f"Line {number} of {path} names {file} again; give each picture one line.")
        for name, value, negative in zip(names, values, negatives, strict=True):
            negative |= {value} - {"1"}
            if value not in VALUES or len(negative) > 1:
                raise DataError(
                    f"Line {number} of {path} has {value!r} for {name!r}; write 1 where a picture has an attribute and "
                    "0 where it has not (or -1, throughout the column)."
                )
        rows[file] = tuple(VALUES[value] for value in values)
    return Table(path, names, rows)
