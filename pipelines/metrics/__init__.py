"""Quality and diagnosis: what can be measured about samples and about a run."""

from __future__ import annotations

from pathlib import Path

from pipelines import paths


def classifier_folder(data_name: str) -> Path:
    """Where the classifier of a data set lies: ``weights.safetensors`` and ``card.json``."""
    return paths.MODELS / "classifiers" / data_name


def available(data_name: str) -> bool:
    """Whether a classifier for this data set ships with the project; loads neither it nor torch."""
    return all((classifier_folder(data_name) / file).is_file() for file in ("weights.safetensors", "card.json"))
