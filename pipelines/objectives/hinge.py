"""D stops pushing once real is above +1 and fake below -1; G raises D's score of its fakes.

Lim and Ye, Geometric GAN (2017); Miyato et al., Spectral Normalization for GANs (2018), equations 16 and 17.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

D_OUTPUT = "score"
BALANCE = 0.0
D_LOSS_AT_BALANCE = 2.0
LEVEL = "d_loss"  # G's is D's score itself
FORMULAS = {"D": "max(0, 1 − D(x)) + max(0, 1 + D(G(z)))", "G": "−D(G(z))"}


def d_output(logits: Tensor) -> Tensor:
    """D's score is the last layer's value itself, any real number; same shape."""
    return logits


def d_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Mean of max(0, 1 - D(x)) plus mean of max(0, 1 + D(G(z))).

    Args:
        real_logits: D's scores for real pictures, [B].
        fake_logits: D's scores for fakes, [B].

    Returns:
        A scalar, at least 0; 2 when D says 0 to all.
    """
    return F.relu(1 - real_logits).mean() + F.relu(1 + fake_logits).mean()


def g_loss(fake_logits: Tensor) -> Tensor:
    """Minus the mean of D(G(z)).

    Args:
        fake_logits: D's scores for fakes, [B].

    Returns:
        A scalar, any real number.
    """
    return -fake_logits.mean()
