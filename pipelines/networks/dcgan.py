"""Strided and transposed convolutions: the lecture's pair at 28 pixels, Radford's at 32 and 64.

Radford et al., Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks (2016): no
pooling, no dense hidden layers, batch norm except at G's output and D's input, ReLU in G, LeakyReLU 0.2 in D, weights
from N(0, 0.02). The lecture's 28 x 28 pair is smaller: a projection to 7 x 7, two transposed convolutions of 5 x 5, and
in D dropout in place of batch norm.
"""

from __future__ import annotations

import math

from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks._conditioning import ConditionalGenerator, ToMaps, finished
from pipelines.networks._dropout import Dropout
from pipelines.networks._initial import dcgan_, he_
from pipelines.networks._norms import d_norm, layer_norm
from pipelines.networks._small_maps import DoublingConv2d, HalvingConv2d

SIZES = (16, 28, 32, 64, 128, 256)
D_BATCH_NORM = (16, 32, 64, 128, 256)
D_DROPOUT = (28,)


def generator(config: TrainConfig, classes: int) -> nn.Module:
    """z [B, latent_size], y [B] or None, to pictures [B, C, H, W] in [-1, 1]."""
    build = _lecture_generator if config.size == 28 else _radford_generator
    body = build(config.latent_size + classes, config.width, config.channels, config.size)
    return ConditionalGenerator(body.apply(dcgan_), classes)


def discriminator(config: TrainConfig, classes: int) -> nn.Module:
    """Pictures [B, C, H, W], y [B] or None, to logits [B]."""
    if config.size == 28:
        body, features = _lecture_discriminator(config)
    else:
        body, features = _radford_discriminator(config)
    # Where nothing sets the scale of a layer but its weights, 0.02 would be too small.
    alone = config.size != 28 and config.d_norm in ("none", "spectral")
    return finished(body, features, config, classes, he_ if alone else dcgan_)


def _lecture_generator(inputs: int, width: int, channels: int, size: int) -> nn.Sequential:
    up = {"kernel_size": 5, "stride": 2, "padding": 2, "output_padding": 1}
    return nn.Sequential(
        nn.Linear(inputs, 2 * width * 7 * 7),
        ToMaps(2 * width, 7),
        nn.BatchNorm2d(2 * width),
        nn.ConvTranspose2d(2 * width, width, **up),  # (B, w, 14, 14)
        nn.ReLU(inplace=True),
        nn.BatchNorm2d(width),
        nn.ConvTranspose2d(width, channels, **up),  # (B, C, 28, 28)
        nn.Tanh(),
    )


def _lecture_discriminator(config: TrainConfig) -> tuple[nn.Sequential, int]:
    width = config.width
    body = nn.Sequential(
        nn.Conv2d(config.channels, width, 5, stride=2, padding=2),  # (B, w, 14, 14)
        nn.LeakyReLU(0.2, inplace=True),
        Dropout(config.dropout),
        nn.Conv2d(width, 2 * width, 5, stride=2, padding=2),  # (B, 2w, 7, 7)
        *layer_norm(config.d_norm, 2 * width),
        nn.LeakyReLU(0.2, inplace=True),
        Dropout(config.dropout),
    )
    return body, 2 * width * 7 * 7


def _radford_generator(inputs: int, width: int, channels: int, size: int) -> nn.Sequential:
    doublings = int(math.log2(size // 4)) - 1  # 4 x 4 to half of the size, each with batch norm
    maps = width * 2**doublings
    layers: list[nn.Module] = [
        nn.Unflatten(1, (inputs, 1, 1)),
        nn.ConvTranspose2d(inputs, maps, 4, bias=False),  # (B, maps, 4, 4)
        nn.BatchNorm2d(maps),
        nn.ReLU(inplace=True),
    ]
    for _ in range(doublings):
        layers += [DoublingConv2d(maps, maps // 2, bias=False), nn.BatchNorm2d(maps // 2), nn.ReLU(inplace=True)]
        maps //= 2
    return nn.Sequential(*layers, nn.ConvTranspose2d(maps, channels, 4, 2, 1), nn.Tanh())


def _radford_discriminator(config: TrainConfig) -> tuple[nn.Sequential, int]:
    layers: list[nn.Module] = [nn.Conv2d(config.channels, config.width, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True)]
    maps, side = config.width, config.size // 2
    while side > 4:
        layers += [
            HalvingConv2d(maps, 2 * maps, bias=config.d_norm in ("none", "spectral")),
            *d_norm(config.d_norm, 2 * maps),
            nn.LeakyReLU(0.2, inplace=True),
        ]
        maps, side = 2 * maps, side // 2
    return nn.Sequential(*layers), maps * 4 * 4
