"""Singular values of a network's weights, and how those of D are recorded and drawn as a run trains."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from pipelines.described import Measure
from pipelines.networks._norms import matrix_of

MOST = 100  # layers that are recorded; of a deeper network as many, spread over its depth
SIGMA = (
    "The largest singular value of the weights of each layer of D, from the first layer (faint) to the last. Without "
    "normalisations between the layers their product bounds D's slope. Spectral norm keeps each at 1. Sudden growth "
    "may come before a collapse."
)
SPREAD = (
    "The mean square of the singular values of each layer of D, by the square of the largest: 100 % where all are "
    "equal, near 0 where the layer sees little but one direction. From the first layer (faint) to the last."
)


def singular_values(network: nn.Module) -> dict[str, np.ndarray]:
    """The singular values of the weights that a network computes with, under spectral norm as it leaves them.

    Brock et al., Large Scale GAN Training for High Fidelity Natural Image Synthesis (2019), section 4.1, look at the
    largest as a sign that training will collapse. A weight is taken as a matrix [outputs, all others].

    Returns:
        float32 [min(outputs, others)], descending, by the names of the convolutions, dense layers and embeddings. The
        network is left as it is.
    """
    with _matrices(network) as found:
        return {name: torch.linalg.svdvals(matrix).cpu().numpy() for name, matrix in found}


def row(network: nn.Module) -> dict[str, float | None]:
    """Of each layer the largest singular value, and the mean square of all by its square; keys as in ``described``.

    From the eigenvalues of the smaller product of the matrix with itself: for convolutions in a tenth of the time that
    the singular values take. None where a weight is not finite, or zero.
    """
    found: dict[str, float | None] = {}
    with _matrices(network) as matrices:
        for number, (_, matrix) in enumerate(_chosen(list(matrices)), 1):
            largest, spread = _extent(matrix)
            found[f"d_sigma_{number}"], found[f"d_spread_{number}"] = largest, spread
    return found


def described(network: nn.Module) -> list[Measure]:
    """What ``row`` gives of a discriminator, as a run's record says it: two views of a line for each layer."""
    with _matrices(network) as matrices:
        layers = [(name, tuple(matrix.shape)) for name, matrix in _chosen(list(matrices))]
    kinds = (
        ("sigma", "σ", "Largest singular value", "singular value", "largest singular value", "number", SIGMA),
        ("spread", "spread", "Spread of the singular values", "spread", "mean square by the largest", "share", SPREAD),
    )
    return [
        Measure(
            f"d_{kind}_{number}", f"{short} of layer {number}",
            f"{title} of {name} in D, {' x '.join(map(str, shape))}.", "steep", unit, axis,
            view=view, view_help=about if number == 1 else "", role="d", log=unit == "number",
            short=f"layer {number}", depth=number / len(layers),
        )
        for kind, short, title, view, axis, unit, about in kinds
        for number, (name, shape) in enumerate(layers, 1)
    ]  # fmt: skip


def _extent(matrix: Tensor) -> tuple[float | None, float | None]:
    product = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    if not torch.isfinite(product).all():
        return None, None
    largest = torch.linalg.eigvalsh(product)[-1].item()
    if largest <= 0:
        return 0.0, None
    return float(f"{largest**0.5:.5g}"), float(f"{product.trace().item() / (len(product) * largest):.5g}")


def _chosen(matrices: list[tuple[str, Tensor]]) -> list[tuple[str, Tensor]]:
    at = np.linspace(0, len(matrices) - 1, min(MOST, len(matrices))).round().astype(int)
    return [matrices[number] for number in at]


@contextlib.contextmanager
def _matrices(network: nn.Module) -> Iterator[Iterator[tuple[str, Tensor]]]:
    """The weights as float32 matrices, by the names of their layers; the network is left as it is."""
    training = [(module, module.training) for module in network.modules()]
    network.eval()  # looking must not move the vectors of spectral norm
    try:
        with torch.no_grad():
            every = ((name, matrix_of(layer)) for name, layer in network.named_modules())
            yield ((name, matrix.float()) for name, matrix in every if matrix is not None)
    finally:
        for module, was in training:
            module.training = was
