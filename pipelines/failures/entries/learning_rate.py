"""A learning rate slightly too high

Training begins properly and then breaks, for no reason that one could see coming: twice the rate that works is enough.
"""

from pipelines.failures._entry import Entry
from pipelines.failures.entries._base import DIGITS

ENTRY = Entry(
    place=7,
    sentence="It begins well. Then one step is too large, and all that was learnt is lost.",
    look=(
        "The pictures: digits within 200 steps, and then they fall apart.",
        "The losses: calm, then a spike that goes far off the scale.",
        "What is drawn: all ten were there before.",
    ),
    sick=DIGITS.changed(lr_g=8e-3, lr_d=4e-3, ema=0.0),
    cure={"lr_g": 4e-3, "lr_d": 2e-3},
    cause="Rates twice as high",
    remedy="Lower rates",
    curves=("losses", "kinds"),
    ailment="divergence",
    source='Lecture notes: sensitivity to hyperparameters, "suddenly diverge for no apparent reason"',
    seeds="Seeds 0, 2 and 3 fall apart by step 600, from a distance of 13 to 20 to one of 165 to 330; seed 1 does not. "
    "Cured, seeds 0, 1 and 2 end at 6, 10 and 9.",
)
