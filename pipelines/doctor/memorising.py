"""Memorising

Measured at each epoch for sets of few pictures (metrics/copying.py): ``nearer``, the chance that a sample lies nearer
to its nearest training picture than a real one lies to its own (50 % of real pictures; Meehan et al., A non-parametric
test to detect data-copying in generative models, 2020), and ``copied``, the share of samples that lie as near as only
the nearest hundredth of real pictures does (by chance 1 %, of 40 pictures 5 %). One of them must be high in two
measures in a row: above 80 % and above 20 %. And samples must be varied: those of a collapsed G are typical, and so
lie near training pictures, too. Of large sets it is not measured: there G sees a picture too seldom to learn it.
"""

from __future__ import annotations

import numpy as np

from pipelines.doctor._finding import Evidence, Sign, apart, last_on, last_spell, percent
from pipelines.doctor._history import History
from pipelines.registries import method_traits

NEARER = 0.8
COPIED = 0.2
VARIED = 0.5  # diversity, beside real
IN_A_ROW = 2  # measures


def look(history: History) -> Sign | None:
    """Since which measure samples have been copies."""
    traits = method_traits(history.config.method)
    if traits.translates and traits.pairs:
        return None
    copied, nearer = history.measured("copied"), history.measured("nearer")
    with np.errstate(divide="ignore", invalid="ignore"):
        varied = history.measured("diversity") / history.measured("real_diversity") > VARIED
    high = (copied > COPIED) | (nearer > NEARER)
    on = high & varied & (history.measured_at >= history.start)
    spell = last_spell(on, IN_A_ROW)
    if spell is None:
        return None
    at = history.measured_at
    last = last_on(on, spell)
    if copied[last] > COPIED:
        share, _ = apart(copied[last], COPIED, percent, 0)
        seen = f"{share} of the samples lie as near to a training picture as hardly any real one does."
        line, level, words = "copied", COPIED, "a fifth"
        title = "Share of samples that are copies"
    else:
        share, _ = apart(nearer[last], NEARER, percent, 0)
        seen = f"In {share} of cases a sample lies nearer to a training picture than a real one does."
        line, level, words = "nearer", NEARER, "four fifths"
        title = "How often a sample lies nearer to a training picture"
    return Sign(
        at[spell.first - 1] if spell.first else 0.0, None if spell.after is None else at[spell.after], at[spell.named],
        f"{seen} With {history.count:,} pictures D has memorised each of them, and G scores best by copying them.",
        "More pictures; or show D every picture changed at random (differentiable augmentation), and dropout in D.",
        Evidence(title, (history.measured_line(line, "fake", "fake"),), level, words),
        ("diffaugment", "translation", "dropout", "instance-noise"),
    )  # fmt: skip
