"""Progressive growing: both networks begin with pictures of 4 x 4 pixels, and further layers are faded in.

Karras et al., Progressive Growing of GANs for Improved Quality, Stability, and Variation (2018): equalised learning
rate, pixel norm in G, nearest neighbours up, averages down, LeakyReLU 0.2. Pictures have the final size at each stage:
G doubles what it draws, and D averages what it is shown. Here G ends with tanh. Of the paper's batch statistics the
setting ``minibatch`` decides.
"""

from __future__ import annotations

from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks._conditioning import ConditionalGenerator, ToMaps, finished, with_label
from pipelines.networks._equalised import LEAKY, PixelNorm, convolved, equalised, equalised_head, leaky
from pipelines.networks._norms import layer_norm
from pipelines.networks._resampling import AveragedConv2d, DoubledConv2d
from pipelines.networks._stages import Growing, maps, sides

SIZES = (16, 28, 32, 64, 128, 256)
GROWS = True
Z_NORM = True


def generator(config: TrainConfig, classes: int) -> nn.Module:
    """z [B, latent_size], y [B] or None, to pictures [B, C, H, W] in [-1, 1]."""
    return Generator(Drawing(config, config.latent_size + classes), classes)


def discriminator(config: TrainConfig, classes: int) -> nn.Module:
    """Pictures [B, C, H, W], y [B] or None, to logits [B]."""
    body = Seeing(config)
    network = finished(body, maps(config, body.sides[0]), config, classes, equalised_head)
    network.advance, network.faded = body.advance, body.faded
    return network


class Drawing(Growing):
    """G's layers: a vector [B, inputs], normalised, to pictures [B, C, H, W]."""

    def __init__(self, config: TrainConfig, inputs: int) -> None:
        self.sides = sides(config.size)
        super().__init__(config.growth, len(self.sides))
        widths = [maps(config, side) for side in self.sides]
        first, side = widths[0], self.sides[0]
        self.norm = PixelNorm()
        self.start = equalised(nn.Linear(inputs, first * side * side), LEAKY / side)
        begin = (ToMaps(first, side), leaky(), PixelNorm(), *_drawn(first, first))
        self.blocks = nn.ModuleList([nn.Sequential(*begin)])
        for before, now in pairwise(widths):
            doubled = (equalised(DoubledConv2d(before, now), LEAKY), leaky(), PixelNorm())
            self.blocks.append(nn.Sequential(*doubled, *_drawn(now, now)))
        self.pictures = nn.ModuleList(equalised(nn.Conv2d(width, config.channels, 1)) for width in widths)

    def forward(self, x: Tensor) -> Tensor:
        seen = self._maps(x)
        now = self._picture(seen, self.stage)
        if self.fading:
            now = self.mixed(_enlarged(self._picture(seen, self.stage - 1), now.shape[-1]), now)
        return _enlarged(now, self.sides[-1])

    @property
    def resolution(self) -> float:
        now, before = self.sides[self.stage], self.sides[self.stage - 1]
        return before + (now - before) * (self.reached % 1) if self.fading else float(now)

    def by_stage(self, x: Tensor) -> list[Tensor]:
        """The pictures of each stage so far, doubled to the final size."""
        seen = self._maps(x)
        return [_enlarged(self._picture(seen, stage), self.sides[-1]) for stage in range(self.stage + 1)]

    def _maps(self, x: Tensor) -> list[Tensor]:
        """The feature maps of each stage so far."""
        h, found = self.start(self.norm(x)), []
        for block in self.blocks[: self.stage + 1]:
            h = block(h)
            found.append(h)
        return found

    def _picture(self, seen: list[Tensor], stage: int) -> Tensor:
        return self.pictures[stage](seen[stage]).tanh()


class Generator(ConditionalGenerator):
    """G with its label: its body is ``Drawing``."""

    @property
    def feature_info(self) -> tuple[str, ...]:
        """The names of the layers that the present stage has, from z to the picture."""
        return ("body.start", *(f"body.blocks.{stage}" for stage in range(self.body.stage + 1)))

    @property
    def z_layer(self) -> str:
        """The name of the layer that reads z."""
        return "body.start"

    def advance(self, images_seen: int) -> bool:
        return self.body.advance(images_seen)

    @property
    def resolution(self) -> float:
        """The height in pixels of the present stage; while it fades in, what is faded in of the way from the last."""
        return self.body.resolution

    def pictures_by_stage(self, z: Tensor, y: Tensor | None = None) -> list[Tensor]:
        """The same z drawn at each stage so far, pictures [B, C, H, W] in [-1, 1] each; changes nothing."""
        return self.body.by_stage(with_label(z, y, self.classes))


class Seeing(Growing):
    """D's layers: pictures [B, C, H, W] to features [B, maps]."""

    def __init__(self, config: TrainConfig) -> None:
        self.sides = sides(config.size)
        super().__init__(config.growth, len(self.sides))
        widths = [maps(config, side) for side in self.sides]
        first, side = widths[0], self.sides[0]
        self.pictures = nn.ModuleList(nn.Sequential(*convolved(config.channels, width, 1)) for width in widths)
        dense = equalised(nn.Linear(first * side * side, first), LEAKY)
        norm = config.d_norm
        self.blocks = nn.ModuleList([nn.Sequential(*convolved(first, first, norm=norm), nn.Flatten(), dense, leaky())])
        for before, now in pairwise(widths):
            averaged = (equalised(AveragedConv2d(now, before), LEAKY), *layer_norm(norm, before), leaky())
            self.blocks.append(nn.Sequential(*convolved(now, now, norm=norm), *averaged))

    def forward(self, x: Tensor) -> Tensor:
        x = self._averaged(x)
        h = self.blocks[self.stage](self.pictures[self.stage](x))
        if self.fading:
            h = self.mixed(self.pictures[self.stage - 1](F.avg_pool2d(x, 2)), h)
        for stage in range(self.stage - 1, -1, -1):
            h = self.blocks[stage](h)
        return h

    def faded(self, x: Tensor) -> Tensor:
        """Real pictures [B, C, H, W] with the detail that fakes can have at this moment."""
        if not self.fading:
            return x
        x = self._averaged(x)
        return _enlarged(self.mixed(_enlarged(F.avg_pool2d(x, 2), x.shape[-1]), x), self.sides[-1])

    def _averaged(self, x: Tensor) -> Tensor:
        times = self.sides[-1] // self.sides[self.stage]
        return x if times == 1 else F.avg_pool2d(x, times)


def _enlarged(x: Tensor, side: int) -> Tensor:
    """Pictures as squares of equal pixels, of so many pixels a side."""
    return x if x.shape[-1] == side else F.interpolate(x, scale_factor=float(side // x.shape[-1]))


def _drawn(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    """A convolution of G with what follows it."""
    return (*convolved(inputs, outputs), PixelNorm())
