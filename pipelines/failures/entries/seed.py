"""Only the seed is different

The same settings, at the edge of what works: with one seed everything is lost in the middle of training, with another
it goes well.
"""

from pipelines.failures._entry import Entry
from pipelines.failures.entries._base import DIGITS

ENTRY = Entry(
    place=8,
    sentence="Two runs with exactly the same settings; only the start of the random numbers differs.",
    look=(
        "The pictures: digits in both by step 300. Then one stays black; the other gets worse and recovers.",
        "The losses: a spike in both; one run survives it.",
        "So try another seed before you believe that a setting works, or that it does not.",
    ),
    sick=DIGITS.changed(lr_g=1e-2, lr_d=5e-3, ema=0.0, seed=2),
    cure={"seed": 3},
    badges=("Unlucky", "Lucky"),
    cause="Seed 2",
    remedy="Seed 3",
    curves=("losses", "kinds"),
    source='Lecture notes: "just changing the random seed and training the exact same model again"',
    seeds="Seeds 0 to 4 end at a distance of 21, 38, 209, 26 and 117 from real digits.",
)
