"""What is known of a run: its states, where it stands, what the person wants and wrote, and its configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipelines.training.config import TrainConfig

QUEUED, PREPARING, RUNNING, PAUSED, STOPPING = "queued", "preparing", "running", "paused", "stopping"
FINISHED, STOPPED, FAILED, LOST = "finished", "stopped", "failed", "lost"
ACTIVE = (QUEUED, PREPARING, RUNNING, PAUSED, STOPPING)  # a process is at work, or was until it died


@dataclass(frozen=True)
class Status:
    """Where a run stands. Times are Unix seconds; ``seconds`` counts training alone, without pauses and start-up."""

    state: str = QUEUED
    message: str = ""
    attempt: int = 1  # grows with each resume; rows after the checkpoint were cut off then
    pid: int | None = None
    device: str = ""  # where it trains, in words, once it is known
    queued_at: float = 0.0
    heartbeat: float = 0.0
    progress: float | None = None  # share of the preparation done, in [0, 1]
    place: int | None = None  # in the queue; 1 is next
    step: int = 0  # updates of G
    epoch: float = 0.0  # passes over the data
    images_seen: int = 0  # real pictures shown to D
    images_per_s: float = 0.0
    seconds: float = 0.0
    eta_s: float | None = None
    lr_g: float | None = None
    lr_d: float | None = None
    quality: dict[str, Any] | None = None  # the newest measure, as pipelines.metrics.quality gives it

    @property
    def active(self) -> bool:
        """Whether a process works on the run, or waits to."""
        return self.state in ACTIVE


@dataclass(frozen=True)
class Control:
    """What the person wants of a run; the loop reads it between steps."""

    want: str = "run"  # run, pause or stop
    single_steps: int = 0  # how many single steps were asked for since the run was made
    lr_g: float | None = None
    lr_d: float | None = None
    folder: str | None = None  # where the pictures are now, until the process has found them to be the same


@dataclass(frozen=True)
class Notes:
    """What the person wrote about a run."""

    name: str = ""
    note: str = ""


@dataclass(frozen=True)
class Record:
    """``config.json``: the configuration and what surrounds it."""

    config: TrainConfig
    preset: str = ""
    created_at: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)  # fingerprint, count, class_names, source, notes
    resolved: dict[str, Any] = field(default_factory=dict)  # device, precision, threads
    display: dict[str, Any] = field(default_factory=dict)  # grid rows and columns, row labels, D's output and balance
    branched_from: str = ""  # run@step
    branched_with: str = ""  # what was changed there, in words
