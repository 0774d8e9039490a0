"""Dense layers only: the lecture's simple GAN at width 100, 100-150-pixels against 150-100-1.

Weights start by He et al. (2015), as in the lecture; the output is a tanh rather than a sigmoid, since pictures are
held in [-1, 1] everywhere.
"""

from __future__ import annotations

from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks._conditioning import ConditionalGenerator, finished
from pipelines.networks._dropout import Dropout
from pipelines.networks._norms import layer_norm

D_DROPOUT = True
BF16 = False  # dense layers of the lecture's size are too small to gain from it; convolutions gain about twofold


def generator(config: TrainConfig, classes: int) -> nn.Module:
    """z [B, latent_size], y [B] or None, to pictures [B, C, H, W] in [-1, 1]."""
    narrow, wide, shape = config.width, config.width * 3 // 2, (config.channels, config.size, config.size)
    body = nn.Sequential(
        nn.Linear(config.latent_size + classes, narrow),
        nn.ReLU(),
        nn.Linear(narrow, wide),
        nn.ReLU(),
        nn.Linear(wide, config.channels * config.size**2),
        nn.Tanh(),
        nn.Unflatten(1, shape),
    )
    return ConditionalGenerator(_he_init(body), classes)


def discriminator(config: TrainConfig, classes: int) -> nn.Module:
    """Pictures [B, C, H, W], y [B] or None, to logits [B]."""
    narrow, wide = config.width, config.width * 3 // 2
    norm = "none" if config.d_norm == "instance" else config.d_norm  # there are no maps
    body = nn.Sequential(
        nn.Flatten(),
        nn.Linear(config.channels * config.size**2, wide),
        *layer_norm(norm, wide),
        nn.ReLU(),
        Dropout(config.dropout),
        nn.Linear(wide, narrow),
        *layer_norm(norm, narrow),
        nn.ReLU(),
        Dropout(config.dropout),
    )
    return finished(_he_init(body), narrow, config, classes)


def _he_init(body: nn.Sequential) -> nn.Sequential:
    for layer in body:
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    return body
