"""Oscillating losses: each overshoots the other

Adam with its usual momentum of 0.9 carries each player on past the point at which the other has turned round. In a game
of two that pumps the swing up; without momentum it settles.
"""

from pipelines.failures._entry import Entry
from pipelines.failures.entries._base import DIGITS

ENTRY = Entry(
    place=5,
    sentence="Both losses swing up and down without end, and the pictures change from one pattern to another.",
    look=(
        "The losses: wild swings of the sick twin; the cured one's are two nearly level lines.",
        "The pictures: patterns come and go, nothing is kept. Without momentum there are digits after 200 steps.",
    ),
    sick=DIGITS.changed(lr_g=1e-3, lr_d=1e-3, beta1=0.9, beta2=0.999, ema=0.0),
    cure={"beta1": 0.0},
    cause="Adam with a momentum of 0.9",
    remedy="The same without momentum",
    curves=("losses", "outputs"),
    ailment="oscillation",
    source="Lecture notes: oscillating loss; Radford et al. 2016 (momentum 0.5); Gidel et al. 2019",
    seeds="Seeds 0, 1 and 2: sick, G's loss swings by 3 to 4; cured by 0.1 to 0.2, with digits after 500 steps.",
)
