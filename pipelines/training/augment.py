"""Differentiable augmentation: what D sees is changed at random, real and fake alike, and G learns through it."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SHARE = 1 / 8  # of the edge, by which a picture is moved at most


def translate(pictures: Tensor) -> Tensor:
    """Each picture moved by a random number of whole pixels; what comes in at an edge repeats the edge.

    Zhao et al., Differentiable Augmentation for Data-Efficient GAN Training (2020), of which this is the translation.

    Args:
        pictures: [B, C, H, W].

    Returns:
        As many, of the same type; gradients flow through.
    """
    count, _, height, width = pictures.shape
    moves = []
    for edge in (width, height):  # in the units of a sampling grid, where the edge is 2 long
        most = round(SHARE * edge)
        moves.append(torch.randint(-most, most + 1, (count,), device=pictures.device) * (2 / edge))
    one, zero = torch.ones_like(moves[0]), torch.zeros_like(moves[0])
    maps = torch.stack([one, zero, moves[0], zero, one, moves[1]], 1).view(count, 2, 3)
    grid = F.affine_grid(maps, list(pictures.shape), align_corners=False)
    moved = F.grid_sample(pictures.float(), grid, mode="nearest", padding_mode="border", align_corners=False)
    return moved.to(pictures.dtype)
