"""Picture to picture with pairs: G draws a picture of each condition, and the true picture of it is known.

What pix2pix, SPADE and SRGAN share. Fakes are drawn of the conditions of the turn's real pictures, so that D compares
the two under one condition, and G also learns from the difference of each fake and its own true picture.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from pipelines.config.train_config import TrainConfig
from pipelines.errors import ConfigError
from pipelines.methods import gan
from pipelines.methods._content import Content
from pipelines.methods._translation import PAIRED_SERIES, PAIRED_VIEWS
from pipelines.networks._conditioning import draw_latent
from pipelines.training.context import Condition, StepContext
from pipelines.training.players import Numbers


class PairedMethod(gan.Method):
    """A GAN whose fakes have true pictures; without ``adversarial`` G learns from these alone and D is not trained.

    Args:
        config: a checked configuration.
        context: as of ``gan.Method``.

    Raises:
        ConfigError: the set's conditions do not belong to its pictures, no classifier ships for it and ``content`` is
            set, or D gives no layers and ``layer_matching`` is set.
    """

    views, series = PAIRED_VIEWS, PAIRED_SERIES

    def __init__(self, config: TrainConfig, context: StepContext) -> None:
        if not (context.spec.condition and context.spec.paired):
            raise ConfigError(
                f"The method {config.method!r} compares each picture with its true one, and in the data set "
                f"{config.data!r} no picture belongs to a condition: choose a paired data set, or the method "
                "'cyclegan', which needs no pairs."
            )
        super().__init__(config, context)
        if config.layer_matching and not hasattr(self.discriminator, "judged"):
            raise ConfigError(
                f"The discriminator of the network {config.network!r} gives no layers to be matched: set "
                "layer_matching to 0, or choose another network."
            )
        self._content = Content(config.data, context.device) if config.content else None
        self._turns: dict[int, tuple[Tensor, Condition]] = {}  # of the step: pictures and conditions, mirrored together
        if not config.adversarial:
            self.phases = self.phases[1:]

    def rehearse(self, count: int) -> Tensor:
        """What a step computes, on a few made-up pictures, as a scalar."""
        if self.config.adversarial:
            return super().rehearse(count)
        z = draw_latent(count, self.config, torch.Generator().manual_seed(0)).to(self.context.device)
        with self.context.autocast():
            return self.generator(z, self.context.made_up_condition(count)).float().mean()

    def difference(self, fake: Tensor, real: Tensor) -> Tensor:
        """How far fakes are from their true pictures, [B, C, H, W] in [-1, 1] both: the mean absolute difference."""
        return F.l1_loss(fake, real)

    def _real(self, turn: int) -> tuple[Tensor, Condition]:
        """The real pictures of a turn and their conditions: the same, mirrored alike, whenever the step asks."""
        if turn not in self._turns:
            self._turns[turn] = super()._real(turn)
        return self._turns[turn]

    def _draw_fakes(self, turn: int, for_g: bool) -> tuple[Tensor, Condition]:
        """Pictures of the conditions of the turn's real pictures, and these conditions."""
        real, told = self._real(turn)
        with torch.set_grad_enabled(for_g), self.context.autocast():
            return self.generator(self._latent(real), told[0]), told

    def _latent(self, real: Tensor) -> Tensor:
        """z [B, latent_size] for the conditions of real pictures [B, C, H, W]: drawn without regard to them."""
        return self.context.part(draw_latent(self.context.size, self.config, device=self.context.device))

    def _own_terms(self) -> dict[str, tuple[float, Tensor]]:
        """Further terms of G's loss, by the names of their numbers: weight and value."""
        return {}

    def _discriminator_loss(self, turn: int, watch: bool) -> tuple[Tensor, Numbers]:
        self._turns.pop(turn, None)  # of the step before; here and not in ``begin``, so that a GPU records the reading
        return super()._discriminator_loss(turn, watch)

    def _generator_loss(self, turn: int, watch: bool) -> tuple[Tensor, Numbers]:
        config, last = self.config, self.config.d_steps - 1
        if not config.adversarial:
            self._turns.pop(last, None)
            self._fake = self._draw_fakes(last, for_g=True)
        fake, (real, _) = self._fake[0].float(), self._real(last)
        terms: dict[str, tuple[float, Tensor]] = {}  # by the name of the number: its weight and its value
        if config.layer_matching:
            opinion, matching = self._judged_by_layers(real)
            terms["layer_matching"] = config.layer_matching, matching
            terms["g_loss"] = config.adversarial, opinion
        elif config.adversarial:
            terms["g_loss"] = config.adversarial, self._adversarial_loss()
        if config.reconstruction:
            terms["reconstruction"] = config.reconstruction, self.difference(fake, real)
        if self._content is not None:
            with self.context.autocast():
                terms["content"] = config.content, self._content.difference(fake, real)
        terms |= self._own_terms()
        total = torch.stack([weight * value for weight, value in terms.values()]).sum()
        return self._regularised(total), {name: value.detach() for name, (_, value) in terms.items()} if watch else {}

    def _judged_by_layers(self, real: Tensor) -> tuple[Tensor, Tensor]:
        """G's adversarial loss, and how far D's layers see fakes from their true pictures; D sees each once.

        The mean absolute difference of each layer's maps is summed over the layers (Wang et al., pix2pixHD, 2018,
        equation 4), and averaged over the scales of D, as in SPADE's code.
        """
        fake, (y, _) = self._fake
        with self.context.autocast():
            with torch.no_grad():
                real_logits, wanted = self.discriminator.judged(self._shown(real), y)
            logits, found = self.discriminator.judged(self._shown(fake), y)
        apart = [F.l1_loss(mine.float(), true.float()) for mine, true in zip(found, wanted, strict=True)]
        scales = logits.shape[1] if logits.ndim == 4 else 1
        told = (logits.float(), real_logits.float()) if self.traits.g_sees_real else (logits.float(),)
        return self.g_loss(*told), torch.stack(apart).sum() / scales
