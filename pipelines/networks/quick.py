"""Small sub-pixel convolutions for CPUs: they compute at half of the resolution and below.

Shi et al., Real-Time Single Image Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network (2016): a
convolution that yields four times the maps, rearranged into twice the size, does the work of a transposed convolution
on a quarter of the pixels; D begins with the inverse rearrangement.
"""

from __future__ import annotations

from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks._conditioning import ConditionalGenerator, ToMaps, finished
from pipelines.networks._dropout import Dropout
from pipelines.networks._norms import layer_norm

D_DROPOUT = True


def generator(config: TrainConfig, classes: int) -> nn.Module:
    """z [B, latent_size], y [B] or None, to pictures [B, C, H, W] in [-1, 1]."""
    side, width = config.size // 4, config.width
    body = nn.Sequential(
        nn.Linear(config.latent_size + classes, 2 * width * side * side, bias=False),
        ToMaps(2 * width, side),  # (B, 2w, s/4, s/4)
        nn.BatchNorm2d(2 * width),
        nn.ReLU(inplace=True),
        nn.Conv2d(2 * width, 4 * width, 3, padding=1, bias=False),
        nn.PixelShuffle(2),  # (B, w, s/2, s/2)
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
        nn.Conv2d(width, width, 3, padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
        nn.Conv2d(width, 4 * config.channels, 3, padding=1),
        nn.PixelShuffle(2),  # (B, C, s, s)
        nn.Tanh(),
    )
    return ConditionalGenerator(body, classes)


def discriminator(config: TrainConfig, classes: int) -> nn.Module:
    """Pictures [B, C, H, W], y [B] or None, to logits [B]."""
    side, width = config.size // 4, config.width
    body = nn.Sequential(
        nn.PixelUnshuffle(2),  # (B, 4C, s/2, s/2)
        nn.Conv2d(4 * config.channels, width, 3, padding=1),
        nn.LeakyReLU(0.2, inplace=True),
        Dropout(config.dropout),
        nn.Conv2d(width, 2 * width, 4, stride=2, padding=1),  # (B, 2w, s/4, s/4)
        *layer_norm(config.d_norm, 2 * width),
        nn.LeakyReLU(0.2, inplace=True),
        Dropout(config.dropout),
        nn.Conv2d(2 * width, 2 * width, 3, padding=1),
        *layer_norm(config.d_norm, 2 * width),
        nn.LeakyReLU(0.2, inplace=True),
    )
    return finished(body, 2 * width * side * side, config, classes)
