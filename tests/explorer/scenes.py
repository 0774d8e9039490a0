"""Plays what is asynchronous in a thread of its own: a browser test of the same process may keep a loop running."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

LONGEST_S = 60


def play(scene: Coroutine[Any, Any, None]) -> None:
    """Run a scene to its end; what it raises is raised here."""

    async def bounded() -> None:
        await asyncio.wait_for(scene, LONGEST_S)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(bounded())).result()
