"""One game in the plane: D and G in turn, a step at a time; it can be changed while it goes on.

It knows nothing of pages. All chance comes from generators of its own, so the same settings and the same actions give
the same numbers whatever else the process does.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from pipelines import optimisers
from pipelines.errors import ConfigError, TrainingError
from pipelines.objectives._penalties import clip_weights, gradient_penalty, r1_penalty
from pipelines.playground import measures
from pipelines.playground.distributions import Distribution, distribution
from pipelines.playground.history import EVERY, Look
from pipelines.playground.networks import draw_latent, make_discriminator, make_generator, streams
from pipelines.playground.settings import PlaneConfig
from pipelines.registries import LOSSES, loss_traits

MEASURED = 2000  # points on each side of a measure; the first of them are those that are shown
MOST_ROWS = 600  # of the history; when it is full, every other row goes
MOST_LOOKS = 200  # at the modes that are kept, the newest
MOST_FAR = 1e9  # where a fake counts as having left the numbers; NaN is not below it either
BETAS = (0.5, 0.999)  # of Adam, as usual for GANs


class Row(NamedTuple):
    """What is known after an action. A loss that was not computed yet is NaN."""

    step: int  # updates of G
    d_step: int  # updates of D
    d_loss: float
    g_loss: float
    divergence: float  # Jensen-Shannon, bits, of histograms
    distance: float  # sliced Wasserstein, units of the plane
    covered: float  # share of the modes, or of the real points, that the fakes cover
    modes: int  # how many modes are covered; -1 where there are none
    grad_g: float = math.nan  # norm of G's gradient at its last step
    d_fake: float = math.nan  # what D said of the fakes of that step, in the loss's own meaning, on average


@dataclass
class Reference:
    """What does not change while a game goes on: the fixed real points and z that are shown and measured."""

    real: Tensor  # [MEASURED, 2]
    z: Tensor  # [MEASURED, latent_size]
    histogram: Tensor
    projections: Tensor
    floor: tuple[float, float]  # divergence and distance of as many other real points: no G gets below, but by luck


class Game:
    """D and G on a distribution of points, with checked settings."""

    def __init__(self, config: PlaneConfig) -> None:
        self.config = config
        self.draws, _ = streams(config.seed)
        self.generator, self.discriminator = make_generator(config), make_discriminator(config)
        self.opt_g, self.opt_d = self._optimizer("g"), self._optimizer("d")
        self.step = self.d_step = 0
        self.d_loss = self.g_loss = float("nan")
        self.grad_g = self.d_fake = float("nan")
        self.rows: list[Row] = []
        self.looks: list[Look] = []  # where the fakes lay, every hundred steps; for the doctor
        self.set_at = 0  # the step at which the settings became what they are
        self._apply()
        self._record()

    # Steps

    def step_d(self) -> float:
        """One step of D; G stays as it is. Returns D's loss before the step, penalties included."""
        config = self.config
        real = self.target.draw(config.batch, self.draws)  # [B, 2]
        with torch.no_grad():
            fake = self.generate(draw_latent(config, config.batch, self.draws), real[:, :1])  # [B, 2]
        logits = self.discriminate(torch.cat([real, fake]))
        loss = self._d_loss(logits[: config.batch], logits[config.batch :])
        if config.gradient_penalty:
            mix = torch.rand(config.batch, 1, generator=self.draws)
            loss = loss + config.gradient_penalty * gradient_penalty(self.discriminate, real, fake, mix)
        if config.r1:
            loss = loss + 0.5 * config.r1 * r1_penalty(self.discriminate, real)
        self.opt_d.zero_grad()
        loss.backward()
        self.opt_d.step()
        if config.clip:
            clip_weights(self.discriminator, config.clip)
        self.d_step += 1
        self.d_loss = loss.item()
        return self.d_loss

    def step_g(self) -> float:
        """One step of G; D stays as it is. Returns G's loss before the step."""
        z, told = draw_latent(self.config, self.config.batch, self.draws), self.config.told == "x"
        real = self.target.draw(self.config.batch, self.draws) if told else None
        fake = self.generate(z, real[:, :1] if told else None)
        logits = self.discriminate(fake)
        loss = self.loss_of_g(fake, logits, lambda: real if told else self.target.draw(self.config.batch, self.draws))
        weights = list(self.generator.parameters())
        slopes = torch.autograd.grad(loss, weights)
        for weight, slope in zip(weights, slopes, strict=True):
            weight.grad = slope  # D's weights get none: its next step would only have to clear them
        self.grad_g = float(torch.stack(torch._foreach_norm(slopes)).norm())
        self.d_fake = float(self.d_output(logits.detach()).mean())
        self.opt_g.step()
        self.step += 1
        self.g_loss = loss.item()
        return self.g_loss

    def advance(self, steps: int = 1, action: str = "both") -> None:
        """Some steps: of ``d``, of ``g``, or ``both`` in turn (``d_steps`` of D, then one of G).

        Raises:
            TrainingError: numbers that are not finite came out; the game is then as it was before this call.
        """
        before = self._snapshot()
        for _ in range(steps):
            for _ in range(self.config.d_steps if action == "both" else action == "d"):
                self.step_d()
            if action != "d":
                self.step_g()
        ran_away = self._what_ran_away()
        if ran_away:
            at = self.step
            self._restore(before)
            raise TrainingError(
                f"By step {at} {ran_away} would no longer be finite, so the game stays at step {self.step}: "
                "lower the learning rates, or bound D's slope."
            )
        self._record()

    def discriminate(self, points: Tensor) -> Tensor:
        """D's logits: [N, 2] to [N]."""
        return self.discriminator(points).squeeze(1)

    def generate(self, z: Tensor, x: Tensor | None) -> Tensor:
        """G's points [N, 2] of z [N, latent_size]; where G is told x [N, 1], it draws their y alone."""
        if self.config.told == "nothing":
            return self.generator(z)
        return torch.cat([x, self.generator(torch.cat([x, z], 1))], 1)

    def loss_of_g(self, fake: Tensor, logits: Tensor, real: Callable[[], Tensor]) -> Tensor:
        """What G minimises, a scalar, for fakes [N, 2].

        Args:
            logits: of D for them, [N].
            real: gives real points [N, 2], of the same x where G is told x; called where the loss needs them.
        """
        weight, error = self.config.adversarial, self.config.error
        loss = weight * self.objective.g_loss(logits, *self.of_real(real)) if weight else 0.0
        return loss + error * (fake - real())[:, 1].square().mean() if error else loss

    def d_output(self, logits: Tensor) -> Tensor:
        """What D says in the loss's own meaning: a probability of being real, or a score."""
        return self.objective.d_output(logits)

    def of_real(self, points: Callable[[], Tensor]) -> tuple[Tensor, ...]:
        """D's logits of real points, [N], which are drawn and judged only where G's loss takes them; else nothing."""
        if not loss_traits(self.config.loss).g_sees_real:
            return ()
        with torch.no_grad():
            return (self.discriminate(points()),)

    # Changes

    def change(self, /, **settings: Any) -> list[str]:
        """Change settings while the game goes on; raises as ``PlaneConfig.changed``, and then nothing is changed.

        Weights, and what the optimiser remembers, are kept, but for a network whose depth or width changes: that one
        is made anew, as a game that starts with this seed makes it.

        Returns:
            The networks that were made anew: "D", "G".
        """
        new, old = self.config.changed(**settings), self.config
        if new.seed != old.seed:
            raise ConfigError("The seed decides how a game starts: start a new game with it.")
        self.config, self.set_at = new, self.step
        anew = []
        if (new.d_depth, new.d_width) != (old.d_depth, old.d_width):
            self.discriminator = make_discriminator(new)
            anew.append("D")
        if any(getattr(new, name) != getattr(old, name) for name in ("g_depth", "g_width", "latent_size", "told")):
            self.generator = make_generator(new)
            anew.append("G")
        if new.optimizer != old.optimizer or "D" in anew:
            self.opt_d = self._optimizer("d")
        if new.optimizer != old.optimizer or "G" in anew:
            self.opt_g = self._optimizer("g")
        self.opt_d.param_groups[0]["lr"], self.opt_g.param_groups[0]["lr"] = new.lr_d, new.lr_g
        self._apply()
        self._record()
        return anew

    def _apply(self) -> None:
        """Take what follows from the settings and not from the steps."""
        config = self.config
        self.target: Distribution = distribution(config)
        self.objective = LOSSES.get(config.loss)
        smooth = config.smoothing
        self._d_loss = functools.partial(self.objective.d_loss, smoothing=smooth) if smooth else self.objective.d_loss
        _, view = streams(config.seed)
        real, z = self.target.draw(MEASURED, view), draw_latent(config, MEASURED, view)
        mine, lines = measures.histogram(real), measures.projections(real)
        other = self.target.draw(MEASURED, view)
        floor = (
            measures.jensen_shannon(mine, measures.histogram(other)),
            measures.sliced_distance(lines, measures.projections(other)),
        )
        self.reference = Reference(real, z, mine, lines, floor)

    def _optimizer(self, which: str) -> torch.optim.Optimizer:
        network, rate = (self.generator, self.config.lr_g) if which == "g" else (self.discriminator, self.config.lr_d)
        if self.config.optimizer == "sgd":
            return optimisers.SGD(network.parameters(), rate, fused=True)
        return optimisers.Adam(network.parameters(), rate, BETAS, fused=True)

    # What is known

    @torch.no_grad()
    def look(self) -> None:
        """Draw the fakes of the fixed z anew, and see which modes they cover; every action does so by itself."""
        # [MEASURED, 2]: the same z, and the same x, each time, so that one sees them move.
        self.fake = self.generate(self.reference.z, self.reference.real[:, :1])
        modes = self.target.modes
        self.covered = None  # bool [M], or None where there are no modes
        if modes is not None:
            self.covered = measures.modes_covered(self.fake, modes, self.target.sigma)

    def _record(self) -> None:
        """Measure, and note it as the history's newest row, in place of one that was taken at the same steps."""
        self.look()
        known, mine, modes = self.reference, measures.histogram(self.fake), self.covered
        row = Row(
            self.step, self.d_step, self.d_loss, self.g_loss,
            divergence=measures.jensen_shannon(known.histogram, mine),
            distance=measures.sliced_distance(known.projections, measures.projections(self.fake)),
            covered=measures.coverage(known.histogram, mine) if modes is None else float(modes.float().mean()),
            modes=-1 if modes is None else int(modes.sum()),
            grad_g=self.grad_g, d_fake=self.d_fake,
        )  # fmt: skip
        if self.rows and self.rows[-1][:2] == row[:2]:
            self.rows.pop()
        self.rows.append(row)
        if len(self.rows) > MOST_ROWS:
            self.rows = [*self.rows[:-1:2], row]
        if self.target.modes is not None and self.step - (self.looks[-1].step if self.looks else 0) >= EVERY:
            shares = measures.mode_shares(self.fake, self.target.modes, self.target.sigma)
            self.looks = [*self.looks[-MOST_LOOKS + 1 :], Look(self.step, *(share.tolist() for share in shares))]

    def _what_ran_away(self) -> str | None:
        for name, loss, network in (("D", self.d_loss, self.discriminator), ("G", self.g_loss, self.generator)):
            started = self.d_step if name == "D" else self.step
            if started and not torch.tensor(loss).isfinite():
                return f"{name}'s loss"
            if not torch.stack(torch._foreach_norm(list(network.parameters()))).isfinite().all():
                return f"{name}'s weights"
        with torch.no_grad():
            fake = self.generate(self.reference.z, self.reference.real[:, :1])
        return None if fake.abs().max() < MOST_FAR else "the fakes"

    # To and fro

    def networks(self) -> dict[str, tuple[nn.Module, torch.optim.Optimizer]]:
        """Both networks with their optimisers, by name."""
        return {"D": (self.discriminator, self.opt_d), "G": (self.generator, self.opt_g)}

    def _snapshot(self) -> dict[str, Any]:
        kept = [weight.detach().clone() for network, _ in self.networks().values() for weight in network.parameters()]
        memory = [
            {name: value.clone() for name, value in slots.items() if isinstance(value, Tensor)}
            for _, optimizer in self.networks().values()
            for slots in (optimizer.state.get(weight, {}) for weight in optimizer.param_groups[0]["params"])
        ]
        place = (self.step, self.d_step, self.d_loss, self.g_loss, self.grad_g, self.d_fake)
        return {"weights": kept, "memory": memory, "place": place, "draws": self.draws.get_state()}

    @torch.no_grad()
    def _restore(self, before: dict[str, Any]) -> None:
        weights, memory = iter(before["weights"]), iter(before["memory"])
        for network, optimizer in self.networks().values():
            for weight in network.parameters():
                weight.copy_(next(weights))
                slots = next(memory)
                if slots:
                    optimizer.state[weight] = slots
                else:
                    optimizer.state.pop(weight, None)
        self.step, self.d_step, self.d_loss, self.g_loss, self.grad_g, self.d_fake = before["place"]
        self.draws.set_state(before["draws"])
