"""The Failures page: cards, and the replay of one with both twins in step."""

from __future__ import annotations

from typing import Any

from explorer.widgets.stage import stage
from pipelines.doctor import AILMENTS
from pipelines.errors import GanError
from pipelines.failures import ENTRIES, TWINS, Entry, get, names, recording
from pipelines.playground.settings import PlaneConfig


def failures(live: dict[str, dict[str, str]]) -> dict[str, Any] | None:
    """Mount the page.

    Args:
        live: ids of the runs that were started from it, by entry and twin.

    Returns:
        What the person asked for in this rerun: ``{"verb": "live", "entry"}``, or None.
    """
    wish = stage("failures", "Failures")("", entries=[_card(name) for name in names()], live=live)
    return wish if isinstance(wish, dict) and "verb" in wish else None


def _card(name: str) -> dict[str, Any]:
    """An entry in plain values."""
    entry = get(name)
    return {
        "id": name,
        "title": ENTRIES.describe(name),
        "sentence": entry.sentence,
        "look": list(entry.look),
        "badges": dict(zip(TWINS, entry.badges, strict=True)),
        "cause": entry.cause,
        "remedy": entry.remedy,
        "curves": list(entry.curves),
        "changes": entry.changes(),
        "source": entry.source,
        "seeds": entry.seeds,
        "expected": AILMENTS.describe(entry.ailment).rstrip(".") if entry.ailment else "",
        "missing": _missing(name),
        "plane": _playground(entry) if entry.in_plane else None,
    }


def _missing(name: str) -> str:
    """A sentence where the entry cannot be replayed; empty where it can."""
    try:
        recording.path_of(name)
    except GanError as error:
        return str(error)
    return ""


def _playground(entry: Entry) -> dict[str, str]:
    """The parameters with which the playground plays both twins beside each other."""
    rest, sick = PlaneConfig().to_dict(), entry.sick.to_dict()
    shown = {name: str(value) for name, value in sick.items() if value != rest[name]}
    beside = "|".join(f"{name}:{value}" for name, value in entry.cure.items())
    return {**shown, "beside": beside, "pace": "16", "story": "-"}
