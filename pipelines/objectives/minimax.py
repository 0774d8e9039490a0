"""The original minimax game: G minimises log(1 - D(G(z))), which saturates while D wins.

Goodfellow et al., Generative Adversarial Networks (2014), equation 1:
min_G max_D  E[log D(x)] + E[log(1 - D(G(z)))], with D = sigmoid(logits).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

D_OUTPUT = "probability"
BALANCE = 0.5
D_LOSS_AT_BALANCE = 1.3862943611198906  # 2 log 2
LABEL_SMOOTHING = True
SATURATES = True
FORMULAS = {"D": "−log D(x) − log(1 − D(G(z)))", "G": "log(1 − D(G(z)))"}


def d_output(logits: Tensor) -> Tensor:
    """D(x) = sigmoid(logits), a probability in (0, 1); same shape."""
    return torch.sigmoid(logits)


def d_loss(real_logits: Tensor, fake_logits: Tensor, smoothing: float = 0.0) -> Tensor:
    """Binary cross-entropy with target 1 for real and 0 for fake, summed over the two halves.

    Args:
        real_logits: D's logits for real pictures, [B].
        fake_logits: D's logits for fakes, [B].
        smoothing: one-sided label smoothing (Salimans et al. 2016); the target for real is ``1 - smoothing``.

    Returns:
        A scalar, at least 0 and 2 log 2 = 1.386 when D cannot tell (without smoothing).
    """
    # -t log D - (1-t) log(1-D) = softplus(-x) + (1-t) x, with t = 1 - smoothing
    real = F.softplus(-real_logits).mean() + smoothing * real_logits.mean()
    return real + F.softplus(fake_logits).mean()


def g_loss(fake_logits: Tensor) -> Tensor:
    """log(1 - D(G(z))): at most 0, and flat where D is sure that the fakes are fake.

    Args:
        fake_logits: D's logits for fakes, [B].

    Returns:
        A scalar, at most 0; -log 2 = -0.693 when D cannot tell.
    """
    return -F.softplus(fake_logits).mean()
