"""The rows of a run's records as they are read: what each may hold, and how many were left out.

A power cut leaves zero bytes or half a row, and a hand that edits a file leaves anything. Such rows are left out and
counted, and so are rows at steps that the run cannot have come to (``Reach``); all others are read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Required, TypedDict

from pipelines.config.train_config import SETTINGS
from pipelines.errors import RunError
from pipelines.metrics.measures import units
from pipelines.schema import (
    MB,
    MOST_SECONDS,
    MOST_STEPS,
    Count,
    Meta,
    Name,
    Seconds,
    Share,
    Step,
    Text,
    Time,
    Values,
    Whole,
    decoder,
)  # fmt: skip

MOST_BYTES = 1000 * MB  # of one file: three million rows
READ_BYTES = 4 * MB  # of a long file at a time; a longer line is no row

Grid = Annotated[str, Meta(pattern=r"^step-[0-9]{8,12}\.png\Z")]
Number = float | None  # null stands for what was not finite
_NUMBERS = dict[str, Whole | float | None]


_OF_UNIT = {"count": Count | None, "shares": Annotated[list[Share], Meta(max_length=10_000)] | None}


# The numbers of a measure, in a row or as a run's newest, by what the project's measures say of themselves. Those of a
# person's own are further keys.
_MEASURES = {key: _OF_UNIT.get(unit, Number) for key, unit in units(own=False).items()}
Measured = TypedDict("Measured", {"features": Name, "samples": Count, **_MEASURES}, total=False)


class MetricsRow(Measured, total=False):
    """One row of ``metrics.jsonl``: numbers of a step, a measure (``is_measure``), or an event (with ``event``).

    Other keys are kept as they are, within the bounds of ``schema.Values``.
    """

    step: Required[Step]
    images_seen: Count
    seconds: Seconds
    epoch: Number
    d_loss: Number
    g_loss: Number
    d_real: Number
    d_fake: Number
    grad_d: Number
    grad_g: Number
    images_per_s: Number
    event: Name
    message: Text


class SampleRow(TypedDict, total=False):
    """One row of ``samples/index.jsonl``: a grid of samples."""

    step: Required[Step]
    file: Required[Grid]
    images_seen: Count
    seconds: Seconds


class Evaluated(TypedDict, total=False):
    """A full measure in ``evaluations/``; what else it holds is kept."""

    step: Required[Step]
    measured_at: Required[Time]
    samples: Count | None
    seed: Count | None
    draws: Count | None
    features: Name
    rows: Annotated[list[Annotated[list[Text], Meta(min_length=4, max_length=4)]], Meta(max_length=10_000)]


class Reach:
    """How far a run has come: rows that lie farther are damaged, and would stretch all that is drawn over steps.

    Rows rise, each at most ``log_every`` steps after the one before. Some may be lost, so that a row may be twice as
    far as what is known, and farther by the greatest ``log_every`` that there is.

    Args:
        step: that the run is known to have come to, by its status or a checkpoint; rows tell the rest.
    """

    APART = int(SETTINGS["log_every"].high or 0)

    def __init__(self, step: int = 0) -> None:
        self.step = step

    def holds(self, row: dict[str, Any]) -> bool:
        """Whether the run can have come to a row that follows those asked before."""
        if row["step"] > 2 * self.step + self.APART:
            return False
        self.step = max(self.step, row["step"])
        return True


def is_measure(values: dict[str, Any]) -> bool:
    """Whether a row, or a run's newest measure, is one; those of old runs may not name the features."""
    return "features" in values or "frechet" in values


def decode_rows(content: bytes, kind: Any = MetricsRow, reach: Reach | None = None) -> tuple[list[dict[str, Any]], int]:
    """Whole lines as rows with all that they hold, and how many lines were left out since they are no such row.

    Args:
        reach: how far the rows may reach; None: any step.
    """
    rows, left_out = [], 0
    numbers, anything, typed = _decoders(kind)
    for line in content.split(b"\n"):
        if kind is MetricsRow:  # most of its rows are numbers alone, which is quickly seen
            try:
                row = numbers(line)
                if _is_step(row):
                    if reach is None or reach.holds(row):
                        rows.append(row)
                    else:
                        left_out += 1
                    continue
            except (ValueError, RecursionError):
                pass
        if line.strip():
            try:
                row = anything(line)
                typed(line)
            except (ValueError, RecursionError):
                left_out += 1
                continue
            if reach is None or reach.holds(row):
                rows.append({"message": "", **row} if "event" in row else row)
            else:
                left_out += 1
    return rows, left_out


@cache
def _decoders(kind: Any) -> tuple[Callable[[bytes], Any], ...]:
    return decoder(_NUMBERS), decoder(Values), decoder(kind)


def _is_step(row: dict[str, Any]) -> bool:
    """Whether a row of numbers alone is one of a step, and so needs no further look."""
    step, seen, seconds = row.get("step"), row.get("images_seen", 0), row.get("seconds", 0.0)
    return (
        type(step) is int and 0 <= step <= MOST_STEPS and type(seen) is int and seen >= 0
        and seconds is not None and 0 <= seconds <= MOST_SECONDS and not is_measure(row) and "event" not in row
    )  # fmt: skip


def rows_between(path: Path, start: int, end: int, kind: Any, reach: Reach) -> tuple[list[dict[str, Any]], int, int]:
    """The rows of a part of a file, at most ``READ_BYTES`` of it; ``reach`` follows them.

    Returns:
        The rows; the offset to read on from, ``start`` itself where the only line is still being written; and how many
        lines were left out.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        file.seek(start)
        content = file.read(min(end - start, READ_BYTES))
    whole = content.rfind(b"\n") + 1
    if not whole and len(content) == READ_BYTES:
        return [], start + len(content), 1
    rows, left_out = decode_rows(content[:whole], kind, reach)
    return rows, start + whole, left_out


def end_of(path: Path) -> int:
    """How many bytes of rows a file has; 0 without it.

    Raises:
        RunError: it cannot be looked at, or is larger than ``MOST_BYTES``.
    """
    try:
        end = path.stat().st_size
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise RunError(f"{path.name} cannot be read ({error.strerror or error}).") from None
    if end > MOST_BYTES:
        raise RunError(f"{path.name} has {end / MB:,.0f} MB; rows are read of {MOST_BYTES / MB:,.0f} MB at most.")
    return end


def read_rows(
    path: Path, offset: int = 0, kind: Any = MetricsRow, step: int = 0
) -> tuple[list[dict[str, Any]], int, int]:
    """All rows of a file from a byte offset on, without an unfinished last line; as ``rows_between``.

    Args:
        step: that the run is known to have come to.

    Raises:
        RunError: the file cannot be read, or is larger than ``MOST_BYTES``.
    """
    end, found, left_out, reach = end_of(path), [], 0, Reach(step)
    try:
        while offset < end:
            rows, after, skipped = rows_between(path, offset, end, kind, reach)
            found += rows
            left_out += skipped
            if after == offset:
                break
            offset = after
    except FileNotFoundError:
        return [], offset, 0
    except OSError as error:
        raise RunError(f"{path.name} cannot be read ({error.strerror or error}).") from None
    return found, offset, left_out
