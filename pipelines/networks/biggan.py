"""Residual blocks with self-attention, each told a part of z and the class.

Brock et al., Large Scale GAN Training for High Fidelity Natural Image Synthesis (2019): z is split into one chunk for
the first layer and one for each block, where it stands beside an embedding of the class that all blocks share; scale
and shift of each batch norm are linear in both. Weights begin orthogonal. The paper sets d_norm to 'spectral',
g_spectral on, the loss to 'hinge' and orthogonal to 0.0001.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks._conditional_norm import Table, linear_norm
from pipelines.networks._conditioning import class_weights
from pipelines.networks._residual import ResidualGenerator, maps_of, orthogonal_, residual_discriminator

SIZES = (16, 28, 32, 64, 128, 256)
ATTENTION = True
CLASS_EMBEDDING = True
STANDING_STATISTICS = True
EMBEDDED = 128  # numbers that stand for a class


def generator(config: TrainConfig, classes: int) -> nn.Module:
    """z [B, latent_size], y [B] or None, to pictures [B, C, H, W] in [-1, 1]."""
    return HierarchicalGenerator(config, classes).apply(orthogonal_)


def discriminator(config: TrainConfig, classes: int) -> nn.Module:
    """Pictures [B, C, H, W], y [B] or None, to logits [B]."""
    return residual_discriminator(config, classes, orthogonal_, attention=True)


class HierarchicalGenerator(ResidualGenerator):
    """A residual generator whose blocks are told chunks of z and the embedded class.

    A mixture of classes is embedded as the mixture of their embeddings.
    """

    def __init__(self, config: TrainConfig, classes: int) -> None:
        first, *chunks = chunks_of(config.latent_size, 1 + len(maps_of(config)))
        embedded = EMBEDDED if classes else 0
        super().__init__(
            config, classes, lambda block, maps: linear_norm(maps, chunks[block] + embedded), True, inputs=first
        )
        self.chunks = [first, *chunks]
        self.embedding = Table(classes, EMBEDDED) if classes else None
        if classes:
            nn.init.orthogonal_(self.embedding.rows)

    def told(self, z: Tensor, y: Tensor | None) -> tuple[Tensor, list[Tensor | None]]:
        first, *chunks = z.split(self.chunks, 1)
        if self.embedding is None:
            return first, chunks
        embedded = self.embedding(class_weights(y, self.classes).to(z.dtype))
        return first, [torch.cat([chunk, embedded], 1) for chunk in chunks]


def chunks_of(size: int, count: int) -> list[int]:
    """The sizes of ``count`` chunks of a vector, as equal as can be, the larger ones first; 0 where none is left."""
    return [size // count + (number < size % count) for number in range(count)]
