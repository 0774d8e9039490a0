"""Oscillation

Measured: how far G's loss swings to and fro within half an epoch, or within two, beside its own level, after a
straight trend is taken off and five rows at a time are averaged, since a batch more or less lucky is no swing. (Where
G's loss is a mere score, which has no level, D's loss is taken.) It counts above 0.3, within two epochs above 0.4, if
the loss crossed its level four times; in healthy runs, presets and models that ship over their whole lengths, it stays
below 0.19, and with batch norm in D (DCGAN at 64 pixels) below 0.26 and 0.31.

Or measured at the pictures: the Fréchet distance, of three measures at a time, rises by a quarter, falls again, and
rises by a quarter once more. In healthy runs it falls, and where it stays it differs from one measure to the next: the
dense GAN of the lecture by a tenth and more, for thirty epochs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.doctor._finding import Evidence, Sign, distance, last_spell, percent
from pipelines.doctor._history import History
from pipelines.registries import loss_traits

SPANS = {1: 0.3, 4: 0.4}  # half epochs, and the standard deviation beside the mean that counts
CALM = {1: 0.26, 4: 0.31}  # the highest of healthy runs
CROSSINGS = 4  # of the level: there and back, twice
ROWS, FEWEST = 5, 20  # rows averaged; rows of a window at least
MEASURES = 3  # averaged: one that is more or less lucky is no swing
RISE = 1.25  # of the Fréchet distance, from a low to a high
RISES = 2


def look(history: History) -> Sign | None:
    """Since when the losses, or else the distance, have gone up and down."""
    return _of_losses(history) or _of_distance(history)


def _of_losses(history: History) -> Sign | None:
    column = loss_traits(history.config.loss).level
    for times, most in SPANS.items():
        span = times * history.hold * history.block
        swing = _swings(history, column, span, most)
        if spell := last_spell(swing > most, 1, history.hold):
            break
    else:
        return None
    blocks, player = history.blocks, "D" if column == "d_loss" else "G"
    since = blocks["end"][spell.first] - span  # the window in which it swung
    most = float(np.nanmax(swing[spell.first : spell.after]))
    return Sign(
        since, None if spell.after is None else blocks["step"][spell.after], blocks["end"][spell.named],
        f"{player}'s loss swings by {percent(most)} of its level within {span:,.0f} steps, where "
        f"calm runs stay below {percent(CALM[times])}. Each network overreacts to the last change "
        "of the other.",
        "Lower learning rates, less momentum, R1 or a gradient penalty; keep old fakes in play (experience replay).",
        Evidence("Both losses", history.losses(since)),
        ("calm-adam", "slower-both", "r1", "replay", "spectral-norm"),
    )  # fmt: skip


def _swings(history: History, column: str, span: float, most: float) -> NDArray[np.float64]:
    """For the end of each block, how far a column swung to and fro in a span of steps before; NaN where below most."""
    step, values, blocks = history.rows["step"], history.rows[column], history.blocks
    found = np.full(len(blocks["end"]), np.nan)
    least = (loss_traits(history.config.loss).d_loss_at_balance or 0.0) / 4  # half of what G's loss is where D guesses
    firsts = np.searchsorted(step, blocks["end"] - span, side="right")
    lasts = np.searchsorted(step, blocks["end"], side="right")
    for index, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        window = values[first:last]
        window = window[np.isfinite(window)]
        if len(window) < FEWEST or blocks["end"][index] - span < history.start:
            continue
        if window.std() <= most * max(abs(window.mean()), least):
            continue  # with its trend and its luck it swings less than what counts
        time = np.linspace(-1, 1, len(window))
        level, slope = window.mean(), (window * time).mean() / (time * time).mean()
        calm = np.convolve(window - level - slope * time, np.ones(ROWS) / ROWS, "valid")
        if _crossings(calm) < CROSSINGS:
            continue  # it moved, once, to another level
        found[index] = calm.std() / max(abs(level), least, 1e-12)
    return found


def _crossings(values: NDArray[np.float64]) -> int:
    """How often values went from well above zero to well below, or back: by half of their deviation."""
    sides = np.sign(values) * (np.abs(values) > values.std() / 2)
    sides = sides[sides != 0]
    return int((sides[1:] != sides[:-1]).sum())


def _of_distance(history: History) -> Sign | None:
    if len(history.measures) < 2 * RISES:
        return None
    at, far = history.measured_at, history.measured("frechet") + history.measured("floor")
    lows, highs, peaks = _turns(_averaged(far))
    if len(highs) < RISES:
        return None
    numbers = _averaged(history.measured("frechet"))
    low, high, again, last = (distance(numbers[index]) for index in (lows[-2], peaks[-2], lows[-1], peaks[-1]))
    return Sign(
        at[lows[0]], None, at[highs[RISES - 1]],
        f"The distance to real pictures, the mean of {MEASURES} measures at a time, went up and down: {low}, then "
        f"{high}, {again} and {last}. The pictures change from measure to measure without getting better.",
        "R1 or a gradient penalty, lower or decaying learning rates, experience replay.",
        history.distances(),
        ("r1", "calm-adam", "slower-both", "replay", "spectral-norm"),
    )  # fmt: skip


def _averaged(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each measure, the mean of it and those before, ``MEASURES`` in all."""
    return np.array([values[max(0, end - MEASURES) : end].mean() for end in range(1, len(values) + 1)])


def _turns(values: NDArray[np.float64]) -> tuple[list[int], list[int], list[int]]:
    """Indices of the lows from which values rose by ``RISE``, of where they had, and of the peaks they then rose to.

    After a fall by as much, again.
    """
    lows, highs, peaks = [], [], []
    low = high = 0
    rising = False
    for index, value in enumerate(values):
        if not np.isfinite(value):
            continue
        if rising:
            high = peaks[-1] = index if value > values[high] else high
            if values[high] > RISE * value:
                rising, low = False, index
        else:
            low = index if value < values[low] else low
            if value > RISE * values[low]:
                rising, high = True, index
                lows.append(low)
                highs.append(index)
                peaks.append(index)
    return lows, highs, peaks
