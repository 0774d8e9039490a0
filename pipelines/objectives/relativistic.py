"""D rates a real picture above a fake, pair by pair; G raises the fake of each pair above the real picture.

Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN (2019), in the paired form
of Huang et al., The GAN is dead; long live the GAN! A Modern Baseline GAN (2024), equation 2. With R1 and R2 it
converges locally; without them it need not.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

D_OUTPUT = "score"  # without a zero of its own: only the gap between two scores means something
D_LOSS_AT_BALANCE = 0.6931471805599453  # log 2
G_SEES_REAL = True
STAYS_STEEP = True
G_LOSS_MISLEADS = True
FORMULAS = {"D": "log(1 + exp(D(G(z)) − D(x)))", "G": "log(1 + exp(D(x) − D(G(z))))"}


def d_output(logits: Tensor) -> Tensor:
    """D's score is the last layer's value itself, any real number; same shape."""
    return logits


def d_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Mean of log(1 + exp(D(G(z)) - D(x))) over pairs of a real picture and a fake.

    Args:
        real_logits: D's scores for real pictures, [B].
        fake_logits: D's scores for fakes, [B]; each is paired with the real picture at its place.

    Returns:
        A scalar, at least 0; log 2 = 0.693 when D says the same to both.
    """
    return F.softplus(fake_logits - real_logits).mean()


def g_loss(fake_logits: Tensor, real_logits: Tensor) -> Tensor:
    """Mean of log(1 + exp(D(x) - D(G(z)))) over the same pairs.

    Args:
        fake_logits: D's scores for fakes, [B].
        real_logits: D's scores for the real pictures of the pairs, [B].

    Returns:
        A scalar, at least 0; log 2 = 0.693 when D says the same to both.
    """
    return F.softplus(real_logits - fake_logits).mean()
