"""SRGAN: large pictures of small ones; squared difference, content loss in a classifier's features, and D.

Ledig et al., Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network (2017). The paper's
loss is the content loss and 0.001 of the adversarial one; ``reconstruction`` alone, with ``adversarial`` 0, is its
SRResNet, trained with squared error.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from pipelines.methods._paired import PairedMethod
from pipelines.methods._translation import squared

TRANSLATES = True
USES = (
    "d_steps", "label_smoothing", "instance_noise", "replay", "gradient_penalty", "r1", "r2", "penalty_every",
    "orthogonal", "weight_clip", "adversarial", "reconstruction", "content",
)  # fmt: skip


class Method(PairedMethod):
    """A GAN whose G also minimises the mean squared difference from the true picture, in pixels and in features."""

    views, series = squared()

    def difference(self, fake: Tensor, real: Tensor) -> Tensor:
        """The mean squared difference of fakes from their true pictures, [B, C, H, W] in [-1, 1] both."""
        return F.mse_loss(fake, real)
