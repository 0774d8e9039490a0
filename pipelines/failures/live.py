"""An entry trained now: both twins as runs like any other, the sick one first."""

from __future__ import annotations

import time

from pipelines import failures
from pipelines.errors import GanError
from pipelines.failures import CURED, SICK, TWINS
from pipelines.paths import runs_home
from pipelines.runs import jobs
from pipelines.runs.folder import Notes, RunFolder

PATIENCE_S = 5.0  # for a process to come up


def start(name: str) -> dict[str, RunFolder]:
    """Start both twins; the second waits in line until the first is done.

    Returns:
        The runs by twin.

    Raises:
        GanError: there is no such entry, it is a game of the playground, or a run cannot be started.
    """
    entry = failures.get(name)
    if entry.in_plane:
        raise GanError(f"{name!r} is a game in the plane: the playground plays it.")
    title, folders = failures.ENTRIES.describe(name), {}
    for twin in TWINS:
        folder = jobs.create(entry.settings(twin), path=runs_home() / jobs.new_id(f"{name}-{twin}"))
        words = entry.cause if twin == SICK else entry.remedy
        badge = dict(zip(TWINS, entry.badges, strict=True))[twin]  # first, so that a name cut short still tells
        folder.write_notes(Notes(name=f"{badge}: {title}", note=f"{words}. {' '.join(entry.look)}"))
        folders[twin] = folder
    jobs.launch(folders[SICK])
    _wait_for_place(folders[SICK])
    jobs.launch(folders[CURED])
    return folders


def _wait_for_place(folder: RunFolder) -> None:
    """Until the run's process is there, which then takes its place in the line; the second is to come behind it."""
    end = time.monotonic() + PATIENCE_S
    while folder.status().pid is None and time.monotonic() < end:
        time.sleep(0.05)
