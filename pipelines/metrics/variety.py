"""Variety within classes: how far apart two pictures of one class lie, beside two real pictures of that class.

A conditional generator that draws the same good picture each time it is asked for a class draws what was asked, clearly
and in all classes. What it lacks shows within a class: the mean distance of two of its pictures, in the features of the
classifier, is 0. Divided by the mean distance of two real pictures of the class, it is about 1 of real pictures.
"""

from __future__ import annotations

import torch
from torch import Tensor

MOST = 1000  # pictures of a class that are compared with each other
FEWEST = 10  # real pictures of a class, below which its distance says little


def spreads(features: Tensor, guesses: Tensor, classes: int) -> Tensor:
    """Mean distance of two different pictures of each class, float64 [classes]; 0 of a class with fewer than two.

    Args:
        features: [N, D].
        guesses: the class that is seen in each picture, int64 [N].
        classes: how many there are.
    """
    found = torch.zeros(classes, dtype=torch.float64)
    for value in range(classes):
        points = features[guesses == value][:MOST].double()
        if (count := len(points)) > 1:
            # Exact: equal pictures are at distance 0.
            far = torch.cdist(points, points, compute_mode="donot_use_mm_for_euclid_dist")
            found[value] = far.sum() / (count * (count - 1))
    return found


def beside(features: Tensor, probabilities: Tensor, real_features: Tensor, real_probabilities: Tensor) -> Tensor | None:
    """The variety of samples within each class over that of real pictures, float64 [classes].

    Args:
        features: of samples, [N, D].
        probabilities: of them, [N, classes].
        real_features: of real pictures, [M, D].
        real_probabilities: of them, [M, classes].

    Returns:
        One ratio, at least 0, for each class of which there are ``FEWEST`` different real pictures, NaN for others; a
        class that comes less than twice among the samples has 0. None where no class has so many.
    """
    classes = probabilities.shape[1]
    guesses = real_probabilities.argmax(1)
    real = spreads(real_features, guesses, classes)
    known = (guesses.bincount(minlength=classes) >= FEWEST) & (real > 0)
    if not known.any():
        return None
    return torch.where(known, spreads(features, probabilities.argmax(1), classes) / real, torch.nan)
