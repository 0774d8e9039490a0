"""D, called the critic, rates; the gap between its mean ratings estimates the earth mover's distance.

Arjovsky et al., Wasserstein GAN (2017), equation 2. It holds only while the critic's slope is bounded: by weight
clipping (the same paper) or a gradient penalty (Gulrajani et al., Improved Training of Wasserstein GANs, 2017).
"""

from __future__ import annotations

from torch import Tensor

D_OUTPUT = "score"  # without a zero of its own: only the gap between two ratings means something
NEEDS_BOUNDED_SLOPE = True
LEVEL = "d_loss"
FORMULAS = {"D": "D(G(z)) − D(x)", "G": "−D(G(z))"}


def d_output(logits: Tensor) -> Tensor:
    """The critic's rating is the last layer's value itself, any real number; same shape."""
    return logits


def d_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Mean rating of fakes minus mean rating of real pictures.

    Args:
        real_logits: ratings of real pictures, [B].
        fake_logits: ratings of fakes, [B].

    Returns:
        A scalar; its negative estimates the distance between the two distributions, up to the bound of D's slope.
    """
    return fake_logits.mean() - real_logits.mean()


def g_loss(fake_logits: Tensor) -> Tensor:
    """Minus the mean rating of fakes.

    Args:
        fake_logits: ratings of fakes, [B].

    Returns:
        A scalar, any real number.
    """
    return -fake_logits.mean()
