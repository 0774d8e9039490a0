"""How long browser tests wait for what, on a machine that is busy with other tests."""

from __future__ import annotations

import time
from collections.abc import Callable

START_S = 30.0  # for a process to load torch and begin
REACT_S = 10.0  # for anything else


def until(true: Callable[[], object], what: str, timeout_s: float = REACT_S) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end, f"Not within {timeout_s:g} s: {what}."
        time.sleep(0.05)
