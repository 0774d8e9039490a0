"""Share of the pictures that are clearly of each class; the doctor reads it."""

from pipelines.metrics.measures._seen import Seen
from pipelines.metrics.score import CLEAR

NEEDS = ("classes",)
UNIT = "shares"
REAL = None


def measure(seen: Seen) -> list[float]:
    """Shares in [0, 1], by class."""
    guess, probability = seen.guesses
    counts = guess[probability > CLEAR].bincount(minlength=seen.probabilities.shape[1])
    return (counts / len(guess)).tolist()
