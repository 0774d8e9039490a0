"""Feature matching: a loss of G that replaces the adversarial one."""

from __future__ import annotations

from torch import Tensor


def feature_matching(real: Tensor, fake: Tensor) -> Tensor:
    """Squared distance of the mean features of real pictures and of fakes.

    Salimans et al., Improved Techniques for Training GANs (2016), section 3.1.

    Args:
        real: D's features of real pictures, [B, F]; no gradient flows into them.
        fake: of fakes, [B, F].

    Returns:
        A scalar, at least 0; differentiable in the fakes.
    """
    return (real.detach().float().mean(0) - fake.float().mean(0)).square().sum()
