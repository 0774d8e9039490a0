"""D as in the minimax game; G maximises log D(G(z)), which is steep where D wins.

Goodfellow et al., Generative Adversarial Networks (2014), section 3: the fixed point is that of the minimax game, but G
gets strong gradients at the start of training.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from pipelines.objectives.minimax import d_loss, d_output

__all__ = ["d_loss", "d_output", "g_loss"]

D_OUTPUT = "probability"
BALANCE = 0.5
D_LOSS_AT_BALANCE = 1.3862943611198906  # 2 log 2
LABEL_SMOOTHING = True
STAYS_STEEP = True
G_LOSS_MISLEADS = True
FORMULAS = {"D": "−log D(x) − log(1 − D(G(z)))", "G": "−log D(G(z))"}


def g_loss(fake_logits: Tensor) -> Tensor:
    """-log D(G(z)).

    Args:
        fake_logits: D's logits for fakes, [B].

    Returns:
        A scalar, at least 0; log 2 = 0.693 when D cannot tell.
    """
    return F.softplus(-fake_logits).mean()
