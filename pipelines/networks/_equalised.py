"""The equalised learning rate: weights drawn from N(0, 1) that are scaled each time they are used."""

from __future__ import annotations

import math

from torch import Tensor, nn
from torch.nn.utils import parametrize

from pipelines.networks._norms import layer_norm

LEAKY = math.sqrt(2)  # the gain before a LeakyReLU, as in the paper (He et al., 2015)


def equalised(layer: nn.Module, gain: float = 1.0, rate: float = 1.0, bias: float = 0.0) -> nn.Module:
    """The same layer, whose weight is gain / sqrt(fan_in) times a parameter that starts from N(0, 1).

    Karras et al., Progressive Growing of GANs for Improved Quality, Stability, and Variation (2018), section 4.1: an
    optimiser whose steps do not depend on the size of the gradient then moves all layers at the same speed. The
    layer's ``weight`` stays the one that is in force.

    Args:
        layer: ``nn.Linear``, ``nn.Conv2d`` or ``nn.ConvTranspose2d``, without groups.
        gain: deviation of the outputs at the start, of inputs with variance 1.
        rate: factor on the learning rate of weight and bias (0.01 in the mapping network of StyleGAN).
        bias: its value at the start.
    """
    inputs = layer.weight.shape[0] if isinstance(layer, nn.ConvTranspose2d) else layer.weight.shape[1]
    fan_in = inputs * layer.weight[0, 0].numel()
    nn.init.normal_(layer.weight, 0.0, 1 / rate)
    parametrize.register_parametrization(layer, "weight", _Scaled(rate * gain / math.sqrt(fan_in)))
    if layer.bias is not None:
        nn.init.constant_(layer.bias, bias / rate)
        if rate != 1:
            parametrize.register_parametrization(layer, "bias", _Scaled(rate))
    return layer


def convolved(inputs: int, outputs: int, kernel: int = 3, norm: str = "none") -> tuple[nn.Module, ...]:
    """An equalised convolution that keeps the size of maps, its norm by the setting ``d_norm``, and LeakyReLU 0.2."""
    convolution = equalised(nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2), LEAKY)
    return convolution, *layer_norm(norm, outputs), leaky()


def leaky() -> nn.Module:
    """LeakyReLU 0.2."""
    return nn.LeakyReLU(0.2, inplace=True)


def equalised_head(layer: nn.Module) -> None:
    """Equalise a plain linear layer and leave every other module: to be given to ``nn.Module.apply``."""
    if type(layer) is nn.Linear:
        equalised(layer)


class PixelNorm(nn.Module):
    """Numbers [B, C, ...] divided by the root of the mean of their squares over C."""

    def forward(self, x: Tensor) -> Tensor:
        return x * (x.square().mean(1, keepdim=True) + 1e-8).rsqrt()


class _Scaled(nn.Module):
    """A parameter times a fixed number."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, parameter: Tensor) -> Tensor:
        return parameter * self.scale
