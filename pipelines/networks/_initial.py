"""Weights as networks begin with them: Radford's, and He's where nothing but the weights sets the scale of a layer."""

from __future__ import annotations

from torch import nn


def dcgan_(layer: nn.Module) -> None:
    """Begin a layer with weights from N(0, 0.02), a batch norm with scales from N(1, 0.02).

    Radford et al., Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks (2016);
    Isola et al. (2017) and Zhu et al. (2017) begin with the same.
    """
    if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.normal_(layer.weight, 0.0, 0.02)
        _zero_bias(layer)
    elif isinstance(layer, nn.BatchNorm2d) and layer.affine:
        nn.init.normal_(layer.weight, 1.0, 0.02)
        _zero_bias(layer)


def he_(layer: nn.Module) -> None:
    """Begin a layer as He et al., Delving Deep into Rectifiers (2015), do for LeakyReLU 0.2."""
    if isinstance(layer, (nn.Conv2d, nn.Linear)):
        nn.init.kaiming_normal_(layer.weight, a=0.2)
        _zero_bias(layer)


def _zero_bias(layer: nn.Module) -> None:
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
