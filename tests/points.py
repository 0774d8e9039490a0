"""Points as pages name them, of samples."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.latent.point import Point


def addresses(seed: int, indices: Iterable[int]) -> list[Point]:
    """The points of some samples of a seed."""
    return [Point(z=((f"{seed}.{index}", 1.0),)) for index in indices]
