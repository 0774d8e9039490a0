"""A loss that misleads

A remark, no alarm: G's loss has risen by a tenth since the first measures while the pictures came nearer, by a
third or more. G is graded by a D that learns too, so its losses of two times do not compare (lecture notes:
uninformative loss). Losses are taken as medians of half an epoch around the measures.
"""

from __future__ import annotations

import numpy as np

from pipelines.doctor._finding import REMARK, Evidence, Sign, apart, distance
from pipelines.doctor._history import History, middle
from pipelines.registries import loss_traits

RISEN, NEARER = 1.1, 0.67
FEWEST = 3  # measures


def look(history: History) -> Sign | None:
    """Since when G's loss has been higher though its pictures are better."""
    late = history.measured_at >= history.start
    if history.config.feature_matching or late.sum() < FEWEST or not loss_traits(history.config.loss).g_loss_misleads:
        return None
    at, far = history.measured_at[late], history.measured("frechet")[late]
    step, loss = history.rows["step"], history.rows["g_loss"]
    near = [loss[(step > a - history.epoch / 2) & (step <= a)] for a in at]
    if not all(len(part) for part in near):
        return None
    losses = np.array([middle(part) for part in near])
    misled = (losses > RISEN * losses[0]) & (far < NEARER * far[0])
    if not misled[-1]:
        return None
    before, after = apart(losses[0], losses[-1])
    first = len(misled) - int(np.argmin(misled[::-1]))  # of the last unbroken time; the first measure is never misled
    return Sign(
        at[first], None, at[first],
        f"G's loss rose from {before} to {after} while its pictures came nearer to real ones: their "
        f"distance fell from {distance(far[0])} to {distance(far[-1])}. D has improved meanwhile, so "
        "look at the pictures and their distance, not at the loss.",
        "Nothing needs to be cured. A Wasserstein critic's loss falls as pictures improve.",
        Evidence("G's loss", history.lines(0.0, ("g_loss", "G", "g"))),
        (), REMARK,
    )  # fmt: skip
