"""Several processes that train one GAN, each on a GPU of its own: each takes its part of every batch.

Gradients are averaged over the processes, and what looks at a batch (batch norm, minibatch numbers, feature matching,
the store of old fakes) looks at all of it, so that the weights become what one process would get of the whole batch.
Random numbers are one stream: each process draws those of the whole batch from the same seed and takes its part
(``ProcessGroup.drawn``). Dropout alone has a stream of its own in each process, since it is drawn inside of the
networks, whose passes have other sizes in a group: with dropout a shared run differs from one process's as with another
seed.

torch's wrapper for that (DistributedDataParallel) is not used but what it is made of: it expects one pass forward and
one back of one network, and a GAN's step freezes D, passes through it several times, and differentiates twice where a
penalty looks at its slope.

The first process leads: it alone keeps the run's folder and watches over pauses and rates. The others follow what it
tells them before each step. ``torchrun`` starts them all; on CPUs they talk by gloo, on GPUs by NCCL.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.nn.functional import all_reduce

from pipelines.errors import ModelError, RunError
from pipelines.networks._dropout import Dropout
from pipelines.networks._minibatch import MinibatchNumbers
from pipelines.networks._modulated import Noise
from pipelines.networks._moving_mean import MovingMean
from pipelines.training.augment import Draw

PATIENCE = timedelta(days=30)  # that a process waits for the leader, which may be paused


class ProcessGroup:
    """One process's place among those that train together.

    Args:
        device: where the networks lie, ``cpu`` or ``cuda``.
    """

    def __init__(self, device: str) -> None:
        self.rank, self.size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        if device == "cuda":
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        dist.init_process_group("nccl" if device == "cuda" else "gloo", timeout=PATIENCE)
        # What is told is plain values: they go past the GPU, which need not be waited for.
        self._talk = dist.new_group(backend="gloo", timeout=PATIENCE)
        self.own = torch.Generator(device)  # random numbers that no other process draws

    @property
    def leads(self) -> bool:
        """Whether this process keeps the folder and tells the others what to do."""
        return self.rank == 0

    def part(self, batch: Tensor) -> Tensor:
        """This process's part of a batch [B, ...], B a multiple of the number of processes."""
        return batch.chunk(self.size)[self.rank]

    def whole(self, part: Tensor) -> Tensor:
        """The batch of which each process has a part, in their order, [B, ...]; can be differentiated twice."""
        before, after = (part.new_zeros(len(part) * count, *part.shape[1:]) for count in
                         (self.rank, self.size - 1 - self.rank))  # fmt: skip
        whole = all_reduce(torch.cat([before, part, after]))
        if part.ndim == 4 and part.is_contiguous(memory_format=torch.channels_last):
            return whole.contiguous(memory_format=torch.channels_last)  # as it lies in one process
        return whole

    def drawn(self, count: int, draw: Draw) -> Tensor:
        """Random numbers for ``count`` pictures of this process: its part of those that are drawn for all processes."""
        return self.part(draw(count * self.size))

    def begin(self, seed: int, step: int) -> None:
        """Set the process's own random numbers to those of a step, so that a run that is resumed draws them again."""
        self.own.manual_seed((seed * 1_000_003 + step) * self.size + self.rank)

    def average_gradients(self, network: nn.Module) -> None:
        """The mean over all processes, in place of this one's."""
        gradients = [weight.grad for weight in network.parameters() if weight.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        dist.all_reduce(flat)
        flat /= self.size
        for gradient, mean in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(mean.view_as(gradient))

    def mean(self, numbers: Tensor) -> Tensor:
        """The mean of each number over all processes."""
        dist.all_reduce(numbers)
        return numbers / self.size

    def tell(self, order: dict[str, Any] | None) -> None:
        """Tell all others what comes next; None ends their work. Only the leader may."""
        dist.broadcast_object_list([order], src=0, group=self._talk)

    def hear(self) -> dict[str, Any] | None:
        """What the leader tells next; waits for it."""
        heard: list[Any] = [None]
        dist.broadcast_object_list(heard, src=0, group=self._talk)
        return heard[0]

    def agree(self, problem: str | None = None) -> None:
        """Wait until all have done what was to be done.

        Args:
            problem: why this process could not do it, in a sentence.

        Raises:
            ModelError: one of them could not; in all of them, with its sentence.
        """
        problems: list[Any] = [None] * self.size
        dist.all_gather_object(problems, problem, group=self._talk)
        if found := [one for one in problems if one]:
            raise ModelError(found[0])

    def leave(self) -> None:
        """End this process's part."""
        dist.destroy_process_group()


@contextlib.contextmanager
def formed(size: int, device: str) -> Iterator[ProcessGroup | None]:
    """The group of so many processes, None of one, for as long as the context lasts; then the leader ends it for all.

    Raises:
        RunError: the process was not started as one of so many.
    """
    if size == 1:
        yield None
        return
    if int(os.environ.get("WORLD_SIZE", "1")) != size:
        raise RunError(
            f"This run is shared by {size} processes: start it by `python -m pipelines resume`, or in the app."
        )
    group = ProcessGroup(device)
    try:
        yield group
    finally:
        if group.leads:
            group.tell(None)
        group.leave()


def synchronised(network: nn.Module, group: ProcessGroup) -> nn.Module:
    """The same network, whose layers look in training at the batches of all processes; each drops other features."""
    for name, layer in network.named_children():
        if isinstance(layer, Dropout):
            layer.generator = group.own
        if isinstance(layer, Noise):
            layer.drawn = group.drawn
        if isinstance(layer, MinibatchNumbers):
            layer.whole, layer.part = group.whole, group.part
        if isinstance(layer, MovingMean):
            layer.whole = group.whole
        if isinstance(layer, nn.BatchNorm2d):
            twin = _SynchronisedBatchNorm(layer.num_features, layer.eps, layer.momentum, layer.affine)
            twin.load_state_dict(layer.state_dict())
            setattr(network, name, twin.to(layer.running_mean.device))
        else:
            synchronised(layer, group)
    return network


class _SynchronisedBatchNorm(nn.BatchNorm2d):
    """torch's own SyncBatchNorm does this on GPUs only, where tests on a CPU could not see it."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        with torch.autocast(x.device.type, enabled=False):
            values = x.float()
            count = values.numel() / values.shape[1]
            sums = torch.stack([values.sum((0, 2, 3)), values.square().sum((0, 2, 3))])
            total = count * dist.get_world_size()
            mean, square = all_reduce(sums) / total
            variance = (square - mean.square()).clamp(min=0)
            with torch.no_grad():
                self.num_batches_tracked += 1
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(variance * total / (total - 1), self.momentum)
            scale = (variance + self.eps).rsqrt()
            if self.affine:
                scale = self.weight * scale
            shift = (self.bias if self.affine else 0) - mean * scale
            return (values * scale[:, None, None] + shift[:, None, None]).to(x.dtype)
