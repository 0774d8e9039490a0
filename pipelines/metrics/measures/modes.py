"""Kinds of pictures (classes) that come clearly and often enough. Fewer than there are is mode collapse."""

from pipelines.metrics import score
from pipelines.metrics.measures._seen import Seen

QUESTION = "varied"
ORDER = 60
UNIT = "count"
AXIS = "classes"
BETTER = "higher"
NEEDS = ("classes",)
TITLES = ("{modes} of {real_modes} classes come",)


def measure(seen: Seen) -> int:
    """Classes, from 0 to as many as real pictures show; see ``pipelines/metrics/score.py``."""
    return score.modes(seen.probabilities, seen.real.probabilities)
