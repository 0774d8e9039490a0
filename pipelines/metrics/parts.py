"""What a reader tells, part by part: an attribute of its own, or names that exclude each other counted as one.

Hair has one colour: where it turns from black to brown, one thing has changed and not two.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.metrics.reader import Reader
from pipelines.metrics.score import CLEAR


@dataclass(frozen=True)
class Part:
    """One thing to be told."""

    label: str
    names: tuple[str, ...]
    columns: tuple[int, ...]  # of the reader's names


def parts_of(reader: Reader) -> list[Part]:
    """The parts in the order of their first names."""
    grouped = {name: group for group in reader.groups for name in group}
    found: dict[tuple[str, ...], Part] = {}
    for name in reader.names:
        names = grouped.get(name, (name,))
        if names not in found:
            label = "class" if reader.exclusive else _label(names)
            found[names] = Part(label, names, tuple(reader.names.index(each) for each in names))
    return list(found.values())


def part_of(reader: Reader, name: str) -> Part:
    """The part that a name belongs to."""
    return next(part for part in parts_of(reader) if name in part.names)


def verdicts(reader: Reader, probabilities: np.ndarray) -> np.ndarray:
    """The verdict on each part, int64 [B, parts]: 0 for none of its names, else 1 and on."""
    said = reader.says(probabilities)
    columns = []
    for part in parts_of(reader):
        own = said[:, list(part.columns)]
        columns.append(np.where(own.any(1), own.argmax(1) + 1, 0))
    return np.stack(columns, 1)


def memberships(reader: Reader, probabilities: np.ndarray) -> np.ndarray:
    """How surely each part is in each of its states, float32 [B, states]: for each part none of its names, then each.

    The states of one part sum to 1; ``spans`` tells which columns are whose.
    """
    columns = []
    for part in parts_of(reader):
        own = probabilities[:, list(part.columns)]
        own = np.concatenate([np.maximum(1 - own.sum(1, keepdims=True), 0), own], 1)
        columns.append(own / own.sum(1, keepdims=True))
    return np.concatenate(columns, 1).astype(np.float32)


def sure(reader: Reader, probabilities: np.ndarray) -> np.ndarray:
    """Whether the reader is sure of each part, bool [B, parts]: gives one of its states more than ``score.CLEAR``."""
    states = memberships(reader, probabilities)
    return np.stack([states[:, span].max(1) > CLEAR for span in spans(reader)], 1)


def spans(reader: Reader) -> list[slice]:
    """The columns of each part's states in ``memberships``."""
    ends = np.cumsum([1 + len(part.columns) for part in parts_of(reader)])
    return [slice(int(end) - 1 - len(part.columns), int(end)) for part, end in zip(parts_of(reader), ends, strict=True)]


def columns_outside(reader: Reader, columns: Sequence[str], names: Iterable[str]) -> list[int]:
    """Which of ``columns``, by their names, have to do neither with ``names`` nor with what these exclude."""
    touched = {each for name in names for each in part_of(reader, name).names}
    return [at for at, name in enumerate(columns) if name not in touched]


def _label(names: tuple[str, ...]) -> str:
    """What the names end in, all of them: "hair" of black hair and red hair, "glasses" of glasses and sunglasses."""
    end = os.path.commonprefix([name[::-1] for name in names])[::-1].strip()
    return end if len(end) > 2 else " or ".join(names)
