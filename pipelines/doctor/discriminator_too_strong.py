"""Discriminator too strong

Measured: D's lead (``History.lead``), which is 0 where D guesses and 1 where it is always right. It counts above 0.9
for half an epoch. In healthy runs it rises to 0.4 to 0.7 as a run gets old; above 0.9 a batch holds hardly a picture
on which D errs, and what G hears of it no longer says what would have been better. Critics of the Wasserstein loss
are to be trained to their best, so for them there is no such finding.

Arjovsky and Bottou, Towards Principled Methods for Training Generative Adversarial Networks (2017).
"""

from __future__ import annotations

import numpy as np

from pipelines.doctor._finding import Sign, last_spell
from pipelines.doctor._history import History, middle
from pipelines.registries import loss_traits

WINS = 0.9


def look(history: History) -> Sign | None:
    """Since when D has been right practically always."""
    lead = history.lead
    if lead is None:
        return None
    wins = lead > WINS
    spell = last_spell(wins, history.hold)
    if spell is None or (named := history.named_at(spell, wins)) is None:
        return None
    blocks, during = history.blocks, slice(spell.first, spell.after)
    since, until = blocks["step"][spell.first], None if spell.after is None else blocks["step"][spell.after]
    real, fake, loss = (middle(blocks[name][during]) for name in ("d_real", "d_fake", "d_loss"))
    if np.isfinite((real, fake)).all():
        seen = f"it gives real pictures {real:.2f} and fakes {fake:.2g}"
    else:
        guessing = loss_traits(history.config.loss).d_loss_at_balance
        seen = f"its loss is {loss:.2g}, where one that says the same of every picture has {guessing:.2g}"
    return Sign(
        since, until, named,
        f"D tells real from fake practically always: {seen}. "
        "Whatever G changes, D's verdict stays the same, so G learns little from it.",
        "A slower D, or one that is held back: label smoothing, dropout, noise on what it sees, R1, spectral norm.",
        history.verdicts(since),
        ("non-saturating", "one-d-step", "slower-d", "r1", "label-smoothing", "instance-noise",
         "spectral-norm", "dropout"),
    )  # fmt: skip
