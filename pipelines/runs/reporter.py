"""What a worker process says of its run and is asked: status, control, the line of the device, the log."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from pipelines.errors import GanError, RunError
from pipelines.runs.folder import PREPARING, QUEUED, Control, RunFolder, Status
from pipelines.runs.holding import QUEUED_S
from pipelines.runs.place import Anchor, is_thrown_away
from pipelines.runs.queue import QueuePlace

_STATUS_S = 0.5  # between two heartbeats
log = logging.getLogger("pipelines")

Show = Callable[[Status], None]


class Stop(Exception):
    """The person, or the system, wants the run to stop."""


class Gone(Exception):
    """The run folder was deleted."""


class RunReporter:
    """The worker's side of the run folder: what it says of itself, and what it is asked."""

    def __init__(self, folder: RunFolder, show: Show | None = None) -> None:
        self.folder, self.show = folder, show
        self.status = folder.status()
        self.control = folder.control()
        self.interrupted = threading.Event()
        self._stamp = folder.control_stamp()
        self._told_at = -math.inf  # monotonic seconds: the clock may be set back
        self._anchor = Anchor(folder.path)

    def tell(self, *, at_once: bool = True, every_s: float = _STATUS_S, **changes: Any) -> None:
        """Change the status, and publish it at once or with the next heartbeat.

        Args:
            every_s: seconds between two heartbeats.

        Raises:
            Gone: the run folder was deleted.
        """
        news = changes.get("state", self.status.state) != self.status.state
        if news or "message" in changes:
            log.info("%s: %s", changes.get("state", self.status.state), changes.get("message", ""))
        if changes:
            self.status = dataclasses.replace(self.status, **changes)
        now = time.monotonic()
        if not at_once and now - self._told_at < every_s:
            return
        self._told_at = now
        self.status = dataclasses.replace(self.status, heartbeat=time.time())
        self.writing(self.folder.write_status, self.status, durable=news)
        if self.show:
            self.show(self.status)

    def asked(self) -> Control:
        """What the person wants now.

        Raises:
            Stop: the run is to stop.
            Gone: the run folder was deleted.
        """
        self.follow()
        stamp = self.folder.control_stamp()
        if stamp != self._stamp:
            self._stamp, self.control = stamp, self.writing(self.folder.control)
        if self.interrupted.is_set() or self.control.want == "stop":
            raise Stop
        return self.control

    def writing(self, write: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call something that touches the folder; once more where it failed because the folder was moved.

        Raises:
            Gone: it failed because the folder was deleted.
        """
        try:
            return write(*args, **kwargs)
        except (OSError, GanError):
            if not self.follow():
                raise
        return write(*args, **kwargs)

    def follow(self) -> bool:
        """Go on in the folder where it is now, and stop where it was thrown away; whether it was renamed or moved.

        Raises:
            Gone: it was deleted.
        """
        place = self._anchor.where()
        if place is None:
            raise Gone
        if place == self.folder.path:
            return False
        log.info("The run folder was moved to %s; the run goes on there.", place)
        self.folder.path = place
        if is_thrown_away(place):
            self.interrupted.set()
        return True

    def leave(self) -> None:
        """Let the folder go."""
        self._anchor.close()


def wait_turn(reporter: RunReporter, turn: QueuePlace) -> None:
    """Wait in the line of the device, saying the place.

    Raises:
        Stop: the run is to stop.
        Gone: the run folder was deleted.
    """

    def on_place(place: int) -> None:
        reporter.asked()
        message = f"Waiting: place {place} in the line for {turn.line}."
        if (reporter.status.state, reporter.status.place) != (QUEUED, place):
            reporter.tell(state=QUEUED, place=place, message=message)
        reporter.tell(at_once=False, every_s=QUEUED_S)

    reporter.asked()
    turn.wait(on_place)


def change_line(reporter: RunReporter, turn: QueuePlace, device: str) -> None:
    """Wait in the line of the device that the run trains on, if the one that was guessed without torch is another's.

    Raises:
        Stop: the run is to stop.
        Gone: the run folder was deleted.
    """
    if turn.line != device:
        turn.change_line(device)
        wait_turn(reporter, turn)
        reporter.tell(state=PREPARING, message="Loading the networks.", place=None, progress=0.0)


@contextlib.contextmanager
def log_to(target: IO[str] | Path) -> Iterator[None]:
    """Send what the process says to a stream or to the end of a file, for as long as the context lasts.

    Raises:
        RunError: the file cannot be written.
    """
    try:
        handler = logging.FileHandler(target) if isinstance(target, Path) else logging.StreamHandler(target)
    except OSError as error:
        raise RunError(f"{target} cannot be written ({error.strerror or error}).") from None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        handler.close()
