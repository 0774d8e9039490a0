"""Reads from a run's folder what has changed since the last read, and keeps it as columns."""

from __future__ import annotations

import base64
import os
import time
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.messages import without_paths
from pipelines.doctor import Recorded
from pipelines.errors import GanError, RunError
from pipelines.runs import display
from pipelines.runs.branching import branch_step
from pipelines.runs.folder import FAILED, FINISHED, STOPPED, RunFolder
from pipelines.runs.rows import MOST_BYTES, MetricsRow, Reach, SampleRow, is_measure, rows_between

STATUS_SPACING_S = 0.5  # each reading of a status also asks whether the process lives, which costs a few milliseconds
LIVENESS_S = 1.0  # how often a living run is asked, without any change in its folder

# Columns of every run, beside those of the series that its record describes: whole numbers and times, which outgrow 32
# bits.
EXACT = ("step", "images_seen", "seconds")
NUMBERS = frozenset((int, float, type(None)))
KINDS = (MetricsRow, SampleRow)  # of rows in the two growing files
SHOWN_STATUS = (
    "state",
    "message",
    "attempt",
    "device",
    "progress",
    "place",
    "step",
    "epoch",
    "images_seen",
    "images_per_s",
    "seconds",
    "eta_s",
    "lr_g",
    "lr_d",
    "quality",
)


# What reading a folder can raise that somebody, or a program that crashed, has left in an odd state.
UNREADABLE = (GanError, OSError, LookupError, TypeError, ValueError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Position:
    """How far a viewer has got: which attempt of the run, and the offsets into its two growing files."""

    attempt: int
    metrics: int
    samples: int

    def __str__(self) -> str:
        return f"{self.attempt}:{self.metrics}:{self.samples}"

    @classmethod
    def parse(cls, text: str | None) -> Position | None:
        """The position a text names, or None where it names none."""
        parts = (text or "").split(":")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 16 for part in parts):
            return None
        return cls(*map(int, parts))


