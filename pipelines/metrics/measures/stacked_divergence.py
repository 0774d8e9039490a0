"""Kullback-Leibler divergence of the shares of the modes of stacked pictures from equal shares, in nats."""

from pipelines.metrics import stacked
from pipelines.metrics.measures._seen import Seen

TITLE = "divergence of modes"
QUESTION = "varied"
ORDER = 65
UNIT = "distance"
AXIS = "nats"
BETTER = "lower"
NEEDS = ("stacked",)


def measure(seen: Seen) -> float:
    """A divergence, >= 0; see ``pipelines/metrics/stacked.py``."""
    return stacked.divergence(seen.probabilities)
