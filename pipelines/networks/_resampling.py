"""Doubling and halving of maps: by the filter [1, 3, 3, 1], and as squares of equal pixels with a convolution."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

TAPS = (1.0, 3.0, 3.0, 1.0)


class Blur(nn.Module):
    """Maps [B, C, H, W] filtered, each by itself, to [B, C, (H + 2 * padding - 3) / stride, ...], rounded up.

    Karras et al., A Style-Based Generator Architecture for Generative Adversarial Networks (2019), section 2, after
    Zhang, Making Convolutional Networks Shift-Invariant Again (2019). On a CPU this convolution is several times as
    fast as slices that are added; in bf16 with a stride its gradient is several times as slow as in float32, in which
    it is computed there.

    Args:
        maps: C.
        padding: zeros around the maps.
        stride: 2 keeps every second pixel.
        gain: sum of the filter.
    """

    def __init__(self, maps: int, padding: int = 1, stride: int = 1, gain: float = 1.0) -> None:
        super().__init__()
        self.padding, self.stride = padding, stride
        square = torch.tensor([[gain * one * other / sum(TAPS) ** 2 for other in TAPS] for one in TAPS])
        self.register_buffer("filter", square.expand(maps, 1, 4, 4).contiguous(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        in_bf16 = x.dtype == torch.bfloat16 or torch.is_autocast_enabled("cpu")
        if self.stride > 1 and x.device.type == "cpu" and in_bf16:
            with torch.autocast("cpu", enabled=False):
                return self._filtered(x.float()).to(x.dtype)
        return self._filtered(x)

    def _filtered(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.filter, stride=self.stride, padding=self.padding, groups=len(self.filter))


def doubled(x: Tensor) -> Tensor:
    """Maps [B, C, H, W] as [B, C, 2 H, 2 W] by the filter, the outermost pixels repeated: bilinear interpolation."""
    return F.interpolate(x, scale_factor=2.0, mode="bilinear")


class DoubledConv2d(nn.Conv2d):
    """A convolution of 3 x 3 of maps [B, inputs, H, W] of which each pixel was made a square of four.

    Computed as the transpose of a convolution of 4 x 4, with 16 products for what would be 36: as in the code of Karras
    et al., Progressive Growing of GANs for Improved Quality, Stability, and Variation (2018).
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """[B, outputs, 2 H, 2 W]."""
        kernels = _of_squares(self.weight.flip(2, 3)).transpose(0, 1)
        return F.conv_transpose2d(x, kernels, self.bias, stride=2, padding=1)


class AveragedConv2d(nn.Conv2d):
    """A convolution of 3 x 3 whose outputs are averaged over squares of four pixels; computed as one of 4 x 4."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Maps [B, inputs, H, W] to [B, outputs, H / 2, W / 2]."""
        return F.conv2d(x, _of_squares(self.weight) / 4, self.bias, stride=2, padding=1)


def _of_squares(weight: Tensor) -> Tensor:
    """Kernels [O, I, 3, 3] convolved with a square of 2 x 2 ones, [O, I, 4, 4]."""
    wide = F.pad(weight, (1, 1, 1, 1))
    rows = wide[:, :, 1:] + wide[:, :, :-1]
    return rows[:, :, :, 1:] + rows[:, :, :, :-1]
