"""Quality and diagnosis: what can be measured about samples and about a run."""

from __future__ import annotations

import json
from pathlib import Path

from pipelines import paths

CLASSES, ATTRIBUTES = "classes", "attributes"  # the kinds of classifiers: one class a picture, or any attributes


def classifier_folder(data_name: str) -> Path:
    """Where the classifier of a data set lies: ``weights.safetensors`` and ``card.json``."""
    return paths.MODELS / "classifiers" / data_name


def available(data_name: str) -> bool:
    """Whether a classifier of classes ships for this data set; loads neither it nor torch."""
    return _kind(data_name) == CLASSES


def attributes_available(data_name: str) -> bool:
    """Whether a classifier of attributes ships for this data set; loads neither it nor torch."""
    return _kind(data_name) == ATTRIBUTES


def _kind(data_name: str) -> str | None:
    """What the classifier of a data set tells, by its card; None where there is none.

    A card that cannot be read counts as one of classes: loading it tells what is wrong.
    """
    folder = classifier_folder(data_name)
    if not all((folder / file).is_file() for file in ("weights.safetensors", "card.json")):
        return None
    try:
        return kind_of(json.loads((folder / "card.json").read_text("utf-8")))
    except (OSError, ValueError):
        return CLASSES


def kind_of(card: object) -> str:
    """``CLASSES`` or ``ATTRIBUTES``: what the classifier with this card tells."""
    return card.get("kind", CLASSES) if isinstance(card, dict) else CLASSES  # older cards have no kind
