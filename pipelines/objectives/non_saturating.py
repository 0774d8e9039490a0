"""D as in the minimax game; G maximises log D(G(z)), which is steep where D wins.

Goodfellow et al., Generative Adversarial Networks (2014), section 3: the fixed point is that of the minimax game, but G
gets strong gradients at the start of training.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from pipelines.objectives.minimax import BALANCE, d_loss, d_output

__all__ = ["BALANCE", "d_loss", "d_output", "g_loss"]


def g_loss(fake_logits: Tensor) -> Tensor:
    """-log D(G(z)).

    Args:
        fake_logits: D's logits for fakes, [B].

    Returns:
        A scalar, at least 0; log 2 = 0.693 when D cannot tell.
    """
    return F.softplus(-fake_logits).mean()
