"""What is recorded of a game in the plane, as the doctor looks at it; needs no torch.

The doctor knows runs in pictures. A game's step is a step of G, its clusters are the classes, and a fake inside of one
is what a classifier is sure of; 200 steps count as an epoch, as of any small set of data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from pipelines.config.train_config import TrainConfig
from pipelines.doctor import History
from pipelines.doctor._history import columns_of

EVERY = 100  # steps between two looks at the clusters: half of what counts as an epoch
FAIR = 0.25  # of its fair share of the fakes a cluster must get to count as drawn, as in measures.py


class Look(NamedTuple):
    """Where the fakes lay at a step, by cluster; empty where there are no clusters."""

    step: int
    inside: Sequence[float]  # share of the fakes within three standard deviations of the cluster's middle
    nearest: Sequence[float]  # share of the fakes that have no other cluster nearer


def history_of(settings: dict[str, Any], rows: Iterable[dict[str, Any]], looks: Sequence[Look]) -> History:
    """A game's history.

    Args:
        settings: of the game, by name.
        rows: one for each step that was recorded: ``step``, ``d_loss``, ``g_loss`` and others of the doctor's columns.
        looks: the fakes' places, every ``EVERY`` steps or so.
    """
    config = TrainConfig(loss=settings["loss"], batch_size=settings["batch"], d_steps=settings["d_steps"], log_every=10)
    measures = [_measure(look) for look in looks if len(look.inside)]
    names = tuple(f"cluster {number}" for number in range(1, max((len(look.inside) for look in looks), default=0) + 1))
    return History(config, columns_of(rows), measures, class_names=names, kinds="clusters")


def _measure(look: Look) -> dict[str, Any]:
    """Which clusters the fakes lay in, as the classes of pictures are measured."""
    count = len(look.inside)
    drawn = sum(share >= FAIR / count for share in look.inside)
    return {
        "step": look.step,
        "classes": list(look.nearest),
        "modes": drawn,
        "real_modes": count,
        "clear": sum(look.inside),
    }
