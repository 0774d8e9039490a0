"""Resolves 'auto' on this machine: the device, the precision and the number of threads.

The answers depend on the hardware alone. On a processor with native bf16 a run then asks whether it pays (probe.py),
and while it trains, how many threads are fastest beside whatever else the computer does (threads.py).
"""

from __future__ import annotations

import importlib.util
import platform
from dataclasses import dataclass

import torch

from pipelines import threads
from pipelines.config.train_config import TrainConfig
from pipelines.errors import ConfigError
from pipelines.registries import network_traits


@dataclass(frozen=True)
class Machine:
    """Where and how a run computes."""

    device: str  # cpu, cuda or mps
    precision: str  # fp32 or bf16
    threads: int
    graphs: bool = False  # whether steps are recorded once and replayed; see cuda_graphs.py
    compiled: bool = False  # whether both networks are compiled
    verdict: str = ""  # what a probe of this machine has found, in words; see probe.py
    sharing: str = ""  # why it takes fewer threads than there are cores, in words; see threads.py

    @property
    def words(self) -> str:
        """For a person: ``CPU, 2 threads, bf16``."""
        if self.device == "cuda":
            return f"{torch.cuda.get_device_name()}, {self.precision}"
        if self.device == "mps":
            return f"Apple GPU, {self.precision}"
        found = f" ({self.verdict})" if self.verdict else ""
        if self.sharing:
            return f"CPU, {self.precision}{found}, {self.sharing}"
        return f"CPU, {self.threads} {'thread' if self.threads == 1 else 'threads'}, {self.precision}{found}"


def pick_device(wanted: str) -> str:
    """The device that a setting stands for; ``auto`` takes a GPU where there is one.

    Raises:
        ConfigError: the device that was asked for is not there.
    """
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if there[name])
    if not there[wanted]:
        found = ", ".join(name for name, is_there in there.items() if is_there)
        raise ConfigError(f"The device {wanted!r} is not there; torch {torch.__version__} finds: {found}. Set device.")
    return wanted


def resolve(config: TrainConfig) -> Machine:
    """Where and how a configuration computes on this machine.

    Raises:
        ConfigError: the device that was asked for is not there, or fewer of its kind than asked for, or what compiling
            for it needs is not installed.
    """
    device = pick_device(config.device)
    if device == "cuda" and config.gpus > (there := torch.cuda.device_count()):
        raise ConfigError(f"gpus is {config.gpus} and this machine has {there}; set gpus to {there} at most.")
    if device == "mps" and config.gpus > 1:
        raise ConfigError(f"gpus is {config.gpus} and an Apple machine has one; set gpus to 1.")
    precision, verdict = config.precision, ""
    if precision == "bf16" and device == "cpu" and not computes_bf16(device):
        verdict = "emulated by this processor, which is very slow"
    if precision == "auto":
        precision = "bf16" if network_traits(config.network).bf16 and computes_bf16(device) else "fp32"
    compiled = config.compiled and device == "cuda"
    if compiled and importlib.util.find_spec("triton") is None:
        raise ConfigError("torch.compile needs the package triton, which is not installed here: switch compiled off.")
    graphs = config.cuda_graphs and device == "cuda"
    return Machine(device, precision, config.threads or threads.cores(), graphs, compiled, verdict)


def set_up(where: Machine) -> None:
    """Let torch compute as the machine says, for the whole process."""
    torch.set_num_threads(where.threads)
    if where.device == "cuda":
        torch.set_float32_matmul_precision("high")  # TF32 for what stays in float32
        torch.backends.cudnn.allow_tf32 = True
        torch.backends.cudnn.benchmark = True  # every step has the same shapes


def computes_bf16(device: str) -> bool:
    """Whether the processor multiplies bf16 natively: AMX or AVX512-BF16 on a CPU, Ampere and later on a GPU."""
    if device == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device != "cpu" or platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    probes = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")  # not public, so they may go: then fp32
    return any(getattr(torch.cpu, probe, bool)() for probe in probes)
