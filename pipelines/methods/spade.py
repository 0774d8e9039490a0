"""SPADE: pictures of maps of labels; hinge loss, and D's layers see a fake like its true picture.

Park et al., Semantic Image Synthesis with Spatially-Adaptive Normalization (2019). The paper's loss is hinge with
``layer_matching`` 10 and a content loss in VGG of 10; its z has a style of its own for each sample.
"""

from __future__ import annotations

from pipelines.methods._paired import PairedMethod

TRANSLATES = True
USES = (
    "d_steps", "label_smoothing", "instance_noise", "replay", "gradient_penalty", "r1", "r2", "penalty_every",
    "orthogonal", "weight_clip", "adversarial", "reconstruction", "content", "layer_matching",
)  # fmt: skip


class Method(PairedMethod):
    """A GAN whose G also matches D's layers, and the truth and its content where these have a weight."""
