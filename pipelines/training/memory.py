"""Estimates whether a batch fits into memory, from two tiny batches, before a run begins."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.errors import ConfigError
from pipelines.registries import method_traits
from pipelines.training.building import AT_THE_END, advance, build
from pipelines.training.machine import Machine
from pipelines.training.noise import trainer_on_noise
from pipelines.training.players import frozen
from pipelines.training.trainer import Trainer

# What a step takes at its peak, in units of what it keeps for its gradients, and in pictures as float32. On four
# networks of 28 to 64 pixels, what is reckoned with these was 1.1 to 1.7 times the growth of a process in a real step.
TRANSIENT = {"fp32": 1.5, "bf16": 2.3}
COPIES = 8
OF_WEIGHTS = 5  # what weights take with their gradients, two moments of Adam and a copy in its step
SMALL, LARGER = 2, 6  # pictures in the two batches
CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Room:
    """What a run takes of the memory that is free."""

    config: TrainConfig
    fixed: int  # bytes, whatever the batch
    per_picture: int  # bytes for each picture in a batch
    free: int | None  # bytes; None where that is not known

    @property
    def needed(self) -> int:
        """Bytes that the configuration's batch takes."""
        return self.fixed + self.config.batch_size * self.per_picture

    @property
    def most(self) -> int | None:
        """Pictures in the largest batch that fits; None where it is not known what is free."""
        return None if self.free is None else max(0, (self.free - self.fixed) // self.per_picture)

    @property
    def fits(self) -> bool:
        """Whether the batch fits, as far as that is known."""
        return self.free is None or self.needed <= self.free

    @property
    def words(self) -> str:
        """What is needed and what is free, and what to change where it does not fit: a sentence."""
        config = self.config
        what = f"Batches of {config.batch_size:,} pictures of {config.size} x {config.size} at width {config.width}"
        needed = f"{what} need about {_words(self.needed)}"
        if self.free is None:
            return f"{needed}; how much is free is not known."
        needed = f"{needed}, and {_words(self.free)} are free"
        if self.fits:
            return f"{needed}: batches of up to {self.most:,} fit."
        if self.most >= 2:
            return f"{needed}: set batch_size to {self.most:,} at most, or the width to less."
        return f"{needed}, too little for any batch: set the width to less."


def room(config: TrainConfig, where: Machine, classes: Spec | int, fields: Mapping[str, Tensor] | None = None) -> Room:
    """What a run takes of the memory that is free now.

    Args:
        config: a checked configuration.
        where: the device and precision of the run.
        classes: of its data set: its spec, or how many there are.
        fields: of its data set.

    Raises:
        ConfigError: the networks or the method do not fit the data set.
    """
    free, least = free_bytes(where.device), least_of_weights(config, classes)
    if free is not None and least > free:  # nothing is allocated to find that out
        return Room(config, least, _picture_bytes(config), free)
    return Room(config, *bytes_needed(config, where, classes, fields), free)


def require_room(
    config: TrainConfig, where: Machine, classes: Spec | int, fields: Mapping[str, Tensor] | None = None
) -> None:
    """Refuse a batch that will not fit; arguments as of ``room``.

    Raises:
        ConfigError: the memory that is free does not suffice; the text names the largest batch that fits; or the
            networks or the method do not fit the data set.
    """
    if free_bytes(where.device) is not None and not (found := room(config, where, classes, fields)).fits:
        raise ConfigError(found.words)


def bytes_needed(
    config: TrainConfig, where: Machine, classes: Spec | int, fields: Mapping[str, Tensor] | None = None
) -> tuple[int, int]:
    """What a run takes whatever its batch, and for each picture in it, in bytes.

    Counted is the most that autograd keeps at a time in a step of all players of the method, on the CPU, at two sizes
    of batch; of networks whose resolution grows, at their full size. Arguments and errors as of ``room``.
    """
    kept, weights = [], 0
    with torch.random.fork_rng(devices=[]):
        for count in (SMALL, LARGER):
            trainer = trainer_on_noise(config, Machine("cpu", where.precision, 1), classes, count, fields)
            kept.append(_most_kept(trainer))
            weights = _bytes_of_weights(trainer)
    small, larger = kept
    per_picture = (larger - small) / (LARGER - SMALL)
    fixed = weights + max(0.0, small - SMALL * per_picture)
    return int(fixed), int(TRANSIENT[where.precision] * per_picture + _picture_bytes(config))


def least_of_weights(config: TrainConfig, classes: Spec | int) -> int:
    """Bytes that the weights of one pair of networks take while they are trained; 0 where that cannot be told.

    The networks are built without memory; a norm of their weights adds none.
    """
    plain = config.changed(g_spectral=False, d_norm="none" if config.d_norm == "spectral" else config.d_norm)
    spec = Spec.of(classes).told(config.conditional, method_traits(config.method).pairs)
    try:
        with torch.device("meta"), _Unfilled():
            networks = build(plain, spec, "meta")
    except RuntimeError:  # of a family that reads a number while it is built, and there are none on "meta"
        return 0
    return OF_WEIGHTS * sum(weight.numel() * weight.element_size() for one in networks for weight in one.parameters())


class _Unfilled(TorchFunctionMode):
    """Leaves new weights as they are: on "meta" they hold no numbers, and to draw or scale these would load torch's
    compiler, which takes about as long as torch itself.
    """

    def __torch_function__(self, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        kwargs = kwargs or {}
        drawn = getattr(func, "__module__", "") == "torch.nn.init" or func in (Tensor.normal_, Tensor.uniform_)
        scaled = func in (Tensor.mul, Tensor.__mul__, Tensor.__rmul__) and not isinstance(args[1], Tensor)
        if drawn or scaled:
            return args[0] if args else kwargs["tensor"]
        return torch.empty(*args, **kwargs) if func in (torch.randn, torch.rand) else func(*args, **kwargs)


def _picture_bytes(config: TrainConfig) -> int:
    return COPIES * 4 * config.channels * config.size**2


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
    """What the players' weights take while they are trained, with their averages."""
    size = 0
    for player in trainer.players.values():
        copies = OF_WEIGHTS + (player.ema is not None)
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
    method.begin(0)  # a step that pays all that is paid only every so many steps: 0 is a multiple of any number
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
