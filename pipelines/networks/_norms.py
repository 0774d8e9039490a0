"""Normalisations of D other than batch norm: of each picture by itself, and spectral norm of the weights."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize

NORMED = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, nn.Embedding)  # layers that spectral norm is for


def layer_norm(norm: str, maps: int) -> list[nn.Module]:
    """What stands between a layer of D and its activation, other than batch norm: layer or instance norm, or nothing.

    Ba et al., Layer Normalization (2016): over all maps of one picture, with a scale and a shift for each map. Unlike
    batch norm it makes no picture depend on the others, so gradient penalties mean what they say (Gulrajani et al.,
    Improved Training of Wasserstein GANs, 2017, section 4); and so does instance norm.

    Args:
        norm: the setting ``d_norm``.
        maps: of the layer, or its units.
    """
    if norm == "layer":
        return [nn.GroupNorm(1, maps)]
    return [InstanceNorm(maps)] if norm == "instance" else []


def d_norm(norm: str, maps: int) -> list[nn.Module]:
    """What stands between a layer of D and its activation by the setting ``d_norm``, batch norm included."""
    return [nn.BatchNorm2d(maps)] if norm == "batch" else layer_norm(norm, maps)


class InstanceNorm(nn.GroupNorm):
    """Each map of each picture with mean 0 and variance 1 over its places, [B, C, H, W]; without weights.

    Ulyanov et al., Instance Normalization: The Missing Ingredient for Fast Stylization (2016). It is the same in
    training and after it. On a CPU each picture has a batch norm of its own, which on maps that lie channels last takes
    a half to a fifth of the time of torch's norm of groups, in bf16 a tenth; torch's own instance norm would copy them.

    Args:
        maps: C.
    """

    def __init__(self, maps: int) -> None:
        super().__init__(maps, maps, affine=False)

    def forward(self, x: Tensor) -> Tensor:
        if x.device.type != "cpu":
            return super().forward(x)
        alone = (F.batch_norm(one, None, None, training=True, eps=self.eps) for one in x.split(1))
        return torch.cat(list(alone))


def spectral_norm(network: nn.Module) -> nn.Module:
    """The same network, the weights of all whose layers are divided by their largest singular value.

    Miyato et al., Spectral Normalization for Generative Adversarial Networks (2018): D's slope is then bounded. A
    weight is taken as a matrix [outputs, all others].
    """
    for layer in list(network.modules()):
        if isinstance(layer, NORMED):
            transposed = isinstance(layer, nn.ConvTranspose2d)
            parametrize.register_parametrization(layer, "weight", _Spectral(layer.weight, transposed))
    return network


def before_spectral_norm(layer: nn.Module) -> Tensor:
    """A layer's weight before spectral norm divides it, without a power iteration; without spectral norm its weight."""
    if not parametrize.is_parametrized(layer, "weight"):
        return layer.weight
    steps = layer.parametrizations.weight
    weight = steps.original
    for step in steps:
        weight = weight if isinstance(step, _Spectral) else step(weight)
    return weight


def matrix_of(layer: nn.Module) -> Tensor | None:
    """A layer's weight as a matrix [outputs, all others]; None where it is no convolution, dense layer or embedding."""
    if not isinstance(layer, NORMED):
        return None
    return (layer.weight.transpose(0, 1) if isinstance(layer, nn.ConvTranspose2d) else layer.weight).flatten(1)


class _Spectral(nn.Module):
    """A weight divided by its largest singular value, which one power iteration at each use in training follows.

    torch.nn.utils.parametrizations.spectral_norm does the same, but mixes two precisions under autocast.

    Args:
        weight: at the start, [outputs, inputs, ...].
        transposed: whether it is [inputs, outputs, ...].
    """

    def __init__(self, weight: Tensor, transposed: bool = False, first_iterations: int = 15) -> None:
        super().__init__()
        self.transposed = transposed
        matrix = self._matrix(weight.detach())
        self.register_buffer("left", F.normalize(matrix.new_ones(matrix.shape[0]), dim=0))
        self.register_buffer("right", F.normalize(matrix.new_ones(matrix.shape[1]), dim=0))
        for _ in range(first_iterations):
            self.left, self.right = self._iterated(matrix)

    def forward(self, weight: Tensor) -> Tensor:
        with torch.autocast(weight.device.type, enabled=False):  # a quotient of nearly equal numbers wants precision
            matrix = self._matrix(weight)
            left, right = self._iterated(matrix)
            if self.training:
                self.left.copy_(left)
                self.right.copy_(right)
            return weight / (left @ (matrix @ right))

    def _matrix(self, weight: Tensor) -> Tensor:
        return (weight.transpose(0, 1) if self.transposed else weight).flatten(1)

    @torch.no_grad()
    def _iterated(self, matrix: Tensor) -> tuple[Tensor, Tensor]:
        """Both vectors, of length 1, after one more iteration; those of a moving average have other lengths."""
        left = F.normalize(matrix @ self.right, dim=0)
        return left, F.normalize(matrix.T @ left, dim=0)
