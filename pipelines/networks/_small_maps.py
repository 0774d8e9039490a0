"""Convolutions that halve or double small maps, as matrix products.

The deepest layers have many maps of few pixels. On a processor that multiplies bf16 in tiles, torch's convolutions are
slow at just those: the gradient of DCGAN's deepest weights came at a tenth of a matrix product's speed and took a fifth
of a whole step (docs/RESULTS.md, "Training speed"). So these layers gather what each pixel is made of, and multiply.

Everywhere else, and where a gradient is to be differentiated again, they are torch's own convolutions.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

KERNEL, PADDING = 4, 1  # both steps are 2
LARGEST = 8  # pixels on a side of the larger maps; at 14 torch's own convolutions are faster


class HalvingConv2d(nn.Conv2d):
    """Maps [B, inputs, H, W] to maps [B, outputs, H / 2, W / 2] by a kernel of 4 x 4."""

    def __init__(self, inputs: int, outputs: int, bias: bool = True) -> None:
        super().__init__(inputs, outputs, KERNEL, stride=2, padding=PADDING, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        return _with_bias(Halve.apply, x, self) if _pays(x, x.shape[-1]) else super().forward(x)


class DoublingConv2d(nn.ConvTranspose2d):
    """Maps [B, inputs, H, W] to maps [B, outputs, 2 H, 2 W] by the transpose of such a convolution."""

    def __init__(self, inputs: int, outputs: int, bias: bool = True) -> None:
        super().__init__(inputs, outputs, KERNEL, stride=2, padding=PADDING, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        return _with_bias(Double.apply, x, self) if _pays(x, 2 * x.shape[-1]) else super().forward(x)


class Halve(torch.autograd.Function):
    """A convolution without bias of x [B, C, H, W] with w [O, C, 4, 4], H and W even."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor) -> Tensor:
        ctx.save_for_backward(x, w)
        return _as_maps(_patches(x) @ _matrix(w).T, x.shape[2] // 2, x.shape[3] // 2)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor | None]:
        x, w = ctx.saved_tensors
        rows = _as_rows(grad)
        dx = _scattered(rows @ _matrix(w), grad.shape) if ctx.needs_input_grad[0] else None
        return dx, _as_kernels(rows.T @ _patches(x)) if ctx.needs_input_grad[1] else None


class Double(torch.autograd.Function):
    """A transposed convolution without bias of x [B, C, H, W] with w [C, O, 4, 4]."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor) -> Tensor:
        ctx.save_for_backward(x, w)
        return _scattered(_as_rows(x) @ _matrix(w), x.shape)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor | None]:
        x, w = ctx.saved_tensors
        patches = _patches(grad)
        dx = _as_maps(patches @ _matrix(w).T, *x.shape[2:]) if ctx.needs_input_grad[0] else None
        return dx, _as_kernels(_as_rows(x).T @ patches) if ctx.needs_input_grad[1] else None


def _pays(x: Tensor, side: int) -> bool:
    """Penalties on slopes are computed without autocast, so that what they differentiate twice is torch's own."""
    return side <= LARGEST and x.device.type == "cpu" and torch.is_autocast_enabled("cpu")


def _with_bias(function: Any, x: Tensor, layer: nn.Conv2d | nn.ConvTranspose2d) -> Tensor:
    maps = function(x.bfloat16(), layer.weight.bfloat16())
    return maps if layer.bias is None else maps + layer.bias.bfloat16().view(1, -1, 1, 1)


# Maps lie channels last, so that a pixel's numbers are a row of a matrix, and a kernel's one of another.


def _as_rows(maps: Tensor) -> Tensor:
    """[B, C, H, W] to [B * H * W, C]."""
    return maps.permute(0, 2, 3, 1).reshape(-1, maps.shape[1])


def _as_maps(rows: Tensor, height: int, width: int) -> Tensor:
    """[B * H * W, C] to [B, C, H, W]."""
    return rows.view(-1, height, width, rows.shape[1]).permute(0, 3, 1, 2)


def _matrix(kernels: Tensor) -> Tensor:
    """[A, C, 4, 4] to [A, 16 * C]."""
    return kernels.permute(0, 2, 3, 1).reshape(len(kernels), -1)


def _as_kernels(matrix: Tensor) -> Tensor:
    """[A, 16 * C] to [A, C, 4, 4]."""
    return matrix.view(len(matrix), KERNEL, KERNEL, -1).permute(0, 3, 1, 2)


def _patches(maps: Tensor) -> Tensor:
    """What each pixel of the smaller maps is made of: [B, C, 2 H, 2 W] to [B * H * W, 16 * C]."""
    padded = F.pad(maps.permute(0, 2, 3, 1), (0, 0, *[PADDING] * 4))
    windows = padded.unfold(1, KERNEL, 2).unfold(2, KERNEL, 2)  # [B, H, W, C, 4, 4]
    return windows.permute(0, 1, 2, 4, 5, 3).reshape(-1, KERNEL * KERNEL * maps.shape[1])


def _scattered(patches: Tensor, smaller: torch.Size) -> Tensor:
    """The reverse, the sum where they overlap: [B * H * W, 16 * C] of maps [B, any, H, W] to [B, C, 2 H, 2 W]."""
    count, _, height, width = smaller
    patches = patches.view(count, height, width, KERNEL, KERNEL, -1)
    sums = torch.promote_types(patches.dtype, torch.float32)
    padded = patches.new_zeros(count, 2 * (height + PADDING), 2 * (width + PADDING), patches.shape[-1], dtype=sums)
    for row in range(KERNEL):
        for column in range(KERNEL):
            padded[:, row : row + 2 * height : 2, column : column + 2 * width : 2] += patches[:, :, :, row, column]
    inner = padded[:, PADDING:-PADDING, PADDING:-PADDING].to(patches.dtype)
    return inner.contiguous().permute(0, 3, 1, 2)
