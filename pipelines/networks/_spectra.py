"""Singular values of a network's weights."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from pipelines.networks._norms import matrix_of


@torch.no_grad()
def singular_values(network: nn.Module) -> dict[str, np.ndarray]:
    """The singular values of the weights that a network computes with, under spectral norm as it leaves them.

    Brock et al., Large Scale GAN Training for High Fidelity Natural Image Synthesis (2019), section 4.1, look at the
    largest as a sign that training will collapse. A weight is taken as a matrix [outputs, all others].

    Returns:
        float32 [min(outputs, others)], descending, by the names of the convolutions, dense layers and embeddings. The
        network is left as it is.
    """
    training = [(module, module.training) for module in network.modules()]
    network.eval()  # looking must not move the vectors of spectral norm
    try:
        return {
            name: _values(matrix) for name, layer in network.named_modules() if (matrix := matrix_of(layer)) is not None
        }
    finally:
        for module, was in training:
            module.training = was


def _values(matrix: Tensor) -> np.ndarray:
    return torch.linalg.svdvals(matrix.float()).cpu().numpy()
