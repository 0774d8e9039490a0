"""Vanishing generator gradient

Measured: G's gradient norm, the median of a block, beside the greatest of its first ten steps. It counts where it has
fallen to a hundredth while D wins; to a tenth where the loss itself is to blame: the minimax loss passes on a
gradient of D(G(z)), which is then below 0.02. While D wins, other losses keep a tenth and more; a saturated minimax
loss can lose a factor of a million, and where units have died nothing is left.

Goodfellow et al., Generative Adversarial Networks (2014), section 3: log(1 - D(G(z))) saturates; Arjovsky and Bottou,
Towards Principled Methods for Training Generative Adversarial Networks (2017), theorem 2.4.
"""

from __future__ import annotations

import numpy as np

from pipelines.doctor._finding import Evidence, Sign, last_spell
from pipelines.doctor._history import History, middle
from pipelines.registries import loss_traits

FALLEN = 0.01  # of the gradient of the first steps
BLAMED, SATURATED = 0.1, 0.02  # the same where the loss is to blame; D(G(z)) at which it is
FIRST = 10  # rows
WINS = 0.5  # D's lead, where the loss has one: a gradient also vanishes where D is fooled, but then G has won


def look(history: History) -> Sign | None:
    """Since when G has hardly got a gradient while D won."""
    began = history.rows["grad_g"][:FIRST]
    began = began[np.isfinite(began)]
    if not len(began) or not began.max() > 0:
        return None
    gradient, lead, traits = history.blocks["grad_g"], history.lead, loss_traits(history.config.loss)
    flat = traits.saturates
    level = (BLAMED if flat else FALLEN) * float(began.max())
    low = (gradient < level) & (True if lead is None else lead > WINS)
    if flat:
        low &= history.blocks["d_fake"] < SATURATED
    spell = last_spell(low, history.hold)
    if spell is None or (named := history.named_at(spell, low)) is None:
        return None
    blocks, config = history.blocks, history.config
    since, until = blocks["step"][spell.first], None if spell.after is None else blocks["step"][spell.after]
    now = float(middle(gradient[spell.first : spell.after]))
    if flat:
        why = (
            f"The {config.loss} loss is flat where D is sure of the fakes, as here (D(G(z)) is "
            f"{_small(middle(blocks['d_fake'][spell.first : spell.after]))}): G is hardly told in which "
            "direction to move."
        )
        cures = ("non-saturating", "gradient-penalty", "instance-noise")
    elif now == 0 or traits.stays_steep:
        why = "The loss is steep there, so the gradient vanishes inside a network: some units always give zero."
        cures = ("slower-both", "gradient-penalty", "spectral-norm")
    else:
        why = "D is flat where the fakes lie, so it does not tell G in which direction to move."
        cures = ("gradient-penalty", "r1", "spectral-norm")
    return Sign(
        since, until, named,
        f"G's gradient norm fell from {_small(began.max())} to {_small(now)}: it no longer learns. {why}",
        "The non-saturating loss; Wasserstein with gradient penalty; noise on what D sees; a weaker D.",
        Evidence(
            "G's gradient norm", history.lines(since, ("grad_g", "G", "g")), level,
            f"a {'tenth' if flat else 'hundredth'} of the start", log=True,
        ),
        cures,
    )  # fmt: skip


def _small(value: float) -> str:
    if value == 0 or value >= 1e-3:
        return f"{value:.2g}"
    return "10⁻" + f"{-np.log10(value):.0f}".translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
