"""Cycling through modes

Measured at each epoch: which classes the shipped classifier sees in the samples. It counts where one class is drawn
most and within four measures another is, each by far: with three times the share that a class has where all are
alike, and three tenths of all. In healthy runs of ten classes the largest share that was seen is a tenth.

Metz et al., Unrolled Generative Adversarial Networks (2017), figure 1; lecture notes: shoes, then shirts.
"""

from __future__ import annotations

import numpy as np

from pipelines.doctor._finding import Evidence, Line, Sign
from pipelines.doctor._history import History

FAR, LEAST = 3.0, 0.3  # times the share that each class has where all are alike; and of all samples
WITHIN = 4  # measures, in which another class leads


def look(history: History) -> Sign | None:
    """Since when one class after another has been drawn most."""
    rows = [row for row in history.measures if row.get("classes") and row["step"] >= history.start]
    rows = [row for row in rows if len(row["classes"]) == len(rows[-1]["classes"])]
    if len(rows) < 2 or history.config.conditional:
        return None
    shares = np.array([row["classes"] for row in rows])  # [M, classes], of the samples that are clear
    at, leader = np.array([row["step"] for row in rows], dtype=float), shares.argmax(1)
    led = np.flatnonzero(shares.max(1) > max(FAR / shares.shape[1], LEAST))
    turns = [(a, b) for a, b in zip(led, led[1:], strict=False) if leader[a] != leader[b] and b - a < WITHIN]
    if not turns:
        return None
    first, named, last = *turns[0], turns[-1][1]
    over = len(rows) - 1 - last >= WITHIN
    leaders = [int(leader[index]) for index in turns[-1]]
    begins = at[first - 1] if first else 0.0
    lines = tuple(
        Line.of(history.class_name(c), role, at, shares[:, c])
        for c, role in zip(leaders, ("fake", "text"), strict=True)
    )
    one, other = map(history.class_name, leaders)
    return Sign(
        begins, at[last + 1] if over else None, at[named],
        f"G draws {one} most, then {other}: D learns to reject what is drawn now and forgets "
        "the rest, and G moves on. So the same classes come again and again, and none is drawn well.",
        "Keep old fakes in play (experience replay); let D see the variety of a batch; a flatter D (R1).",
        Evidence("Share of two classes among the samples", lines),
        ("replay", "r1", "minibatch-stddev", "gradient-penalty", "calm-adam"),
    )  # fmt: skip
