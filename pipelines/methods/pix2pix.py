"""pix2pix: pictures of inputs whose true pictures are known; a D that is told the input, and the L1 difference.

Isola et al., Image-to-Image Translation with Conditional Adversarial Networks (2017). The paper's loss is
non-saturating with ``reconstruction`` 100; dropout in G is its only noise.
"""

from __future__ import annotations

from pipelines.methods._paired import PairedMethod

TRANSLATES = True
USES = (
    "d_steps", "label_smoothing", "instance_noise", "replay", "gradient_penalty", "r1", "r2", "penalty_every",
    "orthogonal", "weight_clip", "adversarial", "reconstruction", "layer_matching",
)  # fmt: skip


class Method(PairedMethod):
    """A GAN whose G also minimises the mean absolute difference of its picture from the true one."""
