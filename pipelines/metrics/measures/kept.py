"""Share of pictures of which a classifier reads the same as of the true picture: the class, or each single attribute.

What the input does not show, such as colours in an outline, a model cannot keep but by luck.
"""

from pipelines.metrics.measures._seen import Seen

TITLE = "kept"
HELP = (
    "Share of pictures of which a classifier reads the same as of the true picture: the class, or all attributes, "
    "where those that exclude each other count as one."
)
QUESTION = "true"
ORDER = 140
UNIT = "share"
AXIS = "share of pictures"
BETTER = "higher"
HEADLINE = True
NEEDS = ("verdicts",)
MODALITIES = ("image",)
REAL = None


def measure(seen: Seen) -> float:
    """A share in [0, 1]."""
    return (seen.verdicts == seen.true_verdicts).all(1).double().mean().item()
