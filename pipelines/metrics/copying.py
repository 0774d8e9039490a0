"""Whether a generator copies: distances of samples to the nearest training picture, beside those of unseen pictures.

A sample near a training picture is no copy: so are real pictures that the generator never saw. So both are measured:

    nearer = chance that a sample lies nearer to its nearest training picture than an unseen real picture to its own;
             ties count half. 50 % of unseen real pictures; 100 % where everything is copied.
    copied = share of the samples that lie as near as only the nearest hundredth of the unseen real pictures does (of
             fewer than 100, the nearest one). 1 % of unseen real pictures (one of N); however many, copies show here
             though all other samples are far off.

``nearer`` is the Mann-Whitney statistic by which C. Meehan, K. Chaudhuri, S. Dasgupta: A non-parametric test to detect
data-copying in generative models, AISTATS 2020, find copies, over all of the space at once; ``copied`` is our own. High
values alone are no proof: samples that are all typical, as of a collapsed generator, lie near training pictures, too.
Then recall and diversity are low. Copies are seen by looking at samples beside their nearest training pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from pipelines.metrics.neighbours import as_points

HELD_OUT = 4000  # unseen real pictures at most
NEAREST = 0.01  # the share of unseen real pictures that lies as near as a copy
FEWEST = 20  # unseen real pictures, below which the nearest one is no rarity
PAIRS = 2**21  # of pictures, compared at a time: 16 MiB


@dataclass(frozen=True)
class ReferenceSet:
    """How near unseen real pictures come to the training pictures."""

    training: Tensor  # float [N, D]: features of the training pictures
    usual: Tensor  # float64 [M], sorted: distances of one half of the unseen pictures
    nearer_real: float  # what the other half has
    copied_real: float | None

    @classmethod
    def of(cls, training: Tensor, held_out: Tensor, own: int | None = None) -> ReferenceSet:
        """Measures the unseen pictures: one half is what samples are compared with, the other stands beside them.

        Args:
            training: features of the training pictures, [N, D].
            held_out: those of unseen real pictures in random order, [at least 2, D].
            own: where there are no unseen ones, they are training pictures too: rows ``own`` and on of ``training``,
                in the same order, N >= 2. Each is then compared with all others.

        Raises:
            ValueError: not two axes, none at all, fewer than two held out, or a number that is not finite.
        """
        if len(held_out) < 2:
            raise ValueError(f"two held-out pictures at least are needed, not {len(held_out)}")
        far = nearest(held_out, training, own)
        half = len(far) // 2
        usual = far[:half].sort().values
        return cls(training, usual, _nearer(far[half:], usual), _copied(far[half:], usual))

    def measure(self, samples: Tensor) -> tuple[float, float | None]:
        """``nearer`` and ``copied``, in [0, 1], of samples, features [N, D].

        ``copied`` is None where fewer than ``FEWEST`` unseen pictures are compared with.

        Raises:
            ValueError: see ``nearest``.
        """
        far = nearest(samples, self.training)
        return _nearer(far, self.usual), _copied(far, self.usual)


def nearest(points: Tensor, others: Tensor, own: int | None = None) -> Tensor:
    """The distance from each point to the nearest of others, float64 [N].

    Candidates are found by a matrix product, a block at a time, and the distance to the one found is exact: a copy is
    at distance 0.

    Args:
        points: [N, D]; others: [M, D].
        own: the row of ``others`` at which the points themselves begin, each of which is passed over; None where they
            are not among them.

    Raises:
        ValueError: not two axes, none of either, different features, or a number that is not finite.
    """
    points = as_points(points)
    if others.ndim != 2 or not len(others) or others.shape[1] != points.shape[1]:
        raise ValueError(f"training features must be [N, {points.shape[1]}] with N > 0, not {list(others.shape)}")
    best = torch.full((len(points),), torch.inf, dtype=torch.float64)
    which = torch.zeros(len(points), dtype=torch.int64)
    start = 0
    for some in others.split(max(1, PAIRS // len(points))):
        some = as_points(some)
        far = torch.addmm(some.square().sum(1), points, some.T, alpha=-2)  # less the points' own squares
        if own is not None:
            mine = torch.arange(len(points)) + own - start
            here = (mine >= 0) & (mine < len(some))
            far[here, mine[here]] = torch.inf
        found, row = far.min(1)
        better = found < best
        best[better], which[better] = found[better], row[better] + start
        start += len(some)
    chosen = others[which.to(others.device)].detach().cpu().double()
    return (points - chosen).square().sum(1).sqrt()


def _nearer(far: Tensor, usual: Tensor) -> float:
    """The chance that one of these distances is shorter than one of the usual ones, which are sorted."""
    longer = len(usual) - torch.searchsorted(usual, far, right=True)
    not_shorter = len(usual) - torch.searchsorted(usual, far)
    return ((longer + not_shorter).double().mean() / (2 * len(usual))).item()


def _copied(far: Tensor, usual: Tensor) -> float | None:
    """The share of these distances that is no longer than the shortest hundredth of the usual ones, one at least."""
    if len(usual) < FEWEST:
        return None
    return (far <= usual[max(1, int(NEAREST * len(usual))) - 1]).double().mean().item()
