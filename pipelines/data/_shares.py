"""Classes of a conditional generator's samples, with the shares that the data have."""

from __future__ import annotations

import numpy as np


def in_turn(labels: np.ndarray, count: int | None = None) -> np.ndarray:
    """Class numbers with the shares that the labels have, int64 [count].

    They come in turn, 0, 1, 2, ..., each class for as long as some of it is left, so that of a set with as many
    pictures of each class number ``i`` is ``i`` modulo the number of classes.

    Args:
        labels: class numbers of pictures, int [N], N >= 1.
        count: how many; None is as many as there are labels. Other numbers of each class are rounded by the largest
            remainders, so that a class whose share is below half of one of them may not come.

    Example:
        >>> in_turn(np.array([0, 0, 0, 0, 1, 1]), 3)
        array([0, 1, 0])
    """
    counts = np.bincount(labels)
    if count is not None:
        counts, rest = np.divmod(counts * count, len(labels))
        counts[np.argsort(-rest, kind="stable")[: count - counts.sum()]] += 1
    classes = np.repeat(np.arange(len(counts)), counts)
    turns = np.concatenate([np.arange(each) for each in counts])
    return classes[np.lexsort((classes, turns))]
