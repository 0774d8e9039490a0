"""Vanishing gradient: nothing is learnt

The original minimax loss log(1 - D(G(z))) is flat where D is sure of the fakes. With three steps of a fast D for each
of G, D is sure within 50 steps, and from then on G gets no gradient. The non-saturating loss is steep exactly there.
"""

from pipelines.failures._entry import Entry
from pipelines.failures.entries._base import DIGITS

ENTRY = Entry(
    place=4,
    sentence="D is certain after 50 steps; with the minimax loss G gets no gradient, and it stays at noise.",
    look=(
        "The pictures: noise to the end on the left. On the right the same D against the same G, and there are digits.",
        "G's gradient falls to a thousandth and less: no gradient, no learning.",
        "What D says: 1 of every real picture, 0 of every fake.",
    ),
    sick=DIGITS.changed(beta1=0.5, lr_g=1e-3, lr_d=4e-3, d_steps=3, minibatch="stddev", loss="minimax", epochs=3),
    cure={"loss": "non-saturating"},
    cause="Minimax loss: flat where D is sure",
    remedy="Non-saturating loss: steep there",
    curves=("gradient", "outputs"),
    ailment="vanishing-gradient",
    source="Lecture notes: vanishing gradients for G; Goodfellow et al. 2014, section 3",
    seeds="Seeds 0, 1 and 2: sick noise and no gradient by step 300; cured 10, 9 and 9 of 10 digits after 900 steps.",
)
