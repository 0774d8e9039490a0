"""Mean distance of two pictures of the same class, over that of two real pictures; the mean of all classes."""

from pipelines.metrics.measures._seen import Seen

TITLE = "variety within classes"
HELP = (
    "How far apart two generated pictures of one class lie, over how far apart two real ones of it lie, in the "
    "features of a classifier: 0 if each class is always drawn the same, about 1 of real pictures."
)
QUESTION = "varied"
ORDER = 55
BETTER = "higher"
FROM_ZERO = True
AXIS = "share of real variety"
NEEDS = ("classes", "neighbours")
VIEW = "variety"


def measure(seen: Seen) -> float | None:
    """A ratio, >= 0; see ``pipelines/metrics/variety.py``."""
    return None if seen.varieties is None else seen.varieties.mean().item()
