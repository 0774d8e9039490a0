"""What commands show: lines, bars, and the files that they are asked to write."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from pipelines.errors import ConfigError, GanError, why_unread
from pipelines.runs.display import in_a_line
from pipelines.runs.folder import RunFolder, Status

out, err = Console(), Console(stderr=True)
GAP = "  "  # between two columns


def bar() -> Progress:
    """An empty bar for a person."""
    return Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=err)


@contextlib.contextmanager
def telling(first: str, lines: bool) -> Iterator[Callable[[float, str], None]]:
    """How far something is: a bar for a person, or lines of JSON for the app."""
    if lines:
        yield lambda share, message: print(json.dumps({"share": round(share, 4), "message": message}), flush=True)
        return
    with bar() as shown:
        task = shown.add_task(first, total=1.0)
        yield lambda share, message: shown.update(task, completed=share, description=message)


def as_bar(folder: RunFolder, status: Status) -> dict[str, Any]:
    """A run's status as a line of a bar."""
    record = folder.record()
    config = record.config
    if status.state in ("queued", "preparing"):
        return {"completed": status.progress or 0.0, "description": status.message}
    shares = [status.seconds / config.seconds] if config.seconds else []
    shares += [status.epoch / config.epochs] if config.epochs else []
    text = f"{status.state}  step {status.step}  epoch {status.epoch:.2f}  {status.images_per_s:.0f} images/s"
    if told := in_a_line(record.display, status.quality):
        text += f"  {told}"
    if "threads:" in status.device:  # fewer than there are cores, and why
        text += f"  {status.device.rpartition(', ')[2]}"
    done = min(1.0, max(shares)) if shares else None
    return {"completed": done, "total": 1.0 if shares else None, "description": text}


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Show rows with no cell cut off: as a table where that fits, else each in two lines, the first cell alone.

    A row may have fewer cells than there are columns; its last is then a sentence, which no column is made wider for.
    What is not a terminal has no width: there, too, it is a table, so that each line is a row.
    """
    whole = [row for row in (columns, *rows) if len(row) == len(columns)]
    widths = [max(map(cell_len, cells)) for cells in zip(*whole, strict=True)]
    if not out.is_terminal or sum(widths) + len(GAP) * (len(widths) - 1) <= out.width:
        for row in (columns, *rows):
            cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=False))
            style = "bold" if row is columns else None
            out.print(GAP.join(cells).rstrip(), style=style, markup=False, highlight=False, soft_wrap=True)
        return
    for first, *rest in rows:
        out.print(first, markup=False, highlight=False, soft_wrap=True)
        told = (f"{name} {cell}" for name, cell in zip(columns[1:], rest, strict=False) if cell)
        out.print(f"  {', '.join(told)}", markup=False, highlight=False, soft_wrap=True)


def tell_notes(notes: Iterable[str]) -> None:
    """What a person should know of a data set, such as pictures that were skipped."""
    for note in notes:
        err.print(f"Note: {note}.", soft_wrap=True, markup=False, highlight=False)


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Write what a command has found.

    Raises:
        ConfigError: the file cannot be written.
    """
    try:
        path.write_text(json.dumps(values, indent=1), "utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror or error}); choose another --json.") from None
    out.print(f"Wrote {path}.", soft_wrap=True)


def tell_unread(error: GanError, then: str = "") -> None:
    """Why a run or a model is not read; of a damaged one also what can be done."""
    word = why_unread(error)
    text = f"{word.capitalize()}: {error}" + (f" {then}" if word == "damaged" and then else "")
    out.print(text, style="red" if word == "damaged" else "yellow", soft_wrap=True, highlight=False, markup=False)
