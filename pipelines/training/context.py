"""What the phases of a step read: real pictures and labels, this process's part of a batch, random numbers."""

from __future__ import annotations

import contextlib
from typing import Any

import torch
from torch import Tensor

from pipelines.config.train_config import TrainConfig
from pipelines.training.augment import Draw
from pipelines.training.feed import Feed
from pipelines.training.machine import Machine
from pipelines.training.pictures import to_float
from pipelines.training.process_group import ProcessGroup

Condition = tuple[Tensor | None, Tensor | None]  # what D is told of pictures: classes int64 [B], groups int64 [B]


class StepContext:
    """The real side of a step, the same for every method.

    Args:
        config: a checked configuration.
        feed: the real pictures of each step, with their classes and groups.
        machine: where and how to compute.
        group: the processes that train together; None alone.
        classes: number of classes; 0 trains without labels.
        drawn_from: classes that those of fakes are drawn from, int64 [K]; None without classes.
    """

    def __init__(
        self,
        config: TrainConfig,
        feed: Feed,
        machine: Machine,
        group: ProcessGroup | None,
        classes: int,
        drawn_from: Tensor | None,
    ) -> None:
        self.config, self.feed, self.machine, self.group, self.classes = config, feed, machine, group, classes
        self.device = torch.device(machine.device)
        self._drawn_from = drawn_from

    @property
    def size(self) -> int:
        """Real pictures in a batch, over all processes."""
        return self.feed.size

    def real(self, turn: int) -> tuple[Tensor, Condition]:
        """The pictures chosen for one turn, float32 [B, C, H, W] in [-1, 1], and what D is told of them."""
        pictures, condition = self.feed.batch(turn, self.part)
        real = to_float(pictures)
        if self.config.flip:
            mirrored = self.part(torch.rand(self.size, 1, 1, 1, device=self.device) < 0.5)
            real = torch.where(mirrored, real.flip(3), real)
        return real.to(memory_format=torch.channels_last), condition

    def real_condition(self, turn: int) -> Condition:
        """What D is told of the real pictures of a turn, without the pictures."""
        return self.feed.batch(turn, self.part)[1]

    def draw_classes(self) -> Tensor | None:
        """Random classes for a whole batch of fakes, int64 [size], as often as real pictures have them; or None."""
        if self._drawn_from is None:
            return None
        return self._drawn_from[torch.randint(len(self._drawn_from), (self.size,), device=self.device)]

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
