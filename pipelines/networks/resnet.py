"""A picture to one of another kind, without pairs: residual blocks with instance norm, and a D of patches (CycleGAN).

Zhu et al., Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks (2017), after Johnson et
al., Perceptual Losses for Real-Time Style Transfer and Super-Resolution (2016): G halves the picture that it is told
twice, has residual blocks at a quarter of the size, and doubles back; the borders of pictures are mirrored, weights are
from N(0, 0.02). The paper has 6 blocks at 128 pixels and 9 at 256; here there are 4 at 64 and 3 below. z changes
nothing. D is ``_staged.py``'s PatchGAN, told the picture alone. The paper sets d_norm to 'instance' and the loss to
'least-squares'. ``global_residual``, which the paper has not, adds the picture that G is told to what it draws.
"""

from __future__ import annotations

from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.networks import _global_residual
from pipelines.networks._initial import dcgan_
from pipelines.networks._norms import InstanceNorm
from pipelines.networks._planes import Planes
from pipelines.networks._staged import patches

SIZES = (16, 28, 32, 64, 128, 256)
TRANSLATES = True
PATCHES = True
RESIDUAL = True
Z_ROLE = "none"
Z_NORM = True
D_BATCH_NORM = True


def generator(config: TrainConfig, spec: Spec) -> nn.Module:
    """z [B, latent_size] and a picture or a map of labels, y, to pictures [B, C, H, W] in [-1, 1]."""
    _global_residual.check(config, spec)
    made = ResNet(config, Planes(spec)).apply(dcgan_)
    if config.global_residual:
        _global_residual.silence(made.body[-1])
    return made


def discriminator(config: TrainConfig, spec: Spec) -> nn.Module:
    """Pictures [B, C, H, W] to logits of patches [B, 1, h, w], or [B]; what else it is told changes nothing."""
    return patches(config)


class ResNet(nn.Module):
    """A picture to a picture.

    Args:
        config: says ``size``, ``channels`` and ``width``.
        planes: of the condition.
    """

    def __init__(self, config: TrainConfig, planes: Planes) -> None:
        super().__init__()
        self.planes, self.size, width = planes, config.size, config.width
        self.body = nn.Sequential(
            *_mirrored(planes.count, width, 7), InstanceNorm(width), nn.ReLU(inplace=True),
            *_halved(width, 2 * width), *_halved(2 * width, 4 * width),
            *(_Block(4 * width) for _ in range(blocks(config.size))),
            *_doubled(4 * width, 2 * width), *_doubled(2 * width, width),
            *_mirrored(width, config.channels, 7, bias=True), *([] if config.global_residual else [nn.Tanh()]),
        )  # fmt: skip
        self.residual = config.global_residual

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Pictures in [-1, 1], [B, C, H, W]; a little beyond in training with ``global_residual``.

        Args:
            z: latent vectors, [B, latent_size], which change nothing.
            y: pictures float32 [B, c, h, w] in [-1, 1], or maps of labels, integers [B, 1, h, w].
        """
        planes = self.planes(y, self.size)
        drawn = self.body(planes)
        return _global_residual.added(planes, drawn, self.training) if self.residual else drawn


def blocks(size: int) -> int:
    """How many residual blocks draw pictures of so many pixels."""
    return {64: 4, 128: 6, 256: 9}.get(size, 3)


class _Block(nn.Module):
    def __init__(self, maps: int) -> None:
        super().__init__()
        first, second = (_mirrored(maps, maps, 3) for _ in range(2))
        self.body = nn.Sequential(*first, InstanceNorm(maps), nn.ReLU(inplace=True), *second, InstanceNorm(maps))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


def _mirrored(inputs: int, outputs: int, kernel: int, bias: bool = False) -> tuple[nn.Module, nn.Module]:
    """A convolution that keeps the size of maps, whose borders are mirrored."""
    return nn.ReflectionPad2d(kernel // 2), nn.Conv2d(inputs, outputs, kernel, bias=bias)


def _halved(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
    return convolution, InstanceNorm(outputs), nn.ReLU(inplace=True)


def _doubled(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    convolution = nn.ConvTranspose2d(inputs, outputs, 3, stride=2, padding=1, output_padding=1, bias=False)
    return convolution, InstanceNorm(outputs), nn.ReLU(inplace=True)
