"""Measures from nearest neighbours: precision, recall, density, coverage and diversity.

Each cloud of features is given a volume: around every point a ball that reaches to its k-th nearest other point. With
the balls of the one cloud, the points of the other are asked whether they lie in any of them:

    precision = share of the samples that lie in a ball of the real pictures
    recall    = share of the real pictures that lie in a ball of the samples

A generator that always draws the same good picture has a precision of 1 and a recall of 0; the Fréchet distance mixes
the two. A single odd picture has a large ball, which is most of a cloud to some samples. Two measures with balls of the
real pictures alone (k = 5) mind it less:

    density  = in how many balls of real pictures a sample lies, over k; the mean of all samples, about 1 of real ones
    coverage = share of the real pictures whose ball holds some sample

Diversity is the mean distance between two pictures of a cloud. All of them depend on how many points there are, so
numbers compare only for as many points, the same k and the same features.

Sources: T. Kynkäänniemi et al.: Improved precision and recall metric for assessing generative models, NeurIPS 2019;
M. F. Naeem et al.: Reliable fidelity and diversity metrics for generative models, ICML 2020.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

K = 3  # of precision and recall, their paper's choice
WIDE_K = 5  # of density and coverage, their paper's choice
DISTANCES = 2**18  # held at a time: 2 MiB, which stay in a processor's cache


@dataclass(frozen=True)
class Compared:
    """What the neighbourhoods of two clouds tell. Shares are in [0, 1]."""

    precision: float
    recall: float
    density: float  # >= 0; above 1 where samples crowd where real pictures are dense
    coverage: float
    diversity: float  # of the samples: mean distance of two of them, in units of the features, >= 0


@dataclass(frozen=True)
class Neighbourhoods:
    """The balls around the points of a cloud, so that those of the real side are made once."""

    points: Tensor  # float64 [N, D], on the CPU
    radii: Tensor  # float64 [N], on the CPU: to the k-th nearest other point; 0 where k others lie on the same spot
    wide: Tensor  # float64 [N], on the CPU: to the ``wide_k``-th, for density and coverage
    diversity: float  # mean distance of two points
    k: int
    wide_k: int
    exact: bool

    @classmethod
    def of(cls, features: Tensor, k: int = K, wide_k: int | None = None, exact: bool = True) -> Neighbourhoods:
        """The balls of a cloud of features.

        Args:
            features: [N, D], any floating type, on any device, finite.
            k: which of the other points a ball reaches to, from 1 to N - 1.
            wide_k: the same for density and coverage; by default ``WIDE_K``, or N - 1 in a smaller cloud.
            exact: distances are right to the last digit, so that equal points are at distance 0; otherwise they are
                several times as quick and off by about 1e-7 of the features' length.

        Raises:
            ValueError: not two axes, a number that is not finite, or no k-th other point.
        """
        points = as_points(features)
        count = len(points)
        wide_k = min(WIDE_K, count - 1) if wide_k is None else wide_k
        for each in (k, wide_k):
            if not 1 <= each < count:
                raise ValueError(f"k must be from 1 to one less than the number of points, {count}, not {each}")
        radii, wide, total = [], [], 0.0
        for far in distances(points, points, exact):
            total += far.sum().item()
            # A point is at distance zero from itself and so is the first of its own neighbours.
            nearest = far.topk(max(k, wide_k) + 1, largest=False).values
            radii.append(nearest[:, k])
            wide.append(nearest[:, wide_k])
        return cls(points, torch.cat(radii), torch.cat(wide), total / (count * (count - 1)), k, wide_k, exact)

    def hold(self, features: Tensor) -> Tensor:
        """Whether each point of another cloud lies in any of the balls, bool [M], for features [M, D].

        A point on the edge of a ball lies in it.

        Raises:
            ValueError: not two axes, other features than those of the balls, or a number that is not finite.
        """
        points = self._same_features(as_points(features))
        return torch.cat([(far <= self.radii).any(1) for far in distances(points, self.points, self.exact)])

    def share(self, features: Tensor) -> float:
        """Share, in [0, 1], of the points of another cloud that lie in any of the balls; see ``hold``."""
        return self.hold(features).double().mean().item()

    def compare(self, features: Tensor) -> Compared:
        """What the neighbourhoods of these real pictures and of samples, features [M, D], tell of the samples.

        A point on the edge of a ball lies in it, which only matters where pictures are equal.

        Raises:
            ValueError: see ``of`` and ``hold``.
        """
        fakes = Neighbourhoods.of(features, self.k, 1, self.exact)
        self._same_features(fakes.points)
        precise, held, done = 0, 0, 0
        recalled = torch.zeros(len(self.points), dtype=torch.bool)
        nearest = torch.full((len(self.points),), torch.inf, dtype=torch.float64)
        for far in distances(fakes.points, self.points, self.exact):  # [some samples, N]
            reach = fakes.radii[done : done + len(far), None]
            done += len(far)
            precise += (far <= self.radii).any(1).sum().item()
            held += (far <= self.wide).sum().item()
            recalled |= (far <= reach).any(0)
            nearest = torch.minimum(nearest, far.amin(0))
        return Compared(
            precision=precise / done,
            recall=recalled.double().mean().item(),
            density=held / (self.wide_k * done),
            coverage=(nearest <= self.wide).double().mean().item(),
            diversity=fakes.diversity,
        )

    def _same_features(self, points: Tensor) -> Tensor:
        if points.shape[1] != self.points.shape[1]:
            raise ValueError(f"both sides need the same features, not {self.points.shape[1]} and {points.shape[1]}")
        return points


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


def as_points(features: Tensor) -> Tensor:
    """Features as float64 [N, D] on the CPU; a GPU may have no float64.

    Raises:
        ValueError: not two axes, none at all, or a number that is not finite.
    """
    if features.ndim != 2 or not len(features):
        raise ValueError(f"features must be [N, D] with N > 0, not {list(features.shape)}")
    if not torch.isfinite(features).all():
        raise ValueError("features must be finite numbers")
    return features.detach().cpu().double()


def distances(points: Tensor, others: Tensor, exact: bool = True) -> Iterator[Tensor]:
    """Distances [some, M] from points [N, D] to others [M, D], float64, for a few points at a time, in their order.

    Exact, differences are taken first and squared then: a matrix product is quicker, and makes points that are the same
    lie apart by its rounding, outside balls of radius zero.
    """
    mode = "donot_use_mm_for_euclid_dist" if exact else "use_mm_for_euclid_dist"
    for some in points.split(max(1, DISTANCES // len(others))):
        yield torch.cdist(some, others, compute_mode=mode)
