"""The configuration of one training: frozen, typed, saved with the weights; checking.py says whether it can be trained.

Each field carries its group, role, help text and allowed range as metadata; the command line, the settings form, the
checks and the sets of settings that belong together are all made from it. This module does not import torch, so that a
page can show the form without it.
"""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass
from typing import Any

from pipelines.config.settings import Role, Setting, has_type, setting, type_words
from pipelines.errors import ConfigError
from pipelines.registries import DATA_SETS, LAUNCHERS, LOSSES, METHODS, NETWORKS

GROUPS = ("Data", "Networks", "Objective", "Optimisers", "Length", "Machine", "Records")


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides a run. Same values, same machine, same seed: the same run, bit for bit, on a CPU."""

    # fmt: off
    # Data
    data: str = setting(
        "digits", "Data", "The set of real pictures.", entries=DATA_SETS, label="Data set", role=Role.DATA)
    folder: str | None = setting(
        None, "Data",
        "Folder of your own pictures, for the data set 'folder'; its subfolders are the classes. JPEG, PNG, WebP, GIF, "
        "TIFF, BMP, AVIF, JPEG 2000, HEIC (with pillow-heif) and other formats that Pillow opens are read.",
        role=Role.DATA)
    size: int = setting(
        28, "Data", "Height and width of a picture, in pixels.", (28, 32, 64), label="Size (pixels)",
        role=Role.ARCHITECTURE, speed=True)
    channels: int = setting(
        1, "Data", "1 for grey, 3 for colour.", (1, 3), label="Colour channels", role=Role.ARCHITECTURE, speed=True)
    flip: bool = setting(
        False, "Data", "Mirror half of the real pictures left to right: useful for faces, wrong for digits.",
        label="Mirror pictures", role=Role.TRAINING)

    # Networks
    network: str = setting(
        "dcgan", "Networks", "The generator and discriminator pair.", entries=NETWORKS, role=Role.ARCHITECTURE,
        speed=True)
    width: int = setting(
        64, "Networks",
        "Feature maps of the layer of highest resolution (64 in the DCGAN paper), or units of the first hidden layer "
        "where layers are dense (100 in the lecture). Doubling it makes training about four times as slow.",
        low=4, high=1024, step=8, role=Role.ARCHITECTURE, speed=True)
    latent_size: int = setting(
        100, "Networks", "Length of the latent vector z.", low=1, high=1024, label="Latent size (z)", step=10,
        role=Role.ARCHITECTURE, speed=True)
    prior: str = setting(
        "gaussian", "Networks",
        "Distribution of z. A mixture of Gaussians has gaps between its centres, so fewer samples lie between two "
        "kinds of pictures.",
        ("gaussian", "uniform", "mixture"), label="Prior of z", role=Role.ARCHITECTURE)
    centres: int = setting(
        32, "Networks", "Number of Gaussians in the mixture prior.", low=2, high=1024, label="Centres of the mixture",
        role=Role.ARCHITECTURE)
    self_conditional: bool = setting(
        False, "Networks",
        "Group similar real pictures, without labels, into as many groups as the mixture has centres (in each class). "
        "D is given the group of each real picture and the centre of each fake, so each centre learns one kind of "
        "picture (self-conditioned GAN).",
        label="Self-conditioned", role=Role.ARCHITECTURE)
    conditional: bool = setting(
        False, "Networks",
        "Tell G which class to draw and D which class to expect (conditional GAN). In training and in measures, fakes "
        "have the same shares of classes as the real pictures. Of a data set with another condition, that is told.",
        role=Role.ARCHITECTURE, speed=True)
    dropout: float = setting(
        0.4, "Networks", "Share of D's features dropped in training, where the family uses dropout.",
        low=0.0, high=0.9, role=Role.TRAINING)
    d_norm: str = setting(
        "batch", "Networks",
        "Normalisation in D. batch: batch norm, where the pair has it at this size; not possible with R1 or a gradient "
        "penalty. layer: layer norm, each picture by itself. spectral: spectral norm of the weights; it bounds D's "
        "slope, so G gets a gradient even when D is certain.",
        ("batch", "none", "layer", "spectral"), label="Normalisation in D", role=Role.TRAINING, speed=True)
    minibatch: str = setting(
        "none", "Networks",
        "Show D how similar the pictures of a batch are, so that it can reject a G that always draws the same. stddev: "
        "their mean standard deviation (progressive growing). discrimination: learnt distances between them "
        "(Salimans et al., 2016).",
        ("none", "stddev", "discrimination"), label="Batch statistics for D", role=Role.TRAINING, speed=True)
    ema: float = setting(
        0.999, "Networks",
        "Decay of the moving average of G's weights, which draws the samples; 0 uses G's own weights. The decay is "
        "lower in the first steps, so that the average follows G there.",
        low=0.0, high=0.9999, label="Moving average of G (EMA)", step=0.001, role=Role.TRAINING)

    # Objective
    method: str = setting(
        "gan", "Objective", "Training method: which networks there are, and what one step does.", entries=METHODS,
        role=Role.TRAINING, speed=True)
    loss: str = setting(
        "non-saturating", "Objective", "What D and G minimise.", entries=LOSSES, role=Role.TRAINING)
    d_steps: int = setting(
        1, "Objective", "Discriminator steps for each generator step (k).", low=1, high=20,
        label="D steps per G step", role=Role.TRAINING, speed=True)
    label_smoothing: float = setting(
        0.0, "Objective", "One-sided: D's target for real pictures is 1 minus this (0.1 is usual).",
        low=0.0, high=0.5, role=Role.TRAINING)
    feature_matching: bool = setting(
        False, "Objective",
        "Replace G's loss: G learns pictures whose mean features in D are those of real pictures, instead of "
        "maximising D's output.",
        role=Role.TRAINING, speed=True)
    instance_noise: float = setting(
        0.0, "Objective",
        "Standard deviation of noise added to every picture that D sees, real or fake (0.1 to 0.5; pixels reach from "
        "-1 to 1). It falls to zero by the end of the run. Real and fake then overlap, so G gets a gradient even when "
        "D is certain.",
        low=0.0, high=2.0, role=Role.TRAINING)
    replay: float = setting(
        0.0, "Objective",
        "Share of earlier fakes among the fakes that D sees (0.5 is usual), so that D does not forget them. It helps "
        "against mode cycling.",
        low=0.0, high=1.0, label="Experience replay", role=Role.TRAINING)
    gradient_penalty: float = setting(
        0.0, "Objective", "Weight of WGAN-GP's penalty on D's gradient between real and fake (10 in the paper).",
        low=0.0, high=1000.0, step=1.0, role=Role.TRAINING, speed=True)
    r1: float = setting(
        0.0, "Objective",
        "Weight of R1, a penalty on D's gradient at real pictures (0.1 to 10; D without batch norm). It damps "
        "oscillation between D and G.",
        low=0.0, high=1000.0, label="R1 penalty", role=Role.TRAINING, speed=True)
    weight_clip: float = setting(
        0.0, "Objective", "WGAN: clip D's weights to plus or minus this after each step (0.01 in the paper); 0 is off.",
        low=0.0, high=1.0, label="Weight clipping", step=0.01, role=Role.TRAINING)
    augment: str = setting(
        "none", "Objective",
        "Change every picture that D sees, real or fake, at random, so that D cannot memorise a small set of pictures. "
        "G does not learn to draw changed pictures. translation: shifted a little. diffaugment: also a square cut out, "
        "and brightness, contrast and colour changed.",
        ("none", "translation", "diffaugment"), label="Augmentation of what D sees", role=Role.TRAINING)

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
            raise ConfigError(f"There is no setting named {name!r}; the settings are: {', '.join(SETTINGS)}.")
        if not has_type(value, TYPES[name]):
            raise ConfigError(f"The setting {name} is {value!r}; it must be {type_words(TYPES[name])}.")
    return TrainConfig(**values)
