"""D's output is pulled to 1 for real and 0 for fake by squared error, G's fakes to 1.

Mao et al., Least Squares Generative Adversarial Networks (2017), equation 9 (a = 0, b = c = 1).
"""

from __future__ import annotations

from torch import Tensor

D_OUTPUT = "score"
BALANCE = 0.5
D_LOSS_AT_BALANCE = 0.25
G_LOSS_MISLEADS = True
FORMULAS = {"D": "½ (D(x) − 1)² + ½ D(G(z))²", "G": "½ (D(G(z)) − 1)²"}


def d_output(logits: Tensor) -> Tensor:
    """D(x) is the last layer's value itself, any real number; same shape."""
    return logits


def d_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Half the mean of (D(x) - 1)^2 plus half the mean of D(G(z))^2.

    Args:
        real_logits: D's outputs for real pictures, [B].
        fake_logits: D's outputs for fakes, [B].

    Returns:
        A scalar, at least 0; 0.25 when D says 0.5 to all.
    """
    return 0.5 * ((real_logits - 1).square().mean() + fake_logits.square().mean())


def g_loss(fake_logits: Tensor) -> Tensor:
    """Half the mean of (D(G(z)) - 1)^2.

    Args:
        fake_logits: D's outputs for fakes, [B].

    Returns:
        A scalar, at least 0; 0.125 when D says 0.5 to all.
    """
    return 0.5 * (fake_logits - 1).square().mean()
