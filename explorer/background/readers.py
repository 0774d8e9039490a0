"""Readers of one's own being trained, in the background: some minutes of learning a person's own labels.

Each is ``python -m pipelines reader`` with the pictures of a model, and is kept beside these (``own_readers.py``). The
pictures of a model have one under way at a time.
"""

from __future__ import annotations

from typing import Any

from explorer.background.processes import WORKING, Background, Job
from explorer.messages import without_paths
from pipelines import data, metrics
from pipelines.errors import GanError, ModelError
from pipelines.models import own_readers
from pipelines.models.registry import Entry

MOST_AT_ONCE = 1
UNKNOWN = "It is not known which pictures this model was trained on: publish its run anew, and a reader can be trained."
UNLABELLED = "These pictures have no labels, so nothing tells what is to be seen on them."
LABELLED = (
    "Put an attributes.csv into the folder (file name, then a column for each attribute) or one subfolder for each "
    "class: then a reader can be trained here, and there are labelled sliders, a filter and equations."
)


def _is_done(job: Job) -> bool:
    of = str(job.asked.get("data", "")), str(job.asked.get("fingerprint", ""))
    return metrics.stamp(*of) not in ("", job.asked.get("before"))


BACKGROUND = Background("readers", _is_done)


def concerns(entry: Entry) -> bool:
    """Whether a reader of one's own is what would read a model's pictures: there are such, and no classifier ships."""
    name = entry.config.data
    return entry.spec.modality == "image" and not metrics.ships(name) and not metrics.stacked_of(name)


def start(entry: Entry) -> None:
    """Start to train a reader of the pictures that a model was trained on.

    Raises:
        ModelError: it cannot be trained, is being trained already, or another one is.
    """
    with BACKGROUND.lock:
        _, why = _offered(entry)
        if why:
            raise ModelError(why)
        under_way = [job.name for job in BACKGROUND.jobs() if job.state == WORKING]
        if _name(entry) in under_way:
            raise ModelError("A reader of these pictures is being trained already.")
        if len(under_way) >= MOST_AT_ONCE:
            raise ModelError("A reader of other pictures is being trained already; wait some minutes and try again.")
        config, of = entry.config, (entry.config.data, entry.fingerprint)
        words = ["reader", config.data, "--size", config.size, "--channels", config.channels]
        words += [f"--folder={config.folder}", "--held-out", config.held_out] if config.folder else []
        try:
            asked = {"data": of[0], "fingerprint": of[1], "before": metrics.stamp(*of)}
            BACKGROUND.start(_name(entry), asked, [*words, "--fingerprint", entry.fingerprint, "--lines"])
        except OSError as error:
            raise ModelError(f"Training could not be started ({error.strerror or error}).") from None


def of_model(entry: Entry) -> dict[str, Any]:
    """What is known of the reader of a model's pictures, as plain values.

    Returns:
        ``work``, what is under way: state, share and message, or None; ``stamp`` of the reader, "" of none; ``told``,
        how many names it tells; ``rows``, ``notes`` and ``checked_on`` of its card; ``why`` none can be trained, ""
        where one can; ``labels``, in words, that it would learn; ``problem``, what is wrong with the one that is there.
    """
    job = next((job for job in BACKGROUND.jobs() if job.name == _name(entry)), None)
    work = job and {"state": job.state, "share": job.share, "message": job.message}
    of = entry.config.data, entry.fingerprint
    known: dict[str, Any] = {"work": work, "stamp": metrics.stamp(*of), "told": 0, "rows": [], "notes": []}
    known |= {"checked_on": "", "why": "", "labels": "", "problem": without_paths(metrics.own_problem(*of))}
    if known["stamp"] and not known["problem"]:
        card = metrics.card_of(*of)
        known |= {"rows": own_readers.table(card), "notes": own_readers.notes(card), "kind": card.kind}
        return {**known, "checked_on": card.checked_on, "told": len(metrics.names_of(*of))}
    if not work or work["state"] != WORKING:
        known["labels"], known["why"] = _offered(entry)
    return known


def dismiss(entry: Entry) -> None:
    """Forget why training failed."""
    BACKGROUND.dismiss(_name(entry))


def _name(entry: Entry) -> str:
    """Of the job, by the pictures."""
    return f"{entry.config.data}-{entry.fingerprint[:16]}"


def _offered(entry: Entry) -> tuple[str, str]:
    """The labels that a reader of a model's pictures would learn, in words, and a sentence why none can be trained.

    One of the two is "".
    """
    if not metrics.FINGERPRINT.fullmatch(entry.fingerprint):
        return "", UNKNOWN
    try:
        labels = _labels(entry)
    except GanError as error:
        return "", without_paths(str(error))
    return labels, "" if labels else f"{UNLABELLED} {LABELLED}" if entry.config.folder else UNLABELLED


def _labels(entry: Entry) -> str:
    """What labels a model's pictures have: ``40 attributes``; "" where they have none."""
    name, folder = entry.config.data, entry.config.folder
    if found := data.attribute_names_of(name, folder):
        return f"{len(found)} {'attribute' if len(found) == 1 else 'attributes'}"
    found = data.class_names_of(name, folder)
    return f"{len(found)} classes" if len(found) > 1 else ""
