"""One running job a device: a line of tickets, and a lock that the job at its head holds while it trains.

Tickets and lock are files that their process keeps locked; the system unlocks them when the process dies, so that a
dead job frees its place by itself.
"""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.paths import runs_home

_LOOK_S = 0.5  # between two looks at the line


def line_for(device: str) -> str:
    """The line that a job with this ``device`` setting joins, guessed without loading torch."""
    if device != "auto":
        return device
    if Path("/proc/driver/nvidia/version").exists() or os.environ.get("CUDA_VISIBLE_DEVICES"):
        return "cuda"
    return "mps" if (platform.system(), platform.machine()) == ("Darwin", "arm64") else "cpu"


class Turn:
    """A job's place in the line of a device. A paused job leaves the line and joins it again at its end."""

    def __init__(self, line: str) -> None:
        self.line = line
        self._folder = runs_home() / ".queue" / line
        self._lock: FileLock | None = None

    @property
    def taken(self) -> bool:
        """Whether it is this job's turn."""
        return self._lock is not None

    def wait(self, on_place: Callable[[int], None]) -> None:
        """Wait until it is this job's turn.

        Args:
            on_place: called at once and about twice a second with the place in the line, 1 being next; may raise to
                leave the line.
        """
        if self.taken:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{time.time_ns():020d}-{os.getpid()}.ticket"
        draft = FileLock(self._folder / f".{name}")
        with draft:
            # Locked before it can be seen, so that nobody takes it for a dead job's.
            ticket = self._folder / name
            os.rename(self._folder / f".{name}", ticket)
            try:
                while True:
                    place = 1 + sum(_alive(other) for other in sorted(self._folder.glob("*.ticket")) if other < ticket)
                    lock = FileLock(self._folder / "running.lock")
                    if place == 1 and _try(lock):
                        self._lock = lock
                        return
                    on_place(place)
                    time.sleep(_LOOK_S)
            finally:
                ticket.unlink(missing_ok=True)

    def leave(self) -> None:
        """Let the next job run."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def _alive(ticket: Path) -> bool:
    lock = FileLock(ticket)
    if not _try(lock):
        return True
    lock.release()
    with contextlib.suppress(OSError):
        ticket.unlink()
    return False


def _try(lock: FileLock) -> bool:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    return True
