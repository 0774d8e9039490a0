"""Mean distance of two pictures of the same class, over that of two real pictures, in the class with the least."""

from pipelines.metrics.measures._seen import Seen

TITLE = "variety within the worst class"
QUESTION = "varied"
ORDER = 56
BETTER = "higher"
FROM_ZERO = True
AXIS = "share of real variety"
NEEDS = ("classes", "neighbours")
VIEW = "variety"
ROLE = "text"


def measure(seen: Seen) -> float | None:
    """A ratio, >= 0; see ``pipelines/metrics/variety.py``."""
    return None if seen.varieties is None else seen.varieties.min().item()
