"""A generator with a mapping network: z becomes w, and w a picture."""

import torch
from torch import nn
from torch.nn.functional import one_hot

from pipelines.networks._conditioning import ToMaps
from pipelines.networks.quick import discriminator

__all__ = ["discriminator", "generator"]

SIZES = (28, 32)
D_DROPOUT = True
BF16 = False


class Generator(nn.Module):
    feature_info = (
        "spread",
        "draw",
    )  # a layer of ``mapped`` reads z, but no linear layer draws from it: no ``z_layer``

    def __init__(self, config, classes):
        super().__init__()
        self.classes, width, side = classes, config.width, config.size // 4
        self.mapped = nn.Sequential(nn.Linear(config.latent_size + classes, 12), nn.LeakyReLU(0.2), nn.Linear(12, 12))
        self.spread = nn.Sequential(nn.Linear(12, width * side * side), ToMaps(width, side), nn.ReLU())
        self.draw = nn.Sequential(nn.Conv2d(width, 16 * config.channels, 3, padding=1), nn.PixelShuffle(4), nn.Tanh())

    def mapping(self, z, y=None):
        if self.classes:
            y = one_hot(y, self.classes) if y.ndim == 1 else y
            z = torch.cat([z, y.to(z.dtype)], 1)
        return self.mapped(z)

    def synthesis(self, w):
        return self.draw(self.spread(w))

    def forward(self, z, y=None):
        return self.synthesis(self.mapping(z, y))


def generator(config, classes):
    return Generator(config, classes)
