"""U-Net with skips, and a D that judges patches and is told the input (pix2pix).

Isola et al., Image-to-Image Translation with Conditional Adversarial Networks (2017): G halves the picture that it is
told until one place is left and doubles back, and each layer of the way back also reads the layer of its size on the
way there. Convolutions of 4 x 4, batch norm, LeakyReLU 0.2 there and ReLU back, weights from N(0, 0.02). The last
halvings, from 4 x 4 (7 x 7 for 28 pixels) to 1 x 1, are one layer. Noise is dropout of the maps up to 8 x 8 on the way
back, as much as ``dropout`` says (0.5 in the paper), with masks that follow from z: see ``_latent_dropout.py``. D is
``_staged.py``'s PatchGAN, with the receptive fields given there. The paper sets d_norm to 'batch'.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.networks._initial import dcgan_
from pipelines.networks._latent_dropout import LatentDropout
from pipelines.networks._planes import Planes
from pipelines.networks._small_maps import DoublingConv2d, HalvingConv2d
from pipelines.networks._staged import patches, told
from pipelines.networks._stages import maps, sides

SIZES = (16, 28, 32, 64, 128, 256)
TRANSLATES = True
PATCHES = True
Z_ROLE = "dropout"
D_BATCH_NORM = True
DROPPED = 8  # height of the largest maps that dropout is in


def generator(config: TrainConfig, spec: Spec) -> nn.Module:
    """z [B, latent_size] and a picture or a map of labels, y, to pictures [B, C, H, W] in [-1, 1]."""
    return UNet(config, Planes(spec)).apply(dcgan_)


def discriminator(config: TrainConfig, spec: Spec) -> nn.Module:
    """Pictures [B, C, H, W], and y where it belongs to them, to logits of patches [B, 1, h, w], or [B]."""
    return patches(config, told(spec))


class UNet(nn.Module):
    """A picture to a picture.

    Args:
        config: says ``size``, ``channels``, ``width``, ``latent_size`` and ``dropout``.
        planes: of the condition.
    """

    def __init__(self, config: TrainConfig, planes: Planes) -> None:
        super().__init__()
        heights = sides(config.size)  # 4, 8 ... or 7, 14 and 28
        counts, smallest = [maps(config, side) for side in heights[:-1]], heights[0]
        self.planes, self.size = planes, config.size
        self.first = nn.Conv2d(planes.count, counts[-1], 4, stride=2, padding=1)
        inwards = list(zip(counts[:0:-1], counts[-2::-1], strict=True))
        self.down = nn.ModuleList(
            nn.Sequential(HalvingConv2d(before, after, bias=False), nn.BatchNorm2d(after)) for before, after in inwards
        )
        self.middle = nn.Sequential(
            nn.Conv2d(counts[0], counts[0], smallest),  # to 1 x 1
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(counts[0], counts[0], smallest, bias=False),
            nn.BatchNorm2d(counts[0]),
        )
        self.up = nn.ModuleList(
            nn.Sequential(DoublingConv2d(2 * before, after, bias=False), nn.BatchNorm2d(after))
            for after, before in reversed(inwards)
        )
        self.dropout = nn.ModuleList(
            LatentDropout(config.dropout, config.latent_size, (count, side, side), number)
            for number, (count, side) in enumerate(zip(counts, heights, strict=False)) if side <= DROPPED
        )  # fmt: skip
        self.last = nn.ConvTranspose2d(2 * counts[-1], config.channels, 4, stride=2, padding=1)

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Pictures in [-1, 1], [B, C, H, W].

        Args:
            z: latent vectors, [B, latent_size].
            y: pictures float32 [B, c, h, w] in [-1, 1], or maps of labels, integers [B, 1, h, w].
        """
        h = F.leaky_relu_(self.first(self.planes(y, self.size)), 0.2)
        skips = [h]
        for layer in self.down:
            skips.append(h := F.leaky_relu_(layer(h), 0.2))
        h = self.middle(h)
        for number, skip in enumerate(reversed(skips)):
            if number < len(self.dropout):
                h = self.dropout[number](h, z)
            # of what passed a LeakyReLU, ReLU makes what it makes of what was before it
            h = F.relu_(torch.cat([h, skip], 1))
            h = (self.up[number] if number < len(self.up) else self.last)(h)
        return torch.tanh(h)
