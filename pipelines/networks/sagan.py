"""SNGAN's residual blocks with self-attention in both networks.

Zhang et al., Self-Attention Generative Adversarial Networks (2019): at the largest maps up to half of the picture's
height (and up to 32) each place sees all others. The paper sets d_norm to 'spectral', g_spectral on, the loss to
'hinge', and D's learning rate to four times G's (4e-4 and 1e-4).
"""

from __future__ import annotations

from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks._residual import class_generator, glorot_, residual_discriminator

SIZES = (16, 28, 32, 64, 128, 256)
ATTENTION = True


def generator(config: TrainConfig, classes: int) -> nn.Module:
    """z [B, latent_size], y [B] or None, to pictures [B, C, H, W] in [-1, 1]."""
    return class_generator(config, classes, attention=True)


def discriminator(config: TrainConfig, classes: int) -> nn.Module:
    """Pictures [B, C, H, W], y [B] or None, to logits [B]."""
    return residual_discriminator(config, classes, glorot_, attention=True)
