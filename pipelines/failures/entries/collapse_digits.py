"""Mode collapse: nothing but ones

D learns four times as fast as G and three times as often. G finds that thin strokes pass more often than anything else
and draws them whatever z is. A D that also sees how alike the pictures of a batch are rejects a batch of ones.
"""

from pipelines.failures._entry import Entry
from pipelines.failures.entries._base import DIGITS

ENTRY = Entry(
    place=1,
    sentence="All ten digits are to be learnt, but the generator ends up drawing only ones, and draws them well.",
    look=(
        "The pictures: first blobs of all kinds, then from step 400 on one tile after the other turns into a one.",
        "What is drawn: the band of the 1 darkens and the other digits disappear. The cured twin keeps all ten.",
        "The losses do not show it: they become calmer as it gets worse.",
    ),
    sick=DIGITS.changed(beta1=0.5, lr_g=1e-3, lr_d=4e-3, d_steps=3, epochs=4),
    cure={"minibatch": "stddev"},
    cause="D judges each picture alone",
    remedy="D also sees how much a batch varies",
    curves=("kinds", "losses"),
    ailment="mode-collapse",
    source="Lecture notes: mode collapse; mini-batch discrimination (Salimans et al. 2016; Karras et al. 2018)",
    seeds="Seeds 0, 1 and 2: sick 2, 1 and 3 of 10 digits left after 800 steps; cured 10, 9 and 9 after 900.",
)
