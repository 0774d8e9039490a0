"""One run in training: the players of its method, their optimisers and moving averages, and the step that moves them.

It knows nothing of files, processes or screens; ``loop.py`` decides when to log, sample, measure and save.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from pipelines import threads
from pipelines.config.train_config import RATES, TrainConfig
from pipelines.data import Spec
from pipelines.data._shares import in_turn
from pipelines.errors import ConfigError, TrainingError
from pipelines.modalities._conditions import encode
from pipelines.networks import _standing
from pipelines.registries import METHODS, MODALITIES, method_traits, sampler_of
from pipelines.training.building import advance, make_optimizer
from pipelines.training.context import StepContext
from pipelines.training.cuda_graphs import Replayed
from pipelines.training.feed import Feed
from pipelines.training.groups import balanced_groups
from pipelines.training.machine import Machine
from pipelines.training.phases import Phases
from pipelines.training.players import Player
from pipelines.training.process_group import ProcessGroup

REHEARSED = 32  # pictures of a batch that rehearse() takes, at most


class Trainer:
    """A run's networks in training on one data set.

    Args:
        config: a checked configuration.
        images: real pictures, uint8 [N, C, H, W], or other examples as their modality stores them.
        machine: where and how to compute.
        labels: class numbers, int64 [N], for a conditional GAN.
        classes: of the data set: its spec, or the number of its classes; 0 trains without labels.
        group: the processes that train it together; None alone.
        fields: what else belongs to the set, [M, ...] each by name.
        held_out: pictures that nothing is learnt from, as ``images``, and their classes as ``labels``; None without.

    Raises:
        ConfigError: the set has fewer pictures than there are processes, or the networks or the method do not fit it.
    """

    def __init__(
        self,
        config: TrainConfig,
        images: Tensor,
        machine: Machine,
        labels: Tensor | None = None,
        classes: Spec | int = 0,
        group: ProcessGroup | None = None,
        fields: Mapping[str, Tensor] | None = None,
        held_out: tuple[Tensor, Tensor | None] | None = None,
    ) -> None:
        self.config, self.machine, self.group = config, machine, group
        self.device = torch.device(machine.device)
        pairs = method_traits(config.method).pairs
        self.spec, fields = Spec.of(classes).told(config.conditional, pairs), dict(fields or {})
        self.classes = self.spec.classes  # that the networks are told of
        self.modality = MODALITIES.get(self.spec.modality)
        torch.manual_seed(config.seed)
        labels = labels if self.classes else None
        # What is told of a picture that is not its class, as it is stored, [M, ...]; None without.
        self.conditions: Tensor | None = None
        if name := self.spec.condition:
            self.conditions = fields[name] = fields[name].to(self.device)
        clusters = balanced_groups(images, labels, config.centres) if config.self_conditional else None
        fewest = min(len(images), *map(len, fields.values())) if fields else len(images)
        if not (size := config.batch_of(fewest)):
            raise ConfigError(
                f"The data set has {fewest} pictures, too few to be shared among {config.gpus} GPUs: set gpus to "
                f"{fewest} at most, or add pictures."
            )
        told = self.conditions if self.conditions is not None and self.spec.paired else labels
        self.feed = Feed(images, (told, clusters), size, config.d_steps, config.seed, self.device)
        of_fields = {
            name: Feed(values, (), size, config.d_steps, config.seed, self.device, values is self.conditions or None)
            for name, values in fields.items()
        }
        # The classes of fakes are drawn from these: D sees as many of each class among them as among real pictures.
        of_fakes = self.conditions if labels is None else torch.from_numpy(in_turn(labels.numpy()))
        of_fakes = None if of_fakes is None else of_fakes.to(self.device)
        self.context = StepContext(config, self.feed, machine, group, self.spec, of_fakes, of_fields, held_out)

        self.method = METHODS.get(config.method).Method(config, self.context)
        self.players: dict[str, Player] = self.method.players
        self.phases = Phases(self.method.phases, self.players, group, self.device)
        self.sampler = sampler_of(config.method)  # the player that draws the samples
        for player in self.players.values():
            if machine.compiled:
                player.module.compile()
            player.optimizer = make_optimizer(config, player.module, getattr(config, player.rate))
        self._averaged = [player.number_pairs() for player in self.players.values() if player.ema is not None]
        self.rates = (config.lr_g, config.lr_d)  # as set, before any decay
        self._decayed = 1.0  # the share of them that is in force
        self._faded = 1.0  # the share that is left of what fades to the run's end

        self.step = 0  # updates of the last phase's players
        self.d_batches = 0  # batches of real pictures shown to D
        self.seconds = 0.0  # of training, over all attempts
        self.best: float | None = None  # the best value so far of the measure that selects the best checkpoint
        self.best_of: str | None = None  # the key of that measure
        self.clear: float | None = None  # the share of clear samples measured last, in [0, 1]
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
        """All phases of the method, once.

        Args:
            watch: also measure; costs the gradient norms and, on a GPU, one wait for the device.

        Returns:
            What the phases measured in their last turns, and the norm of each player's gradient (``grad_g``); empty
            without ``watch``.
        """
        if self.group and self.group.leads:
            self.group.tell({"watch": watch, "rates": self.rates_in_force, "faded": self._faded})
        if any([advance(network, self.images_seen) for network in self._networks()]):  # each of them
            self.state_replaced()
        self.step += 1
        if self.group:
            self.group.begin(self.config.seed, self.step)
        self.phases.begin(self.step)
        self.context.choose(self.d_batches)
        self.d_batches += self.config.d_steps
        kind = self.method.begin(self.step)
        if self._replayed:  # one graph serves all steps, so it always measures; what it found is read only when asked
            numbers = self._replayed(kind, lambda: self.phases.run(watch=True))
        else:
            numbers = self.phases.run(watch)
        self._update_averages()
        if not watch:
            return {}
        found = torch.stack([n.float() for n in numbers.values()])
        return dict(zip(numbers, (self.group.mean(found) if self.group else found).tolist(), strict=True))

    def follow(self, order: dict[str, Any]) -> None:
        """Take the step that the leading process takes, with its rates."""
        self._set_rates(order["rates"])
        self.fade(order["faded"])
        self.train_step(order["watch"])

    def weights_finite(self) -> bool:
        """Whether every weight of every player is a finite number."""
        weights = [weight.detach() for player in self.players.values() for weight in player.module.parameters()]
        return math.isfinite(torch.stack(torch._foreach_norm(weights)).sum().item())

    def set_rates(self, lr_g: float | None = None, lr_d: float | None = None) -> None:
        """Change learning rates from the next step on; a decay goes on from them."""
        self.rates = (self.rates[0] if lr_g is None else lr_g, self.rates[1] if lr_d is None else lr_d)
        self.decay_rates(self._decayed)

    def decay_rates(self, share: float) -> None:
        """Let both learning rates be a share, in [0, 1], of what they are set to."""
        self._decayed = share
        self._set_rates(tuple(rate * share for rate in self.rates))
        self.state_replaced()

    def fade(self, share: float) -> None:
        """Let what fades to the run's end, such as instance noise, be a share, in [0, 1], of what it is set to."""
        self._faded = share
        self.method.fade(share)

    def state_replaced(self) -> None:
        """To be called when optimisers were given other rates or other state than they had."""
        if self._replayed:
            self._replayed.forget()

    @property
    def rates_in_force(self) -> tuple[float, float]:
        """The learning rates of the next step, after any decay: of generators, of discriminators."""
        found = {player.rate: player.optimizer.param_groups[0]["lr"] for player in self.players.values()}
        return found["lr_g"], found["lr_d"]

    def network(self, name: str) -> nn.Module:
        """The network of a player, by the player's name."""
        return self.players[name].module

    @property
    def adapts(self) -> bool:
        """Whether the number of threads may change while it trains: ``auto``, one process, and more than one core."""
        return not self.config.threads and self.device.type == "cpu" and self.group is None and threads.cores() > 1

    def take_threads(self, number: int, words: str = "") -> None:
        """Compute with so many threads from the next step on, where their number may change; see threads.py."""
        if self.adapts:
            self.machine = replace(self.machine, threads=min(number, threads.cores()), sharing=words)
            torch.set_num_threads(self.machine.threads)

    def rehearse(self) -> None:
        """Work like a step's, on part of a batch, that changes nothing: what threads.py measures."""
        networks = [player.module for player in self.players.values()]
        kept = [(buffer, buffer.clone()) for network in networks for buffer in network.buffers()]
        with torch.random.fork_rng(devices=[]), torch.enable_grad():
            self.method.rehearse(min(REHEARSED, self.feed.size)).backward()
        with torch.no_grad():
            for buffer, before in kept:
                buffer.copy_(before)
        for network in networks:
            network.zero_grad(set_to_none=True)

    @torch.inference_mode()
    def sample(self, z: Tensor, y: Tensor | None = None, batch: int = 250, standing: bool = True) -> Tensor:
        """Pictures of the method's sampler, averaged where it is, for z [B, latent_size] and y.

        Args:
            y: classes int64 [B], or other conditions as they are stored, [B, ...].
            standing: whether an average that wants standing statistics has them computed for its weights as they are.

        Returns:
            uint8 [B, C, H, W] on the CPU, or other examples as their modality stores them.

        Raises:
            TrainingError: a picture holds a number that is not finite.
        """
        player = self.players[self.sampler]
        network = player.module if player.ema is None else player.ema
        was_training = network.training
        network.eval()
        parts = []
        anew = _standing.standing(network, self.config, self._in_turn()) if standing else contextlib.nullcontext()
        with anew:
            for start in range(0, len(z), batch):
                told = y is not None and self.spec.conditional
                labels = encode(y[start : start + batch].to(self.device)) if told else None
                pictures = network(z[start : start + batch].to(self.device), labels)
                if not torch.isfinite(pictures).all():  # as bytes nobody could tell
                    raise TrainingError(
                        f"The generator's pictures held numbers that are not finite at step {self.step}: lower the "
                        "learning rates and Resume, or duplicate the settings with precision fp32."
                    )
                parts.append(self.modality.decode(pictures).cpu())
        network.train(was_training)
        return torch.cat(parts)

    def _in_turn(self) -> Tensor | None:
        """What standing statistics are taken with: each class, or the first conditions of the data; None without."""
        if self.conditions is not None:
            return encode(self.conditions[: _standing.SAMPLES])
        return torch.arange(self.classes) if self.classes else None

    def tiles(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """What ``sample`` gives as people see it, uint8 [B, channels, size, size] on the CPU; raises as it does.

        Grids come often, so they are drawn with statistics that were averaged as the weights were.
        """
        return self.modality.tile(self.sample(z, y, standing=False), self.config.size, self.config.channels)

    def named_parts(self) -> Iterator[tuple[str, nn.Module]]:
        """The networks, and what else has a state of its own, by the names under which they are saved."""
        for player in self.players.values():
            yield player.name, player.module
        for player in self.players.values():
            if player.ema is not None:
                yield f"{player.name}_ema", player.ema
        yield from self.method.parts.items()

    def optimizers(self) -> Iterator[tuple[str, torch.optim.Optimizer]]:
        """The optimisers by the names under which their memory is saved."""
        for player in self.players.values():
            yield f"{player.name}_optimizer", player.optimizer

    def _networks(self) -> Iterator[nn.Module]:
        """All networks: the players' and their moving averages."""
        for player in self.players.values():
            yield player.module
            if player.ema is not None:
                yield player.ema

    @torch.no_grad()
    def _update_averages(self) -> None:
        decay = min(self.config.ema, (1 + self.step) / (10 + self.step))
        for averaged, current in self._averaged:
            torch._foreach_lerp_(averaged, current, 1 - decay)

    def _set_rates(self, rates: tuple[float, float]) -> None:
        """Set the rates in force: of generators, of discriminators."""
        by_setting = dict(zip(RATES, rates, strict=True))
        for player in self.players.values():
            for parameters in player.optimizer.param_groups:
                parameters["lr"] = by_setting[player.rate]
