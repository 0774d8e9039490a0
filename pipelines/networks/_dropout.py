"""Dropout on a CPU that shares its random bits among four numbers."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LEVELS = 2**16  # a probability is rounded to one of so many


class Dropout(nn.Dropout):
    """Zero each number of [...] with probability p while training, and scale the others by 1 / (1 - p).

    On a CPU torch draws 64 random bits for each number, which costs more than a convolution; here four numbers share
    them. They come from torch's generator, so that a run repeats. Elsewhere it is torch's own.

    Where several processes share a batch, each is given a ``generator`` of its own (training/process_group.py): what it
    drops is not what the others drop, and what all of them draw from torch's generator stays in step.

    Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting (2014).
    """

    generator: torch.Generator | None = None

    def forward(self, x: Tensor) -> Tensor:
        dropped = round(self.p * LEVELS)
        if not self.training or not 0 < dropped < LEVELS:
            return F.dropout(x, self.p, self.training)
        if x.device.type != "cpu":
            if self.generator is None:
                return F.dropout(x, self.p)
            return x * torch.empty_like(x).bernoulli_(1 - self.p, generator=self.generator).div_(1 - self.p)
        bits = torch.empty((x.numel() + 3) // 4, dtype=torch.int64)
        bits = bits.random_(-(2**63), None, generator=self.generator).view(torch.int16)
        kept = bits[: x.numel()] >= dropped - LEVELS // 2
        like = torch.empty_like(x, dtype=torch.bool)  # laid out as x is, be its channels last or not
        mask = kept.to(x.dtype).mul_(LEVELS / (LEVELS - dropped)).as_strided(like.shape, like.stride())
        return x * mask
