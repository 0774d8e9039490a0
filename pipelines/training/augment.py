"""Differentiable augmentation: what D sees is changed at random, real and fake alike, and G learns through it.

Zhao et al., Differentiable Augmentation for Data-Efficient GAN Training (2020), with the paper's strengths. All take
pictures in [-1, 1], [B, C, H, W], and give as many of the same type, each changed by itself; gradients flow through.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

SHARE = 1 / 8  # of the edge, by which a picture is moved at most
CUT = 1 / 2  # of the edge, that of the square which is cut out

Draw = Callable[[int], Tensor]  # random numbers [count, ...] for so many pictures
Drawn = Callable[[int, Draw], Tensor]
"""Takes a draw for so many pictures; where several processes share a batch, each takes its part of one for all."""


def alone(count: int, draw: Draw) -> Tensor:
    """A draw of a process that shares no batch."""
    return draw(count)


def augmented(pictures: Tensor, augment: str, drawn: Drawn = alone, chance: Tensor | None = None) -> Tensor:
    """Pictures as the setting ``augment`` wants them shown to D.

    Args:
        chance: that a picture is changed, a scalar in [0, 1], of each kind of change by itself; None changes them all.
    """
    for change in _CHANGES[augment]:
        changed = change(pictures, drawn)
        if chance is not None:
            some = drawn(len(pictures), functools.partial(_chances, pictures.device)) < chance
            changed = torch.where(some, changed, pictures)
        pictures = changed
    return pictures


def _chances(device: torch.device, count: int) -> Tensor:
    return torch.rand(count, 1, 1, 1, device=device)


def translate(pictures: Tensor, drawn: Drawn = alone) -> Tensor:
    """Each picture moved by a random number of whole pixels; what comes in at an edge repeats the edge."""
    count, _, height, width = pictures.shape
    moves = []
    for edge in (width, height):  # in the units of a sampling grid, where the edge is 2 long
        most = int(SHARE * edge + 0.5)

        def draw(count: int, most: int = most) -> Tensor:
            return torch.randint(-most, most + 1, (count,), device=pictures.device)

        moves.append(drawn(count, draw) * (2 / edge))
    one, zero = torch.ones_like(moves[0]), torch.zeros_like(moves[0])
    maps = torch.stack([one, zero, moves[0], zero, one, moves[1]], 1).view(count, 2, 3)
    grid = F.affine_grid(maps, list(pictures.shape), align_corners=False)
    moved = F.grid_sample(pictures.float(), grid, mode="nearest", padding_mode="border", align_corners=False)
    return moved.to(pictures.dtype)


def recolour(pictures: Tensor, drawn: Drawn = alone) -> Tensor:
    """Each picture lighter or darker by up to 0.5, its colours 0 to 2 times as strong, its contrast 0.5 to 1.5."""

    def chance() -> Tensor:  # in [0, 1), one a picture
        device, dtype = pictures.device, pictures.dtype
        return drawn(len(pictures), lambda count: torch.rand(count, 1, 1, 1, device=device, dtype=dtype))

    pictures = pictures + chance() - 0.5
    if pictures.shape[1] > 1:
        grey = pictures.mean(1, keepdim=True)
        pictures = grey + (pictures - grey) * (chance() * 2)
    middle = pictures.mean((1, 2, 3), keepdim=True)
    return middle + (pictures - middle) * (chance() + 0.5)


def cut_out(pictures: Tensor, drawn: Drawn = alone) -> Tensor:
    """Each picture with a square of half of its edge set to 0, middle grey, anywhere, also half over its border.

    The square's middle lies at any of the picture's pixels, or between two of them or on its border, each as likely.
    """
    count, _, height, width = pictures.shape
    inside = []
    for edge in (height, width):
        long = int(CUT * edge + 0.5)

        def draw(count: int, middles: int = edge + 1 - long % 2) -> Tensor:
            return torch.randint(middles, (count, 1), device=pictures.device)

        start = drawn(count, draw) - long // 2
        at = torch.arange(edge, device=pictures.device)
        inside.append((at >= start) & (at < start + long))
    cut = inside[0][:, None, :, None] & inside[1][:, None, None, :]
    return pictures.masked_fill(cut, 0)


_CHANGES: dict[str, tuple[Callable[[Tensor, Drawn], Tensor], ...]] = {
    "none": (), "translation": (translate,), "diffaugment": (recolour, translate, cut_out),
}  # fmt: skip
