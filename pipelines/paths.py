"""Where things lie: the project's folders, and the two environment variables that move them."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
MODELS = PROJECT / "checkpoints"


def data_home() -> Path:
    """Folder of prepared data sets: ``data/`` in the project, or ``$GAN_EXPLORER_DATA``."""
    return Path(os.environ.get("GAN_EXPLORER_DATA") or PROJECT / "data")


def runs_home() -> Path:
    """Folder of training runs: ``runs/`` in the project, or ``$GAN_EXPLORER_RUNS``."""
    return Path(os.environ.get("GAN_EXPLORER_RUNS") or PROJECT / "runs")
