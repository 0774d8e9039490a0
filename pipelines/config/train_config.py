"""The configuration of one training: frozen, typed, saved with the weights; checking.py says whether it can be trained.

Each field carries its group, role, help text and allowed range as metadata; the command line, the settings form, the
checks and the sets of settings that belong together are all made from it. This module does not import torch, so that a
page can show the form without it.
"""

from __future__ import annotations

import dataclasses
import difflib
import typing
from dataclasses import dataclass
from typing import Any

from pipelines.config.networks import Data, Networks
from pipelines.config.objective import Objective
from pipelines.config.settings import Role, Setting, has_type, setting, type_words
from pipelines.errors import ConfigError
from pipelines.registries import LAUNCHERS

GROUPS = ("Data", "Networks", "Objective", "Optimisers", "Length", "Machine", "Records")


@dataclass(frozen=True)
class TrainConfig(Objective, Networks, Data):  # their fields come first, those of the last class before all
    """Everything that decides a run. Same values, same machine, same seed: the same run, bit for bit, on a CPU."""

    # fmt: off
    # Optimisers
    optimizer: str = setting(
        "adam", "Optimisers", "Optimisation algorithm of both networks.", ("adam", "rmsprop", "nadam", "sgd"),
        label="Optimiser", role=Role.OPTIMISER)
    lr_g: float = setting(
        2e-4, "Optimisers", "Learning rate of G.", low=1e-7, high=1.0, label="Learning rate of G", step=5e-5,
        role=Role.RATE)
    lr_d: float = setting(
        2e-4, "Optimisers", "Learning rate of D.", low=1e-7, high=1.0, label="Learning rate of D", step=5e-5,
        role=Role.RATE)
    beta1: float = setting(
        0.5, "Optimisers", "Decay of the mean gradient in Adam and NAdam; the momentum of SGD.", low=0.0, high=0.999,
        label="Beta 1", step=0.1, role=Role.MOMENT)
    beta2: float = setting(
        0.999, "Optimisers", "Decay of the mean squared gradient in Adam, NAdam and RMSprop.", low=0.0, high=0.9999,
        label="Beta 2", step=0.009, role=Role.MOMENT)
    decay: float = setting(
        0.0, "Optimisers", "Share of the run, at its end, over which both learning rates fall linearly to zero.",
        low=0.0, high=1.0, label="Learning rate decay", role=Role.TRAINING)
    batch_size: int = setting(
        64, "Optimisers", "Real pictures D sees in one step.", low=2, high=4096, step=16, role=Role.COUNTING,
        speed=True)

    # Length
    seconds: float | None = setting(
        None, "Length", "Stop after this many seconds of training (pauses not counted).", low=1.0, high=1e7, step=10.0,
        role=Role.LENGTH)
    until_clear: float | None = setting(
        None, "Length",
        "After the seconds above, train on until this share of the samples is clear: a classifier is sure of one "
        "class. For digits and clothes; with other data sets the run ends after its seconds.",
        low=0.0, high=1.0, label="Until clear (share)", step=0.01, role=Role.LENGTH)
    most_seconds: float | None = setting(
        None, "Length", "Stop after this many seconds in any case.", low=1.0, high=1e7, label="At most (seconds)",
        step=10.0, role=Role.LENGTH)
    epochs: int | None = setting(
        None, "Length", "Stop after this many passes over the data.", low=1, high=100_000, role=Role.LENGTH)

    # Machine
    seed: int = setting(
        0, "Machine", "Seed of all random numbers; the same seed and settings give the same run.", low=0,
        high=2**31 - 1, role=Role.COUNTING)
    device: str = setting(
        "auto", "Machine", "auto takes a GPU where there is one.", ("auto", "cpu", "cuda", "mps"), role=Role.MACHINE,
        speed=True)
    precision: str = setting(
        "auto", "Machine",
        "Number format of the networks. auto takes bf16 where the processor computes it natively.",
        ("auto", "fp32", "bf16"), role=Role.TRAINING, speed=True)
    cuda_graphs: bool = setting(
        False, "Machine",
        "On an NVIDIA GPU: record a step once and replay it, so that the GPU waits less for the processor. Not tried "
        "on a GPU yet, so off by default.",
        label="Replay steps (CUDA graphs)", role=Role.MACHINE, speed=True)
    compiled: bool = setting(
        False, "Machine",
        "On an NVIDIA GPU: compile both networks with torch.compile, which takes a minute at the start of a run. Not "
        "tried on a GPU yet, so off by default. It has no effect on a CPU, where it made steps slower.",
        label="Compile the networks", role=Role.MACHINE, speed=True)
    gpus: int = setting(
        1, "Machine",
        "Share each batch among this many GPUs of this machine, one process each. Without GPUs it uses processes on "
        "the CPU, which is useful for tests only.",
        low=1, high=16, label="GPUs", role=Role.MACHINE, speed=True)
    threads: int = setting(
        0, "Machine",
        "Processor threads for training. 0: the number that is fastest beside other programs, measured again and again "
        "during the run.",
        low=0, high=256, role=Role.MACHINE, speed=True)
    launcher: str = setting(
        "local", "Machine", "Where the process of the run is started: local is this computer.", entries=LAUNCHERS,
        role=Role.MACHINE)

    # Records
    log_every: int = setting(
        5, "Records", "Write a row of metrics every so many steps (every step of the first 50).", low=1, high=10_000,
        label="Log every (steps)", role=Role.RECORDS)
    checkpoint_s: float = setting(
        60.0, "Records", "Seconds between checkpoints; each epoch's end writes one too.", low=1.0, high=86_400.0,
        label="Checkpoint every (s)", step=10.0, role=Role.RECORDS)
    samples: int = setting(
        64, "Records", "Pictures in the grid of samples; a conditional model shows them in rows of one class.",
        low=1, high=400, label="Samples in the grid", step=8, role=Role.RECORDS)
    # fmt: on

    @property
    def groups(self) -> int:
        """Groups of real pictures in each class, of which D is told; 0 where it is not."""
        return self.centres if self.self_conditional else 0

    @property
    def pictures(self) -> dict[str, Any]:
        """Which pictures of its data set, as ``pipelines.data.load`` takes them."""
        return {name: getattr(self, name) for name in ("size", "channels", "folder", "held_out")}

    def batch_of(self, count: int) -> int:
        """Real pictures in each batch of a set of ``count``: fewer than ``batch_size`` where the set has fewer.

        Each process has as many of them as any other; 0 where the set has fewer pictures than there are processes.
        """
        return min(self.batch_size, count) // self.gpus * self.gpus

    def epoch_of(self, count: int) -> int:
        """Real pictures in one pass over a set of ``count``: a last incomplete batch is left out."""
        size = self.batch_of(count)
        return count // size * size if size else 0

    def changed(self, **changes: Any) -> TrainConfig:
        """A copy with some fields changed."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as written to ``config.json``."""
        return dataclasses.asdict(self)


