"""Mean intersection over union of the parts that a part reader finds in a picture with those of the map asked for."""

from pipelines.metrics.measures._seen import Seen

TITLE = "IoU of parts"
HELP = (
    "A network that was trained to find the parts of real pictures looks at the generated ones: the pixels where it "
    "finds a part and the map has it, over those where either is so; the mean of all parts. 1 is every pixel."
)
QUESTION = "true"
ORDER = 100
UNIT = "share"
AXIS = "mean IoU"
BETTER = "higher"
HEADLINE = True
NEEDS = ("parts",)
MODALITIES = ("image",)


def measure(seen: Seen) -> float:
    """A share in [0, 1]; see ``pipelines/metrics/part_reader.py``. Read are ``part_reader.MOST`` pictures at most."""
    return seen.part_reader.mean_iou(seen.images, seen.told)
