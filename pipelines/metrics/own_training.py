"""Trains a reader of one's own: a network that tells the attributes or classes of a person's own labelled pictures.

A fifth of the pictures is held out. On them the probabilities are made true, of attributes by a slope and an offset
each, of classes by one temperature, after how often each class comes is taken back (``calibration.py``). They are those
of pictures of which half have an attribute, and of as many pictures of each class: p > 0.5 and the most probable class
are the decisions of the best balanced accuracy, also of what is rare. On the same pictures it is checked, or on the
set's test pictures where there are some. Of each name balanced accuracy is told: the mean of the share of pictures with
it that are found and of those without it that are told so. Names that are told worse than ``WELL`` are not used.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from pipelines import data
from pipelines.data import ImageSet, Progress
from pipelines.errors import DataError
from pipelines.metrics import ATTRIBUTES, EQUAL, LAYOUT, judge
from pipelines.metrics.attributes import altered
from pipelines.metrics.calibration import balanced_accuracy, equally, halves, platt, temperature
from pipelines.metrics.own_labels import FEWEST, Labels, groups_of, held_out
from pipelines.metrics.own_reader import OwnReader

WELL = 0.8  # balanced accuracy from which on an attribute is used
SEEN = 192_000  # pictures that are looked at in training, over and again where there are fewer
MOST_EPOCHS, FEWEST_EPOCHS = 40, 3
BATCH = 128
CHUNK = 500  # pictures read at a time
CHECKED = 20_000  # test pictures at most
LEAST = 2  # held-out pictures with an attribute, and as many without: each half is calibrated by the other
FIRM = 10  # pictures with an attribute, and as many without, below which a sentence says how few it is checked on
ROUGHLY = f"Balanced accuracy is rough where fewer than {FIRM} pictures with or without the attribute are checked"


@dataclass(frozen=True)
class Taught:
    """A trained reader, and what its card says."""

    network: OwnReader
    card: dict[str, Any]


def train(
    pictures: ImageSet,
    test: ImageSet | None = None,
    *,
    seed: int = 0,
    epochs: int | None = None,
    bf16: bool = True,
    progress: Progress = lambda share, message: None,
) -> Taught:
    """A reader of the labels of a set, ready to judge, calibrated and checked.

    Args:
        pictures: at least 100, with attributes or with two classes; a fifth of them is held out.
        test: other pictures of the same set to check it on, ``FEWEST`` at least; else it is checked on those that are
            held out.
        seed: of the first weights, the order and the alterations; the global random state stays as it is.
        epochs: passes over the set; None for as many as show it ``SEEN`` pictures.
        bf16: as in ``judge.fitted``.
        progress: told the share done and a message.

    Raises:
        DataError: the set has too few pictures, or no labels that can be learnt.
    """
    started = time.monotonic(), time.process_time()
    labels = Labels.of(pictures)
    apart = held_out(pictures.images)
    if apart.all() or not apart.any():
        raise DataError(f"The pictures of {pictures.name!r} are all the same, so no reader can be trained and checked.")
    rows = np.flatnonzero(~apart)
    network = _fitted(pictures, labels, rows, seed, epochs or _epochs(len(rows)), bf16, progress)
    progress(0.92, "Checking the reader on pictures that it has not learnt from")
    logits, truth = logits_of(network, pictures.images[apart]), torch.from_numpy(labels.targets[apart])
    checked = None
    if test is not None and len(test) >= FEWEST:
        some = np.random.default_rng(0).permutation(len(test))[:CHECKED]
        checked = logits_of(network, test.images[some]), torch.from_numpy(labels.targets_of(test)[some])
    if labels.kind == ATTRIBUTES:
        found = _attributes(network, labels, logits, truth, checked)
        found["groups"] = groups_of(pictures, tuple(found["attribute_names"]))
        network.groups = tuple(map(tuple, found["groups"]))
    else:
        found = _classes(network, labels, labels.prior(rows), logits, truth, checked)
    count = int(apart.sum()) if checked is None else len(checked[0])
    entry = data.DATA_SETS.get(pictures.name) if pictures.name in data.names() else None
    card = {
        "kind": labels.kind,
        "layout": LAYOUT,
        "prior": EQUAL,
        **found,
        "checked_on": f"{count:,} {'held-out' if checked is None else 'test'} pictures",
        "data_fingerprint": pictures.fingerprint,
        "data_source": pictures.source,
        "data_licence": getattr(entry, "LICENCE", ""),
        "trained_at": time.time(),
        "date": date.today().isoformat(),
        "pictures": len(rows),
        "seed": seed,
        "seconds": round(time.monotonic() - started[0], 1),
        "processor_seconds": round(time.process_time() - started[1], 1),
        "torch": torch.__version__,
    }
    progress(1.0, "The reader is ready")
    return Taught(network, card)


def _epochs(count: int) -> int:
    return min(MOST_EPOCHS, max(FEWEST_EPOCHS, round(SEEN / count)))


def _fitted(
    pictures: ImageSet, labels: Labels, rows: np.ndarray, seed: int, epochs: int, bf16: bool, progress: Progress
) -> OwnReader:
    """The network after training on some rows of the pictures."""
    images, chosen = torch.from_numpy(pictures.images), torch.from_numpy(rows)
    targets, weights = torch.from_numpy(labels.targets), torch.from_numpy(labels.weights)
    of_attributes = labels.kind == ATTRIBUTES
    entry = data.DATA_SETS.get(pictures.name) if pictures.name in data.names() else None
    mirror = of_attributes and bool(getattr(entry, "FLIP_MAKES_SENSE", False))  # a class may be that of a letter

    def some(batch: Tensor) -> tuple[Tensor, Tensor]:
        at = chosen[batch]
        shown = torch.stack([targets[at], weights[at]]) if of_attributes else targets[at]
        return altered(OwnReader.prepared(images[at]), mirror), shown

    def loss_of(logits: Tensor, shown: Tensor) -> Tensor:
        if of_attributes:
            return F.binary_cross_entropy_with_logits(logits, shown[0], weight=shown[1])
        return F.cross_entropy(logits, shown, weight=weights)

    done = 0

    def told(_: str) -> None:
        nonlocal done
        done += 1
        progress(0.02 + 0.9 * done / epochs, f"Training the reader, pass {min(done + 1, epochs)} of {epochs}")

    progress(0.02, f"Training the reader, pass 1 of {epochs}")
    return judge.fitted(
        lambda: OwnReader(labels.names), len(rows), some, loss_of,
        batch=BATCH, seed=seed, epochs=epochs, progress=told, bf16=bf16,
    )  # fmt: skip


@torch.no_grad()
def logits_of(network: OwnReader, images: np.ndarray) -> Tensor:
    """Logits, float64 [N, names], of pictures uint8 [N, C, H, W]."""
    parts = torch.from_numpy(images).split(CHUNK)
    return torch.cat([network(network.prepared(part)) for part in parts]).double()


def _attributes(
    network: OwnReader, labels: Labels, logits: Tensor, truth: Tensor, checked: tuple[Tensor, Tensor] | None
) -> dict[str, Any]:
    """Calibrates a reader of attributes, and leaves it those that it tells well; what its card says of them."""
    slope, offset = platt(logits, truth, equally(truth))
    few = _rarer(truth) < LEAST
    if checked is None:  # each half of the held-out pictures is told by what the other half says of the logits
        said, half = torch.empty_like(truth), halves(truth)
        for one in (0, 1):
            by_other = platt(logits, truth, equally(truth, half != one))
            said = torch.where(half == one, (logits * by_other[0] + by_other[1] > 0).to(said), said)
    else:
        said, truth = ((checked[0] * slope + offset) > 0).to(truth), checked[1]
    unused, balanced, roughly = dict(labels.unused), {}, []
    rows = zip(labels.names, few | (_rarer(truth) == 0), balanced_accuracy(said, truth).tolist(), strict=True)
    for column, (name, too_few, share) in enumerate(rows):
        if too_few:
            unused[name] = "too few pictures to check it on"
            continue
        balanced[name] = round(share, 4)
        having, lacking = int(truth[:, column].sum()), int((1 - truth[:, column]).sum())
        if min(having, lacking) < FIRM:
            roughly.append(f"{name} ({having} with it)" if having < lacking else f"{name} ({lacking} without it)")
        if share < WELL:
            unused[name] = f"not used, below {_percent(WELL)}"
    kept = [column for column, name in enumerate(labels.names) if name not in unused]
    head = network.head[-1]
    with torch.no_grad():
        head.weight.copy_(head.weight * slope[:, None])
        head.bias.copy_(head.bias * slope + offset)
    _keep(network, kept)
    network.attribute_names = tuple(labels.names[column] for column in kept)
    return {
        "attribute_names": list(network.attribute_names),
        "balanced": balanced,
        "test_accuracy": {name: balanced[name] for name in network.attribute_names},
        "unused": unused,
        "notes": [*labels.notes, *([f"{ROUGHLY}: {', '.join(roughly)}"] if roughly else [])],
    }


def _rarer(truth: Tensor) -> Tensor:
    """Of how many pictures the rarer outcome of each name is, [names]; ``truth`` is 0 or 1 [N, names]."""
    return torch.minimum(truth.sum(0), (1 - truth).sum(0))


def _keep(network: OwnReader, columns: list[int]) -> None:
    """Leave the head these logits alone."""
    head = network.head[-1]
    head.weight = torch.nn.Parameter(head.weight.detach()[columns].clone())
    head.bias = torch.nn.Parameter(head.bias.detach()[columns].clone())
    head.out_features = len(columns)


def _classes(
    network: OwnReader,
    labels: Labels,
    prior: np.ndarray,
    logits: Tensor,
    truth: Tensor,
    checked: tuple[Tensor, Tensor] | None,
) -> dict[str, Any]:
    """Calibrates a reader of classes; what its card says of them."""
    prior = torch.from_numpy(prior)
    each = torch.bincount(truth, minlength=len(labels.names)).clamp(min=1)
    degree = temperature(logits - prior, truth, 1 / each.double())
    head = network.head[-1]
    with torch.no_grad():
        head.weight.copy_(head.weight / degree)
        head.bias.copy_((head.bias - prior) / degree)
    if checked is not None:
        logits, truth = checked
    right = (logits - prior).argmax(1) == truth
    recalls = {
        name: round(right[truth == number].double().mean().item(), 4)
        for number, name in enumerate(labels.names)
        if (truth == number).any()
    }
    mean, chance, notes = float(np.mean(list(recalls.values()))), 1 / len(labels.names), list(labels.notes)
    least = chance + (2 * WELL - 1) * (1 - chance)  # as far above chance as the least that is used of an attribute
    if mean < least:
        notes.append(f"The classes are told too badly to be used: {_percent(mean)}, and {_percent(least)} are needed")
    return {
        "class_names": list(labels.names) if mean >= least else [],
        "balanced": recalls,
        "test_accuracy": round(right.double().mean().item(), 4),
        "unused": {},
        "notes": notes,
    }


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
