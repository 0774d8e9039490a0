"""Spatially adaptive normalisation: batch norm whose scale and shift of each place follow from a map."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Spade(nn.Module):
    """Batch norm without weights, times 1 + scale and plus shift, which differ from place to place.

    Park et al., Semantic Image Synthesis with Spatially-Adaptive Normalization (2019), section 3: what is normalised
    away of a map of labels comes back with them.

    Args:
        maps: C of the maps that it takes.
        seen: S of what is seen of the condition.
    """

    def __init__(self, maps: int, seen: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(maps, affine=False)
        self.scale, self.shift = nn.Conv2d(seen, maps, 1), nn.Conv2d(seen, maps, 1)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        """Maps [B, C, H, W] in the same shape.

        Args:
            seen: of the condition at the same places, [B, S, H, W].
        """
        h = self.norm(x)
        return torch.addcmul(self.shift(seen).to(h.dtype), h, 1 + self.scale(seen).to(h.dtype))


class SpadeBlock(nn.Module):
    """A residual block with such norms: maps [B, inputs, H, W] to [B, outputs, H, W], told planes of the condition.

    In the paper each norm looks at the planes by two layers of 3 x 3 of its own. Here the first of them is the block's,
    and the second 1 x 1, which takes a fifth of the time at the full size and still sees each place's neighbours.

    Args:
        planes: of the condition.
        seen: maps of the layer that looks at them.
    """

    def __init__(self, inputs: int, outputs: int, planes: int, seen: int) -> None:
        super().__init__()
        between = min(inputs, outputs)
        self.look = nn.Conv2d(planes, seen, 3, padding=1)
        self.norm1, self.norm2 = Spade(inputs, seen), Spade(between, seen)
        self.conv1 = nn.Conv2d(inputs, between, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(between, outputs, 3, padding=1, bias=False)
        self.norm3 = Spade(inputs, seen) if inputs != outputs else None
        self.shortcut = nn.Conv2d(inputs, outputs, 1, bias=False) if inputs != outputs else None

    def forward(self, x: Tensor, planes: Tensor) -> Tensor:
        """Maps [B, outputs, H, W]; planes [B, P, H, W]."""
        seen = F.relu_(self.look(planes))
        h = self.conv1(F.leaky_relu_(self.norm1(x, seen), 0.2))
        h = self.conv2(F.leaky_relu_(self.norm2(h, seen), 0.2))
        return h + (x if self.shortcut is None else self.shortcut(self.norm3(x, seen)))
