"""Residual blocks with conditional batch norm in G and spectral norm in D.

Miyato et al., Spectral Normalization for Generative Adversarial Networks (2018), and Miyato and Koyama, cGANs with
Projection Discriminator (2018): G's blocks double the maps, with batch norm that has a scale and a shift for each
class; D's halve them, and its features are the sums of its last maps over all places. As in the paper's network for
ImageNet, maps double from ``width`` at each halving of the resolution. The paper sets d_norm to 'spectral' and the loss
to 'hinge'.
"""

from __future__ import annotations

from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks._residual import class_generator, glorot_, residual_discriminator

SIZES = (16, 28, 32, 64, 128, 256)


def generator(config: TrainConfig, classes: int) -> nn.Module:
    """z [B, latent_size], y [B] or None, to pictures [B, C, H, W] in [-1, 1]."""
    return class_generator(config, classes)


def discriminator(config: TrainConfig, classes: int) -> nn.Module:
    """Pictures [B, C, H, W], y [B] or None, to logits [B]."""
    return residual_discriminator(config, classes, glorot_)