class RunReader:
    """Reads one run's folder. Not safe for use by several threads at once."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.status: dict[str, Any] = {}
        self.run: dict[str, Any] = {}
        self._stamp = 0  # of the folder: publishing a file in it changes it
        self._asked_at = -LIVENESS_S
        self._problem: str | None = None  # why the rows are not read
        self._news: dict[str, Any] = {}  # read, and not yet handed out
        self._cut = False
        self._series: tuple[str, ...] = _usual_series()
        self._forget()

    @property
    def position(self) -> Position:
        """How far the folder has been read."""
        return Position(self.status.get("attempt", 0), *self._offsets)

    def news(self) -> dict[str, Any] | None:
        """What is new since the last call, or None when a resume cut rows off and all must be told again.

        Raises:
            FileNotFoundError: the folder is gone.
            One of UNREADABLE: it cannot be read at the moment.
        """
        self._read_status()
        files = (self.folder.metrics_path, self.folder.samples_index_path)
        stats = [_stat(path) for path in files]
        for stat, inode, offset in zip(stats, self._inodes, self._offsets, strict=True):
            self._cut |= inode is not None and (stat is None or stat.st_ino != inode or stat.st_size < offset)
        if self._cut:
            self._forget()
        self._inodes = [stat.st_ino if stat else None for stat in stats]
        for index, (path, stat) in enumerate(zip(files, stats, strict=True)):
            end = stat.st_size if stat else 0
            while self._offsets[index] < end <= MOST_BYTES:
                reach = self._reach[index]
                reach.step = max(reach.step, self.status.get("step", 0))
                rows, offset, left_out = rows_between(path, self._offsets[index], end, KINDS[index], reach)
                if offset == self._offsets[index]:
                    break  # a line that is still being written
                self._offsets[index] = offset
                if left_out:
                    self.left_out += left_out
                    self._news["left_out"] = self.left_out
                if index == 0:
                    self.recorded.add(rows)
                fresh = _by_kind(rows, self._series, grids=index == 1)
                self._keep(fresh)
                for kind, values in fresh.items():
                    self._news.setdefault(kind, []).extend(values)
        news, cut = self._news, self._cut
        self._news, self._cut = {}, False
        return None if cut else news

    def everything(self) -> dict[str, Any]:
        """All that is known, the curves as encoded columns."""
        columns = {name: _encoded(column, exact=name in EXACT) for name, column in self._columns.items()}
        return {
            "run": self.run, "status": self.status, "left_out": self.left_out, "columns": columns, **self._kept,
        }  # fmt: skip

    def rest(self, after: Position) -> dict[str, Any] | None:
        """What came after a position, up to where the folder has been read; None for a position of another history.

        None also where a resume has cut the files since they were read: the next ``news`` tells everything again.
        """
        now = self.position
        if after.attempt != now.attempt or after.metrics > now.metrics or after.samples > now.samples:
            return None
        if not after.metrics and self._series != _usual_series():  # perhaps from before the run described them
            return None
        rest: dict[str, Any] = {"status": self.status, "run": self.run, "left_out": self.left_out}
        parts = (
            (self.folder.metrics_path, after.metrics, now.metrics, False),
            (self.folder.samples_index_path, after.samples, now.samples, True),
        )
        if any(
            inode is not None and ((stat := _stat(path)) is None or stat.st_ino != inode)
            for (path, *_), inode in zip(parts, self._inodes, strict=True)
        ):
            return None
        for path, start, end, grids in parts:
            if start and not _starts_line(path, start):
                return None
            while start < end:
                reach = Reach(self._reach[grids].step)
                rows, reached, _ = rows_between(path, start, end, KINDS[grids], reach)
                if reached == start:  # the file ends before what was read of it
                    return None
                start = reached
                for kind, values in _by_kind(rows, self._series, grids).items():
                    rest.setdefault(kind, []).extend(values)
        return rest

    def _read_status(self) -> None:
        """Read the status where it may have changed; another attempt than before means that rows were cut off."""
        stamp = os.stat(self.folder.path).st_mtime_ns
        if not self.folder.exists():  # whoever took a lock as the run was deleted may have made its folder anew
            raise FileNotFoundError(self.folder.path)
        problem = self._problem_now()
        changed = stamp != self._stamp or problem != self._problem
        ended = self.status.get("state") in (FINISHED, STOPPED, FAILED)
        since = time.monotonic() - self._asked_at
        if since < (STATUS_SPACING_S if changed else LIVENESS_S) or (ended and not changed):
            return
        self._asked_at, self._stamp, self._problem = time.monotonic(), stamp, problem
        found = self.folder.status()
        status = {name: getattr(found, name) for name in SHOWN_STATUS}
        status |= {"message": without_paths(found.message), "explorable": self.folder.has_checkpoint}
        if problem:
            status |= {"state": "damaged", "message": without_paths(problem), "explorable": False}
        self._cut |= bool(self.status) and status["attempt"] != self.status["attempt"]
        if status != self.status:
            self._news["status"] = self.status = status
        if self._cut or not self.run.get("display", {}).get("tile"):  # filled by the process once its data is prepared
            run = _described(self.folder)
            if run != self.run:
                self._news["run"] = self.run = run
            series = display.columns(run["display"])
            if series != self._series:  # rows that were read before lack some of them
                self._series, self._cut = series, True

    def _problem_now(self) -> str | None:
        """Why the rows are not read, in a sentence; None where they are."""
        try:
            self.folder.check_rows()
        except RunError as error:
            return str(error).removeprefix(f"{self.folder.id}/")
        return None

    def _forget(self) -> None:
        self.left_out = 0  # rows of both files that cannot be read
        self.recorded = Recorded()  # what the doctor looks at; it need not be among the series
        self._columns = {name: array("d") for name in (*EXACT, *self._series)}
        self._kept: dict[str, list[dict[str, Any]]] = {"measures": [], "events": [], "samples": []}
        self._offsets = [0, 0]
        self._reach = [Reach(), Reach()]
        self._inodes: list[int | None] = [None, None]

    def _keep(self, fresh: dict[str, list]) -> None:
        if "rows" in fresh:
            for column, values in zip(self._columns.values(), zip(*fresh["rows"], strict=True), strict=True):
                column.extend(float("nan") if value is None else value for value in values)
        for kind, kept in self._kept.items():
            kept.extend(fresh.get(kind, ()))


def _usual_series() -> tuple[str, ...]:
    """The series of a run that does not describe them, or not yet."""
    return display.columns(display.usual())


def _starts_line(path: Path, offset: int) -> bool:
    with path.open("rb") as file:
        file.seek(offset - 1)
        return file.read(1) == b"\n"


def _by_kind(rows: list[dict[str, Any]], series: tuple[str, ...], grids: bool) -> dict[str, list]:
    """Rows by kind; those of the curves as lists in the order of ``EXACT`` and the series."""
    if grids:
        return {"samples": rows} if rows else {}
    kinds: dict[str, list] = {}
    names, known = (*EXACT, *series), frozenset(series)
    for row in rows:
        if "event" in row:
            kinds.setdefault("events", []).append(row)
        elif is_measure(row):
            kinds.setdefault("measures", []).append(row)
        elif not known.isdisjoint(row):
            values = list(map(row.get, names))
            if not NUMBERS.issuperset(map(type, values)):  # a file may hold anything under a series' name
                values = [value if type(value) in NUMBERS else None for value in values]
            kinds.setdefault("rows", []).append(values)
    return kinds


def _encoded(column: array, exact: bool) -> str:
    """A column as base64 of little-endian numbers: half the size of text, and nothing to parse in the browser."""
    values = column if exact else array("f", column)
    return base64.b64encode(values.tobytes()).decode()


def _described(folder: RunFolder) -> dict[str, Any]:
    """What the view needs to know of a run beyond its status."""
    record = folder.record()
    config = record.config
    return {
        "display": display.complete(record.display),
        "data": record.data.get("name", config.data),
        "preset": record.preset,
        "conditional": config.conditional,
        "condition": record.condition,
        "loss": config.loss,
        "seconds": config.seconds,
        "epochs": config.epochs,
        "begun": branch_step(record) or 0,  # the step before which all is another run's
        "epoch_images": config.epoch_of(record.data.get("count") or 0),  # 0 where it is not known yet
        "classes": len(record.data.get("class_names") or ()),
        "config": config.to_dict(),
    }


def _stat(path: Path) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None
