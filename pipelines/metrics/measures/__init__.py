"""Measures of samples, taken as a run trains: one file a measure, which also says how it is shown.

A measure's file has a function ``measure(seen)`` that gives a number of the samples that a ``Seen`` holds
(``_seen.py``), or None where there is none. Constants describe it; all but ``QUESTION`` may be left out:

    QUESTION   what it answers: ``near``, ``varied``, ``clear`` or another word. "How varied" is the chart that shows
               it. Without a question it is recorded and not drawn.
    TITLE      its name in words; by default the file's name.
    HELP       what it is, in a sentence; by default the first line of the file's docstring.
    UNIT       ``share`` (in [0, 1], told in percent), ``distance`` (>= 0), ``count`` or ``number`` (the default);
               ``shares``, a list, only of what is not drawn.
    AXIS       title of the vertical axis; by default the title.
    BETTER     ``higher`` or ``lower``; by default neither.
    NEEDS      what must be there, else it is None and not asked for: any of ``NEEDS`` below.
    REAL       the key of the same number of real pictures, which is taken once a run; by default ``real_`` and the
               file's name. None: real pictures have no such number.
    ORDER      its place among the measures, 100 by default.
    FALLBACK   whether it is the last of its question's measures, for runs that have no others.
    LOG, FROM_ZERO  whether the vertical axis is logarithmic at first; whether it begins at zero (distances and counts
               do).
    VIEW, VIEW_HELP, ROLE  measures of one view are drawn over each other; each has a role, which is its colour.

Its key in the rows of ``metrics.jsonl`` is the file's name.
"""

from __future__ import annotations

from typing import Any

from pipelines.described import BETTER, UNITS, Measure
from pipelines.errors import ConfigError
from pipelines.registry import Registry
from pipelines.schema import convert

NEEDS = ("neighbours", "classes", "attributes", "asked", "training")
"""More than K samples; probabilities of classes; of attributes; classes asked for; few enough training pictures."""
TAKEN = frozenset(
    ("step", "epoch", "seconds", "images_seen", "images_per_s", "event", "message", "features", "samples", "threads")
)  # keys of rows that are no measures

MEASURES = Registry(__name__, __file__, "measure", ConfigError)


def key_of(name: str) -> str:
    """The key of a measure in a row: ``as_asked`` of ``as-asked``."""
    return name.replace("-", "_")


def real_key(name: str) -> str | None:
    """The key of the same number of real pictures, or None where there is none."""
    return MEASURES.constants(name).get("REAL", f"real_{key_of(name)}")


def needs(name: str) -> tuple[str, ...]:
    """What a measure needs, of ``NEEDS``.

    Raises:
        ConfigError: it needs something else, or there is no such measure.
    """
    found = MEASURES.constants(name).get("NEEDS", ())
    if not isinstance(found, tuple):
        raise ConfigError(f"The measure {name!r} has NEEDS = {found!r}; make it a tuple, such as ({found!r},).")
    for need in found:
        if need not in NEEDS:
            raise ConfigError(f"The measure {name!r} needs {need!r}; choose of: {', '.join(NEEDS)}.")
    return found


def units(own: bool = True) -> dict[str, str]:
    """The units of all measures by their keys, with those of the same of real pictures; nothing is imported.

    Args:
        own: also those of a person's own.

    Raises:
        ConfigError: two measures have one key, or one has that of something else in a row.
    """
    found: dict[str, str] = {}
    for name in sorted(MEASURES.names(), key=MEASURES.is_own):  # the project's first
        if MEASURES.is_own(name) and not own:
            continue
        for key in filter(None, (key_of(name), real_key(name))):
            if key in found or key in TAKEN:
                raise ConfigError(f"The measure {name!r} cannot have the key {key!r}, which is taken; rename its file.")
            found[key] = MEASURES.constants(name).get("UNIT", "number")
    return found


def described(own: bool = True) -> list[Measure]:
    """The measures that are drawn, in order; nothing is imported.

    Args:
        own: also those of a person's own.

    Raises:
        ConfigError: a measure describes itself wrongly.
    """
    units(own)
    found = [(name, MEASURES.constants(name)) for name in MEASURES.names() if own or not MEASURES.is_own(name)]
    found = [(name, says) for name, says in found if "QUESTION" in says]
    found.sort(key=lambda one: (one[1].get("ORDER", 100), one[0]))
    return [_described(name, says) for name, says in found]


def _described(name: str, says: dict[str, Any]) -> Measure:
    key = key_of(name)
    title, unit = says.get("TITLE", key.replace("_", " ")), says.get("UNIT", "number")
    for constant, value, allowed in (("UNIT", unit, UNITS), ("BETTER", says.get("BETTER", ""), BETTER)):
        if value not in allowed:
            words = ", ".join(repr(one) for one in allowed if one)
            raise ConfigError(f"The measure {name!r} has {constant} = {value!r}; choose one of: {words}.")
    values = {
        "name": key, "title": title, "help": says.get("HELP", MEASURES.describe(name)), "question": says["QUESTION"],
        "unit": unit, "axis": says.get("AXIS", title), "better": says.get("BETTER", ""), "real": real_key(name) or "",
        "view": says.get("VIEW", key), "view_help": says.get("VIEW_HELP", ""), "role": says.get("ROLE", "fake"),
        "log": says.get("LOG", False), "from_zero": says.get("FROM_ZERO", unit in ("distance", "count")),
        "fallback": says.get("FALLBACK", False),
    }  # fmt: skip
    return convert(values, Measure, f"The measure {name!r}", ConfigError)
