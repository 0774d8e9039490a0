"""Batch statistics for D: minibatch standard deviation and minibatch discrimination."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from torch import Tensor, nn

KERNELS, DIMENSIONS = 50, 5  # of minibatch discrimination: B and C of the paper
MEMORY = 0.01  # weight of the newest batch in what D remembers for single pictures


class MinibatchNumbers(nn.Module, ABC):
    """Numbers [B, count] of features [B, F] that depend on the whole batch; a subclass says which.

    Outside of training a picture stands for itself, whatever others are looked at with it: it is given the mean of what
    batches had in training, as batch norm does.

    Where several processes share a batch, ``whole`` gives the features of all of it and ``part`` this process's rows
    (training/process_group.py).
    """

    whole: Callable[[Tensor], Tensor] | None = None
    part: Callable[[Tensor], Tensor] | None = None

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.register_buffer("usual", torch.zeros(count))

    def forward(self, features: Tensor) -> Tensor:
        """The features and the numbers, [B, F + count]."""
        if self.training:
            seen = features.float()
            numbers = self.numbers(self.whole(seen) if self.whole else seen)
            with torch.no_grad():
                self.usual.lerp_(numbers.mean(0), MEMORY)
            numbers = self.part(numbers) if self.part else numbers
        else:
            numbers = self.usual.expand(len(features), -1)
        return torch.cat([features, numbers.to(features.dtype)], 1)

    @abstractmethod
    def numbers(self, features: Tensor) -> Tensor:
        """float32 [B, count] of features, float32 [B, F], B > 1."""


class Deviation(MinibatchNumbers):
    """The deviation of each feature over the batch, averaged over all features: one number, the same for all pictures.

    Karras et al., Progressive Growing of GANs for Improved Quality, Stability, and Variation (2018), section 3. There a
    convolution follows, here only D's linear head, in which one number among F would go unheard: it is told sqrt(F)
    times as loud.
    """

    def __init__(self) -> None:
        super().__init__(1)

    def numbers(self, features: Tensor) -> Tensor:
        deviation = (features.var(0, correction=0) + 1e-8).sqrt().mean()
        return (features.shape[1] ** 0.5 * deviation).expand(len(features), 1)


class Discrimination(MinibatchNumbers):
    """How near a picture lies to the others of its batch, in 50 projections of its features that are learnt.

    Salimans et al., Improved Techniques for Training GANs (2016), section 3.2; the mean over the others instead of the
    sum, so that it does not depend on the size of the batch.
    """

    def __init__(self, features: int) -> None:
        super().__init__(KERNELS)
        self.projection = nn.Parameter(torch.randn(features, KERNELS * DIMENSIONS) * features**-0.5)

    def numbers(self, features: Tensor) -> Tensor:
        count = len(features)
        with torch.autocast(features.device.type, enabled=False):
            points = (features @ self.projection).view(count, KERNELS, DIMENSIONS)
        distances = (points[:, None] - points[None]).abs().sum(3)  # [B, B, kernels]
        near = torch.exp(-distances).sum(1) - 1  # itself left out
        return near / max(count - 1, 1)


def make(minibatch: str, features: int) -> MinibatchNumbers | None:
    """What the setting ``minibatch`` asks for, for a D of so many features; None where it is ``none``."""
    if minibatch == "stddev":
        return Deviation()
    return Discrimination(features) if minibatch == "discrimination" else None
