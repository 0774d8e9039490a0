"""Share of the generated pictures that look like a real one: in features, they lie where real ones lie.

Kynkäänniemi et al., Improved Precision and Recall Metric for Assessing Generative Models (2019).
"""

from pipelines.metrics.measures._seen import Seen

QUESTION = "clear"
ORDER = 40
UNIT = "share"
AXIS = "share of pictures"
BETTER = "higher"
NEEDS = ("neighbours",)
FALLBACK = True  # where there is a classifier, what it says is easier to understand


def measure(seen: Seen) -> float:
    """A share in [0, 1]."""
    return seen.compared.precision
