"""Modes of stacked pictures that come at least once; fewer samples than there are modes cannot show all of them."""

from pipelines.metrics import stacked
from pipelines.metrics.measures._seen import Seen

TITLE = "modes of stacks"
QUESTION = "varied"
ORDER = 60
UNIT = "count"
AXIS = "modes"
BETTER = "higher"
HEADLINE = True
NEEDS = ("stacked",)
TITLES = ("{stacked_modes} modes come, {real_stacked_modes} of as many real pictures",)


def measure(seen: Seen) -> int:
    """From 1 to 1,000 of three digits; see ``pipelines/metrics/stacked.py``."""
    return stacked.covered(seen.probabilities)
