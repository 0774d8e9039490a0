"""Structural similarity between a picture and the true one.

Wang et al., Image Quality Assessment: From Error Visibility to Structural Similarity (2004): a Gaussian window of
11 x 11 pixels with a deviation of 1.5, wherever it lies within the picture; the mean of all places and channels of
``MOST`` pictures at most.
"""

import torch
from torch import Tensor

from pipelines.metrics.measures._seen import Seen
from pipelines.modalities._conditions import evenly

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
MOST = 500  # pictures compared: all of them would take longer than all other measures together
CHUNK = 100  # pictures compared at a time


def measure(seen: Seen) -> float | None:
    """A similarity in [-1, 1]; None of pictures smaller than a window."""
    if min(seen.levels.shape[-2:]) < WINDOW:
        return None
    rows = evenly(torch.arange(len(seen.images)), min(MOST, len(seen.images))).split(CHUNK)
    drawn, true = seen.levels, seen.true_levels
    return torch.cat([similarity(drawn[some], true[some]) for some in rows]).mean().item()


def similarity(one: Tensor, other: Tensor) -> Tensor:
    """The structural similarity of each picture to another, float64 [B], of pictures [B, C, H, W] in [0, 255]."""
    one, other = one.double(), other.double()  # variances are small differences of large numbers
    moments = _averaged(torch.stack([one, other, one * one, other * other, one * other]))
    mean, other_mean, square, other_square, product = moments
    variance, other_variance = square - mean**2, other_square - other_mean**2
    covariance = product - mean * other_mean
    found = (2 * mean * other_mean + C1) * (2 * covariance + C2)
    found /= (mean**2 + other_mean**2 + C1) * (variance + other_variance + C2)
    return found.flatten(1).mean(1)


def _averaged(maps: Tensor) -> Tensor:
    """Maps [..., H, W] averaged in the window around each place where it fits, [..., H - 10, W - 10]."""
    down, across = (_windows(edge).to(maps) for edge in maps.shape[-2:])
    return down @ maps @ across.T


def _windows(edge: int) -> Tensor:
    """The weights of a row's pixels in each window, float64 [edge - 10, edge]."""
    away = torch.arange(edge) - torch.arange(WINDOW // 2, edge - WINDOW // 2)[:, None]
    weights = torch.where(away.abs() <= WINDOW // 2, (-0.5 * (away.double() / SIGMA) ** 2).exp(), 0.0)
    return weights / weights.sum(1, keepdim=True)
