"""A generator that paints in layers: each resolution adds to a picture that starts at 4 x 4; for flat colours at 64.

Karras et al., Analyzing and Improving the Image Quality of StyleGAN (2020), whose generator with output skips this is,
without style and noise: at each size one upsampling, one convolution, and a picture added to the one below it, so that
large areas of one colour are painted at low resolution and only edges at high. D is DCGAN's.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.networks import dcgan
from pipelines.networks._conditioning import ConditionalGenerator, ToMaps
from pipelines.training.config import TrainConfig

SMALLEST = {28: 7, 32: 4, 64: 4}  # the edge at which a picture of a size starts


def generator(config: TrainConfig, classes: int) -> nn.Module:
    """z [B, latent_size], y [B] or None, to pictures [B, C, H, W] in [-1, 1]."""
    body = _Painter(config.latent_size + classes, config.width, config.channels, config.size)
    return ConditionalGenerator(body, classes)


def discriminator(config: TrainConfig, classes: int) -> nn.Module:
    """Pictures [B, C, H, W], y [B] or None, to logits [B]: as in the family ``dcgan``."""
    return dcgan.discriminator(config, classes)


class _Painter(nn.Module):
    """Half as many maps at each doubling, ``width`` / 2 at full size, and a picture painted from those of each size."""

    def __init__(self, inputs: int, width: int, channels: int, size: int) -> None:
        super().__init__()
        side = SMALLEST[size]
        doublings = (size // side).bit_length() - 1
        maps = [max(4, width // 2) * 2 ** (doublings - index) for index in range(doublings + 1)]
        self.start = nn.Sequential(
            nn.Linear(inputs, maps[0] * side * side, bias=False), ToMaps(maps[0], side), _norm(maps[0])
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.Conv2d(before, after, 3, padding=1, bias=False), _norm(after))
            for before, after in zip(maps, maps[1:], strict=False)
        )
        self.paint = nn.ModuleList(nn.Conv2d(count, channels, 1) for count in maps)

    def forward(self, z: Tensor) -> Tensor:
        h = self.start(z)
        picture = self.paint[0](h)
        for block, paint in zip(self.blocks, self.paint[1:], strict=True):
            h = block(F.interpolate(h, scale_factor=2, mode="nearest"))
            picture = F.interpolate(picture, scale_factor=2, mode="bilinear", align_corners=False) + paint(h)
        return picture.tanh()


def _norm(maps: int) -> nn.Sequential:
    return nn.Sequential(nn.BatchNorm2d(maps), nn.ReLU(inplace=True))
