"""Share of the real pictures that look like a generated one. It falls when G draws only a part of the variety.

Kynkäänniemi et al., Improved Precision and Recall Metric for Assessing Generative Models (2019).
"""

from pipelines.metrics.measures._seen import Seen

QUESTION = "varied"
ORDER = 30
UNIT = "share"
AXIS = "share of real pictures"
BETTER = "higher"
NEEDS = ("neighbours",)


def measure(seen: Seen) -> float:
    """A share in [0, 1]."""
    return seen.compared.recall
