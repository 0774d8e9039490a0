"""The Fréchet distance to real pictures; see ``pipelines/metrics/frechet.py``.

Unless another measure says so first, the checkpoint at its least is a run's best.
"""

from pipelines.metrics import frechet
from pipelines.metrics.measures._seen import Seen

TITLE = "Fréchet distance"
SHORT = "Fréchet"
HELP = (
    "How far the statistics of generated pictures lie from those of real ones; 0 is no difference, and real pictures "
    "against other real ones stand beside it. Not the FID of papers: that looks with another network."
)
QUESTION = "near"
ORDER = 10
UNIT = "distance"
BETTER = "lower"
SELECTS = True
HEADLINE = True
NEEDS = ("features",)
LOG = True
REAL = "floor"  # two disjoint draws of real pictures: what perfect samples would get


def measure(seen: Seen) -> float:
    """The distance, >= 0, in units of the features."""
    return frechet.distance(seen.real.gaussian, seen.gaussian)
