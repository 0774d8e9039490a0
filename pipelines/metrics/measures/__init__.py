"""Measures of samples, taken as a run trains: one file a measure, which also says how it is shown.

A measure's file has a function ``measure(seen)`` that gives a number of the samples that a ``Seen`` holds
(``_seen.py``), or None where there is none. Constants describe it; all but ``QUESTION`` may be left out:

    QUESTION   what it answers: ``near``, ``varied``, ``clear``, ``true`` or another word. "How varied" is the chart
               that shows it. Without a question it is recorded and not drawn.
    TITLE      its name in words; by default the file's name. SHORT: its name where there is little room.
    HELP       what it is, in a sentence; by default the first line of the file's docstring.
    UNIT       ``share`` (in [0, 1], told in percent), ``distance`` (>= 0), ``count`` or ``number`` (the default);
               ``shares``, a list, only of what is not drawn. It decides how numbers are told (``pipelines/told.py``).
    AXIS       title of the vertical axis; by default the title.
    BETTER     ``higher`` or ``lower``; by default neither.
    SELECTS    whether a run's best checkpoint is the one where it is best, which needs ``BETTER``. Of several measures
               that say so, the first in order does it.
    HEADLINE   whether the status line of a run and lists of runs tell it; a person's own is told by default.
    NEEDS      what must be there, else it is None and not asked for: any of ``NEEDS`` below.
    MODALITIES the modalities whose examples it can measure, by name: ``("image",)``; by default all.
    REAL       the key of the same number of real pictures, which is taken once a run; by default ``real_`` and the
               file's name. None: real pictures have no such number.
    ORDER      its place among the measures, 100 by default.
    TITLES     what its chart's title says, a tuple of texts with keys of a row in braces: ``("{modes} of {real_modes}
               come", "Not told")``. The first of which all numbers are known is said; see ``described.Title``. By
               default the value, beside that of real pictures.
    FALLBACK   whether it is the last of its question's measures, for runs that have no others.
    LOG, FROM_ZERO  whether the vertical axis is logarithmic at first; whether it begins at zero (distances and counts
               do).
    VIEW, VIEW_HELP, ROLE  measures of one view are drawn over each other; each has a role, which is its colour. The
               first in order says the view's title.

Its key in the rows of ``metrics.jsonl`` is the file's name.

From these constants follow, with no other file changed: its chart and the star at the best checkpoint on the run's
page, its words in the status line, in lists of runs, in ``python -m pipelines runs`` and in the line of a run at work,
its chart, its column and its fields of the CSV file in Compare. A person's own is also taken by the full measure
(``metrics/own.py``): it has a row in the table of ``python -m pipelines evaluate`` and of the run's page, and on the
card of a published model.
"""

from __future__ import annotations

import re
from typing import Any

from pipelines.described import BETTER, UNITS, Measure, Title, check_titles
from pipelines.errors import ConfigError
from pipelines.registries import MODALITIES
from pipelines.registry import Registry
from pipelines.schema import convert

NEEDS = (
    "features", "neighbours", "classes", "attributes", "asked", "training", "stacked", "truth", "verdicts", "parts"
)  # fmt: skip
"""Features of examples; more than K samples; probabilities of classes; of attributes; classes asked for; few enough
training pictures; probabilities of each colour channel's classes; the picture that each sample is to
be like; what a classifier reads of it and of the true one, a class or attributes; maps of labels that were asked for,
and a reader of these parts."""
OF_TRUTH = frozenset(("truth", "verdicts", "parts"))  # real pictures are measured beside the truth that they are
OF_FEATURES = frozenset(("features", "neighbours", "training"))  # what there is only of a modality with features
OF_CLASSIFIERS = frozenset(("classes", "attributes", "stacked", "verdicts", "parts"))  # what there is only of pictures
TAKEN = frozenset(
    ("step", "epoch", "seconds", "images_seen", "images_per_s", "event", "message", "features", "samples", "threads")
)  # keys of rows that are no measures

OF_LAYERS = re.compile("d_(?:sigma|spread)_[0-9]+")  # keys of what is measured of D's layers, networks/_spectra.py

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
    return _chosen(name, "NEEDS", NEEDS, "needs")


