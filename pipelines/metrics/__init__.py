"""Quality and diagnosis: what can be measured about samples and about a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pipelines import paths
from pipelines.config.train_config import TrainConfig
from pipelines.errors import ModelError
from pipelines.registries import DATA_SETS
from pipelines.schema import Meta, Name, Names, Share, read

CLASSES, ATTRIBUTES = "classes", "attributes"  # the kinds of classifiers: one class a picture, or any attributes
STACKED = "stacked"  # a kind of what is seen: one class in each colour channel


def classifier_folder(data_name: str) -> Path:
    """Where the classifier of a data set lies: ``weights.safetensors`` and ``card.json``."""
    return paths.MODELS / "classifiers" / data_name


def available(data_name: str) -> bool:
    """Whether a classifier of classes ships for this data set; loads neither it nor torch."""
    return _kind(data_name) == CLASSES


def stacked_of(data_name: str) -> str | None:
    """The set whose pictures lie in the colour channels of a data set's, where a classifier of classes ships for it."""
    single = DATA_SETS.constants(data_name).get("STACKED") if data_name in DATA_SETS.names() else None
    return single if single and available(single) else None


def clear_wanted(config: TrainConfig) -> float | None:
    """The share of clear samples at which a run ends; None where none is set or no classifier can tell them."""
    return config.until_clear if available(config.data) else None


def attributes_available(data_name: str) -> bool:
    """Whether a classifier of attributes ships for this data set; loads neither it nor torch."""
    return _kind(data_name) == ATTRIBUTES


@dataclass(frozen=True)
class Card:
    """A classifier's ``card.json`` as it is read; the rest of it is for people."""

    kind: Literal["classes", "attributes"] = CLASSES  # older cards have no kind
    weights_sha256: Name = ""
    attribute_names: Names = field(default_factory=list)
    groups: Annotated[list[Names], Meta(max_length=1_000)] = field(default_factory=list)
    test_accuracy: Share | dict[str, Share] | None = None  # one, or by attribute


def card_of(data_name: str) -> Card | None:
    """The card of the classifier of a data set; None where there is none.

    Raises:
        ModelError: it cannot be read.
    """
    return read(classifier_folder(data_name) / "card.json", Card, error=ModelError)


def _kind(data_name: str) -> str | None:
    """What the classifier of a data set tells, by its card; None where there is none.

    A card that cannot be read counts as one of classes: loading it tells what is wrong.
    """
    folder = classifier_folder(data_name)
    if not all((folder / file).is_file() for file in ("weights.safetensors", "card.json")):
        return None
    try:
        card = card_of(data_name)
        return card.kind if card else None
    except ModelError:
        return CLASSES
