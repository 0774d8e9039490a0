"""Distances of fake points from real ones, and the share of the real that they cover. Pure functions of points.

Three measures, because each misses something. The Jensen-Shannon divergence of two histograms is what the first GAN
minimises; it is 1 bit as soon as the two do not meet, however far apart they are. The earth mover's distance still
tells how far. Neither says plainly that a mode is missing; the modes covered do.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from pipelines.playground.history import FAIR  # of its fair share a mode, or a cell, must get to be called covered

REACH = 1.5  # the histogram lies over [-REACH, REACH] both ways; points beyond count in its border cells
CELLS = 24  # each way: a cell is an eighth of a unit wide
DIRECTIONS = 16  # lines onto which points are projected


def histogram(points: Tensor) -> Tensor:
    """Shares of points in each cell, [CELLS * CELLS], sum 1.

    Args:
        points: [N, 2], N at least 1.
    """
    cell = ((points + REACH) * (CELLS / (2 * REACH))).floor().clamp_(0, CELLS - 1).long()
    return torch.bincount(cell[:, 1] * CELLS + cell[:, 0], minlength=CELLS * CELLS) / len(points)


def jensen_shannon(p: Tensor, q: Tensor) -> float:
    """The Jensen-Shannon divergence of two histograms, in bits: 0 where they are the same, 1 where they never meet."""
    middle = (p + q) / 2
    parts = [torch.xlogy(one, one) - torch.xlogy(one, middle) for one in (p, q)]
    return max(0.0, float(sum(part.sum() for part in parts)) / 2 / math.log(2))


def projections(points: Tensor) -> Tensor:
    """Points on evenly turned lines through the origin, sorted on each: [DIRECTIONS, N]."""
    angles = torch.arange(DIRECTIONS) * (math.pi / DIRECTIONS)
    return (torch.stack([angles.cos(), angles.sin()], 1) @ points.T).sort(1).values


def sliced_distance(p: Tensor, q: Tensor) -> float:
    """The sliced Wasserstein-1 distance of two sets of equally many points, from their ``projections``.

    The mean over lines of how far points must be carried along them to make one set the other, in units of the plane.
    Rabin et al., Wasserstein Barycenter and its Application to Texture Mixing (2011).
    """
    return float((p - q).abs().mean())


def mode_shares(points: Tensor, modes: Tensor, sigma: float) -> tuple[Tensor, Tensor]:
    """Shares of the points by the mode next to them, [M] each: of those within three standard deviations, and of all.

    Args:
        points: [N, 2].
        modes: middles, [M, 2].
        sigma: standard deviation of each.
    """
    distance, nearest = torch.cdist(points, modes).min(1)
    inside, every = (torch.bincount(some, minlength=len(modes)) for some in (nearest[distance <= 3 * sigma], nearest))
    return inside / len(points), every / len(points)


def modes_covered(points: Tensor, modes: Tensor, sigma: float) -> Tensor:
    """Which modes the points cover, bool [M].

    A mode is covered when at least a quarter of its fair share of all points lies within three standard deviations
    of its middle. A point counts for the mode next to it only.

    Args:
        points: [N, 2].
        modes: middles, [M, 2].
        sigma: standard deviation of each.
    """
    inside, _ = mode_shares(points, modes, sigma)
    return inside >= FAIR / len(modes)


def coverage(real: Tensor, fake: Tensor) -> float:
    """The share of the real points whose cell has at least a quarter as many fakes: for what has no modes.

    Args:
        real, fake: histograms of equally many points.
    """
    return float(real[(real > 0) & (fake >= FAIR * real)].sum())
