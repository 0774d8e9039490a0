"""Who computes when: what the routes ask torch for is done a few at a time and in turn. Loads no torch."""

from __future__ import annotations

import math
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOOK_S = 0.2  # between two looks whether somebody who waits has left
LEFT: ContextVar[threading.Event | None] = ContextVar("left", default=None)  # set once whoever asks has left


class Left(Exception):
    """Whoever asked has left, and nothing was computed."""


class FairSemaphore:
    """Lets a few through at a time, in the order in which they came, so that none waits for ever.

    Who has left, as ``LEFT`` tells, is let through no more, so that nobody waits for what nobody waits for.
    """

    def __init__(self, width: int) -> None:
        self._free = width
        self._lock = threading.Lock()
        self._line: deque[threading.Event] = deque()
        self._last = -math.inf  # when a turn was last given back

    def wait_idle(self, seconds: float, most: float) -> None:
        """Wait until nobody has had a turn for some time, and for ``most`` seconds at most."""
        end = time.monotonic() + most
        while time.monotonic() < min(end, self._last + seconds):
            time.sleep(0.02)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and give it back at the end.

        Raises:
            Left: whoever asks has left meanwhile.
        """
        left = LEFT.get()
        with self._lock:
            mine = None
            if self._free:
                self._free -= 1
            else:
                mine = threading.Event()
                self._line.append(mine)
        if mine:
            self._wait(mine, left)
        try:
            if left and left.is_set():
                raise Left
            yield
        finally:
            with self._lock:
                self._last = time.monotonic()
                if self._line:
                    self._line.popleft().set()  # the turn is handed on
                else:
                    self._free += 1

    def _wait(self, mine: threading.Event, left: threading.Event | None) -> None:
        while not mine.wait(LOOK_S if left else None):
            if left and left.is_set():
                with self._lock:
                    if mine in self._line:
                        self._line.remove(mine)
                        raise Left


DECODING = FairSemaphore(min(16, os.cpu_count() or 2))
ENCODING = FairSemaphore(1)  # files to download, which may take hundreds of megabytes while they are made
UNPACKING = FairSemaphore(1)  # pictures that somebody gives: the largest takes a hundred megabytes
COMPUTING = FairSemaphore(1)  # what takes seconds: it must not keep those waiting who drag
SEARCHING = FairSemaphore(1)  # what a page starts with, mostly in a moment: it need not wait for the former
