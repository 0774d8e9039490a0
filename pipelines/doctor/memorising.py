"""Memorising

Measured at each epoch for sets of few pictures (metrics/quality.py): ``copied``, the share of samples that lie as
near to a training picture as only the nearest hundredth of training pictures does to another one
(metrics/copying.py). By chance it is 1 % (5 % with 40 pictures); it counts above 20 % in two measures in a row, if
samples are varied: those of a collapsed G are typical, and so lie near training pictures, too. Of large sets it is not
measured: there G sees a picture too seldom to learn it.
"""

from __future__ import annotations

import numpy as np

from pipelines.doctor._finding import Evidence, Sign, last_spell, percent
from pipelines.doctor._history import History

COPIED = 0.2
VARIED = 0.5  # diversity, beside real
IN_A_ROW = 2  # measures


def look(history: History) -> Sign | None:
    """Since which measure samples have been copies."""
    copied = history.measured("copied")
    with np.errstate(divide="ignore", invalid="ignore"):
        varied = history.measured("diversity") / history.measured("real_diversity") > VARIED
    spell = last_spell((copied > COPIED) & varied & (history.measured_at >= history.start), IN_A_ROW)
    if spell is None:
        return None
    at = history.measured_at
    last = (len(at) if spell.after is None else spell.after) - 1
    return Sign(
        at[spell.first - 1] if spell.first else 0.0, None if spell.after is None else at[spell.after], at[spell.named],
        f"{percent(copied[last])} of the samples lie as near to a training picture as hardly any real picture does. "
        f"With {history.count:,} pictures D knows each by heart, and the only way to please it is to draw those.",
        "More pictures; or show D every picture changed at random (differentiable augmentation), and dropout in D.",
        Evidence("Share of samples that are copies", (history.measured_line("copied", "fake", "fake"),), COPIED,
                 "a fifth"),
        ("diffaugment", "translation", "dropout", "instance-noise"),
    )  # fmt: skip
