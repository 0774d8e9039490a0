"""StyleGAN: a mapping network turns z into a style for each layer of G, and each layer adds noise; D is residual.

Karras et al., A Style-Based Generator Architecture for Generative Adversarial Networks (2019), with the weight
demodulation, the skip connections of G and the residual D of Analyzing and Improving the Image Quality of StyleGAN
(2020). Here G ends with tanh. Of batch statistics in D the setting ``minibatch`` decides, of mixed styles and of path
lengths ``style_mixing`` and ``path_length``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks._conditioning import class_weights, finished
from pipelines.networks._equalised import LEAKY, PixelNorm, convolved, equalised, equalised_head, leaky
from pipelines.networks._modulated import Modulated, Styled
from pipelines.networks._moving_mean import MovingMean
from pipelines.networks._norms import layer_norm
from pipelines.networks._resampling import Blur, doubled
from pipelines.networks._stages import MOST, maps, sides

SIZES = (16, 28, 32, 64, 128, 256)
MAPPING = True
CLASS_EMBEDDING = True
Z_NORM = True
DEPTH, RATE = 8, 0.01  # layers of the mapping network, and the factor on their learning rate
MEMORY = 0.005  # weight of the newest batch in the mean of w


def generator(config: TrainConfig, classes: int) -> nn.Module:
    """z [B, latent_size], y [B] or None, to pictures [B, C, H, W] in [-1, 1]."""
    return Generator(config, classes)


def discriminator(config: TrainConfig, classes: int) -> nn.Module:
    """Pictures [B, C, H, W], y [B] or None, to logits [B]."""
    widths = [maps(config, side) for side in reversed(sides(config.size))]
    last, features = widths[-1], widths[-1] * sides(config.size)[0] ** 2
    body = nn.Sequential(
        *convolved(config.channels, widths[0], 1),
        *(Halving(before, now, config.d_norm) for before, now in pairwise(widths)),
        *convolved(last, last, 3, config.d_norm),
        nn.Flatten(),
        equalised(nn.Linear(features, last), LEAKY),
        leaky(),
    )
    return finished(body, last, config, classes, equalised_head)


class Generator(nn.Module):
    """G: ``mapping`` and then ``synthesis``."""

    def __init__(self, config: TrainConfig, classes: int) -> None:
        super().__init__()
        styles = min(8 * config.width, MOST)
        self.synthesis = Synthesis(config, styles)
        self.layers = self.synthesis.layers  # the number of styles
        self.mapping = Mapping(config.latent_size, classes, styles, self.layers)

    @property
    def feature_info(self) -> tuple[str, ...]:
        """The names of its layers, from z to the picture."""
        return ("mapping", *(f"synthesis.convolutions.{number}" for number in range(self.layers - 1)))

    @property
    def w_layers(self) -> tuple[str, ...]:
        """The names of the dense layers that read styles."""
        return tuple(f"{name}.style" for name, layer in self.named_modules() if isinstance(layer, Modulated))

    @property
    def w_mean(self) -> Tensor:
        """The mean of w in training, [W]: a moving average."""
        return self.mapping.usual.mean

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Pictures in [-1, 1], [B, C, H, W].

        Args:
            z: latent vectors, [B, latent_size].
            y: class numbers, [B], or weights of a mixture of classes, [B, classes]; None without classes.
        """
        return self.synthesis(self.mapping(z, y))

    def truncated(self, w: Tensor, psi: float | Tensor) -> Tensor:
        """Styles [B, layers, W] on the way from their mean: ``psi`` 1 leaves them, 0 is the mean (2019, section B).

        Args:
            psi: one for all, or [B, 1, 1].
        """
        return torch.lerp(self.w_mean, w, psi)


