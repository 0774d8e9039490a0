"""A reader of one's own: the button that trains it, how far it is, and how well it tells each name."""

from __future__ import annotations

from explorer.background import readers
from explorer.widgets import assets, errors
from pipelines import metrics
from pipelines.models.registry import Entry

READER = "reader"  # where a problem is shown
_component = assets.component("reader/own_reader", "Reader of these pictures", "stage")


def own_reader(entry: Entry) -> str:
    """Mount it, where no classifier ships for a model's pictures; it asks by itself how far the training is.

    Returns:
        What changes when the reader does, "" without one of one's own: a page's script opens the model anew then.
    """
    if not readers.concerns(entry):
        return ""
    stamp = metrics.stamp(entry.config.data, entry.fingerprint)
    with errors.handed(READER) as problem:
        asked = _component("own_reader", {"model": entry.id, "stamp": stamp, "problem": problem}, "asked").get("asked")
    if isinstance(asked, dict) and asked.get("model") == entry.id and asked.get("verb") == "train":
        readers.dismiss(entry)  # of a try that failed
        with errors.noted(where=READER, anew=True):
            readers.start(entry)
    return stamp
