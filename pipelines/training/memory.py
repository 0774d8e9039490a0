"""Estimates whether a batch fits into memory, from two tiny batches, before a run begins."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.errors import ConfigError
from pipelines.training.building import AT_THE_END, advance
from pipelines.training.machine import Machine
from pipelines.training.noise import trainer_on_noise
from pipelines.training.players import frozen
from pipelines.training.trainer import Trainer

# What a step takes at its peak, in units of what it keeps for its gradients, and in pictures as float32. On four
# networks of 28 to 64 pixels, what is reckoned with these was 1.1 to 1.7 times the growth of a process in a real step.
TRANSIENT = {"fp32": 1.5, "bf16": 2.3}
COPIES = 8
SMALL, LARGER = 2, 6  # pictures in the two batches
CGROUP = Path("/sys/fs/cgroup")


def require_room(
    config: TrainConfig, where: Machine, classes: Spec | int, fields: Mapping[str, Tensor] | None = None
) -> None:
    """Refuse a batch that will not fit.

    Args:
        config: a checked configuration.
        where: the device and precision of the run.
        classes: of its data set: its spec, or how many there are.
        fields: of its data set.

    Raises:
        ConfigError: the memory that is free does not suffice; the text names the largest batch that fits; or the
            networks or the method do not fit the data set.
    """
    free = free_bytes(where.device)
    if free is None:
        return
    fixed, per_picture = bytes_needed(config, where, classes, fields)
    if fixed + config.batch_size * per_picture <= free:
        return
    most = int((free - fixed) // per_picture)
    needed = f"need about {_words(fixed + config.batch_size * per_picture)}, and {_words(free)} are free"
    what = f"Batches of {config.batch_size:,} pictures of {config.size} x {config.size} at width {config.width}"
    if most >= 2:
        raise ConfigError(f"{what} {needed}: set batch_size to {most:,} at most, or the width to less.")
    raise ConfigError(f"{what} {needed}, too little for any batch: set the width to less.")


def bytes_needed(
    config: TrainConfig, where: Machine, classes: Spec | int, fields: Mapping[str, Tensor] | None = None
) -> tuple[int, int]:
    """What a run takes whatever its batch, and for each picture in it, in bytes.

    Counted is the most that autograd keeps at a time in a step of all players of the method, on the CPU, at two sizes
    of batch; of networks whose resolution grows, at their full size. Arguments and errors as of ``require_room``.
    """
    kept, weights = [], 0
    with torch.random.fork_rng(devices=[]):
        for count in (SMALL, LARGER):
            trainer = trainer_on_noise(config, Machine("cpu", where.precision, 1), classes, count, fields)
            kept.append(_most_kept(trainer))
            weights = _bytes_of_weights(trainer)
    small, larger = kept
    per_picture = (larger - small) / (LARGER - SMALL)
    pictures = COPIES * 4 * config.channels * config.size**2
    fixed = weights + max(0.0, small - SMALL * per_picture)
    return int(fixed), int(TRANSIENT[where.precision] * per_picture + pictures)


def free_bytes(device: str) -> int | None:
    """Memory that a process can still take on a device, or None where that is not known."""
    if device == "cuda":
        return torch.cuda.mem_get_info()[0]
    if device != "cpu":
        return None
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = 1024 * int(next(line.split()[1] for line in lines if line.startswith("MemAvailable:")))
    except (OSError, StopIteration, ValueError, IndexError):
        try:  # no figure of what is free: what is there at all still tells a batch that can never fit
            free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        except (AttributeError, ValueError, OSError):
            return None
    limited = _limit_of_the_group()
    return free if limited is None else min(free, limited)


def _limit_of_the_group() -> int | None:
    """What a container may still take, or None without a limit."""
    try:
        most, taken = (int((CGROUP / name).read_text()) for name in ("memory.max", "memory.current"))
    except (OSError, ValueError):  # "max" is no number
        return None
    return max(0, most - taken)


def _bytes_of_weights(trainer: Trainer) -> int:
    """What the players' weights take with their gradients, two moments of Adam, a copy in its step, and averages."""
    size = 0
    for player in trainer.players.values():
        copies = 5 if player.ema is None else 6
        size += copies * sum(weight.numel() * weight.element_size() for weight in player.module.parameters())
    return size


def _most_kept(trainer: Trainer) -> int:
    """The most bytes that autograd keeps at a time in the phases of a step, none of which is walked back."""
    for player in trainer.players.values():
        advance(player.module, AT_THE_END)
    networks = [player.module for player in trainer.players.values()]
    weights = [each for network in networks for each in (*network.parameters(), *network.buffers())]
    kept, method = _Kept(weights), trainer.method
    trainer.context.choose(0)
    method.begin(AT_THE_END)  # a step that pays what is paid only now and then
    with torch.autograd.graph.saved_tensors_hooks(kept.take, lambda held: held.tensor):
        for phase in method.phases:
            with frozen(trainer.network(name) for name in phase.frozen):
                for turn in range(phase.repeat):
                    phase.loss(turn, False)
    return kept.most


class _Kept:
    """How many bytes autograd keeps, and the most so far; tensors of one storage count once, and weights not at all."""

    def __init__(self, weights: Iterable[Tensor]) -> None:
        self.users = Counter(weight.untyped_storage().data_ptr() for weight in weights)  # by the address of the storage
        self.bytes = self.most = 0

    def take(self, tensor: Tensor) -> _Held:
        """Count a tensor for as long as what is returned lives."""
        return _Held(self, tensor.detach())


class _Held:
    """A tensor that autograd keeps."""

    def __init__(self, kept: _Kept, tensor: Tensor) -> None:
        self.kept, self.tensor = kept, tensor
        storage = tensor.untyped_storage()
        self.at, self.size = storage.data_ptr(), storage.nbytes()
        kept.bytes += 0 if kept.users[self.at] else self.size
        kept.users[self.at] += 1
        kept.most = max(kept.most, kept.bytes)

    def __del__(self) -> None:
        self.kept.users[self.at] -= 1
        self.kept.bytes -= 0 if self.kept.users[self.at] else self.size


def _words(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(1, round(size / 1e6))} MB"
