"""Residual blocks without normalisation (R3GAN): grouped convolutions in an inverted bottleneck; D is G reversed.

Huang et al., The GAN is dead; long live the GAN! A Modern Baseline GAN (2024), configuration E. A block is x + C3(a(
C2(a(C1(x))))): 1 x 1 to twice the maps, 3 x 3 in groups of 16 maps, 1 x 1 back, with LeakyReLU 0.2 as a. It starts by
Zhang et al., Fixup Initialization: Residual Learning Without Normalization (2019): C3 at zero, C1 and C2 scaled by
L^(-1 / (2 m - 2)), where L is the number of blocks of the network and m = 3 the layers of a block. Maps are doubled
and halved by bilinear resampling. It is made for the relativistic loss with R1 and R2 in each step, beta 1 = 0.

Unlike in the paper, G's output is cut to [-1, 1], where pictures are held everywhere, and classes reach G and D in the
way of all families. A tanh in its place was flat before G had learnt anything: nothing normalises what reaches it.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks._conditioning import ConditionalGenerator, finished
from pipelines.networks._norms import layer_norm
from pipelines.networks._stages import sides

SIZES = (16, 28, 32, 64, 128, 256)

BLOCKS = 2  # at each resolution
EXPANSION = 2  # maps inside a block, over its own
GROUP = 16  # maps in a group of the 3 x 3 convolution
LAYERS = 3  # in a block
SLOPE = 0.2
GAIN = math.sqrt(2 / (1 + SLOPE**2))  # of LeakyReLU (He et al., Delving Deep into Rectifiers, 2015)


def generator(config: TrainConfig, classes: int) -> nn.Module:
    """z [B, latent_size], y [B] or None, to pictures [B, C, H, W] in [-1, 1]."""
    side, widths = _stages(config)
    depth = BLOCKS * len(widths)
    zero = not config.g_spectral
    layers: list[nn.Module] = [_read(config.latent_size, classes, widths[-1]), FromVector(widths[-1], side)]
    for index, maps in enumerate(reversed(widths)):
        layers += [] if index == 0 else [Up(widths[-index], maps)]
        layers += [Block(maps, depth, zero) for _ in range(BLOCKS)]
    return ConditionalGenerator(nn.Sequential(*layers, _conv(widths[0], config.channels, 1), Bounded()), classes)


def discriminator(config: TrainConfig, classes: int) -> nn.Module:
    """Pictures [B, C, H, W], y [B] or None, to logits [B]."""
    side, widths = _stages(config)
    depth = BLOCKS * len(widths)
    zero = config.d_norm != "spectral"
    layers: list[nn.Module] = [_conv(config.channels, widths[0], 1)]
    for index, maps in enumerate(widths):
        layers += [] if index == 0 else [Down(widths[index - 1], maps)]
        layers += [Block(maps, depth, zero, config.d_norm) for _ in range(BLOCKS)]
    body = nn.Sequential(*layers, _conv(widths[-1], widths[-1], side, groups=widths[-1]))
    return finished(body, widths[-1], config, classes, _init_head)


class Block(nn.Module):
    """A residual block, maps [B, maps, H, W] to as many; at the start it gives what it is given.

    Args:
        maps: of what comes in.
        depth: blocks in the whole network.
        zero: whether the last layer starts at zero; spectral norm cannot divide a weight that is zero.
        norm: the setting ``d_norm``; ``layer`` puts a layer norm before the last activation.
    """

    def __init__(self, maps: int, depth: int, zero: bool = True, norm: str = "none") -> None:
        super().__init__()
        inner = EXPANSION * maps
        gain = GAIN * depth ** (-1 / (2 * LAYERS - 2))
        groups = math.gcd(inner, max(1, inner // GROUP))
        self.first = _conv(maps, inner, 1, gain, bias=True)
        self.second = _conv(inner, inner, 3, gain, bias=True, groups=groups, padding=1)
        self.norm = nn.Sequential(*layer_norm(norm, inner))
        self.last = _conv(inner, maps, 1, 0.0 if zero else gain)

    def forward(self, x: Tensor) -> Tensor:
        h = F.leaky_relu(self.first(x), SLOPE)
        h = F.leaky_relu(self.norm(self.second(h)), SLOPE)
        return x + self.last(h)


class Up(nn.Module):
    """Maps [B, inputs, H, W] to maps [B, outputs, 2 H, 2 W], by bilinear interpolation."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.change = nn.Identity() if inputs == outputs else _conv(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.interpolate(self.change(x), scale_factor=2, mode="bilinear")


class Down(nn.Module):
    """Maps [B, inputs, H, W] to maps [B, outputs, H / 2, W / 2]; at half the size bilinear is the mean of 2 x 2."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.change = nn.Identity() if inputs == outputs else _conv(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.change(F.avg_pool2d(x, 2))


class FromVector(nn.Module):
    """Numbers [B, maps] to maps [B, maps, side, side]: each scales a learnt pattern of its own."""

    def __init__(self, maps: int, side: int) -> None:
        super().__init__()
        self.patterns = nn.Parameter(torch.randn(maps, side, side))

    def forward(self, x: Tensor) -> Tensor:
        return x[:, :, None, None] * self.patterns


class Bounded(nn.Module):
    """Any numbers cut to [-1, 1]; a gradient passes unless it would lead a number further out."""

    def forward(self, x: Tensor) -> Tensor:
        return _Cut.apply(x)


class _Cut(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.clamp(-1, 1)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        outward = ((x > 1) & (grad < 0)) | ((x < -1) & (grad > 0))  # a step goes against the gradient
        return grad.masked_fill(outward, 0.0)


def _stages(config: TrainConfig) -> tuple[int, list[int]]:
    """The side of the smallest maps, and how many maps there are at each size, those of the picture's size first."""
    side, *others = sides(config.size)
    return side, [config.width] + [2 * config.width] * len(others)


def _conv(inputs: int, outputs: int, kernel: int, gain: float = 1.0, bias: bool = False, **more: int) -> nn.Conv2d:
    """A convolution that multiplies the deviation of its input by ``gain``; its bias starts at zero."""
    layer = nn.Conv2d(inputs, outputs, kernel, bias=bias, **more)
    nn.init.normal_(layer.weight, 0.0, gain / math.sqrt(layer.weight[0].numel()))
    if bias:
        nn.init.zeros_(layer.bias)
    return layer


def _read(latent_size: int, classes: int, outputs: int) -> nn.Linear:
    """The layer that reads z and the class's one-hot code, whose columns embed the class; both weigh alike."""
    layer = nn.Linear(latent_size + classes, outputs, bias=False)
    parts = 2 if classes else 1
    nn.init.normal_(layer.weight[:, :latent_size], 0.0, 1 / math.sqrt(parts * latent_size))
    nn.init.normal_(layer.weight[:, latent_size:], 0.0, 1 / math.sqrt(parts))
    return layer


def _init_head(layer: nn.Module) -> None:
    """D's head, its only dense layer; the others are initialised where they are made."""
    if isinstance(layer, nn.Linear):
        nn.init.normal_(layer.weight, 0.0, 1 / math.sqrt(layer.in_features))
        nn.init.zeros_(layer.bias)
