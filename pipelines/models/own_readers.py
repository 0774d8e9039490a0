"""Readers of one's own, beside the prepared pictures that they were trained on: made, and what is known of them.

A reader lies in ``data/<data set>/readers/<fingerprint of the pictures>/``, as weights and ``card.json``.
Whoever has pictures of that fingerprint, a run, a published model or an evaluation, reads with it, exactly as with a
classifier that ships (``metrics.classifier_folder``).
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from pipelines import data, metrics
from pipelines.data import Progress
from pipelines.data._image_set import within
from pipelines.errors import DataError
from pipelines.metrics import CLASSES, EQUAL, Card

CHANGED = (
    "The pictures or their labels have changed since the model was trained; the reader has learnt them as they are now"
)
OF_CLASSES = "Probabilities are those of as many pictures of each class, however often it comes among yours"
OF_ATTRIBUTES = (
    "Probabilities are those of pictures of which half have the attribute, however many of yours have it; above 50 % a "
    "picture is said to have it"
)
OLDER = (
    "This reader was trained by an older version of the program: its probabilities follow how often each {} comes "
    "among your pictures, so rare ones are found less often than they could be; train it anew"
)


def make(
    name: str,
    *,
    seed: int = 0,
    epochs: int | None = None,
    fingerprint: str = "",
    progress: Progress = lambda share, message: None,
    **pictures: Any,
) -> Card:
    """Train a reader of a labelled data set and keep it; the pictures are prepared first where they are not yet.

    Args:
        name: of the data set.
        seed, epochs: as ``own_training.train`` takes them.
        fingerprint: of the pictures of a model that it is to read as well: the folder's pictures or labels may have
            changed since that was trained. "" for none.
        pictures: which of the data set, as ``data.load`` takes them: size, channels, folder, held_out.

    Returns:
        Its card.

    Raises:
        DataError: a classifier ships for the set, the pictures cannot be had or have no labels that can be learnt, or
            the reader cannot be written.
    """
    from pipelines.metrics import judge, own_training  # these take seconds to import
    from pipelines.training.machine import computes_bf16

    if metrics.ships(name):
        raise DataError(f"A classifier ships for the data set {name!r}, so it needs no reader of your own.")
    learnt, test = data.load(name, **pictures, progress=within(progress, 0.0, 0.1)), None
    with suppress(DataError):  # they may not be on this machine
        test = data.test_part(name, **pictures, progress=within(progress, 0.1, 0.15))
    taught = own_training.train(
        learnt, test, seed=seed, epochs=epochs, bf16=computes_bf16("cpu"), progress=within(progress, 0.15, 1.0)
    )
    try:
        judge.publish(taught.network, name, learnt.fingerprint, **taught.card)
        if fingerprint not in ("", learnt.fingerprint):
            now = {**taught.card, "data_fingerprint": fingerprint, "notes": [*taught.card["notes"], CHANGED]}
            judge.publish(taught.network, name, fingerprint, **now)
    except OSError as error:
        place = metrics.classifier_folder(name, learnt.fingerprint)
        raise DataError(f"The reader could not be written to {place} ({error.strerror or error}).") from None
    card = metrics.card_of(name, learnt.fingerprint)
    assert card is not None
    return card


def notes(card: Card) -> list[str]:
    """What a person should know of a reader, a sentence each: first what its probabilities suppose."""
    of_classes = card.kind == CLASSES
    if card.prior != EQUAL:
        return [OLDER.format("class" if of_classes else "attribute"), *card.notes]
    return [OF_CLASSES if of_classes else OF_ATTRIBUTES, *card.notes]


def table(card: Card) -> list[dict[str, Any]]:
    """What a reader tells, best first: ``name``, ``accuracy`` (a share or None) and ``why`` it is not used, or ""."""
    names = [*card.balanced, *(name for name in card.unused if name not in card.balanced)]
    rows = [{"name": name, "accuracy": card.balanced.get(name), "why": card.unused.get(name, "")} for name in names]
    return sorted(rows, key=lambda row: (bool(row["why"]), -(row["accuracy"] or 0.0)))
