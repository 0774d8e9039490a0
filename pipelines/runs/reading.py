"""How a run's small files are read: within the bounds of facts.py, and so that a lost file costs no more than it held.

``config.json`` is the run: without it, the run is damaged and said to be so. All else has a value to go on with:
``status.json`` is made up from the lock and the checkpoints, and what was wanted and noted falls back to nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pipelines.config import migrating
from pipelines.errors import GanError, RunError
from pipelines.runs.facts import (
    RUNNING,
    Record,
    Status,
    StoredData,
    StoredDisplay,
    StoredRecord,
    StoredResolved,
)  # fmt: skip
from pipelines.runs.names import by_step
from pipelines.runs.rows import Evaluated, Measured, decode_rows, is_measure
from pipelines.schema import Meta, Values, convert, read

T = TypeVar("T")

PARTS = {"data": StoredData, "resolved": StoredResolved, "display": StoredDisplay}  # of a record
Probes = Annotated[dict[str, Annotated[float, Meta(gt=0.0, le=1e6)]], Meta(max_length=10_000)]
TAIL_BYTES = 64_000
LETTERS = 400  # of a sentence at most: what is given may be long


def record(path: Path) -> Record:
    """The configuration of the run in a folder, and what surrounds it.

    Raises:
        RunError: there is no such run, or its configuration cannot be read.
        NewerFile: a newer version of the program has written it.
    """
    what = f"{path.name}/config.json"
    stored = migrating.read(path / "config.json", StoredRecord, error=RunError)
    if stored is None:
        raise RunError(f"There is no run in {path}.")
    try:
        for name, kind in PARTS.items():
            convert(getattr(stored, name), kind, name)
        config = migrating.from_file(stored.config, stored.schema, what)
    except GanError as error:
        raise RunError(f"{what}: {str(error)[:LETTERS]}") from None
    return Record(**{field.name: getattr(stored, field.name) for field in fields(Record)} | {"config": config})


def status(path: Path, steps: Callable[[], tuple[int, ...]]) -> tuple[Status, str]:
    """What ``status.json`` says; where it is lost or damaged, what the newest checkpoint and the last row tell.

    Args:
        steps: gives those of the checkpoints that are kept, rising.

    Returns:
        The status, and a sentence on what is wrong with the file, or "".
    """
    try:
        found = read(path / "status.json", Status, error=RunError)
        problem = "status.json is missing."
    except RunError as error:
        found, problem = None, str(error)
    if found is not None:
        return (found if _measured(found.quality) else replace(found, quality=None)), ""
    kept, last = steps(), _last_row(path / "metrics.jsonl")
    if not kept and not last:  # perhaps it is being made at this moment
        begun = _changed_at(path / "config.json")
        return Status(message="Waiting to start.", queued_at=begun, heartbeat=begun), problem
    known = {name: last[name] for name in ("images_seen", "seconds", "epoch") if (last.get(name) or -1) >= 0}
    return Status(RUNNING, problem, pid=0, step=kept[-1] if kept else 0, **known), problem


def reached(path: Path, steps: Callable[[], tuple[int, ...]]) -> int:
    """The step that a run is known to have come to, by its status and its checkpoints; see ``status``."""
    return max(status(path, steps)[0].step, *steps(), 0)


def probes(path: Path) -> dict[str, float]:
    """What was found to pay on this machine (training/probe.py), by settings; {} where the file is lost."""
    try:
        return read(path, Probes, error=RunError) or {}
    except RunError:
        return {}


def small(path: Path, kind: type[T]) -> T:
    """What a file holds whose loss must not hide the run; where it is lost or damaged, the type's own defaults."""
    try:
        return read(path, kind, error=RunError) or kind()
    except RunError:
        return kind()


def evaluations(folder: Path) -> list[dict[str, Any]]:
    """The full measures in a folder, by step; one that cannot be read is left out."""
    found = []
    for path in by_step(folder, ".json").values():
        try:
            if values := read(path, Values, error=RunError):
                convert(values, Evaluated, path.name, RunError)
                found.append(values)
        except RunError:
            continue
    return found


def _measured(quality: Any) -> bool:
    """Whether the newest measure, if there is one, is one that pages can show."""
    try:
        return convert(quality, Measured | None, "quality") is None or is_measure(quality)
    except GanError:
        return False


def _changed_at(path: Path) -> float:
    try:
        return max(0.0, path.stat().st_mtime)
    except OSError:
        return 0.0


def _last_row(path: Path) -> dict[str, Any]:
    """The last row of a growing file that says how far the run was; {} where there is none."""
    try:
        with path.open("rb") as file:
            end = file.seek(0, 2)
            file.seek(max(0, end - TAIL_BYTES))
            rows, _ = decode_rows(file.read())
    except OSError:
        return {}
    return next((row for row in reversed(rows) if "images_seen" in row), {})
