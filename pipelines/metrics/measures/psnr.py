"""Peak signal-to-noise ratio between a picture and the true one, in decibels: the mean of that of each picture.

A picture without any difference counts as 100 dB.
"""

from pipelines.metrics.measures._seen import Seen

TITLE = "PSNR"
HELP = (
    "Peak signal-to-noise ratio against the true pictures, in decibels, the mean of that of each picture: 10 dB more "
    "is a tenth of the squared difference. Blurred pictures have a high one."
)
QUESTION = "true"
ORDER = 120
AXIS = "PSNR / dB"
BETTER = "higher"
NEEDS = ("truth",)
MODALITIES = ("image",)
REAL = None

MOST = 100.0  # dB, of a picture without any difference


def measure(seen: Seen) -> float:
    """Decibels, from 0 to ``MOST``: 10 log10(255² / mean squared difference), the mean of all pictures."""
    squared = (seen.levels - seen.true_levels).square().flatten(1).mean(1)
    return (10 * (255**2 / squared).log10()).clamp(max=MOST).mean().item()
