"""The kernel distance (KID) between two clouds of features, which assumes no Gaussian.

It is the unbiased estimate of the squared maximum mean discrepancy with the kernel k(x, y) = (x . y / D + 1)^3:

    d = mean k(x, x') + mean k(y, y') - 2 mean k(x, y)    with x' and y' never the same picture as x and y

Two clouds of the same kind have 0 on average, however few they are: half of all such numbers are negative. The Fréchet
distance is never 0 and falls with more samples. It is named KID only in features of Inception-v3.

Here all pairs count, where public implementations take the mean of random subsets: the same number without their luck.
In few features no pair is ever looked at: the sum of (x . y)^n over all pairs is the product of two sums, over x and
over y, of their n-fold outer products, so that time grows with the number of pictures and not with its square.

Source: M. Bińkowski et al.: Demystifying MMD GANs, ICLR 2018.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from pipelines.metrics.neighbours import as_points

FEW = 128  # features, up to which outer products are kept: 16 MiB
ROWS = 256  # pictures whose outer products are held at a time
PAIRS = 2**21  # of pictures, compared at a time: 16 MiB


@dataclass(frozen=True)
class Cloud:
    """What the distance needs of one cloud, so that that of the real side is computed once."""

    points: Tensor  # float64 [N, D], on the CPU
    products: tuple[Tensor, ...]  # sums of the 1-, 2- and 3-fold outer products: [D], [D, D], [D, D, D]; or empty
    within: float  # mean kernel of two different points

    @classmethod
    def of(cls, features: Tensor) -> Cloud:
        """The cloud of some features.

        Args:
            features: [N, D], any floating type, on any device, finite, N >= 2.

        Raises:
            ValueError: not two axes, a number that is not finite, or a single picture, which has no other.
        """
        points = as_points(features)
        count, width = points.shape
        if count < 2:
            raise ValueError("the kernel distance needs two pictures of each side at least, not 1")
        products = _products(points) if width <= FEW else ()
        own = (points.square().sum(1) / width + 1).pow(3).sum().item()
        return cls(points, products, (_sum(cls(points, products, 0.0), points, products) - own) / (count * (count - 1)))


def distance(a: Cloud, b: Cloud) -> float:
    """The distance between two clouds; about 0, and as often below as above, where both are of the same kind.

    Example:
        >>> one, other = Cloud.of(torch.tensor([[0.0], [1.0]])), Cloud.of(torch.tensor([[1.0], [2.0]]))
        >>> distance(one, other)  # 1 and 27 within each, and 1, 1, 8 and 27 between them
        9.5

    Raises:
        ValueError: the two have different numbers of features.
    """
    if a.points.shape[1] != b.points.shape[1]:
        raise ValueError(f"both sides need the same features, not {a.points.shape[1]} and {b.points.shape[1]}")
    return a.within + b.within - 2 * _sum(a, b.points, b.products) / (len(a.points) * len(b.points))


def kernel_distance(features_a: Tensor, features_b: Tensor) -> float:
    """The distance between two clouds of features, [N, D] and [M, D].

    Raises:
        ValueError: see ``Cloud.of`` and ``distance``.
    """
    return distance(Cloud.of(features_a), Cloud.of(features_b))


def _products(points: Tensor) -> tuple[Tensor, ...]:
    """Sums over the points [N, D] of x, of x x^T and of x (x) x (x) x."""
    width = points.shape[1]
    third = points.new_zeros(width * width, width)
    for some in points.split(ROWS):
        third += (some[:, :, None] * some[:, None, :]).flatten(1).T @ some
    return points.sum(0), points.T @ points, third.view(width, width, width)


def _sum(a: Cloud, points: Tensor, products: tuple[Tensor, ...]) -> float:
    """The sum of the kernel over all pairs of two clouds."""
    width = points.shape[1]
    if a.products and products:  # (s + 1)^3 = 1 + 3 s + 3 s^2 + s^3 with s = x . y / D
        one, two, three = (
            (x * y).sum().item() / width**n for n, (x, y) in enumerate(zip(a.products, products, strict=True), 1)
        )
        return len(a.points) * len(points) + 3 * one + 3 * two + three
    rows = max(1, PAIRS // len(points))
    return sum((some @ points.T).div_(width).add_(1).pow_(3).sum().item() for some in a.points.split(rows))