class Mapping(nn.Module):
    """z [B, latent_size] and y to styles w [B, layers, W], the same for each layer."""

    def __init__(self, latent_size: int, classes: int, styles: int, layers: int) -> None:
        super().__init__()
        self.classes, self.layers, self.norm = classes, layers, PixelNorm()
        self.embedding = equalised(nn.Linear(classes, styles)) if classes else None
        inputs = [latent_size + (styles if classes else 0), *[styles] * (DEPTH - 1)]
        body = [(equalised(nn.Linear(each, styles), LEAKY, RATE), leaky()) for each in inputs]
        self.body = nn.Sequential(*(layer for pair in body for layer in pair))
        self.usual = MovingMean((styles,), MEMORY)

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        h = self.norm(z)
        if self.embedding is not None:
            h = torch.cat([h, self.norm(self.embedding(class_weights(y, self.classes).to(z.dtype)))], 1)
        w = self.body(h)
        if self.training:
            self.usual(w)
        return w[:, None].expand(-1, self.layers, -1)


class Synthesis(nn.Module):
    """Styles w [B, layers, W] to pictures [B, C, H, W] in [-1, 1].

    There is one convolution at the first side and two at each other. Each side draws a picture; it is added to that of
    the side before, doubled. A picture is drawn in the style of the convolution that comes next, the last in a style of
    its own.
    """

    def __init__(self, config: TrainConfig, styles: int) -> None:
        super().__init__()
        each = sides(config.size)
        self.layers = 2 * len(each)
        widths = [maps(config, side) for side in each]
        self.constant = nn.Parameter(torch.randn(1, widths[0], each[0], each[0]))
        self.convolutions = nn.ModuleList([Styled(widths[0], widths[0], each[0], styles)])
        for (before, now), side in zip(pairwise(widths), each[1:], strict=True):
            self.convolutions.append(Styled(before, now, side, styles, up=True))
            self.convolutions.append(Styled(now, now, side, styles))
        self.pictures = nn.ModuleList(Drawing(width, config.channels, styles) for width in widths)

    def forward(self, w: Tensor, noise: Sequence[bool] | None = None) -> Tensor:
        """Pictures of styles.

        Args:
            w: [B, layers, W].
            noise: whether each of the ``layers - 1`` convolutions adds noise; None: all of them do.
        """
        noise = (True,) * (self.layers - 1) if noise is None else noise
        each = w.unbind(1)
        h, picture = self.constant.expand(len(w), -1, -1, -1), None
        for number, layer in enumerate(self.convolutions):
            h = layer(h, each[number], noise[number])
            if number % 2 == 0:  # the last convolution of a side
                drawn = self.pictures[number // 2](h, each[number + 1])
                picture = drawn if picture is None else doubled(picture) + drawn
        return picture.tanh()


class Drawing(nn.Module):
    """Maps [B, maps, H, W] in a style to pictures [B, C, H, W], without a bound."""

    def __init__(self, width: int, channels: int, styles: int) -> None:
        super().__init__()
        self.modulated = Modulated(width, channels, 1, styles, demodulated=False)
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, h: Tensor, w: Tensor) -> Tensor:
        return self.modulated(h, w)[0] + self.bias


class Halving(nn.Module):
    """A residual block of D: maps [B, inputs, H, W] to [B, outputs, H / 2, W / 2]."""

    def __init__(self, inputs: int, outputs: int, norm: str) -> None:
        super().__init__()
        gain = math.sqrt(0.5)  # of both ways, so that their sum keeps the variance; before a LeakyReLU it is the same
        half = equalised(nn.Conv2d(inputs, outputs, 3, stride=2), LEAKY * gain)
        self.body = nn.Sequential(
            *convolved(inputs, inputs, 3, norm), Blur(inputs, padding=2), half, *layer_norm(norm, outputs), leaky()
        )
        self.skip = nn.Sequential(Blur(inputs, stride=2), equalised(nn.Conv2d(inputs, outputs, 1, bias=False), gain))

    def forward(self, x: Tensor) -> Tensor:
        return self.skip(x).add_(self.body(x))
