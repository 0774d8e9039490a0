"""A loss that rises while the pictures improve

G is graded by a D that learns too, so its losses of two times do not compare. A Wasserstein critic's loss does tell how
far fake is from real, as far as the critic can see.
"""

from pipelines.failures._entry import Entry
from pipelines.failures.entries._base import DIGITS

ENTRY = Entry(
    place=6,
    sentence="The pictures get better and better, and the generator's loss says the opposite.",
    look=(
        "Nothing is wrong on the left but the loss: it rises while the distance to real pictures falls.",
        "On the right another loss, a distance: its critic's rises from far below towards 0 as pictures come nearer.",
        "So look at the pictures and their distance, not at the loss.",
    ),
    sick=DIGITS.changed(lr_g=4e-3, lr_d=2e-3, d_steps=2, epochs=3),
    cure={"loss": "wasserstein", "gradient_penalty": 10.0, "lr_g": 1e-3, "lr_d": 1e-3},
    badges=("Misleads", "Tells"),
    cause="G's loss: what today's D says",
    remedy="Wasserstein loss: a distance",
    curves=("losses", "distance"),
    ailment="misleading-loss",
    source="Lecture notes: uninformative loss; Arjovsky et al. 2017, figure 3",
    seeds="Seeds 0 and 1: G's loss from 0.8 to 1.1, the distance from 19 to 4 (1,400 steps) and 7 (1,000).",
)
