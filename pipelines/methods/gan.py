"""One generator and one discriminator; other methods derive from this one.

Goodfellow et al., Generative Adversarial Networks (2014), with the settings of its successors: losses, penalties,
instance noise, experience replay, feature matching, augmentation, classes and self-conditioning.
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.methods._adversarial import SERIES, VIEWS
from pipelines.networks._conditioning import draw_latent, nearest_centre
from pipelines.networks._minibatch import MinibatchNumbers
from pipelines.objectives._lecam import LeCam
from pipelines.objectives._matching import feature_matching
from pipelines.objectives._orthogonal import orthogonal_penalty
from pipelines.objectives._path_length import PATH_EVERY, PathLength, path_lengths
from pipelines.objectives._penalties import clip_weights, gradient_penalty, squared_slopes
from pipelines.registries import LOSSES, loss_traits
from pipelines.training.augment import augmented
from pipelines.training.building import build
from pipelines.training.context import Condition, StepContext, laid_out
from pipelines.training.freezing import low_layers
from pipelines.training.players import Numbers, Phase, Player
from pipelines.training.process_group import synchronised
from pipelines.training.replay import Replay
from pipelines.training.strength import EVERY, strength

USES = (
    "d_steps", "label_smoothing", "feature_matching", "instance_noise", "replay", "gradient_penalty", "r1", "r2",
    "penalty_every", "orthogonal", "path_length", "style_mixing", "weight_clip", "augment", "augment_target",
    "augment_images", "lecam", "freeze_d",
)  # fmt: skip


class Method:
    """One generator and one discriminator.

    Args:
        config: a checked configuration.
        context: real pictures, random numbers and precision of the steps.
    """

    views, series = VIEWS, SERIES

    def __init__(self, config: TrainConfig, context: StepContext) -> None:
        self.config, self.context = config, context
        device = context.device
        networks = build(config, context.spec, device)
        low = _low_layers(networks[1], config, context)
        if context.group:
            networks = tuple(synchronised(network, context.group) for network in networks)
        self.generator, self.discriminator = networks
        for name, weight in self.discriminator.named_parameters():
            weight.requires_grad_(name not in low)
        average, _ = build(config, context.spec, device, only_generator=True)
        average.load_state_dict(self.generator.state_dict())
        average.eval().requires_grad_(False)
        self.players = {
            "generator": Player("generator", self.generator, "g", "lr_g", average if config.ema else None),
            "discriminator": Player("discriminator", self.discriminator, "d", "lr_d"),
        }
        self.phases = (
            Phase(("discriminator",), self._discriminator_loss, config.d_steps, after=self._clip),
            Phase(("generator",), self._generator_loss, frozen=("discriminator",)),
        )
        loss, self.traits = LOSSES.get(config.loss), loss_traits(config.loss)
        smooth = config.label_smoothing
        self.d_loss = functools.partial(loss.d_loss, smoothing=smooth) if smooth else loss.d_loss
        self.g_loss, self.d_output = loss.g_loss, loss.d_output
        # What looks at a whole batch in D wants it of one kind; without it, one pass over real and fake is faster.
        of_batches = (nn.BatchNorm2d, MinibatchNumbers)
        self._apart = any(isinstance(layer, of_batches) for layer in self.discriminator.modules())
        self.replay = _replay(config, context) if config.replay else None
        self.parts = {"replay": self.replay.to(device)} if self.replay is not None else {}
        if config.path_length:
            self.parts["path_length"] = PathLength(context.whole).to(device)
        if config.lecam:
            self.parts["lecam"] = LeCam(context.whole).to(device)
        self.strength = strength(config, context) if config.augment_target else None
        if self.strength is not None:
            self.parts["strength"] = self.strength
        self._adjusts = False  # whether the strength of augmentation is adjusted in this step
        # What a step reads beside weights lies in tensors that stay in place, so that it can be replayed.
        self._noise = torch.full((), config.instance_noise, device=device)  # its deviation
        self._r1 = self._r2 = self._path = 0.0  # the weights of the penalties in this step
        self._fake: tuple[Tensor, Condition]  # the fakes of the last turn of D: G learns from what D says of them

    def begin(self, step: int) -> tuple[float, float, bool]:
        """Set up a step; those differ that pay R1 and R2, or path lengths, or adjust the strength of augmentation."""
        # Now and then, and then more of it: as good, at a fraction of the cost (Karras et al., StyleGAN2, 2020).
        every = self.config.penalty_every
        times = every if step % every == 0 else 0
        self._r1, self._r2 = self.config.r1 * times, self.config.r2 * times
        self._path = 0.0 if step % PATH_EVERY else self.config.path_length * PATH_EVERY
        self._adjusts = self.strength is not None and step % EVERY == 0
        return self._r1 + self._r2, self._path, self._adjusts

    def fade(self, share: float) -> None:
        """Let the instance noise be a share, in [0, 1], of what it is set to."""
        self._noise.fill_(self.config.instance_noise * share)

    def rehearse(self, count: int) -> Tensor:
        """What a step computes, on a few made-up pictures, as a scalar."""
        device = self.context.device
        z = draw_latent(count, self.config, torch.Generator().manual_seed(0)).to(device)
        y = self.context.made_up_condition(count)
        group = nearest_centre(z, self.config.centres) if self.config.groups else None
        with self.context.autocast():
            logits = self.discriminator(self._shown(self.generator(z, y)), self.context.told_to_d(y), group)
        return logits.float().mean()

    def _discriminator_loss(self, turn: int, watch: bool) -> tuple[Tensor, Numbers]:
        last = turn == self.config.d_steps - 1
        fake, condition = self._draw_fakes(turn, for_g=last)
        if last:
            self._fake, fake = (fake, condition), fake.detach()
        real, told = self._real(turn)
        fake = fake.to(real.dtype)
        if self.replay is not None:
            # The store sees the whole batch, so that it is the same in all processes.
            fake, condition = self.replay(self.context.whole(fake), *map(self.context.whole, condition))
            fake, condition = self.context.part(fake), tuple(map(self.context.part, condition))
        new = self._said_of_new(real, told) if last and self._adjusts else None
        real, fake = self._shown(real), self._shown(fake)
        real_logits, fake_logits, slopes = self._judged(real, told, fake, condition)
        loss = self.d_loss(real_logits, fake_logits)
        total = loss if slopes is None else loss + slopes
        if weight := self.config.lecam:
            total = total + weight * self.parts["lecam"](real_logits, fake_logits)
        if self.strength is not None:
            self.strength.observe(self.context.mean(self.strength.means(real_logits, fake_logits)))
            if last and self._adjusts:
                self.strength.adjust(new)
        numbers = {}
        if weight := self.config.gradient_penalty:
            # In full precision: the slope is a difference of small numbers, and it is differentiated twice.
            one = [1] * (real.ndim - 1)
            mix = self.context.drawn(len(real), lambda count: torch.rand(count, *one, device=real.device))
            discriminate = functools.partial(self.discriminator, y=told[0], group=told[1])
            penalty = gradient_penalty(discriminate, real, fake.float(), mix)
            total = total + weight * penalty
            numbers["penalty"] = penalty.detach()
        if not watch:
            return total, {}
        if self.strength is not None:
            numbers |= self.strength.numbers()
        said = (self.d_output(logits.detach()).mean() for logits in (real_logits, fake_logits))
        return total, {"d_loss": loss.detach(), **dict(zip(("d_real", "d_fake"), said, strict=True)), **numbers}

    @torch.no_grad()
    def _said_of_new(self, real: Tensor, told: Condition) -> Tensor | None:
        """The mean of D's logits for held-out pictures, a scalar; None without any.

        They are judged in the company of the other pictures of the batch, as these are: some D look at all of it.
        """
        if not (every := self.context.held_out_every):
            return None
        new, classes = self.context.held_out(self.strength.adjusted)
        faded = getattr(self.discriminator, "faded", None)
        pictures, y = real.clone(), told[0]
        pictures[::every] = faded(new) if faded else new
        if classes is not None:
            y = y.clone()
            y[::every] = classes
        with self.context.autocast():
            logits = self.discriminator(self._shown(pictures), y, told[1]).float()
        return self.context.mean(logits[::every].mean())

    def _judged(
        self, real: Tensor, told: Condition, fake: Tensor, condition: Condition
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """D's logits of real pictures and of fakes, float32 [B] each, and weighted R1 and R2; None if none is due."""
        if self._r1 or self._r2:
            real_logits, one = self._penalised(real, told, self._r1)
            fake_logits, other = self._penalised(fake, condition, self._r2)
            return real_logits, fake_logits, one + other
        with self.context.autocast():
            if self._apart:
                real_logits, fake_logits = self.discriminator(real, *told), self.discriminator(fake, *condition)
            else:
                both = [None if a is None else torch.cat([a, b]) for a, b in zip(told, condition, strict=True)]
                pictures = laid_out(torch.cat([real, fake]))
                real_logits, fake_logits = self.discriminator(pictures, *both).chunk(2)
        return real_logits.float(), fake_logits.float(), None

    def _penalised(self, pictures: Tensor, told: Condition, weight: float) -> tuple[Tensor, Tensor | float]:
        """Logits, float32 [B], and half the weighted mean squared slope of D at the pictures; 0 without a weight.

        One pass through D gives both, as in R3GAN's code, in full precision: the slope is differentiated once more.
        """
        if not weight:
            with self.context.autocast():
                return self.discriminator(pictures, *told).float(), 0.0
        points = pictures.detach().float().requires_grad_(True)
        logits = self.discriminator(points, *told)
        return logits, 0.5 * weight * squared_slopes(logits, points).mean()

    def _generator_loss(self, turn: int, watch: bool) -> tuple[Tensor, Numbers]:
        loss = self._adversarial_loss()
        return self._regularised(loss), {"g_loss": loss.detach()} if watch else {}

    def _adversarial_loss(self) -> Tensor:
        """What G minimises in what D says of its last fakes, a scalar."""
        (fake, condition), last = self._fake, self.config.d_steps - 1
        with self.context.autocast():
            if self.config.feature_matching:
                with torch.no_grad():
                    wanted = self.context.whole(self.discriminator.features(self._shown(self._real(last)[0])))
                return feature_matching(wanted, self.context.whole(self.discriminator.features(self._shown(fake))))
            if self.traits.g_sees_real:
                with torch.no_grad():
                    real, told = self._real(last)
                    real_logits = self.discriminator(self._shown(real), *told).float()
                return self.g_loss(self.discriminator(self._shown(fake), *condition).float(), real_logits)
            return self.g_loss(self.discriminator(self._shown(fake), *condition).float())

    def _regularised(self, loss: Tensor) -> Tensor:
        """A loss of G with the penalties on G itself."""
        if weight := self.config.orthogonal:
            loss = loss + weight * orthogonal_penalty(self.generator)
        if self._path:
            loss = loss + self._path * self._path_penalty()
        return loss

    def _draw_fakes(self, turn: int, for_g: bool) -> tuple[Tensor, Condition]:
        """Pictures [B, C, H, W] and what D is told of them; with what is needed to teach G, if they are for it."""
        y = group = around = None
        if self.traits.g_sees_real:
            # A pair is compared under one condition: of one class (Huang et al., R3GAN, 2024), and of one group, whose
            # centre z is drawn around.
            y, group = self.context.real_condition(turn)
            around = self.context.whole(group)
        if y is None:
            y = self.context.part(self.context.draw_conditions())
        drawn = draw_latent(self.context.size, self.config, device=self.context.device, around=around)
        z = self.context.part(drawn)
        if self.config.groups and group is None:
            group = nearest_centre(z, self.config.centres)
        with torch.set_grad_enabled(for_g), self.context.autocast():
            return self._pictures(z, y, group), (self.context.told_to_d(y), group)

    def _pictures(self, z: Tensor, y: Tensor | None, group: Tensor | None) -> Tensor:
        """Pictures of z [B, latent_size]; in a share of them the layers after a random one have the style of another z.

        Karras et al., A Style-Based Generator Architecture for Generative Adversarial Networks (2019), section 3.1.
        """
        if not self.config.style_mixing:
            return self.generator(z, y)
        context, generator = self.context, self.generator
        other = draw_latent(context.size, self.config, device=context.device, around=context.whole(group))
        other = context.part(other)  # of the same group, where D is told of groups
        chances = context.drawn(len(z), lambda count: torch.rand(count, 2, device=context.device))
        first, second = generator.mapping(z, y), generator.mapping(other, y)  # [B, layers, W]
        layers = first.shape[1]
        last = 1 + (chances[:, 0] * (layers - 1)).long()  # of the first style, 1 to layers - 1
        last = torch.where(chances[:, 1] < self.config.style_mixing, last, layers)
        of_first = torch.arange(layers, device=z.device) < last[:, None]
        return generator.synthesis(torch.where(of_first[:, :, None], first, second))

    def _path_penalty(self) -> Tensor:
        """The penalty on path lengths of half a batch, in full precision."""
        context = self.context
        count = max(1, context.size // (2 * self.config.gpus)) * self.config.gpus
        y = context.draw_conditions()
        y = None if y is None else context.part(y[:count])
        w = self.generator.mapping(context.part(draw_latent(count, self.config, device=context.device)), y)
        pictures = self.generator.synthesis(w)
        noise = context.drawn(len(pictures), functools.partial(_normal, pictures))
        return self.parts["path_length"](path_lengths(pictures, w, noise))

    def _real(self, turn: int) -> tuple[Tensor, Condition]:
        """The real pictures of a turn, as a D whose next stage fades in is to see them, and what D is told of them."""
        real, told = self.context.real(turn)
        faded = getattr(self.discriminator, "faded", None)
        return (faded(real) if faded else real), told

    def _shown(self, pictures: Tensor) -> Tensor:
        """Pictures as D sees them, real and fake alike."""
        chance = None if self.strength is None else self.strength.p
        pictures = augmented(pictures, self.config.augment, self.context.drawn, chance)
        if self.config.instance_noise:  # Sonderby et al., Amortised MAP Inference for Image Super-resolution (2017)
            noise = self.context.drawn(len(pictures), functools.partial(_normal, pictures))
            pictures = pictures + self._noise * noise
        return pictures

    def _clip(self) -> None:
        if self.config.weight_clip:
            clip_weights(self.discriminator, self.config.weight_clip)


def _low_layers(discriminator: nn.Module, config: TrainConfig, context: StepContext) -> set[str]:
    if not config.freeze_d:
        return set()
    count, device = 4, context.device
    shape = context.spec.shape or (config.channels, config.size, config.size)
    y = context.told_to_d(context.made_up_condition(count))
    group = torch.zeros(count, dtype=torch.int64, device=device) if config.groups else None
    return set(low_layers(discriminator, config.freeze_d, torch.zeros(count, *shape, device=device), y, group))


def _replay(config: TrainConfig, context: StepContext) -> Replay:
    told = context.told_to_d(context.made_up_condition(1)) if context.spec.condition else None
    shape = context.spec.shape or (config.channels, config.size, config.size)
    return Replay(config.replay, shape, None if told is None else told[0], context.modality)


def _normal(like: Tensor, count: int) -> Tensor:
    """Numbers from N(0, 1), [count, ...], in the shape of the pictures and laid out as they are."""
    shape = (count, *like.shape[1:])
    return torch.empty_strided(shape, like.stride(), dtype=like.dtype, device=like.device).normal_()
