"""Estimates whether a batch fits into memory, from two tiny batches, before a run begins."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.errors import ConfigError
from pipelines.modalities._conditions import encode
from pipelines.networks._conditioning import draw_latent
from pipelines.training.building import advance, build
from pipelines.training.machine import Machine

# What a step takes at its peak, in units of what it keeps for its gradients, and in pictures as float32. On four
# networks of 28 to 64 pixels, what is reckoned with these was 1.1 to 1.7 times the growth of a process in a real step.
TRANSIENT = {"fp32": 1.5, "bf16": 2.3}
COPIES = 8
SMALL, LARGER = 2, 6  # pictures in the two batches
AT_THE_END = 2**62  # real pictures shown, by when every network has grown
CGROUP = Path("/sys/fs/cgroup")


def require_room(config: TrainConfig, where: Machine, classes: Spec | int) -> None:
    """Refuse a batch that will not fit.

    Args:
        config: a checked configuration.
        where: the device and precision of the run.
        classes: of its data set: its spec, or how many there are.

    Raises:
        ConfigError: the memory that is free does not suffice; the text names the largest batch that fits.
    """
    free = free_bytes(where.device)
    if free is None:
        return
    fixed, per_picture = bytes_needed(config, where, classes)
    if fixed + config.batch_size * per_picture <= free:
        return
    most = int((free - fixed) // per_picture)
    needed = f"need about {_words(fixed + config.batch_size * per_picture)}, and {_words(free)} are free"
    what = f"Batches of {config.batch_size:,} pictures of {config.size} x {config.size} at width {config.width}"
    if most >= 2:
        raise ConfigError(f"{what} {needed}: set batch_size to {most:,} at most, or the width to less.")
    raise ConfigError(f"{what} {needed}, too little for any batch: set the width to less.")


def bytes_needed(config: TrainConfig, where: Machine, classes: Spec | int) -> tuple[int, int]:
    """What a run takes whatever its batch, and for each picture in it, in bytes.

    Counted is what autograd keeps of a step of both players, on the CPU, at two sizes of batch; of networks whose
    resolution grows, at their full size.
    """
    config = config.changed(self_conditional=False)  # groups change the head alone
    told = Spec.of(classes).told(config.conditional)
    with torch.random.fork_rng(devices=[]):
        generator, discriminator = build(config, told)
        assert discriminator is not None
        for network in (generator, discriminator):
            advance(network, AT_THE_END)
        small, larger = (_kept(generator, discriminator, config, where, told, count) for count in (SMALL, LARGER))
    per_picture = (larger - small) / (LARGER - SMALL)
    g, d = (sum(w.numel() * w.element_size() for w in n.parameters()) for n in (generator, discriminator))
    weights = 5 * g + 4 * d  # with gradients, two moments of Adam and G's average
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


def _kept(
    generator: nn.Module, discriminator: nn.Module, config: TrainConfig, where: Machine, spec: Spec, count: int
) -> int:
    """Bytes that autograd keeps of G's step and of D's on twice as many pictures."""
    storages: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storages[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        held.append(tensor)  # so that no address is used twice
        return tensor

    held: list[Tensor] = []
    y = torch.arange(count) % spec.classes if spec.classes else None
    if spec.condition:
        y = encode(torch.zeros(count, *spec.condition_shape, dtype=getattr(torch, spec.condition_dtype)))
    both = None if y is None or not spec.paired else torch.cat([y, y])
    autocast = torch.autocast("cpu", torch.bfloat16, enabled=where.precision == "bf16")
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor), autocast:
        fake = generator(draw_latent(count, config), y)
        discriminator(torch.cat([fake.detach(), fake.detach()]), both)
    return sum(storages.values())


def _words(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(1, round(size / 1e6))} MB"
