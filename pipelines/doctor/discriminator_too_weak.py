"""Discriminator too weak

Measured: D's lead (``History.lead``). Below -0.1 for half an epoch D is not guessing but fooled: its loss is above
that of a D that knows nothing. The steps of healthy runs never hold it there, since D need only say the same of all
pictures to get out. A critic of the Wasserstein loss is fooled where it rates fakes above real pictures.
"""

from __future__ import annotations

import numpy as np

from pipelines.doctor._finding import Sign, apart, last_spell
from pipelines.doctor._history import History, middle
from pipelines.registries import loss_traits

FOOLED = -0.1


def look(history: History) -> Sign | None:
    """Since when D has been fooled."""
    blocks, lead, traits = history.blocks, history.lead, loss_traits(history.config.loss)
    above = blocks["d_fake"] - blocks["d_real"]
    weak = (above > 0 if traits.real_is_higher else above < 0) if lead is None else lead < FOOLED
    spell = last_spell(weak, history.hold)
    if spell is None or (named := history.named_at(spell, weak)) is None:
        return None
    since, until = blocks["step"][spell.first], None if spell.after is None else blocks["step"][spell.after]
    during = np.flatnonzero(weak[spell.first : spell.after]) + spell.first
    real, fake, loss = (middle(blocks[name][during]) for name in ("d_real", "d_fake", "d_loss"))
    if lead is None:
        fake, real = apart(fake, real)
        seen = f"it gives fakes {fake} and real pictures {real}"
    else:
        loss, guessing = apart(loss, traits.d_loss_at_balance)
        seen = f"its loss is {loss}, where one that says the same of every picture has {guessing}"
    return Sign(
        since, until, named,
        f"D does worse than guessing: {seen}. G need only repeat what fools this D, so its pictures need not come any "
        "nearer to real ones.",
        "A faster D: a higher learning rate of D, more D steps for each step of G, or a lower learning rate of G.",
        history.verdicts(since),
        ("faster-d", "more-d-steps", "slower-g"),
    )  # fmt: skip
