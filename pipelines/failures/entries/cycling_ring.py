"""Cycling through the modes

G is five times as fast as D. It throws all of its fakes onto the cluster that passes just now; D learns that, and G
moves on to the next.
"""

from pipelines.failures._entry import Entry
from pipelines.playground.settings import PlaneConfig

ENTRY = Entry(
    place=3,
    sentence="The fakes jump together from cluster to cluster: D learns to reject one, and G moves on to the next.",
    look=(
        "The points: one heap of fakes that jumps about the ring.",
        "What is drawn: one dark spot at a time, each time in another row. In the cured twin all rows fill and stay.",
        "The losses do not show it.",
    ),
    sick=PlaneConfig(lr_g=5e-3, lr_d=1e-3),
    cure={"lr_g": 1e-3, "lr_d": 2e-3},
    cause="G is five times as fast as D",
    remedy="D twice as fast as G",
    curves=("kinds", "losses"),
    ailment="mode-cycling",
    source="Lecture notes: shoes, then shirts, never all; Metz et al. 2017, figure 2",
    steps=1500,
    seeds="Seeds 0 to 3: sick never more than one cluster at a time, and another each time; cured 8.",
)
