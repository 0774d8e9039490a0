"""Discriminators made of stages, whose maps are compared between real and drawn pictures; PatchGAN, at several scales.

Isola et al., Image-to-Image Translation with Conditional Adversarial Networks (2017), section 3.2.2: D judges each
patch of a picture by itself, told the picture that G was given, and its opinion is the mean of all. Theirs sees patches
of 70 x 70 in pictures of 256 x 256. Here the patches are 16 x 16 in pictures up to 32 x 32, 34 x 34 up to 128 x 128 and
70 x 70 beyond, which are the paper's own with one, two and three halvings: a quarter to a half of the height. With
``image_gan`` D judges the whole picture (ImageGAN, section 4.4): it halves it to 4 x 4 and has one dense layer.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.networks._initial import dcgan_, he_
from pipelines.networks._norms import d_norm, spectral_norm
from pipelines.networks._planes import Planes, beside
from pipelines.networks._small_maps import HalvingConv2d
from pipelines.networks._stages import sides

WIDEST = 8  # times the width that a layer's maps may be


class StagedDiscriminator(nn.Module):
    """Stages that maps pass one after the other, and a head that gives logits.

    Args:
        stages: each takes the maps of the one before; the first takes pictures, and beside them what D is told.
        head: takes the maps of the last.
        planes: makes planes of what D is told; None where it is told nothing.
    """

    def __init__(self, stages: Iterable[nn.Module], head: nn.Module, planes: Planes | None = None) -> None:
        super().__init__()
        self.body, self.head, self.planes = nn.ModuleList(stages), head, planes

    def judged(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, list[Tensor]]:
        """The logits of pictures, and the maps [B, M, h, w] of each stage, in one pass; arguments as of ``forward``."""
        found, h = [], beside(x, self.planes, y)
        for stage in self.body:
            found.append(h := stage(h))
        return self.head(h), found

    def forward(self, x: Tensor, y: Tensor | None = None, group: Tensor | None = None) -> Tensor:
        """Logits, [B], of patches [B, 1, h, w], or of patches at several scales [B, scales, h, w].

        Args:
            x: pictures in [-1, 1], [B, C, H, W].
            y: the conditions of a D that is told them, pictures [B, C, h, w] in [-1, 1] or maps of labels, integers
                [B, 1, h, w]; else anything.
            group: there are none.
        """
        return self.judged(x, y)[0]


class MultiScale(nn.Module):
    """A D of patches for each scale: the second sees the pictures at half of their size, and so patches twice as large.

    Wang et al., High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs (2018), section 3.2.
    The logits of the smaller scales are repeated, so that each scale weighs the same in a mean.

    Args:
        scales: the largest first, none of which is told; logits of each are half as high as of the one before.
        planes: as in ``StagedDiscriminator``.
    """

    def __init__(self, scales: Iterable[StagedDiscriminator], planes: Planes | None = None) -> None:
        super().__init__()
        self.scales, self.planes = nn.ModuleList(scales), planes

    def judged(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, list[Tensor]]:
        """The logits of pictures, and the maps of each stage of each scale; arguments as of ``forward``."""
        logits, found, h = [], [], beside(x, self.planes, y)
        for number, scale in enumerate(self.scales):
            if number:
                h = F.avg_pool2d(h, 3, stride=2, padding=1, count_include_pad=False)
            said, maps = scale.judged(h)
            logits.append(said)
            found += maps
        height, width = logits[0].shape[2:]
        repeated = (F.interpolate(each, (height, width), mode="nearest") for each in logits[1:])
        return torch.cat([logits[0], *repeated], 1), found

    def forward(self, x: Tensor, y: Tensor | None = None, group: Tensor | None = None) -> Tensor:
        """Logits [B, scales, h, w]; arguments as of ``StagedDiscriminator``."""
        return self.judged(x, y)[0]


def told(spec: Spec) -> Planes | None:
    """The planes of a D that is told the condition; None where it does not belong to the pictures."""
    return Planes(spec) if spec.condition and spec.paired else None


def patches(config: TrainConfig, planes: Planes | None = None) -> nn.Module:
    """A D that judges patches, told the condition where there are planes: pictures to logits [B, 1, h, w].

    With ``image_gan`` it judges whole pictures, to logits [B].
    """
    if config.image_gan:
        return begun(StagedDiscriminator(*_of_pictures(config, planes), planes), config)
    return begun(StagedDiscriminator(*_of_patches(config, planes), planes), config)


def multi_scale(config: TrainConfig, planes: Planes | None, scales: int = 2) -> nn.Module:
    """A D that judges patches at several scales, told the condition: pictures to logits [B, scales, h, w].

    Park et al., Semantic Image Synthesis with Spatially-Adaptive Normalization (2019), appendix A: with ``d_norm``
    'spectral' there is instance norm beside the spectral norm of the weights.
    """
    made = (StagedDiscriminator(*_of_patches(config, planes, both=True)) for _ in range(scales))
    return begun(MultiScale(made, planes), config)


def begun(network: nn.Module, config: TrainConfig) -> nn.Module:
    """The same D with the weights that it begins with, and spectral norm where ``d_norm`` says so."""
    # Where nothing sets the scale of a layer but its weights, 0.02 would be too small.
    network.apply(he_ if config.d_norm in ("none", "spectral") else dcgan_)
    return spectral_norm(network) if config.d_norm == "spectral" else network


def halvings(size: int) -> int:
    """How often a D of patches halves pictures of so many pixels."""
    return 1 if size <= 32 else 2 if size <= 128 else 3


def _of_patches(config: TrainConfig, planes: Planes | None, both: bool = False) -> tuple[list[nn.Module], nn.Module]:
    """Stages and head of PatchGAN; ``both``: instance norm where there is spectral norm."""
    norm = "instance" if both and config.d_norm == "spectral" else config.d_norm
    maps, bias = config.width, config.d_norm in ("none", "spectral")  # others would take it away
    first = nn.Conv2d(config.channels + (planes.count if planes else 0), maps, 4, stride=2, padding=1)
    stages: list[nn.Module] = [nn.Sequential(first, _leaky())]
    for number in range(1, halvings(config.size) + 1):
        before, maps = maps, config.width * min(2**number, WIDEST)
        last = number == halvings(config.size)
        layers = _keeping(before, maps, bias) if last else (HalvingConv2d(before, maps, bias),)
        stages.append(nn.Sequential(*layers, *d_norm(norm, maps), _leaky()))
    return stages, nn.Sequential(*_keeping(maps, 1))


def _of_pictures(config: TrainConfig, planes: Planes | None) -> tuple[list[nn.Module], nn.Module]:
    """Stages and head of ImageGAN: a convolution at full size, halvings to 4 x 4 (7 x 7), and a dense layer."""
    heights, bias = sides(config.size)[::-1], config.d_norm in ("none", "spectral")
    maps = [config.width * min(2**number, WIDEST) for number in range(1, len(heights) + 1)]
    first = nn.Conv2d(config.channels + (planes.count if planes else 0), maps[0], 3, padding=1)
    stages: list[nn.Module] = [nn.Sequential(first, _leaky())]
    for before, after in zip(maps[:-1], maps[1:], strict=True):
        stages.append(nn.Sequential(HalvingConv2d(before, after, bias), *d_norm(config.d_norm, after), _leaky()))
    return stages, nn.Sequential(nn.Flatten(), nn.Linear(maps[-1] * heights[-1] ** 2, 1), nn.Flatten(0))


def _keeping(inputs: int, outputs: int, bias: bool = True) -> tuple[nn.Module, nn.Module]:
    """A convolution of 4 x 4 that keeps the size of maps, so that logits of one scale divide those of another."""
    return nn.ZeroPad2d((1, 2, 1, 2)), nn.Conv2d(inputs, outputs, 4, bias=bias)


def _leaky() -> nn.Module:
    return nn.LeakyReLU(0.2, inplace=True)
