"""The condition of each picture for G: a class, or a mixture of classes as weights; checked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from pipelines.errors import ModelError

Classes = int | Sequence[float] | np.ndarray | Tensor | None


def classes(y: Classes, count: int, known: int, model: str) -> Tensor | None:
    """Class numbers int64 [count], or weights float32 [count, known].

    Args:
        y: one class for all, classes [count], weights of all classes [known] or [count, known]; None without classes.
        count: of the pictures.
        known: how many classes the model has; 0 for an unconditional one.
        model: its name, for what is wrong.

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
        labels = torch.atleast_2d(labels.float())
        if labels.ndim != 2 or labels.shape[1] != known or not torch.isfinite(labels).all():
            raise ModelError(f"y must be a class, 0 to {known - 1}, or {known} finite weights for a mixture.")
    else:
        labels = torch.atleast_1d(labels.long())
        if labels.ndim != 1 or ((labels < 0) | (labels >= known)).any():
            wrong = labels[(labels < 0) | (labels >= known)].flatten()[:1].tolist()
            raise ModelError(f"y is {wrong[0] if wrong else 'nothing'}; {model} has the classes 0 to {known - 1}.")
    if len(labels) not in (1, count):
        raise ModelError(f"y is for {len(labels)} pictures, and there are {count}; give one, or one for each.")
    return labels.expand(count, *labels.shape[1:])


def weights(labels: Tensor | None, known: int) -> Tensor | None:
    """What ``classes`` gives, as weights of all classes, float32 [B, known]."""
    return one_hot(labels, known).float() if labels is not None and labels.ndim == 1 else labels
