"""Share of pictures that a classifier recognises with certainty."""

from pipelines.metrics.measures._seen import Seen
from pipelines.metrics.score import CLEAR

QUESTION = "clear"
ORDER = 80
UNIT = "share"
AXIS = "share of pictures"
BETTER = "higher"
HEADLINE = True
NEEDS = ("classes",)
REAL = None
VIEW = "classifier"
VIEW_HELP = "A network that was trained to name real pictures looks at the generated ones."
TITLES = (
    "{clear} clear, {as_asked} as asked",
    "{clear} clear",
    "{as_asked} as asked",
    "No classifier for these pictures",
)


def measure(seen: Seen) -> float:
    """A share in [0, 1]."""
    _, probability = seen.guesses
    return (probability > CLEAR).float().mean().item()
