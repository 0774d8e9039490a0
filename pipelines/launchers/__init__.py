"""Where the process of a run is started: one file a launcher.

A run is one command, ``python -m pipelines work RUN`` (``worker.work`` in Python), which needs nothing of its launcher
but the folder and the data. A launcher's module offers two functions::

    submit(folder)   # have the run's process started, now or when its turn comes; raises RunError where it cannot be
    cancel(folder)   # have it end after a checkpoint, or never begin

and states its traits as constants, see ``Traits``. Where a run stands, its place in a line and its log are what its
folder says: a launcher whose jobs wait elsewhere writes that there (``RunFolder.write_status``) until they begin.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pipelines.errors import RunError
from pipelines.registry import Registry

LAUNCHERS = Registry(__name__, __file__, "launcher", RunError)


@dataclass(frozen=True)
class Traits:
    """What the rest of the project knows of a launcher: the constants of its file, by their names in small letters."""

    here: bool = False  # whether a command that waits for a run may as well train it in its own process


@cache
def traits_of(name: str) -> Traits:
    """The traits of a launcher, read without importing it.

    Raises:
        RunError: there is no such launcher.
    """
    return LAUNCHERS.traits(name, Traits)
