"""Sub-pixel convolution: maps that double by a convolution at the lower resolution."""

from __future__ import annotations

from torch import nn


def subpixel(maps: int) -> nn.Sequential:
    """Maps [B, maps, H, W] to maps [B, maps, 2 H, 2 W], and a learnt slope below 0.

    Shi et al., Real-Time Single Image Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network
    (2016): four maps of the convolution become one of twice the size, map 4 c + 2 i + j the pixels (2 h + i, 2 w + j)
    of map c.
    """
    return nn.Sequential(nn.Conv2d(maps, 4 * maps, 3, padding=1), nn.PixelShuffle(2), nn.PReLU(maps))
