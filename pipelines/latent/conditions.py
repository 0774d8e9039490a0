"""The condition of each picture for G: a class, a mixture of classes as weights, or attributes; checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from pipelines.data import attribute_groups_of
from pipelines.data._spec import spelt
from pipelines.errors import ModelError

if TYPE_CHECKING:
    from pipelines.models.trained import Trained

Classes = int | Sequence[float] | np.ndarray | Tensor | None


def classes(y: Classes, count: int, known: int, model: str, attributes: Tensor | None = None) -> Tensor | None:
    """Class numbers int64 [count], or weights float32 [count, known]; attributes float32 [count, A].

    Args:
        y: one class for all, classes [count], weights of all classes [known] or [count, known]; None without classes.
        count: of the pictures.
        known: how many classes the model has; 0 for an unconditional one.
        model: its name, for what is wrong.
        attributes: of a model that is told of attributes those of its examples, float32 [known, A]. y is then the
            number of an example, or a list of A numbers: 1 for an attribute that a picture is to have, 0 for others.

    Returns:
        None for an unconditional model.

    Raises:
        ModelError: y does not fit the model or the count.
    """
    if not known:
        if y is not None:
            raise ModelError(f"{model} is unconditional, so it has no classes to choose; leave y out.")
        return None
    if y is None:
        raise ModelError(f"{model} is conditional: give y, one of 0 to {known - 1}.")
    try:
        labels = torch.as_tensor(np.asarray(y))
    except (TypeError, ValueError):  # texts, lists in lists of different lengths, numbers beyond 64 bits
        labels = torch.empty(0, 0, 0)
    if labels.is_floating_point() or labels.ndim == 2:  # weights
        labels, length = torch.atleast_2d(labels.float()), known if attributes is None else attributes.shape[1]
        if labels.ndim != 2 or labels.shape[1] != length or not torch.isfinite(labels).all():
            what = "class" if attributes is None else "number of an example"
            more = "weights for a mixture" if attributes is None else "numbers, one for each attribute"
            raise ModelError(f"y must be a {what}, 0 to {known - 1}, or {length} finite {more}.")
    else:
        labels = torch.atleast_1d(labels.long())
        if labels.ndim != 1 or ((labels < 0) | (labels >= known)).any():
            wrong = labels[(labels < 0) | (labels >= known)].flatten()[:1].tolist()
            raise ModelError(f"y is {wrong[0] if wrong else 'nothing'}; {model} has the classes 0 to {known - 1}.")
        if attributes is not None:
            labels = attributes[labels]
    if len(labels) not in (1, count):
        raise ModelError(f"y is for {len(labels)} pictures, and there are {count}; give one, or one for each.")
    return labels.expand(count, *labels.shape[1:])


def weights(labels: Tensor | None, known: int) -> Tensor | None:
    """What ``classes`` gives, as weights of all classes, float32 [B, known]."""
    return one_hot(labels, known).float() if labels is not None and labels.ndim == 1 else labels


def parts(trained: Trained) -> list[dict[str, Any]]:
    """What a model that is told of attributes can be asked for, part by part; [] of every other model.

    Each part has a ``label``, its attributes by ``names`` and ``columns``, and ``none``: whether a picture may have
    none of them. Attributes of a part exclude each other.
    """
    if trained.attributes is None:
        return []
    groups = attribute_groups_of(trained.config.data)
    grouped = {name: label for label, names in groups.items() for name in names}
    found: dict[str, dict[str, Any]] = {}
    names = trained.entry.spec.names
    for column, (name, words) in enumerate(zip(names, spelt(names), strict=True)):
        label = grouped.get(name, words)
        part = found.setdefault(label, {"label": label, "names": [], "columns": []})
        part["names"].append(words)
        part["columns"].append(column)
    for part in found.values():
        part["none"] = bool((trained.attributes[:, part["columns"]].sum(1) == 0).any())
    return list(found.values())
