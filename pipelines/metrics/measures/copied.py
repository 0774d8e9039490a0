"""Share of the pictures that lie as near to a training picture as copies do; the doctor reads it.

Of unseen real pictures it is 1 %, with fewer than 200 pictures one of half of them. See
``pipelines/metrics/copying.py``.
"""

from pipelines.metrics.measures._seen import Seen

NEEDS = ("training",)
UNIT = "share"
REAL = None


def measure(seen: Seen) -> float | None:
    """A share in [0, 1]; None where too few pictures are compared with."""
    _, copied = seen.nearness
    return copied