SETTINGS: dict[str, Setting] = {f.name: f.metadata["setting"] for f in dataclasses.fields(TrainConfig)}
TYPES: dict[str, Any] = typing.get_type_hints(TrainConfig)


def of_role(*roles: Role) -> tuple[str, ...]:
    """The names of the settings that have one of some roles, in the form's order."""
    return tuple(name for name, rule in SETTINGS.items() if rule.role in roles)


# Settings with which nothing that was learnt would fit, or what was counted would count something else.
BEGIN_ANEW = of_role(Role.DATA, Role.ARCHITECTURE, Role.COUNTING)
RATES = of_role(Role.RATE)
SPEED = tuple(name for name, rule in SETTINGS.items() if rule.speed)
ENDLESS = dict.fromkeys(of_role(Role.LENGTH))  # changes that leave a run without an end


def label_of(name: str) -> str:
    """What a person calls a setting: ``lr_g`` is ``Learning rate of G``."""
    return SETTINGS[name].label or name.replace("_", " ").capitalize()


def from_dict(values: dict[str, Any]) -> TrainConfig:
    """A configuration from plain values; fields that are missing take their defaults.

    Raises:
        ConfigError: a name is not a setting, or a value has the wrong type.
    """
    for name, value in values.items():
        if name not in SETTINGS:
            near = difflib.get_close_matches(name, SETTINGS, n=3, cutoff=0.5)
            nearest = f"the nearest is {' or '.join(near)}" if near else "`python -m pipelines train --help` lists all"
            raise ConfigError(f"There is no setting named {name[:40]!r}; {nearest}.")
        if not has_type(value, TYPES[name]):
            raise ConfigError(f"The setting {name} is {value!r}; it must be {type_words(TYPES[name])}.")
    return TrainConfig(**values)
