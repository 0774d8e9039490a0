"""One GAN in training: two networks, two optimisers, the moving average of G, and the step that moves them.

It knows nothing of files, processes or screens; ``loop.py`` decides when to log, sample, measure and save.
"""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from pipelines import threads
from pipelines.config.train_config import TrainConfig
from pipelines.data._shares import in_turn
from pipelines.errors import ConfigError, TrainingError
from pipelines.networks._conditioning import draw_latent, nearest_centre
from pipelines.networks._minibatch import MinibatchNumbers
from pipelines.objectives import LOSSES
from pipelines.objectives._matching import feature_matching
from pipelines.objectives._penalties import clip_weights, gradient_penalty, r1_penalty
from pipelines.training.augment import Draw, augmented
from pipelines.training.building import build, gradient_norm, make_optimizer, number_pairs
from pipelines.training.cuda_graphs import Replayed
from pipelines.training.feed import Feed
from pipelines.training.groups import balanced_groups
from pipelines.training.machine import Machine
from pipelines.training.pictures import to_float, to_uint8
from pipelines.training.process_group import ProcessGroup, synchronised
from pipelines.training.replay import Replay

Told = tuple[Tensor | None, Tensor | None]  # what D is told of pictures: classes int64 [B], groups int64 [B]

R1_EVERY = 16  # steps between two that pay the R1 penalty
REHEARSED = 32  # pictures of a batch that rehearse() takes, at most
NUMBERS = ("d_loss", "g_loss", "d_real", "d_fake", "grad_d", "grad_g", "penalty")  # what a step can tell


