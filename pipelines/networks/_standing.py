"""Standing statistics: the means and variances of batch norms, computed anew for the weights as they are."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks._conditioning import draw_latent
from pipelines.registries import network_traits

BATCH, BATCHES, SEED = 32, 16, 0
SAMPLES = BATCH * BATCHES  # that the statistics are taken of


def wanted(config: TrainConfig) -> bool:
    """Whether samples are drawn with standing statistics: of the moving average of a family that states them."""
    return bool(config.ema) and network_traits(config.network).standing_statistics


@torch.no_grad()
def standing_statistics(
    network: nn.Module, config: TrainConfig, told: Tensor | None = None, batches: int = BATCHES
) -> None:
    """Set each batch norm's mean and variance to the averages of those of batches of samples.

    Brock et al., Large Scale GAN Training for High Fidelity Natural Image Synthesis (2019), appendix C.1: a moving
    average of weights has other activations than the weights whose statistics were averaged with it.

    The samples are always the same, and what they are told takes turns. Other numbers of the network stay as they are,
    and so does torch's global random state.

    Args:
        network: a generator, in eval mode.
        config: says the prior of z.
        told: what takes turns: classes int64 [K], or encoded conditions [K, ...]; None for a network told nothing.
        batches: of ``BATCH`` samples each.
    """
    layers = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the mean over all batches
        layer.train()
    noise, device = torch.Generator().manual_seed(SEED), next(network.parameters()).device
    for number in range(batches):
        y = None if told is None else told[(torch.arange(BATCH) + number * BATCH) % len(told)].to(device)
        network(draw_latent(BATCH, config, noise).to(device), y)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
        layer.eval()


@contextlib.contextmanager
def standing(network: nn.Module, config: TrainConfig, told: Tensor | None = None) -> Iterator[None]:
    """Let a generator, in eval mode, draw with standing statistics meanwhile, where that is ``wanted``."""
    if not wanted(config):
        yield
        return
    kept = [(buffer, buffer.clone()) for buffer in network.buffers()]
    try:
        standing_statistics(network, config, told)
        yield
    finally:
        for buffer, before in kept:
            buffer.copy_(before)
