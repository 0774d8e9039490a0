"""A mean that follows the batches of a training."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


class MovingMean(nn.Module):
    """The moving average of what rows [B, *shape] are, as a buffer ``mean`` of that shape, which begins with zeros.

    Where several processes share a batch, ``whole`` gives the rows of all of it (training/process_group.py).

    Args:
        shape: of a row.
        memory: weight of the newest batch.
    """

    whole: Callable[[Tensor], Tensor] | None = None

    def __init__(self, shape: tuple[int, ...], memory: float) -> None:
        super().__init__()
        self.memory = memory
        self.register_buffer("mean", torch.zeros(shape))

    @torch.no_grad()
    def forward(self, rows: Tensor) -> Tensor:
        """The mean, moved by these rows."""
        rows = rows.to(self.mean.dtype)
        return self.mean.lerp_((self.whole(rows) if self.whole else rows).mean(0), self.memory)
