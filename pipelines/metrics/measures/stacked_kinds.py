"""Kinds of stacked pictures that come at least once; fewer samples than there are kinds cannot show all of them."""

from pipelines.metrics import stacked
from pipelines.metrics.measures._seen import Seen

TITLE = "kinds of stacks"
QUESTION = "varied"
ORDER = 60
UNIT = "count"
AXIS = "kinds"
BETTER = "higher"
HEADLINE = True
NEEDS = ("stacked",)
TITLES = ("{stacked_kinds} kinds come, {real_stacked_kinds} of as many real pictures",)


def measure(seen: Seen) -> int:
    """From 1 to 1,000 of three digits; see ``pipelines/metrics/stacked.py``."""
    return stacked.covered(seen.probabilities)
