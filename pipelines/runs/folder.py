"""The run folder: the interface between a training process, the app and other tools; only this package knows its files.

    config.json     the configuration, the seed, versions, the data set's fingerprint, what 'auto' was resolved to
    status.json     state, pid, position, speed, heartbeat, last message; replaced atomically
    metrics.jsonl   one row a logged step, a measure or an event; appended and flushed
    samples/        PNG grids from one fixed noise batch, and index.jsonl, one row a grid
    checkpoints/    full training states, published by rename
    control.json    what the person wants: run, pause or stop, single steps, learning rates, moved pictures
    notes.json      the person's name for the run, and a note
    evaluations/    full measures of its checkpoints, one JSON file a step that was measured
    conditions.safetensors    examples of what its networks are told, where that is no class
    train.log       everything the process said
    worker.lock     held by the training process for as long as it lives
    control.lock    held for a moment by whoever changes control.json or asks whether the run is held

Files are published atomically and readers skip an unfinished last line (files.py), so reading never waits for writing.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from filelock import Timeout

from pipelines.config.migrating import SCHEMA
from pipelines.errors import RunError
from pipelines.files import publish_bytes, sync, whole
from pipelines.runs import holding, reading
from pipelines.runs.facts import (
    ACTIVE,
    FAILED,
    FINISHED,
    LOST,
    PAUSED,
    PREPARING,
    QUEUED,
    RUNNING,
    STOPPED,
    STOPPING,
    Control,
    Notes,
    Record,
    Status,
    with_sound_rates,
)  # fmt: skip
from pipelines.runs.files import append_row, publish_json
from pipelines.runs.launched import ENDED, state_of
from pipelines.runs.names import by_step, step_in, step_name
from pipelines.runs.place import DOOMED
from pipelines.runs.rows import MetricsRow, SampleRow, end_of, read_rows

__all__ = [
    "ACTIVE", "FAILED", "FINISHED", "LOST", "PAUSED", "PREPARING", "QUEUED", "RUNNING", "STOPPED",
    "STOPPING", "Control", "Notes", "Record", "RunFolder", "Status",
]  # fmt: skip


class RunFolder:
    """One run's folder."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    @property
    def id(self) -> str:
        """The run's id, its folder's name."""
        return self.path.name

    @property
    def log_path(self) -> Path:
        return self.path / "train.log"

    @property
    def metrics_path(self) -> Path:
        return self.path / "metrics.jsonl"

    @property
    def samples_index_path(self) -> Path:
        return self.path / "samples" / "index.jsonl"

    @property
    def checkpoints_path(self) -> Path:
        return self.path / "checkpoints"

    def exists(self) -> bool:
        return (self.path / "config.json").is_file()

    def create(self, record: Record) -> RunFolder:
        """Make the folder with its configuration, waiting in the queue.

        Raises:
            RunError: it exists already, or cannot be written.
        """
        try:
            for part in (self.path, self.path / "samples", self.checkpoints_path):
                part.mkdir(parents=True, exist_ok=part != self.path)
            now = time.time()
            self.write_record(dataclasses.replace(record, created_at=now))
            self.write_status(Status(queued_at=now, heartbeat=now, message="Waiting to start."))
        except FileExistsError:
            raise RunError(f"The folder {self.path} exists already; choose another for the new run.") from None
        except OSError as error:
            raise RunError(f"The run folder {self.path} cannot be written ({error.strerror}).") from None
        return self

    # What the process writes, atomically

    def write_record(self, record: Record) -> None:
        publish_json(self.path / "config.json", {"schema": SCHEMA, **dataclasses.asdict(record)})

    def write_status(self, status: Status, *, durable: bool = True) -> None:
        """Publish where the run stands.

        Args:
            durable: whether to wait for the disk. A heartbeat need not: an empty file reads as a run whose process is
                gone, and after the power cut that may leave one, it is.
        """
        publish_json(self.path / "status.json", dataclasses.asdict(status), durable=durable)

    def append_metrics(self, row: dict[str, Any]) -> None:
        """Append one row; a number that is not finite becomes null."""
        append_row(self.metrics_path, row)

    def add_sample(self, png: bytes, *, step: int, images_seen: int, seconds: float) -> None:
        """Publish one grid of samples."""
        name = step_name(step, ".png")
        publish_bytes(self.path / "samples" / name, png)
        append_row(
            self.samples_index_path, {"step": step, "images_seen": images_seen, "seconds": seconds, "file": name}
        )

    def checkpoint_path(self, step: int) -> Path:
        return self.checkpoints_path / step_name(step, ".safetensors")

    @property
    def best_path(self) -> Path:
        return self.checkpoints_path / "best.safetensors"

    def checkpoints(self) -> list[Path]:
        """Full training states by step, the newest last (the best, kept besides, is not among them)."""
        return list(by_step(self.checkpoints_path, ".safetensors").values())

    def checkpoint_steps(self) -> tuple[int, ...]:
        """The steps of the full training states that are kept."""
        return tuple(by_step(self.checkpoints_path, ".safetensors"))

    @property
    def has_checkpoint(self) -> bool:
        """Whether there is something to explore or to go on from."""
        return self.best_path.is_file() or bool(self.checkpoints())

    def keep_best(self, step: int) -> None:
        """Keep the checkpoint of a step as the best, whatever becomes of the others."""
        with whole(self.best_path) as draft:
            shutil.copyfile(self.checkpoint_path(step), draft)

    def sync_rows(self) -> None:
        """Wait until all rows are on the disk, as they must be before a checkpoint of their step."""
        for path in (self.metrics_path, self.samples_index_path):
            if path.exists():
                sync(path)

    # What anyone reads

    def record(self) -> Record:
        """The configuration and what surrounds it.

        Raises:
            RunError: there is no such run, or its configuration cannot be read.
        """
        return reading.record(self.path)

    def status(self) -> Status:
        """Where the run stands; an active run that has no process any more reads as ``lost``.

        Raises:
            RunError: there is no such run.
        """
        if not self.exists():
            raise RunError(f"There is no run in {self.path}.")
        status, problem = reading.status(self.path, self.checkpoint_steps)
        if status.active and state_of(self) == ENDED:
            return dataclasses.replace(
                status, state=LOST, message=f"{problem} {self._last_words(status)}".strip(), images_per_s=0.0,
                eta_s=None, place=None, progress=None,
            )  # fmt: skip
        return status

    def told(self) -> Status:
        """Where the run stands by what its process said last, alive or not."""
        return reading.status(self.path, self.checkpoint_steps)[0]

    def metrics(self, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Rows from a byte offset on, and the offset to read on from."""
        rows, offset, _ = read_rows(self.metrics_path, offset, MetricsRow, self._reached())
        return rows, offset

    def samples(self, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Rows of the grids' index from a byte offset on, and the offset to read on from."""
        rows, offset, _ = read_rows(self.samples_index_path, offset, SampleRow, self._reached())
        return rows, offset

    def check_rows(self) -> None:
        """Make sure that both growing files are small enough to be read; raises ``RunError`` where one is not."""
        try:
            end_of(self.metrics_path), end_of(self.samples_index_path)
        except RunError as error:
            raise RunError(f"{self.id}/{error}") from None

    def rows_left_out(self) -> int:
        """How many rows of both growing files cannot be read, as after a power cut."""
        files = ((self.metrics_path, MetricsRow), (self.samples_index_path, SampleRow))
        return sum(read_rows(path, 0, kind, self._reached())[2] for path, kind in files)

    def sample_path(self, name: str) -> Path | None:
        """The file of one grid, or None where the name is not one."""
        path = self.path / "samples" / name
        return path if step_in(name, ".png") is not None and path.is_file() else None

    def log_tail(self, lines: int = 30) -> str:
        """The end of what the process said."""
        try:
            with self.log_path.open("rb") as file:
                file.seek(max(0, self.log_path.stat().st_size - 64_000))
                return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])
        except OSError:
            return ""

    def evaluations(self) -> list[dict[str, Any]]:
        """The full measures that were kept, by step; one that cannot be read is left out."""
        return reading.evaluations(self.path / "evaluations")

    # What the person wants

    def control(self) -> Control:
        return with_sound_rates(reading.small(self.path / "control.json", Control))

    def ask(self, **changes: Any) -> Control:
        """Change what is wanted of the run; see ``Control``. ``single_steps`` adds to those asked for before.

        Raises:
            RunError: the run is gone, or its folder cannot be written.
        """
        try:
            with holding.written(self.path / "control.json"), holding.moment(self.path):
                control = self.control()
                changes["single_steps"] = control.single_steps + changes.get("single_steps", 0)
                control = dataclasses.replace(control, **changes)
                publish_json(self.path / "control.json", dataclasses.asdict(control))
        except Timeout:
            raise RunError(f"Another process keeps {self.path / 'control.lock'}; try again in a moment.") from None
        return control

    def control_stamp(self) -> tuple[int, int] | None:
        """Changes when ``control.json`` does; cheap enough to look at between two steps."""
        try:
            found = os.stat(f"{self.path}/control.json")
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def notes(self) -> Notes:
        return reading.small(self.path / "notes.json", Notes)

    def write_notes(self, notes: Notes) -> None:
        publish_json(self.path / "notes.json", dataclasses.asdict(notes))

    # Who holds it

    def hold(self) -> AbstractContextManager[None]:
        """Hold the run for as long as the process works on it; raises ``RunError`` where another one does."""
        return holding.hold(self.path)

    def is_held(self) -> bool:
        """Whether a living process of a computer that shares the folder works on the run."""
        return holding.is_held(self.path)

    def remove(self) -> None:
        """Delete the folder; it disappears at once, so that a worker sees it and ends."""
        doomed = self.path.with_name(f"{DOOMED}{self.id}-{os.getpid()}-{time.time_ns()}")
        try:
            self.path.rename(doomed)
        except OSError as error:
            raise RunError(f"The run folder {self.path} cannot be deleted ({error.strerror}).") from None
        shutil.rmtree(doomed, ignore_errors=True)

    def _reached(self) -> int:
        return reading.reached(self.path, self.checkpoint_steps)

    def _last_words(self, status: Status) -> str:
        saved = self.checkpoint_steps()
        step = saved[-1] if saved else 0
        resume = f"goes on from its checkpoint of step {step}" if saved else "begins anew, since nothing was saved yet"
        return f"The training process ended without a message after step {status.step}; Resume {resume}."
