"""Work of seconds to minutes, done in processes of its own, whose end is recorded in a file.

A process tells how far it is as lines of JSON (``{"share", "message"}``) in a log beside a record of what was asked,
``saved/<kind>/<name>.json`` and ``.log``; a server that was restarted meanwhile reads both and knows again. A record
goes when the work is done, or when a person has read why it failed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from explorer.messages import without_paths
from pipelines import paths
from pipelines.errors import GanError
from pipelines.files import publish_bytes
from pipelines.runs.names import RUN_ID
from pipelines.schema import Meta, Share, Text, Time, decoder, read

SILENT_S = 120.0  # a process that no server knows and that has said nothing for so long has died
LOG_BYTES = 64_000  # of the end of what a process said
WORKING, FAILED = "working", "failed"


@dataclass(frozen=True)
class Job:
    """One piece of work: what was asked, and how far it is."""

    name: str
    asked: dict[str, Any] = field(default_factory=dict)
    started_at: float = 0.0  # Unix seconds
    state: str = WORKING
    share: float = 0.0  # done, in [0, 1]
    message: str = "Starting"


@dataclass(frozen=True)
class Told:
    """A line in which a process tells how far it is."""

    share: Share
    message: Text


_told = decoder(Told)


class Background:
    """All work of one kind. A name has one piece of it at a time."""

    def __init__(self, kind: str, is_done: Callable[[Job], bool]) -> None:
        """``is_done``: whether what a job was to make is there, or no longer wanted; its record goes then."""
        self.kind, self.is_done = kind, is_done
        self.lock = threading.RLock()  # to be held by whoever first asks what is under way and then starts
        self.processes: dict[str, subprocess.Popen] = {}

    def start(self, name: str, asked: dict[str, Any], words: Sequence[object]) -> None:
        """Start ``python -m pipelines <words>``, detached: the end of this process does not end it.

        Raises:
            OSError: it cannot be started, or its record not be written.
        """
        with self.lock:
            started_at = time.time()
            try:
                self._home().mkdir(parents=True, exist_ok=True)
                with self._log(name).open("wb") as log:
                    nt = os.name == "nt"
                    detach = {"creationflags": 0x00000008 | 0x00000200} if nt else {"start_new_session": True}
                    self.processes[name] = subprocess.Popen(
                        [sys.executable, "-m", "pipelines", *map(str, words)], cwd=paths.PROJECT,
                        stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, **detach,
                    )  # fmt: skip
                # Only now: a record means a process, also if this server is killed at any moment.
                publish_bytes(self._record(name), json.dumps({**asked, "started_at": started_at}).encode())
            except OSError:
                if process := self.processes.get(name):
                    process.kill()
                    process.wait()
                self._forget(name)
                raise

    def jobs(self) -> list[Job]:
        """Those under way and those that failed, the oldest first."""
        with self.lock:
            found = (self._now(asked) for asked in self._asked())
            return sorted((job for job in found if job), key=lambda job: job.started_at)

    def dismiss(self, name: str) -> None:
        """Forget one that failed."""
        with self.lock:
            if any(job.name == name and job.state == FAILED for job in self.jobs()):
                self._forget(name)

    def _asked(self) -> list[Job]:
        found = []
        for path in self._home().glob("*.json") if self._home().is_dir() else ():
            if not RUN_ID.fullmatch(path.stem):
                continue
            try:
                asked = read(path, dict[str, Time | Text | Annotated[list[Time], Meta(max_length=10_000)]])
                if asked and isinstance(asked.get("started_at"), float):
                    found.append(Job(path.stem, asked, asked["started_at"]))
            except GanError:
                continue  # foreign, or damaged
        return found

    def _now(self, asked: Job) -> Job | None:
        """Where one stands; None when it is done."""
        process = self.processes.get(asked.name)
        code = process.poll() if process else None
        if (process is None or code is not None) and self.is_done(asked):
            self._forget(asked.name)
            return None
        said, last = _said(self._log(asked.name))
        parts = {"name": asked.name, "asked": asked.asked, "started_at": asked.started_at}
        if process and code is None or process is None and _is_fresh(self._log(asked.name)):
            return Job(**parts, **last)
        why = said[-1] if said else "Its process ended without a message; try again."
        return Job(**parts, state=FAILED, message=without_paths(why))

    def _forget(self, name: str) -> None:
        self.processes.pop(name, None)
        for path in (self._record(name), self._log(name)):
            path.unlink(missing_ok=True)

    def _home(self) -> Path:
        return paths.saved_home() / self.kind

    def _record(self, name: str) -> Path:
        return self._home() / f"{name}.json"

    def _log(self, name: str) -> Path:
        return self._home() / f"{name}.log"


def _said(log: Path) -> tuple[list[str], dict[str, Any]]:
    """What a process said in words, and the last it told of how far it is."""
    words, last = [], {}
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_BYTES))
            lines = file.read().split(b"\n")
    except OSError:
        return words, last
    for line in filter(None, map(bytes.strip, lines)):
        try:
            last = vars(_told(line))
        except (ValueError, RecursionError):
            words.append(line.decode("utf-8", "replace"))
    if last:
        last["message"] = without_paths(last["message"])
    return words, last


def _is_fresh(log: Path) -> bool:
    try:
        return abs(time.time() - log.stat().st_mtime) < SILENT_S  # one of the future: the clock was set back
    except OSError:
        return False