class Trainer:
    """A GAN in training on one data set.

    Args:
        config: a checked configuration.
        images: real pictures, uint8 [N, C, H, W].
        machine: where and how to compute.
        labels: class numbers, int64 [N], for a conditional GAN.
        classes: number of classes; 0 trains without labels.
        team: the processes that train it together; None alone.
    """

    def __init__(
        self,
        config: TrainConfig,
        images: Tensor,
        machine: Machine,
        labels: Tensor | None = None,
        classes: int = 0,
        team: ProcessGroup | None = None,
    ) -> None:
        self.config, self.machine, self.classes = config, machine, classes if config.conditional else 0
        self.team = team
        self.device = torch.device(machine.device)
        torch.manual_seed(config.seed)
        labels = labels if self.classes else None
        groups = balanced_groups(images, labels, config.centres) if config.self_conditional else None
        # The classes of fakes are drawn from these: D sees as many of each class among them as among real pictures.
        self._classes = None if labels is None else torch.from_numpy(in_turn(labels.numpy())).to(self.device)
        if not (size := config.batch_of(len(images))):
            raise ConfigError(
                f"The data set has {len(images)} pictures, too few to be shared among {config.gpus} GPUs: set gpus to "
                f"{len(images)} at most, or add pictures."
            )
        self.feed = Feed(images, (labels, groups), size, config.d_steps, config.seed, self.device)

        self.generator, self.discriminator = build(config, self.classes, self.device)
        if team:
            self.generator, self.discriminator = (synchronised(n, team) for n in (self.generator, self.discriminator))
        self.average, _ = build(config, self.classes, self.device, only_generator=True)
        self.average.load_state_dict(self.generator.state_dict())
        self.average.eval().requires_grad_(False)
        if machine.compiled:
            for network in (self.generator, self.discriminator):
                network.compile()
        self.opt_g = make_optimizer(config, self.generator, config.lr_g)
        self.opt_d = make_optimizer(config, self.discriminator, config.lr_d)
        self._averaged = number_pairs(self.average, self.generator)
        self.rates = (config.lr_g, config.lr_d)  # as set, before any decay
        self._decayed = 1.0  # the share of them that is in force

        loss = LOSSES.get(config.loss)
        smooth = config.label_smoothing
        self.d_loss = functools.partial(loss.d_loss, smoothing=smooth) if smooth else loss.d_loss
        self.g_loss, self.d_output = loss.g_loss, loss.d_output
        # What looks at a whole batch in D wants it of one kind; without it, one pass over real and fake is faster.
        of_batches = (nn.BatchNorm2d, MinibatchNumbers)
        self._apart = any(isinstance(layer, of_batches) for layer in self.discriminator.modules())
        self.replay = Replay(config.replay, tuple(images.shape[1:])).to(self.device) if config.replay else None

        self.step = 0  # updates of G
        self.d_batches = 0  # batches of real pictures shown to D
        self.seconds = 0.0  # of training, over all attempts
        self.best: float | None = None  # the lowest Frechet distance measured so far
        self.clear: float | None = None  # the share of clear samples measured last, in [0, 1]
        # What a step reads and writes beside weights lies in tensors that stay in place, so that it can be replayed.
        self._first_bad = torch.zeros((), dtype=torch.int64, device=self.device)  # step of the first non-finite loss
        self._clock = torch.zeros_like(self._first_bad)  # the step
        self._noise = torch.full((), config.instance_noise, device=self.device)  # its deviation
        self._replayed = Replayed() if machine.graphs else None

    @property
    def batches_per_epoch(self) -> int:
        """Batches of real pictures in one pass over the data; a last incomplete one is left out."""
        return self.feed.batches_per_epoch

    @property
    def images_per_epoch(self) -> int:
        """Real pictures shown to D in one pass over the data."""
        return self.batches_per_epoch * self.feed.size

    @property
    def epoch(self) -> float:
        """Passes over the data so far."""
        return self.d_batches / self.batches_per_epoch

    @property
    def images_seen(self) -> int:
        """Real pictures shown to D so far."""
        return self.d_batches * self.feed.size

    def train_step(self, watch: bool = False) -> dict[str, float]:
        """``d_steps`` updates of D, then one of G.

        Args:
            watch: also measure; costs the gradient norms and, on a GPU, one wait for the device.

        Returns:
            The ``NUMBERS`` of the last D step and of the G step; empty without ``watch``.
        """
        if self.team and self.team.leads:
            self.team.tell({"watch": watch, "rates": self.rates_in_force, "noise": float(self._noise)})
        self.step += 1
        if self.team:
            self.team.begin(self.config.seed, self.step)
        self._clock.fill_(self.step)
        self.feed.choose(self.d_batches)
        self.d_batches += self.config.d_steps
        # Now and then, and then more of it: as good, at a fraction of the cost (Karras et al., StyleGAN2, 2020).
        r1 = self.config.r1 * R1_EVERY if self.step % R1_EVERY == 0 else 0.0
        if self._replayed:  # one graph serves all steps, so it always measures; what it found is read only when asked
            numbers = self._replayed(r1, lambda: self._both_steps(r1, watch=True))
        else:
            numbers = self._both_steps(r1, watch)
        self._update_average()
        if not watch:
            return {}
        found = torch.stack([n.float() for n in numbers.values()])
        return dict(zip(numbers, (self.team.mean(found) if self.team else found).tolist(), strict=True))

    def follow(self, order: dict[str, Any]) -> None:
        """Take the step that the leader of the team takes, with its rates."""
        for optimizer, rate in zip((self.opt_g, self.opt_d), order["rates"], strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate
        self._noise.fill_(order["noise"])
        self.train_step(order["watch"])

    def first_bad_step(self) -> int | None:
        """The step at which a loss was first not finite, or None; on a GPU this waits for the device."""
        return int(self._first_bad.item()) or None

    def weights_finite(self) -> bool:
        """Whether every weight of both networks is a finite number."""
        weights = [*self.generator.parameters(), *self.discriminator.parameters()]
        return math.isfinite(torch.stack(torch._foreach_norm([w.detach() for w in weights])).sum().item())

    def set_rates(self, lr_g: float | None = None, lr_d: float | None = None) -> None:
        """Change learning rates from the next step on; a decay goes on from them."""
        self.rates = (self.rates[0] if lr_g is None else lr_g, self.rates[1] if lr_d is None else lr_d)
        self.decay_rates(self._decayed)

    def decay_rates(self, share: float) -> None:
        """Let both learning rates be a share, in [0, 1], of what they are set to."""
        self._decayed = share
        for optimizer, rate in zip((self.opt_g, self.opt_d), self.rates, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * share
        self.state_replaced()

    def fade_noise(self, share: float) -> None:
        """Let the instance noise be a share, in [0, 1], of what it is set to."""
        self._noise.fill_(self.config.instance_noise * share)

    def state_replaced(self) -> None:
        """To be called when optimisers were given other rates or other state than they had."""
        if self._replayed:
            self._replayed.forget()

    @property
    def rates_in_force(self) -> tuple[float, float]:
        """The learning rates of the next step, after any decay: of G, of D."""
        return self.opt_g.param_groups[0]["lr"], self.opt_d.param_groups[0]["lr"]

    @property
    def adapts(self) -> bool:
        """Whether the number of threads may change while it trains: ``auto``, one process, and more than one core."""
        return not self.config.threads and self.device.type == "cpu" and self.team is None and threads.cores() > 1

    def take_threads(self, number: int, words: str = "") -> None:
        """Compute with so many threads from the next step on, where their number may change; see threads.py."""
        if self.adapts:
            self.machine = replace(self.machine, threads=min(number, threads.cores()), sharing=words)
            torch.set_num_threads(self.machine.threads)

    def rehearse(self) -> None:
        """Work like a step's, on part of a batch, that changes nothing: what threads.py measures."""
        count = min(REHEARSED, self.feed.size)
        z = draw_latent(count, self.config, torch.Generator().manual_seed(0)).to(self.device)
        y = torch.zeros(count, dtype=torch.int64, device=self.device) if self.classes else None
        group = nearest_centre(z, self.config.centres) if self.config.groups else None
        networks = (self.generator, self.discriminator)
        kept = [(buffer, buffer.clone()) for network in networks for buffer in network.buffers()]
        with torch.random.fork_rng(devices=[]), torch.enable_grad():
            with self._autocast():
                logits = self.discriminator(self._shown(self.generator(z, y)), y, group)
            logits.float().mean().backward()
        with torch.no_grad():
            for buffer, before in kept:
                buffer.copy_(before)
        for network in networks:
            network.zero_grad(set_to_none=True)

    @torch.inference_mode()
    def sample(self, z: Tensor, y: Tensor | None = None, batch: int = 250) -> Tensor:
        """Pictures of the averaged G, uint8 [B, C, H, W] on the CPU, for z [B, latent_size] and y [B].

        Raises:
            TrainingError: a picture holds a number that is not finite.
        """
        network = self.average if self.config.ema else self.generator
        was_training = network.training
        network.eval()
        parts = []
        for start in range(0, len(z), batch):
            labels = y[start : start + batch].to(self.device) if y is not None and self.classes else None
            pictures = network(z[start : start + batch].to(self.device), labels)
            if not torch.isfinite(pictures).all():  # as bytes nobody could tell
                raise TrainingError(
                    f"The generator's pictures held numbers that are not finite at step {self.step}: lower the "
                    "learning rates and Resume, or duplicate the settings with precision fp32."
                )
            parts.append(to_uint8(pictures).cpu())
        network.train(was_training)
        return torch.cat(parts)

    # One step of each player

    def _both_steps(self, r1: float, watch: bool) -> dict[str, Tensor]:
        """``d_steps`` updates of D, then one of G, on the real pictures that are chosen."""
        for turn in range(self.config.d_steps - 1):
            self._discriminator_step(turn, *self._draw_fakes(for_g=False), r1, watch=False)
        fake, told = self._draw_fakes(for_g=True)  # drawn once: D learns from them, then G from what D says of them
        d_numbers = self._discriminator_step(-1, fake.detach(), told, r1, watch)
        return {**d_numbers, **self._generator_step(fake, told, watch)}

    def _draw_fakes(self, for_g: bool) -> tuple[Tensor, Told]:
        """Pictures [B, C, H, W] and what D is told of them; with what is needed to teach G, if they are for it."""
        y = self._classes
        if y is not None:
            y = y[torch.randint(len(y), (self.feed.size,), device=self.device)]
        z = draw_latent(self.feed.size, self.config, device=self.device)
        z, y = self._part(z), self._part(y)
        group = nearest_centre(z, self.config.centres) if self.config.groups else None
        with torch.set_grad_enabled(for_g), self._autocast():
            return self.generator(z, y), (y, group)

    def _discriminator_step(
        self, turn: int, fake: Tensor, fake_told: Told, r1: float, watch: bool
    ) -> dict[str, Tensor]:
        real, told = self._real(turn)
        fake = fake.to(real.dtype)
        if self.replay is not None:
            # The store sees the whole batch, so that it is the same in all processes of a team.
            fake, fake_told = self.replay(self._whole(fake), *map(self._whole, fake_told))
            fake, fake_told = self._part(fake), tuple(map(self._part, fake_told))
        real, fake = self._shown(real), self._shown(fake)
        discriminate = functools.partial(self.discriminator, y=told[0], group=told[1])
        with self._autocast():
            if self._apart:
                real_logits, fake_logits = discriminate(real), self.discriminator(fake, *fake_told)
            else:
                both = [None if a is None else torch.cat([a, b]) for a, b in zip(told, fake_told, strict=True)]
                pictures = torch.cat([real, fake]).to(memory_format=torch.channels_last)
                real_logits, fake_logits = self.discriminator(pictures, *both).chunk(2)
        real_logits, fake_logits = real_logits.float(), fake_logits.float()
        loss = total = self.d_loss(real_logits, fake_logits)
        penalty = None
        if weight := self.config.gradient_penalty:
            # In full precision: the slope is a difference of small numbers, and it is differentiated twice.
            mix = self._drawn(len(real), lambda count: torch.rand(count, 1, 1, 1, device=self.device))
            penalty = gradient_penalty(discriminate, real, fake.float(), mix)
            total = loss + weight * penalty
        if r1:
            total = total + 0.5 * r1 * r1_penalty(discriminate, real)
        total.backward()
        if self.team:
            self.team.average_gradients(self.discriminator)
        numbers = {}
        if watch:
            numbers = {
                "d_loss": loss.detach(),
                "d_real": self.d_output(real_logits.detach()).mean(),
                "d_fake": self.d_output(fake_logits.detach()).mean(),
                "grad_d": gradient_norm(self.discriminator),
                **({"penalty": penalty.detach()} if penalty is not None else {}),
            }
        self._note_bad(total)
        self.opt_d.step()
        self.opt_d.zero_grad(set_to_none=True)
        if self.config.weight_clip:
            clip_weights(self.discriminator, self.config.weight_clip)
        return numbers

    def _generator_step(self, fake: Tensor, told: Told, watch: bool) -> dict[str, Tensor]:
        self.discriminator.requires_grad_(False)  # no gradients are computed that nobody will use
        with self._autocast():
            if self.config.feature_matching:
                with torch.no_grad():
                    wanted = self._whole(self.discriminator.features(self._shown(self._real(-1)[0])))
                loss = feature_matching(wanted, self._whole(self.discriminator.features(self._shown(fake))))
            else:
                loss = self.g_loss(self.discriminator(self._shown(fake), *told).float())
        loss.backward()
        self.discriminator.requires_grad_(True)
        if self.team:
            self.team.average_gradients(self.generator)
        numbers = {"g_loss": loss.detach(), "grad_g": gradient_norm(self.generator)} if watch else {}
        self._note_bad(loss)
        self.opt_g.step()
        self.opt_g.zero_grad(set_to_none=True)
        return numbers

    @torch.no_grad()
    def _update_average(self) -> None:
        if not self.config.ema:
            return
        decay = min(self.config.ema, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(*self._averaged, 1 - decay)

    def _note_bad(self, loss: Tensor) -> None:
        bad = ~torch.isfinite(loss.detach()) & (self._first_bad == 0)
        self._first_bad.copy_(torch.where(bad, self._clock, self._first_bad))

    # What a step draws

    def _real(self, turn: int) -> tuple[Tensor, Told]:
        """The pictures chosen for one D step, float32 [B, C, H, W] in [-1, 1], and what D is told of them."""
        pictures, told = self.feed.batch(turn, self._part)
        real = to_float(pictures)
        if self.config.flip:
            mirrored = self._part(torch.rand(self.feed.size, 1, 1, 1, device=self.device) < 0.5)
            real = torch.where(mirrored, real.flip(3), real)
        return real.to(memory_format=torch.channels_last), told

    def _part(self, batch: Tensor | None) -> Tensor | None:
        """What of a batch is this process's to work on: all of it, unless there is a team."""
        return self.team.part(batch) if self.team and batch is not None else batch

    def _whole(self, part: Tensor | None) -> Tensor | None:
        """What this process's part of a batch is a part of: itself, unless there is a team."""
        return self.team.whole(part) if self.team and part is not None else part

    def _drawn(self, count: int, draw: Draw) -> Tensor:
        """Random numbers for ``count`` pictures of this process; a team's processes share one stream of them."""
        return self.team.drawn(count, draw) if self.team else draw(count)

    def _shown(self, pictures: Tensor) -> Tensor:
        """Pictures as D sees them, real and fake alike."""
        pictures = augmented(pictures, self.config.augment, self._drawn)
        if self.config.instance_noise:  # Sonderby et al., Amortised MAP Inference for Image Super-resolution (2017)
            pictures = pictures + self._noise * self._drawn(len(pictures), functools.partial(_normal, pictures))
        return pictures

    def _autocast(self) -> contextlib.AbstractContextManager[Any]:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.machine.precision == "bf16")

    def named_parts(self) -> Iterator[tuple[str, nn.Module]]:
        """The networks, and what else has a state of its own, by the names under which they are saved."""
        yield from (("generator", self.generator), ("discriminator", self.discriminator), ("average", self.average))
        if self.replay is not None:
            yield "replay", self.replay


def _normal(like: Tensor, count: int) -> Tensor:
    """Numbers from N(0, 1), [count, ...], in the shape of the pictures and laid out as they are."""
    shape = (count, *like.shape[1:])
    return torch.empty_strided(shape, like.stride(), dtype=like.dtype, device=like.device).normal_()
