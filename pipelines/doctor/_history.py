"""What is recorded of a run, as the doctor looks at it: rows as columns, and the same in blocks of steps.

A single row is one batch and says little. A block is long enough that its median does not depend on a batch, and short
enough that a few of them pass well before two epochs: an eighth of an epoch, ten rows and 50 steps at least.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.config.train_config import TrainConfig
from pipelines.doctor._finding import Evidence, Line, Spell
from pipelines.registries import loss_traits
from pipelines.runs.rows import is_measure

if TYPE_CHECKING:
    from pipelines.runs.folder import RunFolder

COLUMNS = ("step", "images_seen", "d_loss", "g_loss", "d_real", "d_fake", "grad_d", "grad_g")
SHORTEST_EPOCH = 200  # steps; shorter epochs are taken together, as where quality is measured (training/view.py)
START = 200  # steps at least that prove nothing: both networks begin with random weights
MOST_SPREAD = 50  # times the rows: as much is laid out at once to find their medians

Columns = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class History:
    """All that is recorded of a run so far; nothing in it changes."""

    config: TrainConfig
    rows: Columns  # float [N] each, by the names of COLUMNS; NaN where nothing was recorded
    measures: list[dict[str, Any]] = field(default_factory=list)  # rows of metrics.jsonl that hold a Quality
    events: list[dict[str, Any]] = field(default_factory=list)  # rows of metrics.jsonl that tell of an event
    count: int = 0  # real pictures in the data set; 0 where it is not known yet
    checkpoints: tuple[int, ...] = ()  # steps of the checkpoints that are kept
    class_names: tuple[str, ...] = ()  # of the pictures, where they are known
    kinds: str = "classes"  # what is counted as modes, in a sentence

    def class_name(self, number: int) -> str:
        """What a class is called in a sentence."""
        name = self.class_names[number] if number < len(self.class_names) else str(number)
        return f"class {name}" if name.isdigit() else name

    @property
    def step(self) -> int:
        """The newest step that was recorded."""
        ends = [rows[-1]["step"] for rows in (self.measures, self.events) if rows]
        return int(max([*ends, *self.rows["step"][-1:]], default=0))

    @property
    def epoch(self) -> float:
        """Steps of an epoch; of several together where they are short."""
        return max(SHORTEST_EPOCH, self._steps_per_epoch)

    @property
    def _steps_per_epoch(self) -> float:
        """Steps in one pass over the data; 0 where the number of pictures is not known."""
        size = self.config.batch_of(self.count)
        return self.count // size / self.config.d_steps if size else 0.0

    @property
    def start(self) -> float:
        """Steps at the beginning that prove nothing: a quarter of an epoch, ``START`` at least."""
        return max(START, self.epoch / 4)

    @property
    def settled(self) -> float:
        """Steps that a state must outlast: D often wins at first, and is caught up with. Twice ``start``."""
        return 2 * self.start

    @property
    def block(self) -> float:
        """Steps of a block."""
        return max(self.epoch / 8, 10 * self.config.log_every, 50)

    @property
    def hold(self) -> int:
        """Blocks for which a state must last to be named, about half an epoch: a passing state is no ailment."""
        return max(3, math.ceil(self.epoch / 2 / self.block))

    @cached_property
    def blocks(self) -> Columns:
        """Medians of blocks of rows, those that have rows and are over; ``step`` and ``end`` are their limits."""
        step, block = self.rows["step"], self.block
        # Counted by the rows and never by the steps: a step that was read from a file may be any number.
        number = np.ceil(step / block) - 1  # a block holds the steps above its first edge, up to its last
        number += (step > (number + 1) * block).astype(np.int64) - (step <= number * block)  # what a division rounds
        over = np.flatnonzero((number >= 0) & ((number + 1) * block < (step[-1] + 1 if len(step) else 0)))
        numbers, firsts, counts = np.unique(number[over], return_index=True, return_counts=True)
        firsts = over[firsts] if len(over) else firsts
        found: Columns = {"step": numbers * block, "end": numbers * block + block}
        for name in COLUMNS[2:]:
            found[name] = _middles(self.rows[name], firsts, firsts + counts)
        return found

    @cached_property
    def lead(self) -> NDArray[np.float64] | None:
        """How far D wins, by block: 1 where it is always right, 0 where it guesses, below 0 where it is fooled.

        It is the share of the way that D's loss has gone from that of guessing to the least possible, so that losses
        compare. None for a loss without such levels.
        """
        guessing = loss_traits(self.config.loss).d_loss_at_balance
        if guessing is None:
            return None
        least = _least(self.config)
        return (guessing - self.blocks["d_loss"]) / (guessing - least)

    def named_at(self, spell: Spell | None, on: NDArray[np.bool_]) -> float | None:
        """The step at which a time of blocks in which something was on could be named; None if it ended too early."""
        if spell is None:
            return None
        during = slice(spell.named, spell.after)
        ends = self.blocks["end"][during][on[during]]
        return next((float(end) for end in ends if end >= self.settled), None)

    def around(self, since: float) -> tuple[float, float]:
        """The steps that the evidence of something shows: from a little before it began to now."""
        return max(0.0, since - max(self.epoch / 2, (self.step - since) / 2)), float(self.step)

    def records(self, column: str) -> bool:
        """Whether a column of the rows has a number: a method need not record them all."""
        return bool(np.isfinite(self.rows[column]).any())

    def lines(self, since: float, *named: tuple[str, str, str], peaks: bool = False) -> tuple[Line, ...]:
        """Columns of the rows around something that began at a step, to be drawn; those that have a number.

        Args:
            named: of each its name in the rows, what it is called, and whose it is.
        """
        first, last = self.around(since)
        kept = (self.rows["step"] >= first) & (self.rows["step"] <= last)
        step = self.rows["step"][kept]
        return tuple(
            Line.of(name, role, step, self.rows[column][kept], peaks)
            for column, name, role in named
            if self.records(column)
        )

    def losses(self, since: float, peaks: bool = False) -> tuple[Line, ...]:
        """Both losses around something that began at a step."""
        return self.lines(since, ("d_loss", "D", "d"), ("g_loss", "G", "g"), peaks=peaks)

    def verdicts(self, since: float) -> Evidence:
        """What D says around something that began at a step; where that is not recorded, the losses."""
        lines = self.lines(since, ("d_real", "D(x)", "real"), ("d_fake", "D(G(z))", "fake"))
        return Evidence("What D says of real and fake", lines) if lines else Evidence("The losses", self.losses(since))

    def measured_line(self, field: str, name: str, role: str) -> Line:
        """A number of all measures, to be drawn."""
        return Line.of(name, role, self.measured_at, self.measured(field))

    def distances(self) -> Evidence:
        """The Fréchet distance of all measures, beside that of real pictures where that was measured."""
        lines = [self.measured_line("frechet", "fake", "fake"), self.measured_line("floor", "real", "real")]
        return Evidence("Fréchet distance", tuple(line for line in lines if line.y.count(None) < len(line.y)))

    def measured(self, name: str) -> NDArray[np.float64]:
        """One number of all measures, float [M]; NaN where it was not measured."""
        return np.array([_number(row.get(name)) for row in self.measures], dtype=np.float64)

    @cached_property
    def measured_at(self) -> NDArray[np.float64]:
        """The steps of the measures, float [M]."""
        return np.array([row["step"] for row in self.measures], dtype=np.float64)

    def until(self, step: float) -> History:
        """The history as it was at a step."""
        kept = self.rows["step"] <= step
        rows = {name: column[kept] for name, column in self.rows.items()}
        measures = [row for row in self.measures if row["step"] <= step]
        events = [row for row in self.events if row["step"] <= step]
        checkpoints = tuple(at for at in self.checkpoints if at <= step)
        return replace(self, rows=rows, measures=measures, events=events, checkpoints=checkpoints)


class Recorded:
    """What the doctor looks at of a run's rows, however many are read at a time: steps, measures and events.

    A step's row is one that holds ``d_loss``; what else it lacks of ``COLUMNS`` is NaN.
    """

    def __init__(self) -> None:
        self.measures: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.columns = {name: array("d") for name in COLUMNS}

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        """Take rows of ``metrics.jsonl``, those that follow what was taken before."""
        for row in rows:
            if "event" in row:
                self.events.append(row)
            elif is_measure(row):
                self.measures.append(row)
            elif "d_loss" in row:
                for name, column in self.columns.items():
                    column.append(_number(row.get(name)))

    def history(self, folder: RunFolder) -> History:
        """The history of the run in a folder, whose rows these are.

        Raises:
            RunError: there is no such run, or its configuration cannot be read.
        """
        record = folder.record()
        known, names = record.data, tuple(record.data.get("class_names", ()))
        rows = in_order({name: np.array(column) for name, column in self.columns.items()})
        count, checkpoints = known.get("count") or 0, folder.checkpoint_steps()
        return History(record.config, rows, [*self.measures], [*self.events], count, checkpoints, names)


def columns_of(rows: Iterable[dict[str, Any]]) -> Columns:
    """Rows of steps as columns, by step."""
    rows = list(rows)
    return in_order({name: np.array([_number(row.get(name)) for row in rows], dtype=np.float64) for name in COLUMNS})


def in_order(columns: Columns) -> Columns:
    """The columns with their rows by step, as a run writes them; a file that was mended by hand may have others."""
    if (np.diff(columns["step"]) >= 0).all():
        return columns
    order = np.argsort(columns["step"], kind="stable")
    return {name: column[order] for name, column in columns.items()}


def of_run(folder: RunFolder) -> History:
    """The history that a run's folder holds.

    Raises:
        RunError: there is no such run, or it cannot be read.
    """
    recorded = Recorded()
    recorded.add(folder.metrics()[0])
    return recorded.history(folder)


def _least(config: TrainConfig) -> float:
    """The least that D's loss can be: 0, but with smoothed labels the entropy of its targets."""
    smooth = config.label_smoothing
    if not smooth or not loss_traits(config.loss).label_smoothing:
        return 0.0
    return -smooth * math.log(smooth) - (1 - smooth) * math.log(1 - smooth)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan


