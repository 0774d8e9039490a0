"""Orthogonal regularisation of a network's filters."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def orthogonal_penalty(network: nn.Module) -> Tensor:
    """The sum over all layers of the squared inner products of different filters, |W W^T (1 - I)|^2.

    Brock et al., Large Scale GAN Training for High Fidelity Natural Image Synthesis (2019), equation 3: the norms of
    the filters are left free. A layer's filters are the rows of its weight as a matrix [outputs, inputs]. Tables of
    embeddings are left out, as in the paper's code.

    Returns:
        A scalar, at least 0, not yet multiplied by its weight; differentiable in the weights.
    """
    return torch.stack(
        [_off_diagonal(filters(layer)) for layer in network.modules() if filters(layer) is not None]
    ).sum()


def filters(layer: nn.Module) -> Tensor | None:
    """The filters of a layer, a row each, [outputs, inputs]; None of a layer that is no convolution and not dense."""
    if isinstance(layer, nn.ConvTranspose2d):  # its weight is [inputs, outputs, height, width]
        return layer.weight.transpose(0, 1).flatten(1)
    return layer.weight.flatten(1) if isinstance(layer, (nn.Conv2d, nn.Linear)) else None


def _off_diagonal(rows: Tensor) -> Tensor:
    gram = rows.float() @ rows.float().T
    return gram.square().sum() - gram.diagonal().square().sum()
