"""Live events of several runs in one stream, since a browser opens only six connections to a server in all its tabs.

Each message is that of ``hub.py`` with the run's id before the position: ``id: <run>@<position>``. A run that is not
there is told as ``deleted``, and the others go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from explorer.live.hub import Hub
from explorer.live.reader import Position
from pipelines.runs.folder import RunFolder

WAITING = 8  # messages that may wait for a slow line; the runs' own mailboxes hold the rest


async def stream_together(hub: Hub, wanted: Sequence[tuple[RunFolder, Position | None]]) -> AsyncIterator[bytes]:
    """The events of some runs as bytes, for as long as somebody takes them or the last of the runs is gone.

    Args:
        wanted: the runs, and from which position on each; None: everything.
    """
    told: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING)

    async def follow(folder: RunFolder, after: Position | None) -> None:
        if not folder.exists():
            await told.put(f"event: deleted\nid: {folder.id}@0:0:0\ndata: {{}}\n\n".encode())
        else:
            source = hub.stream(folder, after)
            try:
                async for content in source:
                    await told.put(content.replace(b"\nid: ", f"\nid: {folder.id}@".encode(), 1))
            finally:
                await source.aclose()
        await told.put(None)

    tasks = [asyncio.ensure_future(follow(*each)) for each in wanted]
    try:
        ended = 0
        while ended < len(tasks):
            content = await told.get()
            if content is None:
                ended += 1
            else:
                yield content
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
