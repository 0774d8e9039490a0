"""Mean absolute difference between a picture and the true one, as a share of the whole range of a pixel."""

from pipelines.metrics.measures._seen import Seen

TITLE = "difference"
HELP = (
    "How far each value of a pixel lies from that of the true picture, on average, where 1 is black for white. It is "
    "least for a blurred mean of all pictures that the input allows, so look at the Fréchet distance, too."
)
QUESTION = "true"
ORDER = 110
FROM_ZERO = True
AXIS = "mean absolute difference"
BETTER = "lower"
HEADLINE = True
NEEDS = ("truth",)
MODALITIES = ("image",)
REAL = None


def measure(seen: Seen) -> float:
    """A difference in [0, 1]; 1 is black for white, everywhere."""
    return (seen.levels - seen.true_levels).abs().mean().item() / 255
