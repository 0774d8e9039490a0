"""What a preset is."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.config.train_config import TrainConfig


@dataclass(frozen=True)
class Preset:
    """A configuration that a person can name and choose."""

    title: str
    look_for: str  # one sentence
    config: TrainConfig
    begins_with: str = ""  # a model that ships, whose networks a run may begin with; "": none
    gpu: bool = False  # whether it is made for a GPU, and takes days without
