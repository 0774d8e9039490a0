"""Where the process of a run is started: one file a launcher.

A run is one command, ``python -m pipelines work RUN`` (``worker.work`` in Python), which needs nothing of its launcher
but the folder and the data. A launcher's module offers five functions, each of which takes the run's ``RunFolder``::

    submit(folder)       # have its process started, now or when its turn comes; raises RunError where it cannot be
    cancel(folder)       # have it end after a checkpoint, or never begin
    state(folder)        # whether there is a process: WAITING, RUNNING, ENDED, or UNKNOWN where that cannot be said
    place(folder)        # where it runs or is to run, in a few words for a person: "this computer", "cluster, node 7"
    logs(folder, lines)  # the last lines of what it said; "" where it said nothing

and states its traits as constants, see ``Traits``. A page asks ``state`` and ``place`` about once a second for each run
that lives, so they answer at once: a launcher that has to ask elsewhere keeps what it heard for some seconds.

The run's own process writes its heartbeats into the run folder, with all else that it records, and reads there what is
wanted of it (``runs/folder.py``). Where a run stands is what its folder says, but for one thing: an active run whose
launcher says ENDED is lost. A launcher whose jobs wait elsewhere may write into the folder what they wait for
(``RunFolder.write_status``) until they begin.

Where the process has another folder than the one that is looked at, the launcher carries files between the two:

- to the process, before it begins: the whole folder, whose checkpoints it goes on from; then ``control.json``, within
  a second of each change;
- from the process, every few seconds: all others. ``metrics.jsonl`` and ``samples/index.jsonl`` may arrive in parts, as
  they grow at their ends; every other file is written beside its place and renamed. ``status.json`` comes last, so that
  what it speaks of is there.

Locks do not reach another machine, so that ``state`` must not ask for them, and ``submit`` must not start a second
process while there may be a first.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pipelines.errors import GanError, RunError
from pipelines.registry import Registry

if TYPE_CHECKING:
    from pipelines.runs.folder import RunFolder

LAUNCHERS = Registry(__name__, __file__, "launcher", RunError)
LOCAL = "local"
WAITING, RUNNING, ENDED, UNKNOWN = "waiting", "running", "ended", "unknown"
OFFERED = ("submit", "cancel", "state", "place", "logs")
MOST_LETTERS = 80  # of a place
LINES = 30

log = logging.getLogger("pipelines")


@dataclass(frozen=True)
class Traits:
    """What the rest of the project knows of a launcher: the constants of its file, by their names in small letters."""

    here: bool = False  # whether it is this computer, so that a command that waits for a run may train it itself


@cache
def traits_of(name: str) -> Traits:
    """The traits of a launcher, read without importing it.

    Raises:
        RunError: there is no such launcher.
    """
    return LAUNCHERS.traits(name, Traits)


def launcher(name: str) -> ModuleType:
    """A launcher by its name.

    Raises:
        RunError: there is no such launcher, or its file lacks a function.
    """
    found = LAUNCHERS.get(name)
    if missing := [each for each in OFFERED if not callable(getattr(found, each, None))]:
        raise RunError(f"The launcher {name!r} has no function {missing[0]} in {found.__file__}; add it.")
    return found


def state_of(folder: RunFolder) -> str:
    """Whether a run has a process, as its launcher says; UNKNOWN also where the launcher fails."""
    found = _asked(folder, "state")
    return found if found in (WAITING, RUNNING, ENDED) else UNKNOWN


def place_of(folder: RunFolder) -> str:
    """Where a run's process is, in a few words; "" where its launcher does not say."""
    return " ".join(str(_asked(folder, "place") or "").split())[:MOST_LETTERS]


def logs_of(folder: RunFolder, lines: int = LINES) -> str:
    """The last lines of what a run's process said; those in its folder where its launcher has none."""
    found = _asked(folder, "logs", lines)
    return str(found) if found else folder.log_tail(lines)


def _asked(folder: RunFolder, question: str, *more: Any) -> Any:
    """What a run's launcher answers; None where it fails, which must not keep the run from being shown."""
    try:
        return getattr(launcher(_name_of(folder)), question)(folder, *more)
    except Exception as error:
        log.warning("The launcher of the run %s does not tell its %s: %s", folder.id, question, error)
        return None


def _name_of(folder: RunFolder) -> str:
    """The name of a run's launcher; that of this computer where its configuration cannot be read."""
    try:
        found = os.stat(folder.path / "config.json")
        return _name_in(folder.path, found.st_mtime_ns, found.st_ino)
    except (GanError, OSError):
        return LOCAL


@lru_cache(maxsize=4096)
def _name_in(path: Path, *version: int) -> str:
    from pipelines.runs import reading  # settings name the launchers, and so are not there yet while this is imported

    return reading.record(path).config.launcher
