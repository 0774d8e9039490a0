"""How much memory the run of a form takes, in a line that follows the form."""

from __future__ import annotations

from explorer.widgets import assets
from pipelines.config.train_config import TrainConfig

_component = assets.component("train/memory", "Memory")


def memory(config: TrainConfig, wrong: bool) -> None:
    """Mount the line; it asks by itself, and says nothing of settings that cannot be trained (``wrong``)."""
    _component("memory", {"settings": None if wrong else config.to_dict()})
