"""A small picture to a larger one: residual blocks at its size, then sub-pixel convolutions (SRGAN).

Ledig et al., Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network (2017): G's blocks
have two convolutions of 3 x 3 with batch norm and PReLU, a sum over all blocks brings the first maps again, and each
sub-pixel convolution doubles the size. z changes nothing. The small picture may be 1 / 2^k as high as what is drawn,
where the paper has a quarter, and 16 blocks, here from 128 pixels on: 8 at 64 and 4 below. D judges the picture alone,
without the small one: convolutions of 3 x 3 that halve every second time, LeakyReLU 0.2, and two dense layers. The
paper sets d_norm to 'batch' and width to 64.

With ``global_residual``, which the paper has not, the enlarged small picture is added to what G draws.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.errors import ConfigError
from pipelines.networks import _global_residual
from pipelines.networks._norms import d_norm
from pipelines.networks._planes import Planes
from pipelines.networks._staged import WIDEST, StagedDiscriminator, begun
from pipelines.networks._stages import sides
from pipelines.networks._subpixel import subpixel

SIZES = (16, 28, 32, 64, 128, 256)
TRANSLATES = True
RESIDUAL = True
Z_ROLE = "none"
Z_NORM = True
D_BATCH_NORM = True


def generator(config: TrainConfig, spec: Spec) -> nn.Module:
    """z [B, latent_size] and a smaller picture, y, to pictures [B, C, H, W] in [-1, 1].

    Raises:
        ConfigError: no number of doublings makes the one size of the other.
    """
    planes = Planes(spec)
    times = config.size // planes.side
    if times * planes.side != config.size or times & (times - 1):
        allowed = " or ".join(str(config.size >> k) for k in range(5) if config.size % 2**k == 0)
        raise ConfigError(
            f"The network {config.network!r} doubles what it is told, and no doubling makes {config.size} pixels of "
            f"the {planes.side} of {spec.condition!r} in the data set {config.data!r}: choose a set whose condition is "
            f"{allowed} pixels high, or another network."
        )
    _global_residual.check(config, spec)
    return SRResNet(config, planes, times.bit_length() - 1)


def discriminator(config: TrainConfig, spec: Spec) -> nn.Module:
    """Pictures [B, C, H, W] to logits [B]; what else it is told changes nothing."""
    stages, norm, before = [], config.d_norm, config.channels
    bias = norm in ("none", "spectral")
    for number in range(len(sides(config.size)) - 1):
        maps = config.width * min(2**number, WIDEST)
        for inputs, stride in ((before, 1), (maps, 2)):
            bare = not stages  # nothing normalises the first layer
            convolution = nn.Conv2d(inputs, maps, 3, stride, padding=1, bias=bare or bias)
            stages.append(nn.Sequential(convolution, *([] if bare else d_norm(norm, maps)), _leaky()))
        before = maps
    dense = min(16 * config.width, 1024)
    head = nn.Sequential(
        nn.Flatten(),
        nn.Linear(before * sides(config.size)[0] ** 2, dense),
        _leaky(),
        nn.Linear(dense, 1),
        nn.Flatten(0),
    )
    return begun(StagedDiscriminator(stages, head), config)


class SRResNet(nn.Module):
    """A small picture to a picture.

    Args:
        config: says ``size``, ``channels`` and ``width``.
        planes: of the condition.
        doublings: from its size to that of the pictures.
    """

    def __init__(self, config: TrainConfig, planes: Planes, doublings: int) -> None:
        super().__init__()
        self.planes, self.residual, width = planes, config.global_residual, config.width
        self.first = nn.Sequential(nn.Conv2d(planes.count, width, 9, padding=4), nn.PReLU(width))
        self.blocks = nn.Sequential(*(_Block(width) for _ in range(blocks(config.size))), *_normed(width))
        self.up = nn.Sequential(*(subpixel(width) for _ in range(doublings)))
        self.last = nn.Conv2d(width, config.channels, 9, padding=4)
        if self.residual:
            _global_residual.silence(self.last)

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Pictures in [-1, 1], [B, C, H, W]; a little beyond in training with ``global_residual``.

        Args:
            z: latent vectors, [B, latent_size], which change nothing.
            y: small pictures float32 [B, c, h, w] in [-1, 1], or maps of labels, integers [B, 1, h, w].
        """
        planes = self.planes(y)
        h = self.first(planes)
        drawn = self.last(self.up(h + self.blocks(h)))
        return _global_residual.added(planes, drawn, self.training) if self.residual else torch.tanh(drawn)


def blocks(size: int) -> int:
    """How many residual blocks draw pictures of so many pixels."""
    return 4 if size <= 32 else 8 if size <= 64 else 16


class _Block(nn.Module):
    def __init__(self, maps: int) -> None:
        super().__init__()
        self.body = nn.Sequential(*_normed(maps), nn.PReLU(maps), *_normed(maps))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


def _normed(maps: int) -> tuple[nn.Module, nn.Module]:
    return nn.Conv2d(maps, maps, 3, padding=1, bias=False), nn.BatchNorm2d(maps)


def _leaky() -> nn.Module:
    return nn.LeakyReLU(0.2, inplace=True)
