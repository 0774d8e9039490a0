"""What the doctor says: a finding with its evidence and what helps, all of it plain data."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

POINTS = 120  # at most, of a line of the evidence
ALARM, REMARK = "alarm", "remark"


def distance(value: float) -> str:
    """A Fréchet distance with the digits that a few thousand pictures can carry, as the live view writes it."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def percent(share: float, digits: int = 0) -> str:
    """A share in the words of the app."""
    return f"{100 * share:.{digits}f} %"


def number(value: float, digits: int = 3) -> str:
    """A number with so many significant digits."""
    return f"{value:.{digits}g}"


def apart(one: float, other: float, words: Callable[[float, int], str] = number, digits: int = 3) -> tuple[str, str]:
    """Two numbers of which one is greater, in words: with ``digits`` digits, or with as many as it takes to see it."""
    for more in range(digits, digits + 12):
        texts = words(one, more), words(other, more)
        if texts[0] != texts[1]:
            break
    return texts


@dataclass(frozen=True)
class Line:
    """One line of a small plot."""

    name: str
    role: str  # d, g, real, fake or text: its colour and dash (explorer/theme.py)
    x: list[float]  # steps
    y: list[float | None]

    @classmethod
    def of(cls, name: str, role: str, x: NDArray[np.float64], y: NDArray[np.float64], peaks: bool = False) -> Line:
        """A line of at most ``POINTS`` points: where there are more, each is the median of some, or their greatest."""
        edges = np.linspace(0, len(x), min(len(x), POINTS) + 1).round().astype(int)
        parts = list(zip(edges, edges[1:], strict=False))
        steps = [float(round(x[first:last].mean())) for first, last in parts]
        drawn = [(np.max if peaks else np.median)(y[first:last]) for first, last in parts]
        values = [float(f"{value:.4g}") if np.isfinite(value) else None for value in drawn]
        return cls(name, role, steps, values)


@dataclass(frozen=True)
class Evidence:
    """What a finding rests on: enough to draw a small plot of it."""

    title: str  # what is to be seen
    lines: tuple[Line, ...]
    limit: float | None = None  # the threshold that was crossed, in the plot's unit
    limit_name: str = ""
    log: bool = False  # whether the plot's axis is logarithmic


@dataclass(frozen=True)
class Remedy:
    """A cure as a change of settings, which fits the run's configuration."""

    name: str
    why: str  # one sentence
    source: str  # the paper or lecture that names it
    changes: dict[str, Any]
    settings: tuple[str, ...] = ()  # the same in words: what each setting was, and will be


@dataclass(frozen=True)
class Finding:
    """One ailment of a run."""

    ailment: str  # its id
    name: str
    kind: str  # ALARM or REMARK
    since: int  # step at which it began
    until: int | None  # step at which it was over; None while it lasts
    named_at: int  # the first step at which it could be named
    means: str  # two sentences, with the run's own numbers
    helps: str
    evidence: Evidence
    remedies: tuple[Remedy, ...] = ()  # the first fits best
    branch_from: int = 0  # step of the newest checkpoint before it began; 0: from the start

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as they are sent and written."""
        return dataclasses.asdict(self)


class Sign(NamedTuple):
    """What an ailment's rule returns; ``examine`` makes a finding of it."""

    since: float
    until: float | None
    named_at: float
    means: str
    helps: str
    evidence: Evidence
    cures: tuple[str, ...] = ()  # names of _cures.py, the best first
    kind: str = ALARM


class Spell(NamedTuple):
    """A time in which a state held: indices of its first entry, of the one that made it count, and of the one after."""

    first: int
    named: int
    after: int | None


def last_on(on: NDArray[np.bool_], spell: Spell) -> int:
    """The index of the last entry of a time at which its state held: gaps belong to it, and show nothing of it."""
    return spell.first + int(np.flatnonzero(on[spell.first : spell.after])[-1])


def last_spell(on: NDArray[np.bool_], hold: int, quiet: int | None = None) -> Spell | None:
    """The last time that a state held for ``hold`` entries in a row; it is over once it was off for ``quiet`` in a row.

    Args:
        on: whether the state holds, entry by entry.
        hold: entries.
        quiet: entries; None is as many as ``hold``.
    """
    quiet = hold if quiet is None else quiet
    spell, first, off = None, None, 0
    for index, holds in enumerate(on):
        if holds:
            off = 0
            first = index if first is None else first
            if (spell is None or spell.after is not None) and index - first + 1 >= hold:
                spell = Spell(first, index, None)
            continue
        off += 1
        if spell is not None and spell.after is None:
            if off >= quiet:
                spell, first = spell._replace(after=index - off + 1), None
        else:
            first = None
    return spell
