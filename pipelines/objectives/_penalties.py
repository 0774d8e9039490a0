"""Gradient penalties and weight clipping."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


def gradient_penalty(
    discriminate: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, mix: Tensor | None = None
) -> Tensor:
    """Mean of (|grad D(x)| - 1)^2 at random points x on the lines between real and fake.

    Gulrajani et al., Improved Training of Wasserstein GANs (2017), equation 3 and algorithm 1.

    Args:
        discriminate: D with everything but the pictures filled in: [B, C, H, W] to [B].
        real: real pictures, [B, C, H, W].
        fake: as many fakes; no gradient flows into them.
        mix: where each point lies, 0 at the fake and 1 at the real picture, [B, 1, 1, 1]; None draws it.

    Returns:
        A scalar, at least 0, not yet multiplied by its weight; differentiable in D's weights.
    """
    if mix is None:
        mix = torch.rand(len(real), *[1] * (real.ndim - 1), device=real.device, dtype=real.dtype)
    points = torch.lerp(fake.detach(), real, mix).requires_grad_(True)
    (slope,) = torch.autograd.grad(discriminate(points).sum(), points, create_graph=True)
    return (slope.float().flatten(1).norm(dim=1) - 1).square().mean()


def r1_penalty(discriminate: Callable[[Tensor], Tensor], real: Tensor) -> Tensor:
    """Mean of |grad D(x)|^2 at real pictures; R2 is the same at fakes.

    Mescheder et al., Which Training Methods for GANs do actually Converge? (2018), equation 9, without the factor
    gamma / 2: a D that is steep where real pictures lie pushes G away from them again, and the two chase each other.

    Args:
        discriminate: D with everything but the pictures filled in: [B, C, H, W] to [B].
        real: real pictures, [B, C, H, W].

    Returns:
        A scalar, at least 0; differentiable in D's weights.
    """
    points = real.detach().requires_grad_(True)
    return squared_slopes(discriminate(points), points).mean()


def squared_slopes(logits: Tensor, pictures: Tensor) -> Tensor:
    """|grad D(x)|^2 at each picture, of a pass through D that is made already.

    Args:
        logits: what D gives for the pictures, [B].
        pictures: [B, C, H, W], which require a gradient.

    Returns:
        [B], each at least 0; differentiable in D's weights.
    """
    (slope,) = torch.autograd.grad(logits.sum(), pictures, create_graph=True)
    return slope.float().flatten(1).square().sum(1)


@torch.no_grad()
def clip_weights(discriminator: nn.Module, bound: float) -> None:
    """Clamp every weight of D to [-bound, bound], in place (Arjovsky et al. 2017, algorithm 1)."""
    torch._foreach_clamp_min_(list(discriminator.parameters()), -bound)
    torch._foreach_clamp_max_(list(discriminator.parameters()), bound)
