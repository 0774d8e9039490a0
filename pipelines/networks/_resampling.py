"""Doubling and halving by the filter [1, 3, 3, 1], which lets through no detail that the smaller maps cannot hold.

Karras et al., A Style-Based Generator Architecture for Generative Adversarial Networks (2019), section 2, after Zhang,
Making Convolutional Networks Shift-Invariant Again (2019). A convolution of each map by itself is fast on a CPU, where
slices that are added take several times as long.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

TAPS = (1.0, 3.0, 3.0, 1.0)


class Blur(nn.Module):
    """Maps [B, C, H, W] filtered, each by itself, to [B, C, (H + 2 * padding - 3) / stride, ...], rounded up.

    Args:
        maps: C.
        padding: zeros around the maps.
        stride: 2 keeps every second pixel.
        gain: sum of the filter.
    """

    def __init__(self, maps: int, padding: int = 1, stride: int = 1, gain: float = 1.0) -> None:
        super().__init__()
        self.padding, self.stride = padding, stride
        taps = torch.tensor(TAPS)
        square = gain * taps[:, None] * taps / taps.sum() ** 2
        self.register_buffer("filter", square.expand(maps, 1, 4, 4).contiguous(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.filter, stride=self.stride, padding=self.padding, groups=len(self.filter))


def doubled(x: Tensor) -> Tensor:
    """Maps [B, C, H, W] as [B, C, 2 H, 2 W] by the filter, the outermost pixels repeated: bilinear interpolation."""
    return F.interpolate(x, scale_factor=2.0, mode="bilinear")
