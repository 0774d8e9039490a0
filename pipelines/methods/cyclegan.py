"""CycleGAN: two domains without pairs; two G and two D, and what goes to the other domain and back comes back.

Zhu et al., Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks (2017). The paper's loss is
least-squares with ``cycle`` 10 and ``identity`` 5, where its least squares lack the half that ours have: with
``adversarial`` 2 the weights are the paper's. It shows D old fakes in half of each batch (``replay`` 0.5), of a pool
of 50. R1, which the paper has not, may be paid by both D.

One domain are the set's pictures, the other its conditions. The generator draws a picture of each condition, and
``backward`` a condition of each picture. Pairs are not used, even where the set has them.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.errors import ConfigError
from pipelines.methods._translation import CYCLE_SERIES, CYCLE_VIEWS
from pipelines.modalities import image
from pipelines.networks._conditioning import draw_latent
from pipelines.objectives._penalties import squared_slopes
from pipelines.registries import LOSSES, loss_traits
from pipelines.training.building import build, turned
from pipelines.training.context import StepContext, laid_out
from pipelines.training.players import Numbers, Phase, Player
from pipelines.training.process_group import synchronised
from pipelines.training.replay import Replay

TRANSLATES = True
PAIRS = False
PUBLISHES = {"backward": ""}
USES = ("replay", "r1", "penalty_every", "adversarial", "cycle", "identity")

POOL = 50  # old fakes kept of each domain
KEPT = 2  # of as many new ones one is kept: half of a batch, as in the paper

Domains = tuple[Tensor, Tensor]  # pictures, and conditions of the other domain, [B, C, H, W] in [-1, 1] each


class Method:
    """Two generators, one each way, and two discriminators, one of each domain.

    Args:
        config: a checked configuration.
        context: real pictures, conditions, random numbers and precision of the steps.

    Raises:
        ConfigError: the set's conditions are no pictures of the same size, or have other channels and ``identity`` is
            set.
    """

    views, series = CYCLE_VIEWS, CYCLE_SERIES

    def __init__(self, config: TrainConfig, context: StepContext) -> None:
        self.config, self.context = config, context
        _require_domains(config, context)
        back_config, back_spec = turned(config, context.spec)
        device = context.device
        pairs = build(config, context.spec, device), build(back_config, back_spec, device)
        if context.group:
            pairs = tuple(tuple(synchronised(one, context.group) for one in pair) for pair in pairs)
        (self.generator, self.discriminator), (self.backward, self.d_backward) = pairs
        averages = [
            build(mine, told, device, only_generator=True)[0]
            for mine, told in ((config, context.spec), (back_config, back_spec))
        ]
        for average, network in zip(averages, (self.generator, self.backward), strict=True):
            average.load_state_dict(network.state_dict())
            average.eval().requires_grad_(False)
        there, back = averages if config.ema else (None, None)
        self.players = {
            "generator": Player("generator", self.generator, "g", "lr_g", there),
            "backward": Player("backward", self.backward, "b", "lr_g", back),
            "discriminator": Player("discriminator", self.discriminator, "d", "lr_d"),
            "d_backward": Player("d_backward", self.d_backward, "e", "lr_d"),
        }
        critics = ("discriminator", "d_backward")
        self.phases = (
            Phase(critics, self._discriminator_loss),
            Phase(("generator", "backward"), self._generator_loss, frozen=critics),
        )
        self.loss, self.traits = LOSSES.get(config.loss), loss_traits(config.loss)
        self.parts: dict[str, nn.Module] = {}
        if config.replay:
            for name, shape in (("replay", back_spec.condition_shape), ("replay_back", back_spec.shape)):
                self.parts[name] = Replay(config.replay, shape, None, image, POOL, KEPT).to(device)
        self._real: Domains  # of the step
        self._fake: Domains  # a picture of each condition and a condition of each picture; both G learn through them
        self._z: Tensor
        self._r1 = 0.0  # its weight in this step

    def begin(self, step: int) -> float:
        """Set up a step; those differ that pay R1."""
        every = self.config.penalty_every
        self._r1 = 0.0 if step % every else self.config.r1 * every
        return self._r1

    def fade(self, share: float) -> None:
        """Nothing of it fades."""

    def rehearse(self, count: int) -> Tensor:
        """What a step computes, on a few made-up pictures, as a scalar."""
        conditions = self.context.made_up_condition(count)
        z = draw_latent(count, self.config, torch.Generator().manual_seed(0)).to(self.context.device)
        with self.context.autocast():
            there = self.generator(z, conditions)
            back = self.backward(z, there)
            return self.discriminator(there).float().mean() + self.d_backward(back).float().mean()

    def _discriminator_loss(self, turn: int, watch: bool) -> tuple[Tensor, Numbers]:
        pictures, conditions = self._real = self._domains(turn)
        context = self.context
        self._z = context.part(draw_latent(context.size, self.config, device=context.device))
        with context.autocast():
            self._fake = self.generator(self._z, conditions), self.backward(self._z, pictures)
        as_pictures, as_conditions = (fake.detach().float() for fake in self._fake)
        real_logits, slopes = self._judged_real(self.discriminator, pictures)
        real_back, slopes_back = self._judged_real(self.d_backward, conditions)
        fake_logits = self._judged(self.discriminator, self._mixed("replay", as_pictures))
        fake_back = self._judged(self.d_backward, self._mixed("replay_back", as_conditions))
        loss, loss_back = self.loss.d_loss(real_logits, fake_logits), self.loss.d_loss(real_back, fake_back)
        total = loss + loss_back + slopes + slopes_back
        if not watch:
            return total, {}
        said = (self.loss.d_output(logits.detach()).mean() for logits in (real_logits, fake_logits))
        numbers = dict(zip(("d_real", "d_fake"), said, strict=True))
        return total, {"d_loss": loss.detach(), **numbers, "d_loss_back": loss_back.detach()}

    def _generator_loss(self, turn: int, watch: bool) -> tuple[Tensor, Numbers]:
        config, (pictures, conditions), (as_pictures, as_conditions) = self.config, self._real, self._fake
        loss = self._adversarial_loss(self.discriminator, as_pictures, pictures)
        loss_back = self._adversarial_loss(self.d_backward, as_conditions, conditions)
        total, numbers = config.adversarial * (loss + loss_back), {"g_loss": loss, "g_loss_back": loss_back}
        if config.cycle or watch:
            with torch.set_grad_enabled(bool(config.cycle)), self.context.autocast():
                again = self.generator(self._z, as_conditions), self.backward(self._z, as_pictures)
            cycle, cycle_back = (F.l1_loss(one.float(), real) for one, real in zip(again, self._real, strict=True))
            numbers |= {"cycle": cycle, "cycle_back": cycle_back}
            total = total + config.cycle * (cycle + cycle_back) if config.cycle else total
        if config.identity:
            with self.context.autocast():
                same = self.generator(self._z, pictures), self.backward(self._z, conditions)
            identity = sum(F.l1_loss(one.float(), real) for one, real in zip(same, self._real, strict=True))
            numbers["identity"] = identity / 2  # the mean of both
            total = total + config.identity * identity
        return total, {name: value.detach() for name, value in numbers.items()} if watch else {}

    def _domains(self, turn: int) -> Domains:
        """A batch of each domain, float32; mirrored one by one where pictures are."""
        context, spec = self.context, self.context.spec
        pictures, conditions = context.real(turn)[0], context.field(spec.condition, turn)
        if self.config.flip:
            some = context.drawn(len(conditions), lambda count: torch.rand(count, 1, 1, 1, device=context.device)) < 0.5
            conditions = torch.where(some, conditions.flip(3), conditions)
        return pictures, laid_out(conditions)

    def _mixed(self, part: str, fake: Tensor) -> Tensor:
        """Fakes of which some are replaced by old ones, where they are kept."""
        if part not in self.parts:
            return fake
        # The pool sees the whole batch, so that it is the same in all processes.
        return self.context.part(self.parts[part](self.context.whole(fake), None, None)[0])

    def _judged(self, critic: nn.Module, pictures: Tensor) -> Tensor:
        """A discriminator's logits of pictures, float32."""
        with self.context.autocast():
            return critic(laid_out(pictures)).float()

    def _judged_real(self, critic: nn.Module, real: Tensor) -> tuple[Tensor, Tensor | float]:
        """The logits of real pictures, and half the weighted R1; 0 where none is due.

        A D of patches has the mean of its logits as its opinion of a picture (Isola et al., pix2pix, 2017).
        """
        if not self._r1:
            return self._judged(critic, real), 0.0
        points = laid_out(real.detach().float()).requires_grad_(True)
        logits = critic(points).float()  # in full precision: the slope is differentiated once more
        slopes = squared_slopes(logits.reshape(len(logits), -1).mean(1), points)
        return logits, 0.5 * self._r1 * slopes.mean()

    def _adversarial_loss(self, critic: nn.Module, fake: Tensor, real: Tensor) -> Tensor:
        """What a generator minimises in what a discriminator says of its fakes, a scalar."""
        if not self.traits.g_sees_real:
            return self.loss.g_loss(self._judged(critic, fake))
        with torch.no_grad():
            real_logits = self._judged(critic, real)
        return self.loss.g_loss(self._judged(critic, fake), real_logits)


def _require_domains(config: TrainConfig, context: StepContext) -> None:
    """Raises ``ConfigError`` where the set's pictures and its conditions are no two domains of like pictures."""
    spec = context.spec
    shape = spec.shape or (config.channels, config.size, config.size)
    if spec.modality != "image":
        raise ConfigError(
            f"The method {config.method!r} turns pictures into pictures, and the data set {config.data!r} has none: "
            "choose another data set or method."
        )
    if spec.condition_dtype != "uint8" or len(spec.condition_shape) != 3 or spec.condition_shape[1:] != shape[1:]:
        size = "no pictures" if spec.condition_dtype != "uint8" else " x ".join(map(str, spec.condition_shape[1:]))
        raise ConfigError(
            f"The method {config.method!r} turns pictures into others of the same size, {shape[1]} x {shape[2]} here, "
            f"and the conditions of the data set {config.data!r} are {size}: choose another data set or method."
        )
    if config.identity and spec.condition_shape[0] != shape[0]:
        raise ConfigError(
            f"The identity loss gives each G pictures of its own domain, and these domains have {shape[0]} and "
            f"{spec.condition_shape[0]} channels: set identity to 0, or choose another data set."
        )
