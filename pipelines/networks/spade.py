"""From a map of parts to a picture: a norm that the map steers at each place, and a D of patches at two scales.

Park et al., Semantic Image Synthesis with Spatially-Adaptive Normalization (2019): G begins with z, and each of its
residual blocks, which double the maps, is told the map at its own size (``_spade.py``). z says how all is drawn, the
map what is where. Maps of labels are told as one plane a label, pictures as they are. D sees patches at the full and at
half of the size (``_staged.py``), told the map. The paper sets g_spectral, d_norm to 'spectral', which here brings
instance norm as well, and the loss to 'hinge'.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.networks._conditioning import ToMaps
from pipelines.networks._planes import Planes
from pipelines.networks._residual import glorot_
from pipelines.networks._spade import SpadeBlock
from pipelines.networks._staged import multi_scale, told
from pipelines.networks._stages import sides

SIZES = (16, 28, 32, 64, 128, 256)
TRANSLATES = True
D_BATCH_NORM = True
MOST = 8  # times the width that a layer's maps may be (16 in the paper)


def generator(config: TrainConfig, spec: Spec) -> nn.Module:
    """z [B, latent_size] and a map of labels or a picture, y, to pictures [B, C, H, W] in [-1, 1]."""
    return SpadeGenerator(config, Planes(spec)).apply(glorot_)


def discriminator(config: TrainConfig, spec: Spec) -> nn.Module:
    """Pictures [B, C, H, W], and y where it belongs to them, to logits of patches [B, 2, h, w]."""
    return multi_scale(config, told(spec))


class SpadeGenerator(nn.Module):
    """z through a linear layer to small maps, which blocks double to a picture; each block is told the condition.

    Args:
        config: says ``size``, ``channels``, ``width`` and ``latent_size``.
        planes: of the condition.
    """

    z_layer = "first"

    def __init__(self, config: TrainConfig, planes: Planes) -> None:
        super().__init__()
        self.planes, self.heights = planes, sides(config.size)
        counts = [config.width * min(config.size // side, MOST) for side in self.heights]
        self.first = nn.Linear(config.latent_size, counts[0] * self.heights[0] ** 2)
        self.to_maps = ToMaps(counts[0], self.heights[0])
        self.blocks = nn.ModuleList(
            SpadeBlock(before, after, planes.count, 2 * config.width)
            for before, after in zip([counts[0], *counts], counts, strict=False)
        )
        self.last = nn.Conv2d(counts[-1], config.channels, 3, padding=1)

    @property
    def feature_info(self) -> tuple[str, ...]:
        """The names of its layers, from z to the picture."""
        return "first", *(f"blocks.{number}" for number in range(len(self.blocks))), "last"

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Pictures in [-1, 1], [B, C, H, W].

        Args:
            z: latent vectors, [B, latent_size].
            y: maps of labels, integers [B, 1, h, w], or pictures float32 [B, c, h, w] in [-1, 1].
        """
        h = self.to_maps(self.first(z))
        for number, (block, side) in enumerate(zip(self.blocks, self.heights, strict=True)):
            h = block(F.interpolate(h, scale_factor=2, mode="nearest") if number else h, self.planes(y, side))
        return torch.tanh(self.last(F.leaky_relu_(h, 0.2)))
