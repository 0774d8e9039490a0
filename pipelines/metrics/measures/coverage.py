"""Share of the real pictures that have a generated one near them. It falls when G leaves kinds of pictures out.

Naeem et al., Reliable Fidelity and Diversity Metrics for Generative Models (2020).
"""

from pipelines.metrics.measures._seen import Seen

QUESTION = "varied"
ORDER = 20
UNIT = "share"
AXIS = "share of real pictures"
BETTER = "higher"
NEEDS = ("neighbours",)
TITLES = ("Covers {coverage}, {modes} of {real_modes} classes", "Covers {coverage}")  # what a class sees at once


def measure(seen: Seen) -> float:
    """A share in [0, 1]."""
    return seen.compared.coverage
