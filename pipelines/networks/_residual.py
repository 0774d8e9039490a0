"""Residual blocks that double or halve maps, and the generator and the discriminator's body that are made of them.

He et al., Identity Mappings in Deep Residual Networks (2016), in the form of Miyato et al. (2018) and Brock et al.
(2019): norm, ReLU and convolution twice, beside a convolution of 1 x 1. A generator begins with maps of 4 x 4 (7 x 7
for 28 pixels), and each block doubles them; a discriminator goes the way back.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks._attention import SelfAttention
from pipelines.networks._conditional_norm import ConditionalBatchNorm, class_norm, plain_norm
from pipelines.networks._conditioning import ToMaps, class_weights, finished
from pipelines.networks._norms import layer_norm
from pipelines.networks._stages import sides

MOST = 16  # times the width that a layer's maps may be
ATTENDED = 32  # height of the largest maps that have self-attention

MakeNorm = Callable[[int, int], ConditionalBatchNorm]  # of a block's number, counted from 0, and the maps it normalises


class UpBlock(nn.Module):
    """Maps [B, inputs, H, W] to maps [B, outputs, 2 H, 2 W], without biases, which the next batch norm would take away.

    Args:
        norm: makes the normalisation of so many maps.
    """

    def __init__(self, inputs: int, outputs: int, norm: Callable[[int], ConditionalBatchNorm]) -> None:
        super().__init__()
        self.norm1, self.norm2 = norm(inputs), norm(outputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        h = self.conv1(_doubled(F.relu(self.norm1(x, condition))))
        h = self.conv2(F.relu(self.norm2(h, condition)))
        return h + _doubled(self.shortcut(x))  # as if doubled first, at a quarter of the work


class DownBlock(nn.Module):
    """Maps [B, inputs, H, W] to maps [B, outputs, H / 2, W / 2], or of the same size.

    Args:
        norm: the setting ``d_norm``; ``layer`` normalises before each ReLU.
        first: whether it takes pictures: then nothing stands before its first convolution.
        halves: whether the maps become half as high and wide.
    """

    def __init__(self, inputs: int, outputs: int, norm: str, first: bool = False, halves: bool = True) -> None:
        super().__init__()
        self.before = nn.Sequential() if first else nn.Sequential(*layer_norm(norm, inputs), nn.ReLU())
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.between = nn.Sequential(*layer_norm(norm, outputs), nn.ReLU())
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if halves or inputs != outputs else nn.Identity()
        self.halved = nn.AvgPool2d(2) if halves else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv2(self.between(self.conv1(self.before(x))))
        return self.halved(h) + self.shortcut(self.halved(x))


class SumPool(nn.Module):
    """Maps [B, C, H, W] to their sums over all places, [B, C]."""

    def forward(self, x: Tensor) -> Tensor:
        return x.sum((2, 3))


class ResidualGenerator(nn.Module):
    """z through a linear layer to small maps, which blocks double to a picture; each block is told the class.

    Args:
        config: says ``latent_size``, ``width``, ``channels`` and ``size``.
        classes: 0 without.
        norm: makes the blocks' normalisations.
        attention: whether it has self-attention.
        inputs: of the linear layer; None takes ``latent_size``.
    """

    z_layer = "first"

    def __init__(
        self, config: TrainConfig, classes: int, norm: MakeNorm, attention: bool = False, inputs: int | None = None
    ) -> None:
        super().__init__()
        self.classes, side = classes, sides(config.size)[0]
        maps = maps_of(config)[::-1]
        self.first = nn.Linear(inputs or config.latent_size, maps[0] * side * side)
        self.to_maps = ToMaps(maps[0], side)
        self.blocks = nn.ModuleList(
            UpBlock(before, after, lambda count, number=number: norm(number, count))
            for number, (before, after) in enumerate(zip([maps[0], *maps], maps, strict=False))
        )
        self.attends = next((i for i in range(len(maps)) if side * 2 ** (i + 1) == attended(config.size)), -1)
        self.attention = SelfAttention(maps[self.attends]) if attention else None
        self.norm = plain_norm(maps[-1])
        self.last = nn.Conv2d(maps[-1], config.channels, 3, padding=1)

    @property
    def feature_info(self) -> tuple[str, ...]:
        """The names of its layers, from z to the picture."""
        return "first", *(f"blocks.{number}" for number in range(len(self.blocks))), "last"

    def told(self, z: Tensor, y: Tensor | None) -> tuple[Tensor, list[Tensor | None]]:
        """What the linear layer takes, [B, inputs], and what each block is told, [B, size] or None."""
        return z, [class_weights(y, self.classes).to(z.dtype) if self.classes else None] * len(self.blocks)

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Pictures in [-1, 1], [B, C, H, W].

        Args:
            z: latent vectors, [B, latent_size].
            y: class numbers, [B], or weights of a mixture of classes, [B, classes]; None without classes.
        """
        z, conditions = self.told(z, y)
        h = self.to_maps(self.first(z))
        for number, (block, condition) in enumerate(zip(self.blocks, conditions, strict=True)):
            h = block(h, condition)
            if self.attention is not None and number == self.attends:
                h = self.attention(h)
        return torch.tanh(self.last(F.relu(self.norm(h))))


