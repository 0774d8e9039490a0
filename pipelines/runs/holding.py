"""Who holds a run: the locks in its folder, which the system frees when their holder dies.

``worker.lock`` is held by the training process for as long as it lives; ``control.lock`` for a moment by whoever
changes ``control.json`` or asks whether the run is held.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.errors import RunError
from pipelines.runs import reading
from pipelines.runs.facts import QUEUED, Status

START_GRACE_S = 20.0  # a process that was launched has this long to take its lock
QUEUED_S = 60.0  # between two heartbeats of a run that waits its turn, of which there may be hundreds


def require(path: Path) -> None:
    """Raises ``RunError`` where a run's folder is gone: a lock would make it anew."""
    if not (path / "config.json").is_file():
        raise RunError(f"There is no run {path.name}; it may have been deleted.")


@contextlib.contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold a run for as long as the process works on it.

    Raises:
        RunError: another process works on the run, or its folder cannot be written.
    """
    require(path)
    lock = FileLock(path / "worker.lock")
    try:
        with written(path / "worker.lock"):
            lock.acquire(timeout=5.0)  # whoever asks is_held() has it for an instant
    except Timeout:
        raise RunError(f"Another process already works on the run {path.name}; stop it first.") from None
    try:
        yield
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Whether a living process works on a run."""
    if not (path / "worker.lock").exists():
        return False
    lock = FileLock(path / "worker.lock")
    try:
        with moment(path):  # one asks at a time: two would take each other for the worker
            lock.acquire(timeout=0)
            lock.release()
    except Timeout:
        return True
    except OSError:  # not ours to lock: the heartbeat decides
        status = reading.small(path / "status.json", Status)
        return is_fresh(status.heartbeat, 2 * QUEUED_S if status.state == QUEUED else START_GRACE_S)
    return False


def moment(path: Path) -> FileLock:
    """The lock of whoever changes what is wanted of a run, or asks whether it is held; raises ``RunError``."""
    require(path)
    return FileLock(path / "control.lock", timeout=5.0)


@contextlib.contextmanager
def written(file: Path) -> Iterator[None]:
    """Say in a sentence that a file cannot be written; who waited too long for a lock hears so from ``Timeout``."""
    try:
        yield
    except Timeout:
        raise
    except OSError as error:
        raise RunError(
            f"{file} cannot be written ({error.strerror or error}): mend the folder's permissions, or free some space."
        ) from None


def is_fresh(heartbeat: float, seconds: float = START_GRACE_S) -> bool:
    """Whether a heartbeat, in Unix seconds, is recent; one of the future is of before the clock was set back."""
    return abs(time.time() - heartbeat) <= seconds
