"""Normalisations of D other than batch norm: layer norm of each picture by itself, and spectral norm of the weights."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize


def layer_norm(norm: str, maps: int) -> list[nn.Module]:
    """What stands between a layer of D and its activation, other than batch norm: one layer norm, or nothing.

    Ba et al., Layer Normalization (2016): over all maps of one picture, with a scale and a shift for each map. Unlike
    batch norm it makes no picture depend on the others, so gradient penalties mean what they say (Gulrajani et al.,
    Improved Training of Wasserstein GANs, 2017, section 4).

    Args:
        norm: the setting ``d_norm``.
        maps: of the layer, or its units.
    """
    return [nn.GroupNorm(1, maps)] if norm == "layer" else []


def spectral_norm(network: nn.Module) -> nn.Module:
    """The same network, the weights of all whose layers are divided by their largest singular value.

    Miyato et al., Spectral Normalization for Generative Adversarial Networks (2018): D's slope is then bounded. A
    weight is taken as a matrix [outputs, all others].
    """
    for layer in list(network.modules()):
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, nn.Embedding)):
            transposed = isinstance(layer, nn.ConvTranspose2d)
            parametrize.register_parametrization(layer, "weight", _Spectral(layer.weight, transposed))
    return network


class _Spectral(nn.Module):
    """A weight divided by its largest singular value, which one power iteration a training step follows.

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
            self._iterate(matrix)

    def forward(self, weight: Tensor) -> Tensor:
        with torch.autocast(weight.device.type, enabled=False):  # a quotient of nearly equal numbers wants precision
            matrix = self._matrix(weight)
            if self.training:
                self._iterate(matrix)
            # Copies: another pass of the same step moves the two vectors before this one's gradient is computed.
            largest = self.left.clone() @ (matrix @ self.right.clone())
            return weight / largest

    def _matrix(self, weight: Tensor) -> Tensor:
        return (weight.transpose(0, 1) if self.transposed else weight).flatten(1)

    @torch.no_grad()
    def _iterate(self, matrix: Tensor) -> None:
        self.left.copy_(F.normalize(matrix @ self.right, dim=0))
        self.right.copy_(F.normalize(matrix.T @ self.left, dim=0))
