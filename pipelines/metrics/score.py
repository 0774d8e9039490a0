"""Measures from a classifier's probabilities: the inception score, modes covered, combinations.

The inception score is high where each sample is clearly one class and all classes come, each as often as the others:

    score = exp(mean over x of KL(p(y | x), p(y)))    from 1 to the number of classes

It is named after the classifier that it is computed with, "inception score, digit classifier", and IS only with
Inception-v3. It compares with nothing real, so it stands beside that of real pictures; a generator that draws one
perfect picture of each class has the best score there is. Source: T. Salimans et al.: Improved techniques for training
GANs, NeurIPS 2016.

Modes covered are the classes that samples show: a class counts where the share of samples that clearly show it is at
least a tenth of that among real pictures, so that a class which comes once in a thousand times is a lost one. Where a
classifier tells attributes instead, the combinations of them that come are counted, beside those of as many real
pictures; more pictures have more of them.
"""

from __future__ import annotations

import torch
from torch import Tensor

CLEAR = 0.9  # from this probability on, a picture clearly shows something
MODE_SHARE = 0.1  # of its share among real pictures, which a class must have to be covered


def inception_score(probabilities: Tensor) -> float:
    """The score, in [1, classes], of samples of which a classifier tells these probabilities.

    Args:
        probabilities: [N, classes], in [0, 1], each row with a sum of 1.

    Example:
        >>> inception_score(torch.eye(4))  # all classes come, and each sample is sure
        4.0

    Raises:
        ValueError: not two axes, no sample, or rows that are no probabilities.
    """
    p = _checked(probabilities)
    if ((p.sum(1) - 1).abs() > 1e-3).any():
        raise ValueError("probabilities of a sample must have a sum of 1")
    return (_entropy(p.mean(0)) - _entropy(p).mean()).exp().item()


def modes(fake: Tensor, real: Tensor) -> int:
    """How many of the classes that real pictures show the samples show, too, each clearly and often enough.

    Args:
        fake: probabilities of samples, [N, classes].
        real: those of real pictures, [M, classes].

    Raises:
        ValueError: not two axes, none of either, or numbers that are no probabilities.
    """
    shares, wanted = _clear_shares(fake), _clear_shares(real)
    return int(((shares >= MODE_SHARE * wanted) & (wanted > 0)).sum())


def combinations(probabilities: Tensor) -> int:
    """How many different combinations of attributes pictures have, as far as the classifier is sure of all of them.

    Args:
        probabilities: [N, attributes] in [0, 1], each attribute for itself.

    Raises:
        ValueError: not two axes, no sample, or numbers that are no probabilities.
    """
    p = _checked(probabilities)
    sure = ((p > CLEAR) | (p < 1 - CLEAR)).all(1)
    return len((p[sure] > 0.5).unique(dim=0)) if sure.any() else 0


def _clear_shares(probabilities: Tensor) -> Tensor:
    """Share of the pictures that clearly show each class, float64 [classes]."""
    return (_checked(probabilities) > CLEAR).double().mean(0)


def _entropy(p: Tensor) -> Tensor:
    """Of distributions along the last axis, in nats; what cannot be adds nothing."""
    return -torch.xlogy(p, p).sum(-1)


def _checked(probabilities: Tensor) -> Tensor:
    """The probabilities, float64 [N, classes], on the CPU."""
    if probabilities.ndim != 2 or not len(probabilities):
        raise ValueError(f"probabilities must be [N, classes] with N > 0, not {list(probabilities.shape)}")
    p = probabilities.detach().cpu().double()
    if not ((p >= 0) & (p <= 1 + 1e-6)).all():  # a NaN is neither
        raise ValueError("probabilities must be numbers from 0 to 1")
    return p
