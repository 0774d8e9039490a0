"""Adversarial losses, one file each, and (in ``_penalties.py``) penalties on D's gradient.

A loss is three pure functions on logits [B]; the two losses return a scalar::

    d_loss(real_logits, fake_logits)   # what D minimises; with LABEL_SMOOTHING also smoothing=0.0
    g_loss(fake_logits)                # what G minimises; with G_SEES_REAL: g_loss(fake_logits, real_logits)
    d_output(logits)                   # D's output as a person is shown it

and states its traits as constants, see ``Traits``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipelines.errors import ConfigError
from pipelines.registry import Registry

LOSSES = Registry(__name__, __file__, "loss", ConfigError)
WORDS = r"^[A-Za-z][A-Za-z ]{0,39}\Z"  # what a loss may call D's output


@dataclass(frozen=True)
class Traits:
    """What the rest of the project knows of a loss: the constants of its file, by their names in small letters."""

    d_output: str  # what D's output is, in a word that is shown: "probability" (of being real), "score", "distance" ...
    formulas: dict[str, str]  # of what D and G minimise, for a person, by "D" and "G"
    real_is_higher: bool = True  # whether D's output is to be higher for real pictures than for fakes
    balance: float | None = None  # D's output where it cannot tell real from fake; None where it has no such value
    d_loss_at_balance: float | None = None  # D's loss there; None where it has no such value
    label_smoothing: bool = False  # whether ``d_loss`` takes ``smoothing``
    needs_bounded_slope: bool = False  # whether it holds only for a D whose slope is bounded
    g_sees_real: bool = False  # whether ``g_loss`` takes the logits of real pictures too
    saturates: bool = False  # whether G's loss is flat where D is sure that the fakes are fake
    stays_steep: bool = False  # whether it is steep there, and D's output has no value to rest at
    g_loss_misleads: bool = False  # whether G's loss may rise while its pictures improve
    level: str = "g_loss"  # the loss that has a level of its own and so shows swings: "g_loss" or "d_loss"

    @property
    def says_probability(self) -> bool:
        """Whether D's output is a probability of being real."""
        return self.d_output == "probability"


@cache
def traits_of(name: str) -> Traits:
    """The traits of a loss, read without importing it.

    Raises:
        ConfigError: there is no such loss, or its file does not state what it must.
    """
    found = LOSSES.traits(name, Traits)
    if not re.search(WORDS, found.d_output):  # pages show it, and a run keeps it
        raise ConfigError(
            f"The loss {name!r} calls D's output {found.d_output!r} (D_OUTPUT); it may have 40 letters and spaces at "
            "most."
        )
    return found
