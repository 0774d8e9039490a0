"""Live runs: one watcher a run reads its folder once, and every viewer of the run is sent the same bytes.

A watcher is a thread that looks at three time stamps ten times a second and reads only what has changed; where many
watch it looks less often, so that telling them does not slow down the training beside it. It starts with a run's first
viewer and ends with the last. Somebody who joins late gets everything so far in one message, and messages are numbered,
so that nobody gets one twice.

The stream's messages (server-sent events; each id is the position ``attempt:metrics_offset:samples_offset``):

    all       everything so far; whoever gets it forgets what came before
    more      what is new: any of run, status, rows, measures, events, samples, findings (all of these anew)
    deleted   the run's folder is gone, and the stream ends
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.live.findings import LiveDoctor
from explorer.live.reader import UNREADABLE, Position, RunReader
from pipelines.runs.folder import RunFolder

POLL_S = 0.1
VIEWER_S = 0.007  # longer between two looks for each viewer: a class of a hundred is told 1.4 times a second
KEEP_ALIVE_S = 15.0
MAILBOX = 64  # messages a viewer may lag behind before it is brought up to date in one

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Message:
    """One event, ready to be sent to any number of viewers."""

    number: int
    position: Position
    content: bytes
    last: bool = False


class Viewer:
    """One open stream's mailbox. It holds a bounded number of messages; whoever falls behind catches up afresh."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.joined_at = 0  # messages up to this number are in the catch-up
        self.behind = False
        self.closed = False
        self._waiting: deque[Message] = deque()
        self._wake = asyncio.Event()

    def offer(self, message: Message) -> None:
        """Take a message; runs on the event loop."""
        if self.behind or message.number <= self.joined_at:
            return
        if len(self._waiting) >= MAILBOX:
            self._waiting.clear()
            self.behind = True
        else:
            self._waiting.append(message)
        self._wake.set()

    def close(self) -> None:
        """End the stream; runs on the event loop."""
        self.closed = True
        self._wake.set()

    async def wait(self, seconds: float) -> Message | None:
        """The next message, or None when there is none in time, the viewer fell behind, or the stream ends."""
        if not self._waiting and not self.behind and not self.closed:
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), seconds)
        return self._waiting.popleft() if self._waiting and not self.closed else None


class Watcher:
    """Reads one run's folder for all its viewers."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.users = 0  # kept by the hub
        self.viewers: list[Viewer] = []
        self._reader = RunReader(folder)
        self._doctor = LiveDoctor(folder)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._number = 0
        self._looked = self._deleted = False
        self._catch_up: Message | None = None

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._watch, name=f"watch {self.folder.id}", daemon=True).start()

    def stop(self) -> None:
        """Let the thread end."""
        self._stop.set()

    def join(self, viewer: Viewer, after: Position | None) -> Message:
        """Enrol a viewer; what it lacks comes back as one message, and what follows goes to its mailbox.

        Reads files: not for the event loop.
        """
        with self._lock:
            if not self._looked:
                self._look()
            message = self._rest(after) or self._everything()
            viewer.joined_at, viewer.behind = self._number, False
            if viewer not in self.viewers and not viewer.closed:
                self.viewers.append(viewer)
            return message

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        viewer.closed = True
        if viewer in self.viewers:
            self.viewers.remove(viewer)

    def _watch(self) -> None:
        while not self._stop.wait(max(POLL_S, VIEWER_S * len(self.viewers))):
            with self._lock:
                self._look()

    def _look(self) -> None:
        """Read what has changed and send it."""
        first, self._looked = not self._looked, True
        try:
            news = self._reader.news()
        except FileNotFoundError:
            if not self._deleted:
                self._deleted = True
                self._send(self._message("deleted", {}, last=True))
        except UNREADABLE as error:  # a folder in an odd state may be well again at the next look
            log.debug("The run %s cannot be read now: %s", self.folder.id, error)
        else:
            examined = not first and self._doctor.look(self._reader)  # nobody waits for the doctor to see the run
            if news is None:
                self._catch_up = None
                self._send(self._everything())
            elif news or examined:
                self._send(self._message("more", {**news, **({"findings": self._doctor.findings} if examined else {})}))

    def _send(self, message: Message) -> None:
        """Hand a message to all viewers, waking each event loop once."""
        self._number = message.number
        by_loop: dict[asyncio.AbstractEventLoop, list[Viewer]] = {}
        for viewer in tuple(self.viewers):
            by_loop.setdefault(viewer.loop, []).append(viewer)
        for loop, viewers in by_loop.items():
            try:
                loop.call_soon_threadsafe(_offer_all, viewers, message)
            except RuntimeError:  # its loop has ended, and so has the stream
                for viewer in viewers:
                    self.leave(viewer)

    def _message(self, event: str, data: dict[str, Any], last: bool = False) -> Message:
        position = self._reader.position
        text = json.dumps(data, separators=(",", ":"))
        return Message(self._number + 1, position, f"event: {event}\nid: {position}\ndata: {text}\n\n".encode(), last)

    def _everything(self) -> Message:
        """Everything so far as one message, the same for all who join before the next change."""
        if self._deleted:
            return self._message("deleted", {}, last=True)
        if self._catch_up is None or self._catch_up.number <= self._number:
            self._catch_up = self._message("all", {**self._reader.everything(), "findings": self._doctor.findings})
        return self._catch_up

    def _rest(self, after: Position | None) -> Message | None:
        """What came after a position, or None where only everything will do."""
        if after is None or self._deleted:
            return None
        try:
            rest = self._reader.rest(after)
        except OSError:
            return None
        return None if rest is None else self._message("more", {**rest, "findings": self._doctor.findings})


class Hub:
    """All watchers of a server process, one a run that is being viewed."""

    def __init__(self) -> None:
        self.watchers: dict[Path, Watcher] = {}
        self._lock = threading.Lock()

    async def stream(self, folder: RunFolder, after: Position | None = None) -> AsyncIterator[bytes]:
        """A run's events as bytes, for as long as somebody takes them."""
        viewer = Viewer()
        watcher = self._enter(folder)
        try:
            yield b"retry: 1000\n\n"
            message: Message | None = await asyncio.to_thread(watcher.join, viewer, after)
            while not viewer.closed:
                if message is not None:
                    yield message.content
                    after = message.position
                    if message.last:
                        return
                else:
                    yield b": still here\n\n"
                message = await viewer.wait(KEEP_ALIVE_S)
                if viewer.behind:
                    message = await asyncio.to_thread(watcher.join, viewer, after)
        finally:
            self._leave(watcher, viewer)

    def drop_viewers(self) -> None:
        """End every stream. Browsers come back by themselves, unless the server has gone."""
        for watcher in tuple(self.watchers.values()):
            for viewer in tuple(watcher.viewers):
                viewer.loop.call_soon_threadsafe(viewer.close)

    def _enter(self, folder: RunFolder) -> Watcher:
        with self._lock:
            watcher = self.watchers.get(folder.path)
            if watcher is None:
                watcher = self.watchers[folder.path] = Watcher(folder)
                watcher.start()
            watcher.users += 1
            return watcher

    def _leave(self, watcher: Watcher, viewer: Viewer) -> None:
        watcher.leave(viewer)
        with self._lock:
            watcher.users -= 1
            if not watcher.users:
                watcher.stop()
                del self.watchers[watcher.folder.path]


HUB = Hub()


def _offer_all(viewers: list[Viewer], message: Message) -> None:
    for viewer in viewers:
        viewer.offer(message)
