"""Convolutions that a style modulates, and the noise that is added to what they give."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.networks._equalised import LEAKY, equalised
from pipelines.networks._resampling import Blur

Drawn = Callable[[int, Callable[[int], Tensor]], Tensor]  # as ``StepContext.drawn``


class Modulated(nn.Module):
    """A convolution whose filters are scaled for each picture by its style, and then to length 1.

    Karras et al., Analyzing and Improving the Image Quality of StyleGAN (2020), section 2.2. A filter's inputs times a
    style is the same as the style times the inputs, and its length is a matrix product of the squares: so one
    convolution with shared weights serves the whole batch, and no convolution in groups is needed.

    Args:
        inputs, outputs: maps.
        kernel: height and width of the filters, odd.
        styles: length of w.
        up: whether the maps are doubled first, by a transposed convolution and a blur.
        demodulated: whether filters are scaled to length 1; not where pictures are drawn.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, styles: int, up: bool = False, demodulated: bool = True
    ) -> None:
        super().__init__()
        self.style = equalised(nn.Linear(styles, inputs), bias=1.0)
        self.up, self.demodulated = up, demodulated
        if up:
            layer = nn.ConvTranspose2d(inputs, outputs, kernel, stride=2, bias=False)
            self.blur = Blur(outputs, gain=4.0)
        else:
            layer = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
        self.convolution = equalised(layer)

    def forward(self, x: Tensor, w: Tensor, gain: float = 1.0) -> tuple[Tensor, Tensor | None]:
        """Maps of x [B, inputs, H, W], and what they are still to be multiplied by, [B, outputs, 1, 1], or None.

        Args:
            w: [B, styles].
            gain: of that factor.
        """
        style = self.style(w)
        h = self.convolution(x * style[:, :, None, None].to(x.dtype))
        if self.up:
            h = self.blur(h)
        return h, gain * self._factors(style)[:, :, None, None] if self.demodulated else None

    def _factors(self, style: Tensor) -> Tensor:
        """What makes each picture's filters as long as 1, [B, outputs]."""
        with torch.autocast(style.device.type, enabled=False):
            squares = self.convolution.weight.square().sum((2, 3))
            squares = squares if self.up else squares.T  # [inputs, outputs]
            return (style.to(squares.dtype).square() @ squares + 1e-8).rsqrt()


class Noise(nn.Module):
    """Noise of a strength that is learnt, [B, 1, side, side].

    It is drawn for each picture while training. Else it is a buffer, the same for all pictures, so that a picture stays
    the same in any company.

    Where several processes share a batch, ``drawn`` gives each its part of one stream (training/process_group.py).
    """

    drawn: Drawn | None = None

    def __init__(self, side: int) -> None:
        super().__init__()
        self.strength = nn.Parameter(torch.zeros(()))
        self.register_buffer("fixed", torch.randn(1, 1, side, side))

    def forward(self, count: int) -> Tensor:
        """For so many pictures: [count, 1, side, side], or of one for all of them, [1, 1, side, side]."""
        if not self.training:
            return self.strength * self.fixed
        return self.strength * (self.drawn(count, self._draw) if self.drawn else self._draw(count))

    def _draw(self, count: int) -> Tensor:
        return torch.randn(count, *self.fixed.shape[1:], dtype=self.fixed.dtype, device=self.fixed.device)


class Styled(nn.Module):
    """A modulated convolution of 3 x 3, noise, bias and LeakyReLU 0.2: one layer of StyleGAN's G.

    Args:
        inputs, outputs: maps.
        side: height and width of what it gives.
        styles: length of w.
        up: whether the maps are doubled first.
    """

    def __init__(self, inputs: int, outputs: int, side: int, styles: int, up: bool = False) -> None:
        super().__init__()
        self.modulated = Modulated(inputs, outputs, 3, styles, up)
        self.noise = Noise(side)
        self.bias = nn.Parameter(torch.zeros(outputs, 1, 1))

    def forward(self, x: Tensor, w: Tensor, noisy: bool = True) -> Tensor:
        """Maps [B, outputs, side, side] of maps x and styles w [B, styles]; without noise where not ``noisy``."""
        h, factor = self.modulated(x, w, LEAKY)  # the gain of a LeakyReLU may as well come before it
        h = torch.addcmul(self.bias.to(h.dtype), h, factor.to(h.dtype))
        if noisy:
            h += self.noise(len(h)).to(h.dtype)
        return F.leaky_relu(h, 0.2, inplace=True)
