"""Mean distance of two generated pictures, in units of the features. It falls when they all look alike."""

from pipelines.metrics.measures._seen import Seen

QUESTION = "varied"
ORDER = 50
AXIS = "mean distance"
FROM_ZERO = True
NEEDS = ("neighbours",)


def measure(seen: Seen) -> float:
    """A distance, >= 0."""
    return seen.compared.diversity
