"""Asks the launcher of a run whether the run has a process, where that is, and what it said."""

from __future__ import annotations

import logging
import os
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pipelines.errors import GanError, RunError
from pipelines.registries import LAUNCHERS
from pipelines.runs import reading

if TYPE_CHECKING:
    from pipelines.runs.folder import RunFolder

LOCAL = "local"
WAITING, RUNNING, ENDED, UNKNOWN = "waiting", "running", "ended", "unknown"
OFFERED = ("submit", "cancel", "state", "place", "logs")
MOST_LETTERS = 80  # of a place
LINES = 30

log = logging.getLogger("pipelines")


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
    return reading.record(path).config.launcher
