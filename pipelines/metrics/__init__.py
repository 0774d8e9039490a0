"""Quality and diagnosis: what can be measured about samples and about a run."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pipelines import data, paths
from pipelines.config.train_config import TrainConfig
from pipelines.errors import ModelError
from pipelines.registries import stated_by
from pipelines.schema import Meta, Name, Names, Share, Text, Time, read

CLASSES, ATTRIBUTES = "classes", "attributes"  # the kinds of classifiers: one class a picture, or any attributes
PARTS = "parts"  # a kind of classifiers, of the pixels: the part that each belongs to
STACKED = "stacked"  # a kind of what is seen: one class in each colour channel


LAYOUT = "1"  # of the network of a person's own classifier; another one is trained anew
EQUAL = "equal"  # what its probabilities suppose: half of the pictures have an attribute, as many are of each class
FILES = ("weights.safetensors", "card.json")
FINGERPRINT = re.compile(r"[0-9a-f]{64}")  # of a prepared set, SHA-256


def read_as(data_name: str) -> str:
    """The set whose shipped classifier reads a set's pictures: that which its entry says it is ``LIKE``, or itself."""
    return stated_by(data_name).get("LIKE") or data_name


def classifier_folder(data_name: str, fingerprint: str = "") -> Path:
    """Where the classifier of a data set lies: ``weights.safetensors`` and ``card.json``.

    That which ships for it or for the set that it is ``LIKE``, where one does. Else a person's own, which is bound to
    the very pictures that it has learnt from.

    Args:
        fingerprint: of the pictures, as ``ImageSet.fingerprint``; "" asks for one that ships.
    """
    if not FINGERPRINT.fullmatch(fingerprint) or ships(data_name):
        return paths.MODELS / "classifiers" / read_as(data_name)
    return paths.data_home() / data_name / "readers" / fingerprint


def ships(data_name: str) -> bool:
    """Whether a classifier ships for a data set, be it damaged: then its pictures need none of a person's own."""
    return any((paths.MODELS / "classifiers" / read_as(data_name) / file).is_file() for file in FILES)


def available(data_name: str, fingerprint: str = "") -> bool:
    """Whether there is a classifier of classes for these pictures; loads neither it nor torch."""
    return _kind(data_name, fingerprint) == CLASSES


def stacked_of(data_name: str) -> str | None:
    """The set whose pictures lie in the colour channels of a data set's, where a classifier of classes ships for it."""
    single = stated_by(data_name).get("STACKED")
    return single if single and available(single) else None


def clear_wanted(config: TrainConfig) -> float | None:
    """The share of clear samples at which a run ends; None where none is set or no classifier can tell them."""
    return config.until_clear if available(config.data) else None


def attributes_available(data_name: str, fingerprint: str = "") -> bool:
    """Whether there is a classifier of attributes for these pictures; loads neither it nor torch."""
    return _kind(data_name, fingerprint) == ATTRIBUTES


def names_of(data_name: str, fingerprint: str = "") -> tuple[str, ...]:
    """What the classifier of these pictures tells, in its order; () where there is none. Loads no torch."""
    kind = _kind(data_name, fingerprint)
    if kind and is_own(data_name, fingerprint):
        card = card_of(data_name, fingerprint)
        return tuple(card.class_names if kind == CLASSES else card.attribute_names) if card else ()
    ask = {CLASSES: data.class_names_of, ATTRIBUTES: data.attribute_names_of}.get(kind or "")
    return ask(read_as(data_name)) if ask else ()


def is_own(data_name: str, fingerprint: str) -> bool:
    """Whether the classifier of these pictures is, or would be, a person's own."""
    return classifier_folder(data_name, fingerprint).parent.name == "readers"


def stamp(data_name: str, fingerprint: str = "") -> str:
    """A text that changes when the classifier of these pictures does; "" where there is none of a person's own."""
    if not is_own(data_name, fingerprint):
        return ""
    try:
        found = os.stat(classifier_folder(data_name, fingerprint) / "card.json")
    except OSError:
        return ""
    return f"{found.st_mtime_ns}-{found.st_size}-{found.st_ino}"


