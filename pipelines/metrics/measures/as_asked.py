"""Share of pictures in which a classifier sees the class that was asked for."""

from pipelines.metrics.measures._seen import Seen

QUESTION = "clear"
ORDER = 90
UNIT = "share"
AXIS = "share of pictures"
BETTER = "higher"
HEADLINE = True
NEEDS = ("classes", "asked")
REAL = None
VIEW = "classifier"
ROLE = "text"


def measure(seen: Seen) -> float:
    """A share in [0, 1]; classes are asked for with the shares of the data."""
    guess, _ = seen.guesses
    return (guess == seen.labels.cpu()).float().mean().item()