def middle(values: NDArray[np.float64]) -> float:
    """The median of the values that are numbers; NaN where none is."""
    values = values[np.isfinite(values)]
    return float(np.median(values)) if len(values) else math.nan


def _middles(values: NDArray[np.float64], firsts: NDArray[np.intp], lasts: NDArray[np.intp]) -> NDArray[np.float64]:
    """``middle`` of many parts of a column at once, float [P]."""
    if not len(firsts):
        return np.zeros(0)
    longest = int((lasts - firsts).max())
    if len(firsts) * longest > MOST_SPREAD * (int((lasts - firsts).sum()) + 1000):  # most blocks are nearly empty
        return np.array([middle(values[first:last]) for first, last in zip(firsts, lasts, strict=True)])
    index = firsts[:, None] + np.arange(longest)
    parts = np.where(index < lasts[:, None], values[np.minimum(index, len(values) - 1)], np.nan)
    parts[~np.isfinite(parts)] = np.nan
    parts.sort(axis=1)  # what is no number goes to the end
    counts = np.isfinite(parts).sum(axis=1)
    rows = np.arange(len(parts))
    low, high = parts[rows, np.maximum(counts - 1, 0) // 2], parts[rows, np.minimum(counts // 2, longest - 1)]
    return np.where(counts > 0, (low + high) / 2, np.nan)
