"""Mode collapse: the same settings with another loss

The settings are those of the first failure: D learns four times as fast as G and three times as often. The relativistic
loss compares each fake with a real picture in place of judging it alone, and R1 and R2 bound D's slope at both.
"""

from pipelines.failures._entry import Entry
from pipelines.failures.entries.collapse_digits import ENTRY as COLLAPSE

ENTRY = Entry(
    place=9,
    sentence="Settings that draw little but ones with the classic loss draw all ten digits with the relativistic one.",
    look=(
        "The pictures: with the classic loss one tile after the other turns into a one. With the relativistic loss the "
        "digits stay mixed.",
        "What is drawn: the band of the 1 takes over on the left and keeps its width on the right.",
        "The losses cannot be compared: each is on a scale of its own.",
    ),
    sick=COLLAPSE.sick,
    cure={"loss": "relativistic", "r1": 1.0, "r2": 1.0, "penalty_every": 1},
    cause="The classic loss judges each picture alone",
    remedy="Pairs of a real picture and a fake, with R1 and R2",
    curves=("kinds", "losses"),
    ailment="mode-collapse",
    source="Lecture notes: mode collapse; relativistic pairing loss with R1 and R2 (Huang et al. 2024, R3GAN)",
    seeds="Seeds 0, 1 and 2: classic loss 2, 1 and 3 of 10 digits after 800 steps; relativistic 10, 10, 10 after 600.",
    badges=("Classic loss", "Relativistic"),
)
