"""A condition that is a picture or a map of labels, as planes that convolutions read."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.data import Spec


class Planes(nn.Module):
    """Pictures [B, C, h, w] as they are, and maps of labels [B, 1, h, w] as one plane a label, 1 where it is.

    Args:
        spec: whose condition is a picture or a map of labels.
    """

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self.count = spec.labels or spec.condition_shape[0]  # planes
        self.side = spec.condition_shape[-1]  # of a condition as it is told
        self.register_buffer("numbers", torch.arange(spec.labels).view(1, -1, 1, 1), persistent=False)  # of labels

    def forward(self, y: Tensor, side: int | None = None) -> Tensor:
        """Planes float32 [B, count, side, side], channels last.

        Args:
            y: pictures float32 [B, C, h, w], or maps of labels, integers [B, 1, h, w]. A label that is none of the
                spec's is in no plane.
            side: height and width; None leaves that of y. Of a map the nearest labels are taken, so that none is mixed
                with others; a picture is averaged over areas.
        """
        if self.numbers.numel():
            y = (y == self.numbers).float()
        y = y.contiguous(memory_format=torch.channels_last)
        if side is None or side == y.shape[-1]:
            return y
        return F.interpolate(y, (side, side), mode="nearest" if self.numbers.numel() else "area")


def beside(pictures: Tensor, planes: Planes | None, y: Tensor | None) -> Tensor:
    """Pictures [B, C, H, W] and the planes of what is told of them, [B, C + count, H, W]; themselves without planes."""
    if planes is None:
        return pictures
    return torch.cat([pictures, planes(y, pictures.shape[-1]).to(pictures.dtype)], 1)
