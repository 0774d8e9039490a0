"""The small files of a run as types: its state and position, its control file, its note, its configuration.

The types declare what each may be in a file; ``reading.py`` checks it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, TypedDict

from pipelines.config.migrating import Schema
from pipelines.config.settings import problem
from pipelines.config.train_config import RATES, SETTINGS, TrainConfig
from pipelines.described import Measure, Series, Title, View
from pipelines.registries import WORDS
from pipelines.schema import Count, Meta, Name, Names, Scalar, Seconds, Step, Text, Time, Values

QUEUED, PREPARING, RUNNING, PAUSED, STOPPING = "queued", "preparing", "running", "paused", "stopping"
FINISHED, STOPPED, FAILED, LOST = "finished", "stopped", "failed", "lost"
ACTIVE = (QUEUED, PREPARING, RUNNING, PAUSED, STOPPING)  # a process is at work, or was until it died


@dataclass(frozen=True)
class Status:
    """Where a run stands. Times are Unix seconds; ``seconds`` counts training alone, without pauses and start-up."""

    state: Literal[
        "queued", "preparing", "running", "paused", "stopping", "finished", "stopped", "failed", "lost"
    ] = QUEUED  # fmt: skip
    message: Text = ""
    attempt: Count = 1  # grows with each resume; rows after the checkpoint were cut off then
    pid: Count | None = None
    device: Name = ""  # where it trains, in words, once it is known
    queued_at: Time = 0.0
    heartbeat: Time = 0.0
    progress: Seconds | None = None  # share of the preparation done, in [0, 1]
    place: Count | None = None  # in the queue; 1 is next
    step: Step = 0  # updates of G
    epoch: Seconds = 0.0  # passes over the data
    images_seen: Count = 0  # real pictures shown to D
    images_per_s: Seconds = 0.0
    seconds: Seconds = 0.0
    eta_s: Seconds | None = None
    lr_g: Seconds | None = None
    lr_d: Seconds | None = None
    quality: Values | None = None  # the newest measure, as pipelines.metrics.quality gives it

    @property
    def active(self) -> bool:
        """Whether a process works on the run, or waits to."""
        return self.state in ACTIVE


@dataclass(frozen=True)
class Control:
    """What the person wants of a run; the loop reads it between steps."""

    want: Literal["run", "pause", "stop"] = "run"  # run, pause or stop
    single_steps: Count = 0  # how many single steps were asked for since the run was made
    lr_g: float | None = None
    lr_d: float | None = None
    folder: str | None = None  # where the pictures are now, until the process has found them to be the same


@dataclass(frozen=True)
class Notes:
    """What the person wrote about a run."""

    name: Name = ""
    note: Text = ""


@dataclass(frozen=True)
class Record:
    """``config.json``: the configuration and what surrounds it."""

    config: TrainConfig
    preset: str = ""
    created_at: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)  # fingerprint, count, class_names, source, notes
    resolved: dict[str, Any] = field(default_factory=dict)  # device, precision, threads
    display: dict[str, Any] = field(default_factory=dict)  # the grid's layout; what is drawn (described.py)
    branched_from: str = ""  # run@step
    branched_with: str = ""  # what was changed there, in words

    @property
    def condition(self) -> str:
        """The field of its data set that the networks are told of, where that is no class; "" otherwise."""
        spec = self.data.get("spec") if self.config.conditional else None
        found = spec.get("condition") if isinstance(spec, dict) else ""
        return found if isinstance(found, str) else ""


def rate_problem(name: str, rate: Any) -> str | None:
    """What is wrong with a learning rate, ``lr_g`` or ``lr_d``, in one sentence, or None; the setting's own rule."""
    return problem(name, rate, SETTINGS[name], float)


def with_sound_rates(control: Control) -> Control:
    """What is wanted, without learning rates that nothing can train with, as a file edited by hand may have them."""
    bad = {name: None for name in RATES if rate_problem(name, getattr(control, name))}
    return replace(control, **bad)


# What a file may hold of the same.


@dataclass(frozen=True)
class StoredRecord:
    """``config.json`` as it is read: its settings by the types and ranges of ``TrainConfig``."""

    config: Annotated[dict[str, Scalar], Meta(max_length=1_000)]
    schema: Schema = 1
    preset: Name = ""
    created_at: Time = 0.0
    versions: dict[str, Name] = field(default_factory=dict)
    data: Values = field(default_factory=dict)
    resolved: Values = field(default_factory=dict)
    display: Values = field(default_factory=dict)
    branched_from: Name = ""
    branched_with: Text = ""


class StoredData(TypedDict, total=False):
    """``Record.data``; what else it holds is kept."""

    name: Name
    fingerprint: Name
    count: Count | None
    class_names: Names
    source: Text
    notes: Annotated[list[Text], Meta(max_length=1_000)]


class StoredResolved(TypedDict, total=False):
    """``Record.resolved``; what else it holds is kept."""

    device: Name
    precision: Name
    threads: Annotated[int, Meta(ge=0, le=4096)]


class StoredDisplay(TypedDict, total=False):
    """``Record.display``; what else it holds is kept. Pages lay out a grid by it, so it is bounded by what they can."""

    rows: Annotated[int, Meta(ge=1, le=1000)]
    columns: Annotated[int, Meta(ge=1, le=1000)]
    tile: Annotated[int, Meta(ge=1, le=1024)]
    gap: Annotated[int, Meta(ge=0, le=64)]
    row_labels: Names
    input: bool
    truth: bool
    groups: Annotated[int, Meta(ge=1, le=1000)]  # conditions in each row; 1 where it is missing
    d_output: Annotated[str, Meta(pattern=WORDS)]
    balance: float | None
    views: Annotated[list[View], Meta(max_length=32)]
    series: Annotated[list[Series], Meta(max_length=64)]
    measures: Annotated[list[Measure], Meta(max_length=500)]
    titles: Annotated[list[Title], Meta(max_length=500)]
