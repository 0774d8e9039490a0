"""Adaptive discriminator augmentation: pictures are changed as often as D overfits.

Karras et al., Training Generative Adversarial Networks with Limited Data (2020), section 3: every few steps the chance
p of each change goes up or down by a fixed amount, so that a number that tells how far D overfits stays at a target.
With D's outputs for training pictures, held-out pictures and fakes:

    r_v = (E[D_train] - E[D_held_out]) / (E[D_train] - E[D_fake])    0: no overfitting, 1: held-out pictures are fakes;
                                                                     what lies outside of [-1, 1] is cut off
    r_t = E[sign(D_train)]                                           the share that D takes for real, less the others
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.errors import ConfigError
from pipelines.registries import LOSSES, loss_traits
from pipelines.training.context import StepContext

EVERY = 4  # steps between two adjustments


class Strength(nn.Module):
    """The chance of a change, in [0, 1], and what it follows from; begins with 0.

    All of it lies in tensors that stay in place: it is saved with a checkpoint, and a step that a GPU replays can use
    it. Processes that share a batch are given the means of all of it, so that each computes the same.

    Args:
        target: that r_v or r_t is kept at.
        amount: what p changes by at each adjustment.
        output: what a loss calls D's output, of logits.
        boundary: the output at which D takes a picture for neither real nor fake; None where the loss has none.
        higher: whether the output is to be higher for real pictures.
    """

    p: Tensor
    overfitting: Tensor
    sums: Tensor
    adjusted: Tensor

    def __init__(
        self,
        target: float,
        amount: float,
        output: Callable[[Tensor], Tensor] = torch.sigmoid,
        boundary: float | None = 0.5,
        higher: bool = True,
    ) -> None:
        super().__init__()
        self.target, self.amount = target, amount
        self._output, self._boundary, self._side = output, boundary, 1.0 if higher else -1.0
        self.register_buffer("p", torch.zeros(()))
        self.register_buffer("overfitting", torch.zeros(()))  # r_v or r_t, of the last adjustment
        self.register_buffer("sums", torch.zeros(4))  # of the means since then: D_train, sign(D_train), D_fake; turns
        self.register_buffer("adjusted", torch.zeros((), dtype=torch.int64))  # how often

    @torch.no_grad()
    def means(self, real: Tensor, fake: Tensor) -> Tensor:
        """Means, float [3]: of logits for real pictures, of their sides (1 for real, -1 for fake), and of fakes'."""
        sign = torch.zeros_like(real)
        if self._boundary is not None:
            sign = self._side * (self._output(real) - self._boundary).sign()
        return torch.stack([real.mean(), sign.mean(), fake.mean()])

    @torch.no_grad()
    def observe(self, means: Tensor) -> None:
        """Take in the ``means`` of one turn of D, over all processes."""
        self.sums += torch.cat([means, means.new_ones(1)])

    @torch.no_grad()
    def adjust(self, held_out: Tensor | None) -> None:
        """Let p follow what was observed since the last time, at least one turn.

        Args:
            held_out: the mean of the logits for held-out pictures, a scalar; None without any, which takes r_t.
        """
        train, sign, fake = (self.sums[:3] / self.sums[3]).unbind()
        if held_out is None:
            now = sign
        else:  # a D that takes fakes for real does not overfit
            gap = train - fake
            now = torch.where(self._side * gap > 0, (train - held_out) / gap, torch.zeros_like(gap)).clamp(-1, 1)
        self.overfitting.copy_(now)
        self.p += torch.where(now > self.target, self.amount, -self.amount)
        self.p.clamp_(0, 1)
        self.sums.zero_()
        self.adjusted += 1

    def numbers(self) -> dict[str, Tensor]:
        """What a row of metrics tells."""
        return {"augmented": self.p, "overfitting": self.overfitting}


def strength(config: TrainConfig, context: StepContext) -> Strength:
    """The strength of a run.

    Raises:
        ConfigError: nothing tells how far D overfits: no picture is held out, and the loss has no boundary.
    """
    traits = loss_traits(config.loss)
    if traits.balance is None and not context.held_out_every:
        raise ConfigError(
            f"With the loss {config.loss!r} only held-out pictures tell how far D overfits, and the data set "
            f"{config.data!r} has too few here: add pictures, raise held_out, or set augment_target to 0."
        )
    amount = EVERY * config.d_steps * context.size / config.augment_images
    output = LOSSES.get(config.loss).d_output
    found = Strength(config.augment_target, amount, output, traits.balance, traits.real_is_higher)
    return found.to(context.device)
