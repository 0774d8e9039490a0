"""Calibration of a classifier: how its logits are scaled and moved, so that its probabilities are true.

Of a reader of one's own they are true of pictures of which half have an attribute, and of as many pictures of each
class, however often an attribute or class comes among the pictures that it was trained on. So p > 0.5 is the decision
of the best balanced accuracy, and the most probable class that of the best mean recall (Elkan: The foundations of
cost-sensitive learning, 2001).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from pipelines import optimisers


def temperature(logits: Tensor, labels: Tensor, weights: Tensor | None = None) -> float:
    """The number T > 0 by which logits are best divided: softmax(logits / T) is then least surprised by the labels.

    Source: Guo et al.: On Calibration of Modern Neural Networks, 2017.

    Args:
        logits: float [N, classes], of pictures that the network has not learnt from.
        labels: int64 [N].
        weights: how much a picture of each class counts, float64 [classes]; by default each the same.
    """
    degrees = torch.logspace(-1, 1, 2001, dtype=torch.float64)  # in steps of a quarter of a percent
    losses = torch.stack([F.cross_entropy(logits.double() / degree, labels, weights) for degree in degrees])
    return degrees[losses.argmin()].item()


def platt(logits: Tensor, truth: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Slope > 0 and offset, float64 [names], by which sigmoid(slope * logits + offset) is least surprised by the truth.

    The targets are drawn in from 0 and 1 as Platt draws them, so that few pictures do not make it too sure. Both are by
    the number of pictures of the rarer outcome, so that they lie as far from 0.5 as each other and p = 0.5 stays in the
    middle. Source: Platt: Probabilistic outputs for support vector machines, 1999.

    Args:
        logits: float64 [N, names], of pictures that the network has not learnt from.
        truth: 0 or 1 [N, names].
        weights: how much each picture counts for each name, float64 [N, names]; see ``equally``.
    """
    has, counts = truth.double(), (weights > 0).double()
    rarer = torch.minimum((counts * has).sum(0), (counts * (1 - has)).sum(0))
    wanted = torch.where(has > 0, (rarer + 1) / (rarer + 2), 1 / (rarer + 2))
    scale = torch.zeros(logits.shape[1], dtype=torch.float64, requires_grad=True)  # the logarithm of the slope
    offset = torch.zeros_like(scale, requires_grad=True)
    optimizer = optimisers.LBFGS([scale, offset], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        tilted = logits * scale.clamp(-4, 4).exp() + offset
        loss = F.binary_cross_entropy_with_logits(tilted, wanted, weights, reduction="sum")
        loss.backward()
        return loss

    optimizer.step(closure)
    return scale.detach().clamp(-4, 4).exp(), offset.detach()


def equally(truth: Tensor, among: Tensor | None = None) -> Tensor:
    """Weights, float64 [N, names], by which the pictures with an attribute count as much as those without it.

    Those of each outcome have a sum of 1/2; where there are none, of 0.

    Args:
        truth: 0 or 1 [N, names].
        among: the pictures that count for each name, bool [N, names]; the others have the weight 0. By default all.
    """
    counts = torch.ones_like(truth, dtype=torch.float64) if among is None else among.double()
    with_it, without = counts * truth, counts * (1 - truth)
    return sum(side / (2 * side.sum(0).clamp(min=1)) for side in (with_it, without))


def halves(truth: Tensor) -> Tensor:
    """Which half each picture belongs to, 0 or 1 [N, names]: of each outcome of a name both have as many, but for one.

    Args:
        truth: 0 or 1 [N, names].
    """
    has = truth.long()
    return torch.where(has > 0, has.cumsum(0), (1 - has).cumsum(0)) % 2


def balanced_accuracy(said: Tensor, truth: Tensor) -> Tensor:
    """The mean of the shares of 1 and of 0 that are told rightly, float64 [names]; NaN where there is none of either.

    Args:
        said, truth: 0 or 1 [N, names].
    """
    right, has = (said == truth).double(), truth.double()
    return ((right * has).sum(0) / has.sum(0) + (right * (1 - has)).sum(0) / (1 - has).sum(0)) / 2
