"""Chance that a picture lies nearer to a training picture than an unseen real one does; the doctor reads it.

Of unseen real pictures it is 50 %. See ``pipelines/metrics/copying.py``.
"""

from pipelines.metrics.measures._seen import Seen

NEEDS = ("training",)
UNIT = "share"
REAL = None


def measure(seen: Seen) -> float:
    """A chance in [0, 1]."""
    nearer, _ = seen.nearness
    return nearer
