"""Mean share of pictures in which one attribute is read as of the true picture, over all attributes."""

from pipelines.metrics.measures._seen import Seen

TITLE = "attributes kept"
HELP = (
    "How often a classifier reads an attribute as of the true picture, where attributes that exclude each other count "
    "as one: the mean of all."
)
QUESTION = "true"
ORDER = 150
UNIT = "share"
AXIS = "share of attributes"
BETTER = "higher"
NEEDS = ("verdicts", "attributes")
MODALITIES = ("image",)
REAL = None


def measure(seen: Seen) -> float:
    """A share in [0, 1]."""
    return (seen.verdicts == seen.true_verdicts).double().mean().item()
