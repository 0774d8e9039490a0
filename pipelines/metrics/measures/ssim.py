"""Structural similarity between a picture and the true one.

Wang et al., Image Quality Assessment: From Error Visibility to Structural Similarity (2004): a Gaussian window of
11 x 11 pixels with a deviation of 1.5, wherever it lies within the picture; the mean of all places, channels and
pictures.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from pipelines.metrics.measures._seen import Seen

TITLE = "SSIM"
HELP = (
    "Structural similarity to the true pictures: mean, contrast and structure of all windows of 11 x 11 pixels are "
    "compared; 1 of equal pictures. Blurred pictures have a high one."
)
QUESTION = "true"
ORDER = 130
AXIS = "SSIM"
BETTER = "higher"
NEEDS = ("truth",)
MODALITIES = ("image",)
REAL = None

WINDOW, SIGMA = 11, 1.5  # pixels
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
CHUNK = 100  # pictures compared at a time: what they become stays in a processor's cache


def measure(seen: Seen) -> float | None:
    """A similarity in [-1, 1]; None of pictures smaller than a window."""
    if min(seen.levels.shape[-2:]) < WINDOW:
        return None
    pairs = zip(seen.levels.split(CHUNK), seen.true_levels.split(CHUNK), strict=True)
    return torch.cat([similarity(one, other) for one, other in pairs]).mean().item()


def similarity(one: Tensor, other: Tensor) -> Tensor:
    """The structural similarity of each picture to another, float32 [B], of pictures [B, C, H, W] in [0, 255]."""
    count = len(one)
    moments = _blurred(torch.cat([one, other, one * one, other * other, one * other]))
    mean, other_mean, square, other_square, product = moments.split(count)
    variance, other_variance = square - mean**2, other_square - other_mean**2
    covariance = product - mean * other_mean
    found = (2 * mean * other_mean + C1) * (2 * covariance + C2)
    found /= (mean**2 + other_mean**2 + C1) * (variance + other_variance + C2)
    return found.flatten(1).mean(1)


def _blurred(maps: Tensor) -> Tensor:
    """Maps [B, C, H, W] averaged in the window around each place where it fits, [B, C, H - 10, W - 10]."""
    away = torch.arange(WINDOW) - WINDOW // 2
    weights = (-0.5 * (away / SIGMA) ** 2).exp()
    weights /= weights.sum()
    rows = F.conv2d(maps.flatten(0, 1)[:, None], weights.view(1, 1, -1, 1))
    return F.conv2d(rows, weights.view(1, 1, 1, -1))[:, 0].unflatten(0, maps.shape[:2])
