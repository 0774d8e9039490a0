"""Numbers that are not finite

The run itself stops at the first loss, weight or picture that is no number any more (training/loop.py) and records it
as an event. There is no threshold: the first one counts.
"""

from __future__ import annotations

import numpy as np

from pipelines.doctor._finding import Evidence, Sign
from pipelines.doctor._history import History

EVENT = "not-finite"  # as runs/session.py records it


def look(history: History) -> Sign | None:
    """The step at which a number was first not finite."""
    steps = [int(row["step"]) for row in history.events if row["event"] == EVENT]
    for name in ("d_loss", "g_loss"):
        if history.records(name):
            bad = ~np.isfinite(history.rows[name])
            steps += [int(step) for step in history.rows["step"][bad][:1]]
    if not steps:
        return None
    since, config = min(steps), history.config
    return Sign(
        since, None, since,
        f"At step {since:,} a number was no longer finite, so the run "
        f"stopped. Where learning rates are too high (here {config.lr_g:g} and {config.lr_d:g} as the run began) one "
        "step changes the weights too much.",
        "Lower learning rates; a bound on D's slope; fp32 where bf16 was used.",
        Evidence("The losses until then", history.losses(since)),
        ("slower-both", "calm-adam", "fp32"),
    )  # fmt: skip