def residual_discriminator(
    config: TrainConfig, classes: int, init: Callable[..., None], attention: bool = False
) -> nn.Module:
    """Pictures [B, C, H, W], y [B] or None, to logits [B]; ``init`` begins each layer, as ``glorot_`` does."""
    body, features = discriminator_body(config, attention)
    # Features are sums over places. Where spectral norm does not set the scale, the logits would begin far from 0.
    dense = 1.0 if config.d_norm == "spectral" else 1 / sides(config.size)[0] ** 2
    return finished(body, features, config, classes, functools.partial(init, dense=dense))


def discriminator_body(config: TrainConfig, attention: bool = False) -> tuple[nn.Sequential, int]:
    """Pictures [B, C, H, W] to features [B, F], and F."""
    layers: list[nn.Module] = []
    before, side = config.channels, config.size
    for maps in maps_of(config):
        layers.append(DownBlock(before, maps, config.d_norm, first=not layers))
        before, side = maps, side // 2
        if attention and side == attended(config.size):
            layers.append(SelfAttention(maps))
    layers += [DownBlock(before, before, config.d_norm, halves=False), *layer_norm(config.d_norm, before), nn.ReLU()]
    return nn.Sequential(*layers, SumPool()), before


def attended(size: int) -> int:
    """The height of the maps that have self-attention: the largest up to half of the picture, and up to 32."""
    return min(size // 2, ATTENDED)


def maps_of(config: TrainConfig) -> list[int]:
    """How many maps there are at each resolution below the picture's own to the smallest: of D's blocks, in order."""
    return [config.width * min(2**number, MOST) for number in range(len(sides(config.size)) - 1)]


def class_generator(config: TrainConfig, classes: int, attention: bool = False) -> ResidualGenerator:
    """A generator whose batch norms have a scale and a shift for each class, with weights as ``glorot_`` sets them."""
    network = ResidualGenerator(config, classes, lambda _, maps: class_norm(maps, classes), attention).apply(glorot_)
    nn.init.xavier_uniform_(network.last.weight)
    return network


def glorot_(layer: nn.Module, dense: float = 1.0) -> None:
    """Begin a layer as Miyato et al.'s code does: with Glorot's weights, in convolutions of 3 x 3 times sqrt(2).

    Args:
        dense: what the weights of dense layers are multiplied with.
    """
    if isinstance(layer, (nn.Conv2d, nn.Linear)):
        gain = dense if isinstance(layer, nn.Linear) else 2**0.5 if layer.kernel_size == (3, 3) else 1.0
        nn.init.xavier_uniform_(layer.weight, gain)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def orthogonal_(layer: nn.Module, dense: float = 1.0) -> None:
    """Begin a layer with orthogonal weights (Saxe et al., Exact solutions to the nonlinear dynamics, 2014).

    Args:
        dense: what the weights of dense layers are multiplied with.
    """
    if isinstance(layer, (nn.Conv2d, nn.Linear)):
        nn.init.orthogonal_(layer.weight, dense if isinstance(layer, nn.Linear) else 1.0)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def _doubled(maps: Tensor) -> Tensor:
    """Maps [B, C, H, W] to [B, C, 2 H, 2 W]: each number four times."""
    return F.interpolate(maps, scale_factor=2, mode="nearest")
