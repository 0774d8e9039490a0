"""The doctor: watches what a run records and names what goes wrong, since when, and what helps; needs no torch.

One file an ailment. The first line of its docstring is the name; its ``look`` is a pure function of what is recorded::

    look(history: History) -> Sign | None      # since when, until when, the evidence, in words, and the cures by name

``examine`` asks them all and fits the cures to the run's configuration.
"""

from __future__ import annotations

import math

from pipelines.doctor._cures import fitting
from pipelines.doctor._finding import ALARM, REMARK, Finding, Sign
from pipelines.doctor._history import History, Recorded, of_run
from pipelines.errors import GanError
from pipelines.registry import Registry

__all__ = ["AILMENTS", "ALARM", "REMARK", "Finding", "History", "Recorded", "examine", "of_run"]

AILMENTS = Registry(__name__, __file__, "ailment", GanError)

# Where the first is found the others are its signs, so that one thing is not named twice.
_EXPLAINS = {
    "not-finite": ("divergence", "oscillation"),
    "vanishing-gradient": ("discriminator-too-strong", "mode-collapse", "oscillation"),
    "discriminator-too-strong": ("mode-collapse",),
    "divergence": ("oscillation", "discriminator-too-weak"),
    "mode-cycling": ("oscillation",),
}


def examine(history: History) -> list[Finding]:
    """What is wrong with a run, or was: what lasts first, the oldest first, and remarks at the end."""
    signs = {name: sign for name in AILMENTS.names() if (sign := AILMENTS.get(name).look(history)) is not None}
    for cause, effects in _EXPLAINS.items():
        if cause in signs:
            for effect in effects:
                if effect in signs and _meet(signs[cause], signs[effect], history.epoch):
                    del signs[effect]
    found = []
    for ailment, sign in signs.items():
        before = [step for step in history.checkpoints if step <= sign.since]
        found.append(
            Finding(
                ailment=ailment,
                name=AILMENTS.describe(ailment).rstrip("."),
                kind=sign.kind,
                since=int(sign.since),
                until=None if sign.until is None else int(sign.until),
                named_at=math.ceil(sign.named_at),
                means=sign.means,
                helps=sign.helps,
                evidence=sign.evidence,
                remedies=fitting(history.config, sign.cures),
                branch_from=max(before, default=0),
            )
        )
    if any(one.kind == ALARM and one.until is None for one in found):
        found = [one for one in found if one.kind == ALARM]  # a remark explains what is well; then it is not
    return sorted(found, key=lambda one: (one.kind == REMARK, one.until is not None, one.since))


def _meet(cause: Sign, effect: Sign, epoch: float) -> bool:
    """Whether a sign began while another was there, or no more than an epoch before."""
    end = math.inf if cause.until is None else cause.until
    return cause.since - epoch <= effect.since < end
