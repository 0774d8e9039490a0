"""What is read of the live view's charts in a browser, and how long a reading is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

# What a chart holds as data, and where its node is.
LAST_X = "id => Math.max(...document.querySelector(`[data-chart=${id}] .gx-plot`).data[1].x)"
ALL_X = "id => document.querySelector(`[data-chart=${id}] .gx-plot`).data[0].x"
RANGE = "id => document.querySelector(`[data-chart=${id}] .gx-plot`).layout.xaxis.range.map(Number)"
DRAWN = "id => Boolean(document.querySelector(`[data-chart=${id}] .gx-plot`)?.data?.[1]?.x?.length)"


def eventually(read: Callable[[], Any], wanted: Any, seconds: float = 10.0) -> None:
    """Wait until a reading is as wanted."""
    started = time.monotonic()
    while (found := read()) != wanted:
        assert time.monotonic() - started < seconds, f"It is {found!r} and not {wanted!r} after {seconds} s."
        time.sleep(0.01)
