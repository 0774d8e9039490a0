"""Conditional batch norm: batch norm in a generator whose scale and shift follow from a condition."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Table(nn.Module):
    """A row of numbers for each class, [classes, size]; of a mixture of classes, the mixture of their rows.

    Its weight is no layer's, so that spectral norm leaves it as it is. Rows begin as N(0, 0.02): classes differ.
    """

    def __init__(self, classes: int, size: int) -> None:
        super().__init__()
        self.rows = nn.Parameter(torch.randn(classes, size) * 0.02)

    def forward(self, weights: Tensor) -> Tensor:
        """Weights of the classes, [B, classes], to the weighted sums of rows, [B, size]."""
        return weights @ self.rows


class ConditionalBatchNorm(nn.Module):
    """Batch norm whose scale and shift of each map are functions of a condition, or plain batch norm without them.

    Dumoulin et al., A Learned Representation for Artistic Style (2017): the maps are normalised over the batch, then
    multiplied by 1 + gain(condition), and shift(condition) is added.

    Args:
        maps: C of the maps [B, C, H, W] that it takes.
        gain, shift: each takes the condition and gives [B, C]; None of both is plain batch norm.
    """

    def __init__(self, maps: int, gain: nn.Module | None = None, shift: nn.Module | None = None) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(maps, affine=gain is None)
        self.gain, self.shift = gain, shift

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """Maps [B, C, H, W] of pictures with conditions [B, size], in the same shape."""
        h = self.norm(x)
        if self.gain is None:
            return h
        gain, shift = 1 + self.gain(condition), self.shift(condition)
        return torch.addcmul(shift[:, :, None, None].to(h.dtype), h, gain[:, :, None, None].to(h.dtype))


def class_norm(maps: int, classes: int) -> ConditionalBatchNorm:
    """Batch norm with a scale and a shift for each class, plain without classes; told weights [B, classes]."""
    return ConditionalBatchNorm(maps, Table(classes, maps), Table(classes, maps)) if classes else plain_norm(maps)


def linear_norm(maps: int, inputs: int) -> ConditionalBatchNorm:
    """Batch norm with a scale and a shift that are linear in [B, inputs], plain where ``inputs`` is 0."""
    if not inputs:
        return plain_norm(maps)
    return ConditionalBatchNorm(maps, nn.Linear(inputs, maps, bias=False), nn.Linear(inputs, maps, bias=False))


def plain_norm(maps: int) -> ConditionalBatchNorm:
    """Batch norm that takes a condition and does not use it."""
    return ConditionalBatchNorm(maps)