@dataclass(frozen=True)
class Card:
    """A classifier's ``card.json`` as it is read; the rest of it is for people."""

    kind: Literal["classes", "attributes", "parts"] = CLASSES  # older cards have no kind
    weights_sha256: Name = ""
    attribute_names: Names = field(default_factory=list)
    groups: Annotated[list[Names], Meta(max_length=1_000)] = field(default_factory=list)
    test_accuracy: Share | dict[str, Share] | None = None  # one, or by attribute
    # Of a person's own:
    layout: Name = ""  # of its network, ``LAYOUT``
    prior: Name = ""  # ``EQUAL``; older ones suppose that each comes as often as among the pictures
    data_fingerprint: Name = ""
    class_names: Names = field(default_factory=list)
    balanced: dict[str, Share] = field(default_factory=dict)  # balanced accuracy of each name, also of those not used
    unused: dict[str, Text] = field(default_factory=dict)  # names that are not told, and why: a sentence
    notes: Annotated[list[Text], Meta(max_length=10_000)] = field(default_factory=list)  # a sentence each
    checked_on: Text = ""  # which pictures its accuracy was measured on, in words
    trained_at: Time = 0.0
    seconds: Time = 0.0  # that training took by the clock
    processor_seconds: Time = 0.0  # and of the processor, all threads together


def card_of(data_name: str, fingerprint: str = "") -> Card | None:
    """The card of the classifier of a data set; None where there is none.

    Raises:
        ModelError: it cannot be read, is that of other pictures, or groups attributes that it does not have.
    """
    folder = classifier_folder(data_name, fingerprint)
    card = read(folder / "card.json", Card, error=ModelError)
    if card and is_own(data_name, fingerprint) and card.data_fingerprint != fingerprint:
        raise ModelError(f"The reader in {folder} was trained on other pictures; train it anew.")
    if card and (strange := {name for group in card.groups for name in group} - set(card.attribute_names)):
        raise ModelError(f"{folder.name}/card.json: groups holds {min(strange)[:40]!r}, which is no attribute of it.")
    return card


def _kind(data_name: str, fingerprint: str) -> str | None:
    """What the classifier of a data set tells, by its card; None where there is none, or none of use.

    A card that ships and cannot be read counts as one of classes: loading it tells what is wrong. A person's own that
    is damaged counts as none, so that nothing else is lost: ``own_problem`` tells what is wrong.
    """
    folder = classifier_folder(data_name, fingerprint)
    if not all((folder / file).is_file() for file in FILES):
        return None
    if is_own(data_name, fingerprint):
        return _sound(folder, data_name, fingerprint, stamp(data_name, fingerprint))[0]
    try:
        card = card_of(data_name)
        return card.kind if card else None
    except ModelError:
        return CLASSES


def own_problem(data_name: str, fingerprint: str) -> str:
    """What is wrong with a person's own classifier for these pictures, a sentence; "" with a sound one or none."""
    folder = classifier_folder(data_name, fingerprint)
    if not is_own(data_name, fingerprint) or not (folder / "card.json").is_file():
        return ""
    return _sound(folder, data_name, fingerprint, stamp(data_name, fingerprint))[1]


@lru_cache(maxsize=64)
def _sound(folder: Path, data_name: str, fingerprint: str, changed: str) -> tuple[str | None, str]:
    """The kind of a person's own classifier, None where it is of no use, and what is wrong with its files or ""."""
    try:
        card = card_of(data_name, fingerprint)
        content = (folder / "weights.safetensors").read_bytes()
    except (ModelError, OSError) as problem:
        return None, str(problem)
    if card is None or hashlib.sha256(content).hexdigest() != card.weights_sha256:
        return None, f"The weights in {folder} are damaged: they are not those that card.json describes; train it anew."
    if card.layout != LAYOUT:
        return None, f"The reader in {folder} was trained by another version of the program; train it anew."
    told = {CLASSES: card.class_names, ATTRIBUTES: card.attribute_names}.get(card.kind)
    return (card.kind if told else None), ""
