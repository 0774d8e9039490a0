"""Pictures: uint8 [B, C, H, W] as they are stored, float32 in [-1, 1] as networks read and write them."""

from __future__ import annotations

import torch
from torch import Tensor

PICTURES = True


def encode(stored: Tensor) -> Tensor:
    """uint8 [0, 255] to float32 [-1, 1], same shape."""
    return stored.to(torch.float32).mul_(2 / 255).sub_(1)


def decode(encoded: Tensor) -> Tensor:
    """Floats in [-1, 1] to uint8 [0, 255], same shape; rounded to nearest."""
    return encoded.float().add(1).mul(127.5).round_().clamp_(0, 255).to(torch.uint8)


def tile(stored: Tensor, size: int, channels: int) -> Tensor:
    """The pictures themselves: a set's pictures have the size and channels that a run shows."""
    return stored


def features(stored: Tensor) -> Tensor:
    """Pixels in [-1, 1], [B, C * H * W]."""
    return encode(stored).flatten(1)
