"""Groups of like pictures, found without labels, for self-conditioned GANs.

Liu et al., Diverse Image Generation via Self-Conditioned GANs (2020). Here the pictures are grouped once, by their
pixels rather than by D's features, and into groups of about one size, so that a centre drawn at random stands for as
many pictures as any other.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from pipelines.errors import ConfigError

EDGE, COMPONENTS = 16, 50  # of the small pictures that are compared, and the directions kept of them
ROUNDS, BIDS = 25, 10  # of k-means, and changes of the prices within each
STEP = 0.1  # of a price, in mean squared distances


def balanced_groups(images: Tensor, labels: Tensor | None, count: int) -> Tensor:
    """The number of each picture's group in its class, int64 [N] in [0, count), the same at each call.

    K-means in which a group that has too many pictures grows dear: each picture goes where squared distance and price
    are least together (an auction, after Bertsekas 1979), which leaves all groups within a few percent of one size.

    Args:
        images: uint8 [N, C, H, W].
        labels: class numbers, int64 [N], or None for a single class.
        count: groups in each class.

    Raises:
        ConfigError: a class has fewer pictures than it is to have groups.
    """
    features = _features(images)
    groups = torch.zeros(len(images), dtype=torch.int64)
    labels = torch.zeros(len(images), dtype=torch.int64) if labels is None else labels.cpu()
    for label in labels.unique():
        members = (labels == label).nonzero().squeeze(1)
        if len(members) < count:
            raise ConfigError(
                f"{count} groups were asked for and a class has {len(members)} pictures; set centres to fewer."
            )
        groups[members] = _k_means(features[members], count)
    return groups


def _features(images: Tensor) -> Tensor:
    """The directions in which small versions of the pictures differ most, float32 [N, at most COMPONENTS]."""
    images = images.detach().cpu()
    parts = [F.adaptive_avg_pool2d(part.float() / 255, EDGE).flatten(1) for part in images.split(5000)]
    small = torch.cat(parts)
    small = small - small.mean(0)
    values, directions = torch.linalg.eigh(small.T @ small)
    return small @ directions[:, -COMPONENTS:]


def _k_means(features: Tensor, count: int) -> Tensor:
    """Groups of about one size, int64 [N], of features [N, D]."""
    chance = torch.Generator().manual_seed(0)
    means = features[torch.randperm(len(features), generator=chance)[:count]]
    fair, prices = len(features) / count, torch.zeros(count)
    for _ in range(ROUNDS):
        far = torch.cdist(features, means).square()
        unit = STEP * far.amin(1).mean()
        for _ in range(BIDS):
            sizes = (far + prices).argmin(1).bincount(minlength=count)
            prices += unit * (sizes / fair - 1).clamp(-1, 2)
        groups = (far + prices).argmin(1)
        sums = torch.zeros_like(means).index_add_(0, groups, features)
        sizes = groups.bincount(minlength=count)
        means = torch.where(sizes[:, None] > 0, sums / sizes.clamp(min=1)[:, None], means)
    return groups
