"""The two networks of the plane: plain perceptrons, so small that a step takes a millisecond."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor, nn

from pipelines.playground.settings import PlaneConfig

SLOPE = 0.2  # of a unit that is off, so that no unit dies for good


def make_generator(config: PlaneConfig) -> nn.Sequential:
    """G: z [B, latent_size] to points [B, 2], anywhere in the plane; told x, x and z [B, 1 + Z] to y [B, 1]."""
    told = config.told == "x"
    inputs, outputs = config.latent_size + told, 2 - told
    return _perceptron(inputs, config.g_depth, config.g_width, outputs, _stream(config.seed, 0))


def make_discriminator(config: PlaneConfig) -> nn.Sequential:
    """D: points [B, 2] to logits [B, 1]."""
    return _perceptron(2, config.d_depth, config.d_width, 1, _stream(config.seed, 1))


def draw_latent(config: PlaneConfig, count: int, generator: torch.Generator) -> Tensor:
    """Latent vectors of the prior, [count, latent_size]: N(0, 1), or uniform on [-1, 1]."""
    if config.prior == "uniform":
        return torch.rand(count, config.latent_size, generator=generator) * 2 - 1
    return torch.randn(count, config.latent_size, generator=generator)


def latent_grid(config: PlaneConfig, side: int) -> Tensor:
    """Latent vectors on a net of equal chance, [side ** n, latent_size] with n = 2, or 1 where z is one number.

    Each mesh holds the same probability, so that where G's net is drawn together it puts many points. Further numbers
    of z are held at 0. The rim is left out: a Gaussian's has no end.
    """
    chance = torch.linspace(0.01, 0.99, side)
    ticks = torch.special.ndtri(chance) if config.prior == "gaussian" else chance * 2 - 1
    net = ticks[:, None] if config.latent_size == 1 else torch.cartesian_prod(ticks, ticks)
    return torch.nn.functional.pad(net, (0, config.latent_size - net.shape[1]))


def told_grid(config: PlaneConfig, side: int) -> tuple[Tensor, Tensor]:
    """For a G that is told x: x evenly from -1 to 1, [side * side, 1], and with each of them first numbers of z."""
    of_one = latent_grid(dataclasses.replace(config, latent_size=1), side)
    x = torch.linspace(-1, 1, side)[:, None]
    z = torch.nn.functional.pad(of_one.repeat(side, 1), (0, config.latent_size - 1))
    return x.repeat_interleave(side, 0), z


def _stream(seed: int, number: int) -> torch.Generator:
    """Chance of its own for each use, so that a wider D does not change how G starts."""
    return torch.Generator().manual_seed(seed * 8 + number)


def streams(seed: int) -> tuple[torch.Generator, torch.Generator]:
    """The chance of training, and that of what is shown and measured."""
    return _stream(seed, 2), _stream(seed, 3)


def _perceptron(inputs: int, depth: int, width: int, outputs: int, generator: torch.Generator) -> nn.Sequential:
    layers: list[nn.Module] = []
    for _ in range(depth):
        layers += [_linear(inputs, width, generator), nn.LeakyReLU(SLOPE)]
        inputs = width
    return nn.Sequential(*layers, _linear(inputs, outputs, generator))


def _linear(inputs: int, outputs: int, generator: torch.Generator) -> nn.Linear:
    """torch's own start of a linear layer, U(-1/sqrt(inputs), 1/sqrt(inputs)), drawn from our generator."""
    made = nn.utils.skip_init(nn.Linear, inputs, outputs)
    bound = inputs**-0.5
    nn.init.uniform_(made.weight, -bound, bound, generator=generator)
    nn.init.uniform_(made.bias, -bound, bound, generator=generator)
    return made
