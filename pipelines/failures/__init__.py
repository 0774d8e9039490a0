"""Failures: what goes wrong with GANs, each time beside the same run cured; needs no torch.

One file an entry. The first line of its docstring is its title, ``ENTRY`` the rest. The settings were found by
training: each sick twin fails and each cured one does not on the seeds that the entry names. ``recording.py`` reads the
recordings that ship, ``record.py`` makes them.
"""

from __future__ import annotations

from pipelines.errors import GanError
from pipelines.failures._entry import CURED, CURVES, MOST_SECONDS, SICK, TWINS, Entry
from pipelines.registry import Registry

__all__ = ["CURED", "CURVES", "ENTRIES", "MOST_SECONDS", "SICK", "TWINS", "Entry", "get", "names"]

ENTRIES = Registry("pipelines.failures.entries", f"{__path__[0]}/entries/__init__.py", "failure", GanError)


def get(name: str) -> Entry:
    """An entry by its name.

    Raises:
        GanError: there is none of that name.
    """
    return ENTRIES.get(name).ENTRY


def names() -> list[str]:
    """All entries in the order in which they are shown."""
    return sorted(ENTRIES.names(), key=lambda name: get(name).place)
