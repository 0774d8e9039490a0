"""Keeps the server's memory level, and its garbage collection short.

glibc keeps freed memory in arenas, up to eight for each core, and the threads of a pool spread over all of them;
pictures and tensors of many sizes leave holes in each that no other use fits. So there are few arenas, and every minute
the pages that nobody uses are given back to the operating system. Other C libraries are left as they are.

Streamlit collects garbage after each run of a page, and everybody waits meanwhile, who drags included. Most of what it
looks through was imported and stays to the end, a quarter of a million objects with torch: ``settle`` takes it out.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import os
import sys
from collections.abc import AsyncIterator
from functools import cache

EVERY_S = 60.0
M_ARENA_MAX = -8  # of glibc's malloc.h
ARENAS = max(4, os.cpu_count() or 1)  # whoever decodes at the same time does not wait for memory


@contextlib.asynccontextmanager
async def level(every_s: float = EVERY_S) -> AsyncIterator[None]:
    """Give memory back every so often, for as long as the block lasts."""
    if (libc := _glibc()) is not None:
        libc.mallopt(M_ARENA_MAX, ARENAS)
    settle("server")
    task = asyncio.create_task(_keep_level(every_s))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def give_back() -> bool:
    """Give the free pages of all arenas back to the system; whether there were any that could be."""
    libc = _glibc()
    return libc is not None and bool(libc.malloc_trim(0))


@cache
def settle(after: str) -> None:
    """Take what is alive out of the garbage collector's rounds, once after the start of the "server" and of "torch"."""
    gc.collect()
    gc.freeze()


async def _keep_level(every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        await asyncio.to_thread(give_back)


@cache
def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "gnu_get_libc_version") else None
