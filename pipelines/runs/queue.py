"""One running job a device: a line of tickets, and a lock that the job at its head holds while it trains.

Tickets and lock are files that their process keeps locked; the system unlocks them when the process dies, so that a
dead job frees its place by itself.

Waiting costs as much for each job however many wait: a job looks at the time stamp of the line's folder, which changes
with every ticket that comes or goes, and probes one lock, that of the ticket just before its own. The head's is the
lock of the job that trains. Whose ticket before it is no longer locked removes it, which tells all behind.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import time
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.paths import runs_home

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

LOOK_S = 0.5  # between two looks of the next in line; for each place behind it as much longer,
MOST_LOOK_S = 5.0  # up to this
_TICKET = re.compile(r"(?P<number>[0-9]{20})-[0-9]+\.ticket")
_VISIBLE = re.compile(r"\s*([0-9]+|GPU-|MIG-)")  # what CUDA_VISIBLE_DEVICES begins with where it shows a GPU


def line_for(device: str) -> str:
    """The line that a job with this ``device`` setting joins, guessed without loading torch."""
    if device != "auto":
        return device
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None and not _VISIBLE.match(visible):  # "", -1 and none hide all GPUs
        return "cpu"
    if Path("/proc/driver/nvidia/version").exists() or visible:
        return "cuda"
    return "mps" if (platform.system(), platform.machine()) == ("Darwin", "arm64") else "cpu"


class QueuePlace:
    """A job's place in the line of a device. A paused job leaves the line and joins it again at its end."""

    def __init__(self, line: str) -> None:
        self.line = line
        self._running: FileLock | None = None  # held while it is this job's turn
        self._ticket: Path | None = None  # while it waits
        self._own: FileLock | None = None  # of the ticket
        self._seen = 0  # the folder's time stamp at the last listing
        self._again = False  # whether to list once more
        self._place = 1
        self._before: _Probe | None = None  # of the ticket just before

    @property
    def taken(self) -> bool:
        """Whether it is this job's turn."""
        return self._running is not None

    def wait(self, on_place: Callable[[int], None]) -> None:
        """Wait until it is this job's turn.

        Args:
            on_place: called at once and then after each look, with the place in the line, 1 being next; may raise to
                leave the line.
        """
        if self.taken:
            return
        self.join()
        try:
            while place := self.look():
                on_place(place)
                time.sleep(min(LOOK_S * place, MOST_LOOK_S))
        finally:
            self._give_back_ticket()

    def change_line(self, line: str) -> None:
        """Leave the line for the end of another's."""
        self.leave()
        self.line = line

    def join(self) -> None:
        """Take a ticket at the end of the line."""
        folder = self._folder
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "numbers.lock"):
            tickets = _tickets(folder)
            # Counted, not taken from the clock: that may be set back, and a newcomer would pass all who wait.
            number = int(_TICKET.fullmatch(tickets[-1])["number"]) + 1 if tickets else 1
            name = f"{number:020d}-{os.getpid()}.ticket"
            draft = folder / f".{name}"
            self._own = FileLock(draft)
            self._own.acquire()
            # Locked before it can be seen, so that nobody takes it for a dead job's.
            self._ticket = folder / name
            os.rename(draft, self._ticket)
        self._seen = 0

    def look(self) -> int:
        """Look once: the place in the line, 1 being next, or 0 as soon as it is this job's turn."""
        stamp = os.stat(self._ticket.parent).st_mtime_ns
        if (changed := stamp != self._seen) or self._again:
            # Once more at the next look: two changes may be so close that they have the same time stamp.
            self._seen, self._again = stamp, changed
            self._list()
        if self._before and self._before.is_free():  # its job has died, or leaves at this moment
            self._before.ticket.unlink(missing_ok=True)
            self._list()
        if self._place == 1:
            lock = FileLock(self._folder / "running.lock")
            if _try(lock):
                self._running = lock
                return 0
        return self._place

    def leave(self) -> None:
        """Let the next job run."""
        if self._running is not None:
            self._running.release()
            self._running = None

    @property
    def _folder(self) -> Path:
        return runs_home() / ".queue" / self.line

    def _list(self) -> None:
        """Find the place, and whose ticket is just before."""
        tickets = [name for name in _tickets(self._folder) if name < self._ticket.name]
        self._place = len(tickets) + 1
        before = self._folder / tickets[-1] if tickets else None
        if self._before and self._before.ticket != before:
            self._before.close()
            self._before = None
        if before and not self._before:
            with contextlib.suppress(FileNotFoundError):  # it has left since, which the next listing shows
                self._before = _Probe(before)

    def _give_back_ticket(self) -> None:
        self._ticket.unlink(missing_ok=True)
        self._own.release()
        if self._before:
            self._before.close()
        self._ticket = self._own = self._before = None


class _Probe:
    """Looks whether a ticket's job lives, as FileLock would, but keeps the file open: it costs a hundredth."""

    def __init__(self, ticket: Path) -> None:
        self.ticket = ticket
        self._handle = os.open(ticket, os.O_RDWR) if fcntl else None

    def is_free(self) -> bool:
        """Whether nobody holds the ticket any more."""
        if self._handle is None:
            lock = FileLock(self.ticket)
            if not self.ticket.exists() or not _try(lock):
                return not self.ticket.exists()
            lock.release()
            return True
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Let the file go."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _tickets(folder: Path) -> list[str]:
    """The names of all tickets in a line, in order; other files are none."""
    return sorted(name for name in os.listdir(folder) if _TICKET.fullmatch(name))


def _try(lock: FileLock) -> bool:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    return True
