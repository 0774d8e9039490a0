"""Precision and recall of samples: how many look real, and how much of the real pictures' variety they show.

Each cloud of features is given a volume: around every point a ball that reaches to its k-th nearest other point. With
the balls of the one cloud, the points of the other are asked whether they lie in any of them:

    precision = share of the samples that lie in a ball of the real pictures
    recall    = share of the real pictures that lie in a ball of the samples

A generator that always draws the same good picture has a precision of 1 and a recall of 0; the Fréchet distance mixes
the two. Both fall with fewer points, so numbers compare only for as many points, the same k and the same features.
Source: T. Kynkäänniemi et al.: Improved precision and recall metric for assessing generative models, NeurIPS 2019.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

K = 3  # the paper's choice
DISTANCES = 2**21  # held at a time: 16 MiB


@dataclass(frozen=True)
class Neighbourhoods:
    """The balls around the points of a cloud, so that those of the real side are made once."""

    points: Tensor  # float64 [N, D], on the CPU
    radii: Tensor  # float64 [N], on the CPU: to the k-th nearest other point; 0 where k others lie on the same spot

    @classmethod
    def of(cls, features: Tensor, k: int = K) -> Neighbourhoods:
        """The balls of a cloud of features.

        Args:
            features: [N, D], any floating type, on any device, finite.
            k: which of the other points a ball reaches to, from 1 to N - 1.

        Raises:
            ValueError: not two axes, a number that is not finite, or no k-th other point.
        """
        points = _points(features)
        if not 1 <= k < len(points):
            raise ValueError(f"k must be from 1 to one less than the number of points, {len(points)}, not {k}")
        # A point is at distance zero from itself, exactly, and so is the first of its own neighbours.
        radii = [far.kthvalue(k + 1, dim=1).values for far in _distances(points, points)]
        return cls(points, torch.cat(radii))

    def hold(self, features: Tensor) -> Tensor:
        """Whether each point of another cloud lies in any of the balls, bool [M], for features [M, D].

        A point on the edge of a ball lies in it.

        Raises:
            ValueError: not two axes, other features than those of the balls, or a number that is not finite.
        """
        points = _points(features)
        if points.shape[1] != self.points.shape[1]:
            raise ValueError(f"both sides need the same features, not {self.points.shape[1]} and {points.shape[1]}")
        return torch.cat([(far <= self.radii).any(1) for far in _distances(points, self.points)])

    def share(self, features: Tensor) -> float:
        """Share, in [0, 1], of the points of another cloud that lie in any of the balls; see ``hold``."""
        return self.hold(features).double().mean().item()


def precision(real: Tensor, fake: Tensor, k: int = K) -> float:
    """Share, in [0, 1], of the samples that look like some real picture; higher is better.

    Args:
        real: features of real pictures, [N, D]; fake: those of samples, [M, D]. M = N makes it compare with ``recall``.
        k: see ``Neighbourhoods.of``.

    Example:
        >>> real, fake = torch.tensor([[0.0], [1.0], [3.0]]), torch.tensor([[2.0], [9.0]])
        >>> precision(real, fake, k=1), recall(real, fake, k=1)  # 2 lies in the ball of 3; all three lie in that of 2
        (0.5, 1.0)

    Raises:
        ValueError: see ``Neighbourhoods.of`` and ``Neighbourhoods.hold``.
    """
    return Neighbourhoods.of(real, k).share(fake)


def recall(real: Tensor, fake: Tensor, k: int = K) -> float:
    """Share, in [0, 1], of the real pictures that look like some sample; ``precision`` with its sides exchanged."""
    return Neighbourhoods.of(fake, k).share(real)


def _points(features: Tensor) -> Tensor:
    if features.ndim != 2 or not len(features):
        raise ValueError(f"features must be [N, D] with N > 0, not {list(features.shape)}")
    if not torch.isfinite(features).all():
        raise ValueError("features must be finite numbers")
    return features.detach().cpu().double()  # a GPU may have no float64


def _distances(points: Tensor, others: Tensor) -> Iterator[Tensor]:
    """Distances [some, M] from points [N, D] to others [M, D], float64, for a few points at a time, in their order.

    Differences are taken first and squared then: a matrix product would be quicker, and would make points that are
    the same lie apart by its rounding, outside balls of radius zero.
    """
    for some in points.split(max(1, DISTANCES // len(others))):
        yield torch.cdist(some, others, compute_mode="donot_use_mm_for_euclid_dist")
