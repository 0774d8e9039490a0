"""Pictures as tensors: a data set's as they are stored, and batches as networks read and write them."""

from __future__ import annotations

import torch
from torch import Tensor

from pipelines.data import ImageSet


def tensors_of(image_set: ImageSet) -> tuple[Tensor, Tensor | None, int]:
    """A data set as tensors: images uint8 [N, C, H, W], labels int64 [N] or None, number of classes."""
    labels = None if image_set.labels is None else torch.from_numpy(image_set.labels)
    return torch.from_numpy(image_set.images), labels, len(image_set.class_names)


def to_float(images: Tensor) -> Tensor:
    """uint8 [0, 255] to float32 [-1, 1], same shape."""
    return images.to(torch.float32).mul_(2 / 255).sub_(1)


def to_uint8(images: Tensor) -> Tensor:
    """Floats in [-1, 1] to uint8 [0, 255], same shape; rounded to nearest."""
    return images.float().add(1).mul(127.5).round_().clamp_(0, 255).to(torch.uint8)
