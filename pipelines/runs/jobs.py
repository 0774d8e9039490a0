"""What one does with runs: make, start, list, find, pause, step, stop, resume, change rates, delete.

A run is one process, ``python -m pipelines work RUN``, started here and detached from whoever started it. Its launcher
needs nothing of it but the folder. Another launcher (a queue over many machines, say) would offer the same verbs.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from pipelines.errors import RunError
from pipelines.paths import PROJECT, runs_home
from pipelines.runs.folder import ID_PATTERN, QUEUED, Record, RunFolder, Status
from pipelines.training.config import TrainConfig, check

_children: list[subprocess.Popen] = []  # reaped as they end, so that none stays a zombie


def runs() -> list[RunFolder]:
    """All runs, the newest first."""
    home = runs_home()
    if not home.is_dir():
        return []
    found = [RunFolder(path) for path in home.iterdir() if ID_PATTERN.fullmatch(path.name)]
    return sorted((run for run in found if run.exists()), key=lambda run: run.id, reverse=True)


def find(run: str | Path) -> RunFolder:
    """A run by its id or its folder.

    Raises:
        RunError: there is none.
    """
    text = str(run)
    folder = RunFolder(runs_home() / text if ID_PATTERN.fullmatch(text) and not Path(text).is_dir() else text)
    if not folder.exists():
        raise RunError(f"There is no run {text!r}; `python -m pipelines runs` lists those there are.")
    return folder


def create(config: TrainConfig, preset: str = "", *, path: Path | None = None, branched_from: str = "") -> RunFolder:
    """Make a run's folder, not yet started.

    Raises:
        ConfigError: the configuration cannot be trained.
        RunError: the folder exists or cannot be written.
    """
    record = Record(config=check(config), preset=preset, branched_from=branched_from)
    return RunFolder(path or runs_home() / new_id(preset or config.network)).create(record)


def start(config: TrainConfig, preset: str = "") -> RunFolder:
    """Make a run and start its process in the background."""
    folder = create(config, preset)
    launch(folder)
    return folder


def launch(folder: RunFolder) -> None:
    """Start the run's process, detached: the end of this one does not end it."""
    _children[:] = [child for child in _children if child.poll() is None]
    try:
        with folder.log_path.open("ab") as log:
            detach = {"creationflags": 0x00000008 | 0x00000200} if os.name == "nt" else {"start_new_session": True}
            child = subprocess.Popen(
                [sys.executable, "-m", "pipelines", "work", str(folder.path.resolve())],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **detach,
            )
    except OSError as error:
        raise RunError(f"The training process cannot be started ({error.strerror}).") from None
    _children.append(child)


def reap() -> None:
    """Collect children that have ended."""
    _children[:] = [child for child in _children if child.poll() is None]


def resume(folder: RunFolder) -> None:
    """Go on: wake a paused run, or start a process that goes on from the last checkpoint.

    Raises:
        RunError: the run has finished.
    """
    prepare_resume(folder)
    if not folder.is_held():
        launch(folder)


def prepare_resume(folder: RunFolder) -> None:
    """Set a run up to go on, without starting a process.

    Raises:
        RunError: the run has reached the end that its configuration sets.
    """
    status = folder.status()
    if status.state == "finished":
        raise RunError(
            f"The run {folder.id} has reached its end; duplicate its settings with more epochs or seconds to go on."
        )
    folder.ask(want="run")
    if not folder.is_held():
        now = time.time()
        stored = {"state": QUEUED, "message": "Waiting to go on.", "pid": None, "queued_at": now, "heartbeat": now}
        folder.write_status(Status(**{**vars(status), **stored}))


def pause(folder: RunFolder) -> None:
    """Hold the run between two steps; its process waits."""
    folder.ask(want="pause")


def step(folder: RunFolder) -> None:
    """Do one step and hold again."""
    folder.ask(want="pause", single_steps=1)


def stop(folder: RunFolder) -> None:
    """End the run's process after a checkpoint; it can be resumed."""
    folder.ask(want="stop")


def set_rates(folder: RunFolder, lr_g: float | None = None, lr_d: float | None = None) -> None:
    """Change one learning rate or both, from the next step on."""
    folder.ask(**{name: rate for name, rate in (("lr_g", lr_g), ("lr_d", lr_d)) if rate is not None})


def delete(folder: RunFolder) -> None:
    """Delete the run; its process, if there is one, sees it and ends."""
    folder.remove()


def new_id(label: str) -> str:
    """An id that sorts by time: ``20260131-142530-first-digits-3fa``."""
    label = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:40]
    return f"{datetime.now():%Y%m%d-%H%M%S}-{label}-{secrets.token_hex(2)}"
