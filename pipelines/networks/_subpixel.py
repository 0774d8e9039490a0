"""Sub-pixel convolution: maps that double by a convolution at the lower resolution."""

from __future__ import annotations

import torch
from torch import nn


def subpixel(maps: int) -> nn.Sequential:
    """Maps [B, maps, H, W] to maps [B, maps, 2 H, 2 W], and a learnt slope below 0.

    Shi et al., Real-Time Single Image Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network
    (2016): four maps of the convolution become one of twice the size, map 4 c + 2 i + j the pixels (2 h + i, 2 w + j)
    of map c. At first the four are equal, so that no grain of single pixels has to be unlearnt (Aitken et al.,
    Checkerboard Artifact Free Sub-Pixel Convolution, 2017).
    """
    convolution = nn.Conv2d(maps, 4 * maps, 3, padding=1)
    with torch.no_grad():
        for values in (convolution.weight, convolution.bias):
            values.copy_(values[::4].repeat_interleave(4, 0))
    return nn.Sequential(convolution, nn.PixelShuffle(2), nn.PReLU(maps))
