"""Different combinations of attributes (glasses, beard, ...) of which a classifier is sure."""

from pipelines.metrics import score
from pipelines.metrics.measures._seen import Seen

QUESTION = "varied"
ORDER = 70
UNIT = "count"
BETTER = "higher"
NEEDS = ("attributes",)


def measure(seen: Seen) -> int:
    """How many; more pictures have more."""
    return score.combinations(seen.probabilities)