def of_modality(modality: str, own: bool = True) -> list[str]:
    """The names of the measures that examples of a modality can have, in order; nothing is imported.

    Args:
        own: also those of a person's own.

    Raises:
        ConfigError: there is no such modality, or a measure names what there is not.
    """
    found, missing = [], set() if modality == "image" else {*OF_CLASSIFIERS}
    if not MODALITIES.defines(modality, "features"):
        missing |= OF_FEATURES
    for name in MEASURES.names():
        of = _chosen(name, "MODALITIES", tuple(MODALITIES.names()), "measures the modality")
        fits = modality in (of or (modality,)) and missing.isdisjoint(needs(name))
        if fits and (own or not MEASURES.is_own(name)):
            found.append(name)
    return sorted(found, key=lambda name: (MEASURES.constants(name).get("ORDER", 100), name))


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
            if key in found or key in TAKEN or OF_LAYERS.fullmatch(key):
                raise ConfigError(f"The measure {name!r} cannot have the key {key!r}, which is taken; rename its file.")
            found[key] = MEASURES.constants(name).get("UNIT", "number")
    return found


def described(own: bool = True, modality: str = "image", told: bool = False, alike: bool = True) -> list[Measure]:
    """The measures that are drawn, in order; nothing is imported.

    Args:
        own: also those of a person's own.
        modality: of the examples that are measured.
        told: whether they are drawn for a condition that is no class: only then there is a truth to compare with.
        alike: whether they are to be like the true pictures, and not only in what is read of both.

    Returns:
        The measures; of those that say that they select the best checkpoint, the first does.

    Raises:
        ConfigError: a measure describes itself wrongly.
    """
    units(own)
    found, chosen = [], False
    for name in of_modality(modality, own):
        says = MEASURES.constants(name)
        of_truth = OF_TRUTH.intersection(needs(name))
        if "QUESTION" in says and (not of_truth or (told and (alike or of_truth == {"verdicts"}))):
            found.append(_described(name, says, bool(says.get("SELECTS")) and not chosen))
            chosen = chosen or found[-1].selects
    return found


def selecting(modality: str = "image", told: bool = False) -> Measure | None:
    """The measure at whose best value a run's checkpoint is its best; None where none says so; raises as above."""
    return next((one for one in described(modality=modality, told=told) if one.selects), None)


def beats(measure: Measure, value: float, other: float) -> bool:
    """Whether a value of a measure that selects is better than another one."""
    return value > other if measure.better == "higher" else value < other


def _chosen(name: str, constant: str, allowed: tuple[str, ...], verb: str) -> tuple[str, ...]:
    """A constant that is a tuple of words that are allowed; () where the file does not state it."""
    found = MEASURES.constants(name).get(constant, ())
    if not isinstance(found, tuple):
        raise ConfigError(f"The measure {name!r} has {constant} = {found!r}; make it a tuple, such as ({found!r},).")
    for one in found:
        if one not in allowed:
            raise ConfigError(f"The measure {name!r} {verb} {one!r}; choose of: {', '.join(allowed)}.")
    return found


def _described(name: str, says: dict[str, Any], selects: bool) -> Measure:
    key = key_of(name)
    title, unit = says.get("TITLE", key.replace("_", " ")), says.get("UNIT", "number")
    for constant, value, allowed in (("UNIT", unit, UNITS), ("BETTER", says.get("BETTER", ""), BETTER)):
        if value not in allowed:
            words = ", ".join(repr(one) for one in allowed if one)
            raise ConfigError(f"The measure {name!r} has {constant} = {value!r}; choose one of: {words}.")
    if says.get("SELECTS") and not says.get("BETTER"):
        raise ConfigError(f"The measure {name!r} has SELECTS; state BETTER, 'higher' or 'lower', too.")
    titles = says.get("TITLES", ())
    if not isinstance(titles, tuple) or not all(isinstance(text, str) for text in titles):
        raise ConfigError(f"The measure {name!r} has TITLES = {titles!r}; make it a tuple of texts.")
    check_titles(map(Title, titles), f"The measure {name!r}")
    values = {
        "name": key, "title": title, "help": says.get("HELP", MEASURES.describe(name)), "question": says["QUESTION"],
        "unit": unit, "axis": says.get("AXIS", title), "better": says.get("BETTER", ""), "real": real_key(name) or "",
        "view": says.get("VIEW", key), "view_help": says.get("VIEW_HELP", ""), "role": says.get("ROLE", "fake"),
        "log": says.get("LOG", False), "from_zero": says.get("FROM_ZERO", unit in ("distance", "count")),
        "fallback": says.get("FALLBACK", False), "short": says.get("SHORT", ""), "selects": selects,
        "headline": says.get("HEADLINE", MEASURES.is_own(name)), "titles": [{"text": text} for text in titles],
    }  # fmt: skip
    return convert(values, Measure, f"The measure {name!r}", ConfigError)
