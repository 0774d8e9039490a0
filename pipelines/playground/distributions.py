"""The distributions of the playground: how points in about [-1, 1] x [-1, 1] are drawn, and their modes, if any."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from pipelines.playground.settings import PlaneConfig, places

Draw = Callable[[int, torch.Generator], Tensor]  # (count, generator) -> float32 [count, 2]


@dataclass(frozen=True)
class Distribution:
    """A distribution of points.

    Attributes:
        draw: ``draw(count, generator)`` gives float32 [count, 2]; all chance comes from the generator.
        modes: middles of its Gaussians, [M, 2], or None where it is not made of some.
        sigma: standard deviation of each of them, or of the noise across a curve.
    """

    draw: Draw
    modes: Tensor | None = None
    sigma: float = 0.03


def distribution(config: PlaneConfig) -> Distribution:
    """The distribution that a configuration asks for."""
    if config.data == "drawing":
        return _drawing(torch.tensor(places(config.drawing), dtype=torch.float32))
    return _KINDS[config.data]()


def _ring() -> Distribution:
    angles = torch.arange(8) * (math.tau / 8)
    return _gaussians(0.85 * torch.stack([angles.cos(), angles.sin()], 1), 0.04)


def _grid() -> Distribution:
    ticks = torch.linspace(-0.9, 0.9, 5)
    return _gaussians(torch.cartesian_prod(ticks, ticks), 0.04)


def _gaussians(modes: Tensor, sigma: float) -> Distribution:
    """Equally many points from each of some Gaussians."""

    def draw(count: int, generator: torch.Generator) -> Tensor:
        which = torch.randint(len(modes), (count,), generator=generator)
        return modes[which] + sigma * torch.randn(count, 2, generator=generator)

    return Distribution(draw, modes, sigma)


def _spirals() -> Distribution:
    def draw(count: int, generator: torch.Generator) -> Tensor:
        # The root spreads the points evenly along the arms, whose turns grow longer outwards.
        turn = 0.15 + 0.85 * torch.rand(count, generator=generator).sqrt()
        arm = torch.randint(2, (count,), generator=generator) * math.pi
        angle = turn * 1.25 * math.tau + arm
        middle = torch.stack([angle.cos(), angle.sin()], 1) * turn[:, None]
        return middle + 0.02 * torch.randn(count, 2, generator=generator)

    return Distribution(draw, None, 0.02)


def _moons() -> Distribution:
    def draw(count: int, generator: torch.Generator) -> Tensor:
        angle = math.pi * torch.rand(count, generator=generator)
        lower = torch.randint(2, (count,), generator=generator).bool()
        x = torch.where(lower, 1 - angle.cos(), angle.cos()) - 0.5
        y = torch.where(lower, 0.5 - angle.sin(), angle.sin()) - 0.25
        return torch.stack([x, y], 1) / 1.5 + 0.035 * torch.randn(count, 2, generator=generator)

    return Distribution(draw, None, 0.035)


def _line() -> Distribution:
    def draw(count: int, generator: torch.Generator) -> Tensor:
        along = torch.rand(count, 1, generator=generator) * 2 - 1
        return along * torch.tensor([0.85, 0.5]) + 0.03 * torch.randn(count, 2, generator=generator)

    return Distribution(draw, None, 0.03)


def _bands() -> Distribution:
    """For each x two answers are right, one of each band; what lies between them is never right."""

    def draw(count: int, generator: torch.Generator) -> Tensor:
        x = torch.rand(count, generator=generator) * 1.8 - 0.9
        side = torch.randint(2, (count,), generator=generator) * 2 - 1
        y = 0.55 * side + 0.12 * (3 * x).sin()
        return torch.stack([x, y + 0.03 * torch.randn(count, generator=generator)], 1)

    return Distribution(draw, None, 0.03)


def _drawing(points: Tensor) -> Distribution:
    """A drawn point, each as likely as any other, and a little noise around it."""

    def draw(count: int, generator: torch.Generator) -> Tensor:
        which = torch.randint(len(points), (count,), generator=generator)
        return points[which] + 0.03 * torch.randn(count, 2, generator=generator)

    return Distribution(draw, None, 0.03)


_KINDS: dict[str, Callable[[], Distribution]] = {
    "ring": _ring,
    "grid": _grid,
    "spirals": _spirals,
    "moons": _moons,
    "line": _line,
    "bands": _bands,
}
