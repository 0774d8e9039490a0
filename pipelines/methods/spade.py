"""SPADE: pictures of maps of labels; hinge loss, and D's layers see a fake like its true picture.

Park et al., Semantic Image Synthesis with Spatially-Adaptive Normalization (2019). The paper's loss is hinge with
``layer_matching`` 10 and a content loss in VGG of 10. With ``kl``, 0.05 in the paper, an encoder reads z from the true
picture, and G draws with that: z then says what the map leaves open, such as colours.
"""

from __future__ import annotations

import copy
import dataclasses

from torch import Tensor

from pipelines.config.train_config import TrainConfig
from pipelines.methods._paired import PairedMethod
from pipelines.methods._translation import PAIRED_SERIES, PAIRED_VIEWS, STYLE_SERIES, STYLE_VIEW
from pipelines.networks._style_encoder import divergence
from pipelines.training.building import further
from pipelines.training.context import StepContext
from pipelines.training.players import Player
from pipelines.training.process_group import synchronised

TRANSLATES = True
PUBLISHES = {"encoder": "kl"}
USES = (
    "d_steps", "label_smoothing", "instance_noise", "replay", "gradient_penalty", "r1", "r2", "penalty_every",
    "orthogonal", "weight_clip", "adversarial", "reconstruction", "content", "layer_matching", "kl",
)  # fmt: skip


class Method(PairedMethod):
    """A GAN whose G also matches D's layers, and the truth and its content where these have a weight."""

    views, series = (*PAIRED_VIEWS, STYLE_VIEW), (*PAIRED_SERIES, *STYLE_SERIES)

    def __init__(self, config: TrainConfig, context: StepContext) -> None:
        super().__init__(config, context)
        if not config.kl:
            return
        encoder = further("encoder", config, context.spec).to(context.device)
        average = copy.deepcopy(encoder).eval().requires_grad_(False) if config.ema else None
        self.encoder = synchronised(encoder, context.group) if context.group else encoder
        self.players["encoder"] = Player("encoder", self.encoder, "s", "lr_g", average)
        *others, last = self.phases
        self.phases = (*others, dataclasses.replace(last, moves=(*last.moves, "encoder")))
        self._style: tuple[Tensor, Tensor]  # mean and log variance of z, as read from the step's last real pictures

    def _latent(self, real: Tensor) -> Tensor:
        noise = super()._latent(real)
        if not self.config.kl:
            return noise
        mean, log_variance = (half.float() for half in self.encoder(real))
        self._style = mean, log_variance
        return mean + (0.5 * log_variance).exp() * noise

    def _own_terms(self) -> dict[str, tuple[float, Tensor]]:
        return {"kl": (self.config.kl, divergence(*self._style))} if self.config.kl else {}
