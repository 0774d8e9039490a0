"""Mode collapse in the plane

D learns a hundred times as fast as G, and three times as often. It is sure of every gap before G has moved into it, so
that the fakes draw together where they are and stay there.
"""

from pipelines.failures._entry import Entry
from pipelines.playground.settings import PlaneConfig

ENTRY = Entry(
    place=2,
    sentence="Eight clusters of real points, and every fake sits on one or two of them, for good.",
    look=(
        "The points: the fakes reach the nearest cluster, draw together on it, and nothing moves any more.",
        "What is drawn: one row is dark, the others stay empty. In the cured twin all eight fill up.",
    ),
    sick=PlaneConfig(lr_g=1e-4, lr_d=1e-2, d_steps=3),
    cure={"lr_g": 1e-3, "lr_d": 2e-3, "d_steps": 1},
    cause="D is far too fast for G",
    remedy="D only twice as fast as G",
    curves=("kinds", "losses"),
    ailment="mode-collapse",
    source="Lecture notes: mode collapse; Goodfellow, NIPS 2016 tutorial, section 5.1.1",
    steps=1500,
    seeds="Seeds 0 to 3: sick 1, 1, 2 and 1 of 8 clusters after 2,400 steps; cured 8 each time.",
)
