"""Orthogonal regularisation of a network's filters."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pipelines.networks._norms import before_spectral_norm


def orthogonal_penalty(network: nn.Module) -> Tensor:
    """The sum over all layers of the squared inner products of different filters, |W W^T (1 - I)|^2.

    Brock et al., Large Scale GAN Training for High Fidelity Natural Image Synthesis (2019), equation 3: the norms of
    the filters are left free. A layer's filters are the rows of its weight as a matrix [outputs, inputs]; under
    spectral norm, of the weight before it is divided, as in the paper's code. Tables of embeddings are left out, as
    there.

    Returns:
        A scalar, at least 0, not yet multiplied by its weight; differentiable in the weights.
    """
    every = [filters(layer) for layer in network.modules()]
    return torch.stack([_off_diagonal(rows) for rows in every if rows is not None]).sum()


def filters(layer: nn.Module) -> Tensor | None:
    """The filters of a layer, a row each, [outputs, inputs]; None of a layer that is no convolution and not dense."""
    if not isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        return None
    weight = before_spectral_norm(layer)  # of a transposed convolution [inputs, outputs, height, width]
    return (weight.transpose(0, 1) if isinstance(layer, nn.ConvTranspose2d) else weight).flatten(1)


def _off_diagonal(rows: Tensor) -> Tensor:
    gram = rows.float() @ rows.float().T
    return gram.square().sum() - gram.diagonal().square().sum()
