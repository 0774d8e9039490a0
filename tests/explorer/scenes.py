"""Plays what is asynchronous in a thread of its own: a browser test of the same process may keep a loop running."""

from __future__ import annotations

import asyncio
import base64
import json
from array import array
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from explorer.live.hub import Hub
from explorer.live.reader import Position
from pipelines.runs.folder import RunFolder

LONGEST_S, PATIENCE_S = 60, 10.0
T = TypeVar("T")


def play(scene: Coroutine[Any, Any, T]) -> T:
    """Run a scene to its end, and return what it returns; what it raises is raised here."""

    async def bounded() -> T:
        return await asyncio.wait_for(scene, LONGEST_S)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(bounded())).result()


class Stream:
    """One viewer of a hub: parsed events, one at a time."""

    def __init__(self, hub: Hub, folder: RunFolder, after: str | None = None) -> None:
        self.source = hub.stream(folder, Position.parse(after))
        self.steps: list[float] = []
        self.position = ""

    async def next(self) -> tuple[str, dict[str, Any]]:
        """The next event; its curve steps are added to ``steps``, or replace them for a fresh start."""
        while True:
            block = (await asyncio.wait_for(anext(self.source), PATIENCE_S)).decode()
            fields = dict(line.split(": ", 1) for line in block.strip().splitlines() if ": " in line)
            if "event" in fields:
                break
        self.position = fields["id"]
        data = json.loads(fields["data"])
        if fields["event"] == "all":
            self.steps = list(array("d", base64.b64decode(data["columns"]["step"])))
        self.steps += [row[0] for row in data.get("rows", [])]
        return fields["event"], data

    async def until(self, done: Callable[[str, dict[str, Any]], bool]) -> tuple[str, dict[str, Any]]:
        """Read on until an event satisfies."""
        while True:
            event, data = await self.next()
            if done(event, data):
                return event, data

    async def close(self) -> None:
        await self.source.aclose()
