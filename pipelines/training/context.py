"""What the phases of a step read: real pictures and labels, this process's part of a batch, random numbers."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.errors import ConfigError
from pipelines.modalities._conditions import encode
from pipelines.registries import MODALITIES
from pipelines.training.augment import Draw
from pipelines.training.feed import Feed
from pipelines.training.machine import Machine
from pipelines.training.process_group import ProcessGroup

Condition = tuple[Tensor | None, Tensor | None]
"""What D is told of pictures: classes int64 [B], or of another condition float32 [B, ...]; and groups int64 [B]."""


def laid_out(batch: Tensor) -> Tensor:
    """Pictures [B, C, H, W] channels last, as all networks compute; anything else as it is."""
    return batch.to(memory_format=torch.channels_last) if batch.ndim == 4 else batch


class StepContext:
    """The real side of a step, the same for every method.

    Args:
        config: a checked configuration.
        feed: the real pictures of each step, with their conditions and groups.
        machine: where and how to compute.
        group: the processes that train together; None alone.
        spec: of the data set, as the networks are told of it.
        drawn_from: conditions that those of fakes are drawn from, as they are stored, [K, ...]; None without any.
        fields: feeds of the set's fields, by name, each in batches of the same size as the pictures'.
        held_out: pictures that nothing is learnt from, as the others are stored, with their classes or None; None of a
            set that has none.
    """

    def __init__(
        self,
        config: TrainConfig,
        feed: Feed,
        machine: Machine,
        group: ProcessGroup | None,
        spec: Spec,
        drawn_from: Tensor | None,
        fields: Mapping[str, Feed],
        held_out: tuple[Tensor, Tensor | None] | None = None,
    ) -> None:
        self.config, self.feed, self.machine, self.group, self.spec = config, feed, machine, group, spec
        self.modality = MODALITIES.get(spec.modality)
        self._fields = fields
        self.device = torch.device(machine.device)
        self._drawn_from = drawn_from
        self._held_out = held_out and tuple(None if one is None else one.to(self.device) for one in held_out)

    @property
    def size(self) -> int:
        """Real pictures in a batch, over all processes."""
        return self.feed.size

    def real(self, turn: int) -> tuple[Tensor, Condition]:
        """The pictures chosen for one turn, float32 [B, C, H, W] in [-1, 1], and what D is told of them.

        A condition that is a picture is mirrored with its picture.
        """
        pictures, (condition, group) = self.feed.batch(turn, self.part)
        real, condition = self.modality.encode(pictures), encode(condition)
        if self.config.flip:
            mirrored = self.part(torch.rand(self.size, 1, 1, 1, device=self.device) < 0.5)
            real = torch.where(mirrored, real.flip(3), real)
            if condition is not None and condition.ndim == 4:
                condition = torch.where(mirrored, condition.flip(3), condition)
        return laid_out(real), (condition, group)

    @property
    def held_out_every(self) -> int:
        """A picture of a batch, of so many in a row, whose place a held-out picture takes to be judged; 0: none does.

        It is 2, or as many more as there are fewer held-out pictures, so that none is in a batch twice. None is judged
        where D is told of a field or a group, which is not known of them.
        """
        if self._held_out is None or self.spec.condition or self.config.groups:
            return 0
        part, count = self.size // self.config.gpus, len(self._held_out[0])
        return next((each for each in range(2, part + 1) if part % each == 0 and self.size // each <= count), 0)

    def held_out(self, number: Tensor) -> tuple[Tensor, Tensor | None]:
        """Held-out pictures as ``real`` gives others, float32 [B / held_out_every, C, H, W], and their classes or None.

        Args:
            number: of the batch, int64 scalar; all pictures come in turn.
        """
        pictures, classes = self._held_out
        count = self.size // self.held_out_every
        index = self.part((number * count + torch.arange(count, device=self.device)) % len(pictures))
        found = self.modality.encode(pictures[index])
        if self.config.flip:
            mirrored = self.drawn(len(found), lambda each: torch.rand(each, 1, 1, 1, device=self.device)) < 0.5
            found = torch.where(mirrored, found.flip(3), found)
        return laid_out(found), classes[index] if classes is not None and self.spec.classes else None

    def mean(self, numbers: Tensor) -> Tensor:
        """The mean over all processes of numbers that are each's mean over its part."""
        return self.group.mean(numbers) if self.group else numbers

    def field(self, name: str, turn: int) -> Tensor:
        """Examples of one of the set's fields, float32 [B, ...]; pictures in [-1, 1].

        Where the field has an example for each picture they are those of the turn's pictures, else a batch of its own.

        Raises:
            ConfigError: the data set has no such field.
        """
        if name not in self._fields:
            raise ConfigError(
                f"The method {self.config.method!r} needs the field {name!r}, and the data set {self.config.data!r} "
                f"has {', '.join(sorted(self._fields)) or 'no fields'}: choose another data set or method."
            )
        return encode(self._fields[name].batch(turn, self.part)[0])

    def choose(self, first: int) -> None:
        """Let a step have the batches from number ``first``, >= 0, on."""
        self.feed.choose(first)
        for feed in self._fields.values():
            feed.choose(first)

    def real_condition(self, turn: int) -> Condition:
        """What D is told of the real pictures of a turn, without the pictures."""
        condition, group = self.feed.batch(turn, self.part)[1]
        return encode(condition), group

    def draw_conditions(self) -> Tensor | None:
        """Random conditions for a whole batch of fakes, as often as the data have them; or None.

        Returns:
            Classes int64 [size], pictures float32 [size, C, H, W] in [-1, 1], or numbers float32 [size, L].
        """
        if self._drawn_from is None:
            return None
        return encode(self._drawn_from[torch.randint(len(self._drawn_from), (self.size,), device=self.device)])

    def made_up_condition(self, count: int) -> Tensor | None:
        """Some condition, of the right shape and type, for ``count`` pictures; draws nothing."""
        return None if self._drawn_from is None else encode(self._drawn_from[:1].repeat_interleave(count, 0))

    def told_to_d(self, condition: Tensor | None) -> Tensor | None:
        """What of a fake's condition D is told: nothing, where it cannot be told the like of real pictures."""
        return condition if self.spec.paired else None

    def part(self, batch: Tensor | None) -> Tensor | None:
        """What of a batch is this process's to work on: all of it, unless several processes share it."""
        return self.group.part(batch) if self.group and batch is not None else batch

    def whole(self, part: Tensor | None) -> Tensor | None:
        """The batch of which each process has a part: the part itself, unless several processes share it."""
        return self.group.whole(part) if self.group and part is not None else part

    def drawn(self, count: int, draw: Draw) -> Tensor:
        """Random numbers for ``count`` pictures of this process; processes share one stream of them."""
        return self.group.drawn(count, draw) if self.group else draw(count)

    def autocast(self) -> contextlib.AbstractContextManager[Any]:
        """The precision that networks compute in."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.machine.precision == "bf16")
