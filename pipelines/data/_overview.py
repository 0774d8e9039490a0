"""What is known of a data set before it is loaded."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

from pipelines.data._image_set import ATTRIBUTES
from pipelines.data._wanted import wanted
from pipelines.typed_path import shown


@dataclass(frozen=True)
class Overview:
    """What is known of a data set before it is loaded."""

    prepared: bool  # whether ``load`` would find its work done
    class_names: tuple[str, ...]
    folder: str = ""  # that it is read from, where a person names one
    pictures: int | None = None  # that would be read from there, or were; None of a set without a folder
    counts: dict[str, int] = field(default_factory=dict)  # of pictures, by class
    notes: tuple[str, ...] = ()  # on what is skipped there and why, as far as that is known
    condition: str = ""  # the field that a conditional model is told of; "": the class


def overview(
    name: str, *, size: int, channels: int, folder: str | Path | None = None, held_out: float = 0.0
) -> Overview:
    """What ``load`` with the same arguments would give, without reading pixels.

    Which pictures of a folder are damaged is known once it is prepared.

    Raises:
        DataError: the name, size or channels is not on offer, or the folder is missing, unreadable or empty.
    """
    asked = wanted(name, size, channels, folder, held_out)
    card, source = asked.card(), asked.source
    if source is None:
        classes = tuple(asked.entry.CLASS_NAMES)
        has_attributes = bool(getattr(asked.entry, "ATTRIBUTE_NAMES", ()))
        return Overview(card is not None, classes, condition=_condition_of(asked.entry, classes, has_attributes))
    paths, notes = asked.pictures, asked.notes
    before = Overview(
        False, source.class_names, shown(source.folder), len(paths), source.counts_of(paths), notes,
        condition=_condition_of(asked.entry, source.class_names, getattr(source, "has_attributes", False)),
    )  # fmt: skip
    if card is None:
        return before
    counts = dict(zip(source.class_names, card.class_counts, strict=False))
    notes = (*notes, *card.notes)
    return replace(before, prepared=True, pictures=card.count, counts=counts, notes=notes)


def _condition_of(entry: ModuleType, classes: tuple[str, ...], has_attributes: bool) -> str:
    """What a conditional model of a set is told of that is not its class; "" of classes, or where there is nothing."""
    return getattr(entry, "CONDITION", "") or (ATTRIBUTES if len(classes) < 2 and has_attributes else "")
