"""Divergence

Measured at the losses: D's loss, averaged over a block, above three times what guessing costs, and swinging by more
than that cost, for half an epoch: both players throw each other about. (A D that is merely fooled has a high loss
that is steady; it is found as too weak.) Losses without such a level are compared with their own first blocks: a
hundred times their size.

Or a single row: D's loss above six times what guessing costs, where it was calm until then: a step that was too
large. In healthy runs it stays below 1.5 times once the start is over; a learning rate slightly too high shows itself
so.

Or measured at the pictures: the Fréchet distance twice as far as at the run's best, in two measures in a row, or a
quarter farther than at the first measure in two that follow each other, without ever having been nearer. Of healthy
runs none came back to more than 1.5 of its best (the dense GAN of the lecture; the others 1.25).
"""

from __future__ import annotations

import numpy as np

from pipelines.doctor._finding import Evidence, Sign, apart, distance, last_on, last_spell
from pipelines.doctor._history import History, middle
from pipelines.registries import loss_traits

HIGH = 3.0  # times what guessing costs
GROWN = 100.0  # times the median of the first blocks, where guessing has no cost
FIRST = 4  # blocks
SHOCK, CALM = 6.0, 1.5  # times what guessing costs: a row, and the median of half an epoch before it
FARTHER, NEVER_NEARER = 2.0, 1.25  # times the best distance
IN_A_ROW = 2  # measures


def look(history: History) -> Sign | None:
    """Since when losses or pictures have run away."""
    grown, shock = _of_losses(history), _of_shocks(history)
    if grown and shock:  # the first of many, and named as such at once
        return grown._replace(since=min(grown.since, shock.since), named_at=min(grown.named_at, shock.named_at))
    return grown or shock or _of_pictures(history)


def _of_losses(history: History) -> Sign | None:
    blocks = history.blocks
    size, spread = _sizes(history)
    guessing = loss_traits(history.config.loss).d_loss_at_balance
    if guessing is not None:
        wild, level = (size > HIGH * guessing) & (spread > guessing), HIGH * guessing
    else:
        after = np.flatnonzero(blocks["step"] >= history.start)[:FIRST]
        if len(after) < FIRST:
            return None
        level = GROWN * float(middle(size[after]))
        wild = size > level
    spell = last_spell(wild, history.hold)
    if spell is None or blocks["end"][spell.named] < history.start:
        return None
    since = blocks["step"][spell.first]
    most, limit = apart(float(np.nanmax(size[spell.first : spell.after])), level)
    return Sign(
        since, None if spell.after is None else blocks["step"][spell.after], blocks["end"][spell.named],
        f"D's loss has grown to {most}, where {limit} is far too much already. The steps become "
        "larger and larger, so the networks lose what they have learnt.",
        "Lower learning rates, less momentum; a bound on D's slope: spectral norm, R1, gradient penalty.",
        Evidence("The losses", history.losses(since), level, "far too much", log=True),
        ("slower-both", "calm-adam", "r1", "spectral-norm", "gradient-penalty"),
    )  # fmt: skip


def _of_shocks(history: History) -> Sign | None:
    guessing = loss_traits(history.config.loss).d_loss_at_balance
    if guessing is None:
        return None
    step, loss = history.rows["step"], history.rows["d_loss"]
    shocks = []
    for index in np.flatnonzero((loss > SHOCK * guessing) & (step > history.start)):
        before = loss[(step < step[index]) & (step >= step[index] - history.epoch / 2)]
        if len(before) and np.median(before) < CALM * guessing:
            shocks.append(index)
    if not shocks:
        return None
    since, last = step[shocks[0]], step[shocks[-1]]
    highest = loss[shocks].max()
    return Sign(
        since, last + history.epoch if history.step > last + history.epoch else None, since,
        f"D's loss jumped to {highest:.3g}, where a D that guesses has {guessing:.2g}: one step was too "
        "large for both networks. They may recover, but such a step can happen again.",
        "Lower learning rates, less momentum; a bound on D's slope: spectral norm, R1.",
        Evidence("Both losses", history.losses(since, peaks=True), SHOCK * guessing, "too much"),
        ("slower-both", "calm-adam", "r1", "spectral-norm"),
    )  # fmt: skip


def _sizes(history: History) -> tuple[np.ndarray, np.ndarray]:
    """Of each block: the mean size of D's loss, and its standard deviation."""
    step, loss = history.rows["step"], np.abs(history.rows["d_loss"])
    edges = zip(*(np.searchsorted(step, history.blocks[name], side="right") for name in ("step", "end")), strict=True)
    parts = [loss[first:last] for first, last in edges]
    return np.array([part.mean() for part in parts]), np.array([part.std() for part in parts])


def _of_pictures(history: History) -> Sign | None:
    at, numbers = history.measured_at, history.measured("frechet")
    late = at >= history.start
    if late.sum() < IN_A_ROW + 1:
        return None
    at, numbers, floor = at[late], numbers[late], history.measured("floor")[late]
    far = numbers + np.nan_to_num(floor)  # near the floor a distance is mostly noise
    best = np.fmin.accumulate(far)
    never = np.fmin.accumulate(far) >= far[0]
    worse = (far > FARTHER * best) | never & (far > NEVER_NEARER * far[0])
    spell = last_spell(worse, IN_A_ROW)
    if spell is None:
        return None
    before = int(np.nanargmin(far[: spell.first + 1]))
    last = last_on(worse, spell)
    return Sign(
        at[before], None if spell.after is None else at[spell.after], at[spell.named],
        f"The pictures moved away from real ones: their distance was {distance(numbers[before])} at step "
        f"{at[before]:,.0f} and {distance(numbers[last])} at step {at[last]:,.0f}. Two networks that train against "
        "each other need not converge; these diverge.",
        "Go on from a checkpoint before it: lower or decaying learning rates, less momentum, R1, spectral norm.",
        history.distances(),
        ("slower-both", "r1", "calm-adam", "spectral-norm"),
    )  # fmt: skip
