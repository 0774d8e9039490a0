"""The run folder: the interface between a training process, the app and other tools; only this module knows its files.

    config.json     the configuration, the seed, versions, the data set's fingerprint, what 'auto' was resolved to
    status.json     state, pid, position, speed, heartbeat, last message; replaced atomically
    metrics.jsonl   one row a logged step, a measure or an event; appended and flushed
    samples/        PNG grids from one fixed noise batch, and index.jsonl, one row a grid
    checkpoints/    full training states, published by rename
    control.json    what the person wants: run, pause or stop, single steps, learning rates, moved pictures
    notes.json      the person's name for the run, and a note
    evaluations/    full measures of its checkpoints, one JSON file a step that was measured
    train.log       everything the process said
    worker.lock     held by the training process for as long as it lives
    control.lock    held for a moment by whoever changes control.json or asks whether the run is held

Files are published atomically and readers skip an unfinished last line (files.py), so reading never waits for writing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pipelines.errors import GanError, RunError
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
)  # fmt: skip
from pipelines.runs.files import append_row, publish_bytes, publish_json, read_json, read_rows
from pipelines.training.config import from_dict

START_GRACE_S = 20.0  # a process that was launched has this long to take its lock
ID_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")

__all__ = [
    "ACTIVE", "FAILED", "FINISHED", "ID_PATTERN", "LOST", "PAUSED", "PREPARING", "QUEUED", "RUNNING", "STOPPED",
    "STOPPING", "Control", "Notes", "Record", "RunFolder", "Status", "publish_bytes",
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
        self._publish("config.json", dataclasses.asdict(record))

    def write_status(self, status: Status) -> None:
        self._publish("status.json", dataclasses.asdict(status))

    def append_metrics(self, row: dict[str, Any]) -> None:
        """Append one row; a number that is not finite becomes null."""
        append_row(self.metrics_path, row)

    def add_sample(self, png: bytes, *, step: int, images_seen: int, seconds: float) -> None:
        """Publish one grid of samples."""
        name = f"step-{step:08d}.png"
        publish_bytes(self.path / "samples" / name, png)
        append_row(
            self.samples_index_path, {"step": step, "images_seen": images_seen, "seconds": seconds, "file": name}
        )

    def checkpoint_path(self, step: int) -> Path:
        return self.checkpoints_path / f"step-{step:08d}.safetensors"

    @property
    def best_path(self) -> Path:
        return self.checkpoints_path / "best.safetensors"

    def checkpoints(self) -> list[Path]:
        """Full training states by step, the newest last (the best, kept besides, is not among them)."""
        return sorted(self.checkpoints_path.glob("step-*.safetensors"))

    def checkpoint_steps(self) -> tuple[int, ...]:
        """The steps of the full training states that are kept."""
        return tuple(int(path.stem.removeprefix("step-")) for path in self.checkpoints())

    @property
    def has_checkpoint(self) -> bool:
        """Whether there is something to explore or to go on from."""
        return self.best_path.is_file() or bool(self.checkpoints())

    def keep_best(self, step: int) -> None:
        """Keep the checkpoint of a step as the best, whatever becomes of the others."""
        draft = self.best_path.with_name(f".best.{os.getpid()}.tmp")
        shutil.copyfile(self.checkpoint_path(step), draft)
        os.replace(draft, self.best_path)

    def cut_after(self, step: int) -> None:
        """Drop every row and grid after a step, before training goes on from a checkpoint of that step."""
        for path in (self.metrics_path, self.samples_index_path):
            if path.exists():
                rows, _ = read_rows(path)
                kept = [row for row in rows if row.get("step", 0) <= step]
                publish_bytes(path, "".join(json.dumps(row) + "\n" for row in kept).encode())
        for grid in (self.path / "samples").glob("step-*.png"):
            if int(grid.stem.removeprefix("step-")) > step:
                grid.unlink()

    def take_over(self, other: RunFolder, step: int) -> None:
        """Copy what another run recorded up to a step, with its checkpoint of that step.

        Raises:
            OSError: it cannot be copied; the checkpoint may be gone.
        """
        shutil.copyfile(other.checkpoint_path(step), self.checkpoint_path(step))
        for grid in (other.path / "samples").glob("step-*.png"):
            if int(grid.stem.removeprefix("step-")) <= step:
                shutil.copyfile(grid, self.path / "samples" / grid.name)
        for theirs, mine in (
            (other.metrics_path, self.metrics_path),
            (other.samples_index_path, self.samples_index_path),
        ):
            if theirs.exists():
                shutil.copyfile(theirs, mine)
        self.cut_after(step)

    # What anyone reads

    def record(self) -> Record:
        """The configuration and what surrounds it.

        Raises:
            RunError: there is no such run, or its configuration cannot be read.
        """
        values = self._read("config.json")
        if values is None:
            raise RunError(f"There is no run in {self.path}.")
        known = {f.name for f in dataclasses.fields(Record)}
        try:
            return Record(**{**{k: v for k, v in values.items() if k in known}, "config": from_dict(values["config"])})
        except (GanError, AttributeError, KeyError, TypeError) as error:
            raise RunError(f"{self.path / 'config.json'} is not a run's configuration ({error}).") from None

    def status(self) -> Status:
        """Where the run stands; an active run whose process is gone reads as ``lost``.

        Raises:
            RunError: there is no such run.
        """
        values = self._read("status.json")
        if values is None:
            raise RunError(f"There is no run in {self.path}.")
        status = _from_values(Status, values)
        launched = status.pid is not None or time.time() - status.heartbeat > START_GRACE_S
        if status.active and launched and not self.is_held():
            return dataclasses.replace(
                status, state=LOST, message=self._last_words(status), images_per_s=0.0, eta_s=None, place=None,
                progress=None,
            )  # fmt: skip
        return status

    def metrics(self, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Rows from a byte offset on, and the offset to read on from."""
        return read_rows(self.metrics_path, offset)

    def samples(self, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Rows of the grids' index from a byte offset on, and the offset to read on from."""
        return read_rows(self.samples_index_path, offset)

    def sample_path(self, name: str) -> Path | None:
        """The file of one grid, or None where the name is not one."""
        path = self.path / "samples" / name
        return path if re.fullmatch(r"step-\d{8}\.png", name) and path.is_file() else None

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
        found = []
        for path in sorted((self.path / "evaluations").glob("step-*.json")):
            with contextlib.suppress(RunError):
                values = read_json(path)
                if isinstance(values, dict):
                    found.append(values)
        return found

    def keep_evaluation(self, step: int, values: dict[str, Any]) -> Path:
        """Keep what was measured of the checkpoint of a step; an earlier measure of it goes.

        Raises:
            RunError: the run is gone, or its folder cannot be written.
        """
        self._must_exist()
        path = self.path / "evaluations" / f"step-{step:08d}.json"
        try:
            path.parent.mkdir(exist_ok=True)
            publish_json(path, {"step": step, "measured_at": time.time(), **values})
        except OSError as error:
            raise RunError(f"{path} cannot be written ({error.strerror or error}).") from None
        return path

    # What the person wants

    def control(self) -> Control:
        return _from_values(Control, self._read("control.json"))

    def ask(self, **changes: Any) -> Control:
        """Change what is wanted of the run; see ``Control``. ``single_steps`` adds to those asked for before."""
        with self._moment():
            control = self.control()
            changes["single_steps"] = control.single_steps + changes.get("single_steps", 0)
            control = dataclasses.replace(control, **changes)
            self._publish("control.json", dataclasses.asdict(control))
        return control

    def control_stamp(self) -> tuple[int, int] | None:
        """Changes when ``control.json`` does; cheap enough to look at between two steps."""
        try:
            found = os.stat(self.path / "control.json")
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def notes(self) -> Notes:
        return _from_values(Notes, self._read("notes.json"))

    def write_notes(self, notes: Notes) -> None:
        self._publish("notes.json", dataclasses.asdict(notes))

    # Who holds it

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the run for as long as the process works on it; the system lets go when the process dies.

        Raises:
            RunError: another process works on the run.
        """
        self._must_exist()
        lock = FileLock(self.path / "worker.lock")
        try:
            lock.acquire(timeout=5.0)  # whoever asks is_held() has it for an instant
        except Timeout:
            raise RunError(f"Another process already works on the run {self.id}; stop it first.") from None
        try:
            yield
        finally:
            lock.release()

    def is_held(self) -> bool:
        """Whether a living process works on the run."""
        if not (self.path / "worker.lock").exists():
            return False
        lock = FileLock(self.path / "worker.lock")
        try:
            with self._moment():  # one asks at a time: two would take each other for the worker
                lock.acquire(timeout=0)
                lock.release()
        except Timeout:
            return True
        except OSError:  # not ours to lock: the heartbeat decides
            values = self._read("status.json") or {}
            return time.time() - values.get("heartbeat", 0.0) < START_GRACE_S
        return False

    def remove(self) -> None:
        """Delete the folder; it disappears at once, so that a worker sees it and ends."""
        doomed = self.path.with_name(f".deleted-{self.id}-{os.getpid()}-{time.time_ns()}")
        try:
            self.path.rename(doomed)
        except OSError as error:
            raise RunError(f"The run folder {self.path} cannot be deleted ({error.strerror}).") from None
        shutil.rmtree(doomed, ignore_errors=True)

    def _last_words(self, status: Status) -> str:
        saved = self.checkpoint_steps()
        step = saved[-1] if saved else 0
        resume = f"goes on from its checkpoint of step {step}" if saved else "begins anew, since nothing was saved yet"
        return f"The training process ended without a word at step {status.step}; Resume {resume}."

    def _moment(self) -> FileLock:
        self._must_exist()
        return FileLock(self.path / "control.lock", timeout=5.0)

    def _must_exist(self) -> None:
        if not self.exists():  # a lock would make the folder of a deleted run anew
            raise RunError(f"There is no run {self.id}; it may have been deleted.")

    def _publish(self, name: str, values: dict[str, Any]) -> None:
        publish_json(self.path / name, values)

    def _read(self, name: str) -> dict[str, Any] | None:
        return read_json(self.path / name)


def _from_values(kind: type, values: dict[str, Any] | None) -> Any:
    known = {f.name for f in dataclasses.fields(kind)}
    values = values if isinstance(values, dict) else {}
    return kind(**{k: v for k, v in values.items() if k in known})
