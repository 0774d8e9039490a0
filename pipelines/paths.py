"""Where things lie: the project's folders, and the environment variables that move them."""

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


def models_home() -> Path:
    """Folder of published models: ``checkpoints/`` in the project, or ``$GAN_EXPLORER_MODELS``."""
    return Path(os.environ.get("GAN_EXPLORER_MODELS") or MODELS)


def saved_home() -> Path:
    """Folder of what a person saves while exploring: ``saved/`` in the project, or ``$GAN_EXPLORER_SAVED``."""
    return Path(os.environ.get("GAN_EXPLORER_SAVED") or PROJECT / "saved")


def extensions_home() -> Path | None:
    """Folder of a person's own networks, losses and the like, ``$GAN_EXPLORER_EXTENSIONS``; see registry.py."""
    named = os.environ.get("GAN_EXPLORER_EXTENSIONS")
    return Path(named) if named else None
