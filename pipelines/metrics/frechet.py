"""The Fréchet distance between two clouds of features, each seen as a Gaussian.

With means m and covariances C of the clouds a and b:

    d = |m_a - m_b|^2 + trace(C_a + C_b - 2 (C_a^1/2 C_b C_a^1/2)^1/2)

Which features are measured decides what the number means, so it is named after them and numbers of different features
are never compared. Sources: D. Dowson, B. Landau: The Fréchet distance between multivariate normal distributions, 1982;
M. Heusel et al.: GANs trained by a two time-scale update rule converge to a local Nash equilibrium, 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Gaussian:
    """The two moments that the distance needs, so that those of the real side are computed once."""

    mean: Tensor  # float64 [D], on the CPU
    covariance: Tensor  # float64 [D, D], on the CPU, unbiased

    @classmethod
    def of(cls, features: Tensor) -> Gaussian:
        """The moments of a cloud of features.

        Args:
            features: [N, D], any floating type, on any device, finite.

        Raises:
            ValueError: not two axes, a number that is not finite, or fewer than D + 1 rows, from which no covariance
                of full rank can come.
        """
        if features.ndim != 2 or len(features) <= features.shape[1]:
            raise ValueError(f"features must be [N, D] with N > D, not {list(features.shape)}")
        if not torch.isfinite(features).all():
            raise ValueError("features must be finite numbers")
        # The CPU has float64 on every machine; a GPU may not, and D is small.
        features = features.detach().cpu().double()
        return cls(features.mean(0), torch.cov(features.T).reshape(features.shape[1], features.shape[1]))


def distance(a: Gaussian, b: Gaussian) -> float:
    """The distance between two Gaussians, in [0, inf), in squared units of the features; the order does not matter.

    Example:
        >>> one, other = Gaussian(torch.zeros(2), torch.eye(2)), Gaussian(torch.full((2,), 3.0), 4 * torch.eye(2))
        >>> distance(one, other)  # 3^2 + 3^2 for the means, (2 - 1)^2 + (2 - 1)^2 for the deviations
        20.0

    Raises:
        ValueError: the two have different numbers of features.
    """
    if a.mean.shape != b.mean.shape:
        raise ValueError(f"both sides need the same features, not {len(a.mean)} and {len(b.mean)}")
    values, vectors = torch.linalg.eigh(a.covariance.double())
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T  # rounding may make a zero eigenvalue negative
    # The trace of the square root is the sum of the roots of the eigenvalues, and the product is symmetric.
    overlap = torch.linalg.eigvalsh(root @ b.covariance.double() @ root).clamp(min=0).sqrt().sum()
    shift = (a.mean.double() - b.mean.double()).square().sum()
    return max(0.0, (shift + a.covariance.trace() + b.covariance.trace() - 2 * overlap).item())


def frechet_distance(features_a: Tensor, features_b: Tensor) -> float:
    """The distance between two clouds of features, [N, D] and [M, D], in [0, inf); 0 for the same cloud.

    Raises:
        ValueError: see ``Gaussian.of`` and ``distance``.
    """
    return distance(Gaussian.of(features_a), Gaussian.of(features_b))
