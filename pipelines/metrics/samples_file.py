"""Samples in a file, to be measured without the model that has drawn them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pipelines import data
from pipelines.errors import DataError
from pipelines.files import DAMAGED_ZIP

MOST_FEATURES = 64  # that samples are measured in: of as few samples their covariance has no full rank


def read_samples(path: Path) -> tuple[Tensor, Tensor | None]:
    """Samples from an ``.npz`` file: ``images`` as uint8 [N, C, H, W], and ``labels`` as int64 [N] if it has them.

    Raises:
        DataError: the file is missing or damaged, its arrays are not uint8 [N, S, S, C] and int [N], or N is too small.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            images, labels = archive["images"], archive["labels"] if "labels" in archive.files else None
    except FileNotFoundError as problem:
        raise DataError(f"There is no file {path}; give the path of an .npz file of samples.") from problem
    except (*DAMAGED_ZIP, AttributeError, TypeError) as problem:
        raise DataError(f"{path} is not an .npz file with an array 'images' ({problem}).") from problem
    square = images.ndim == 4 and images.shape[1] == images.shape[2]
    if images.dtype != np.uint8 or not square or images.shape[3] not in data.CHANNELS:
        found = f"{images.dtype} {list(images.shape)}"
        raise DataError(f"'images' in {path} is {found}; it must be uint8 [N, S, S, 1 or 3].")
    if len(images) <= MOST_FEATURES:
        raise DataError(
            f"{path} holds {len(images)} samples; give more than {MOST_FEATURES}, so that they can be measured."
        )
    if labels is not None and (labels.shape != images.shape[:1] or labels.dtype.kind not in "iu"):
        raise DataError(f"'labels' in {path} is {labels.dtype} {list(labels.shape)}; it must be int [{len(images)}].")
    return (
        torch.from_numpy(images).permute(0, 3, 1, 2),
        None if labels is None else torch.from_numpy(labels.astype(np.int64)),
    )


def share_off(labels: Tensor, wanted: Tensor) -> float:
    """How far the share of any class among labels is from that among others, in [0, 1]."""
    classes = int(max(labels.max(), wanted.max())) + 1
    one, other = (some.bincount(minlength=classes) / len(some) for some in (labels, wanted))
    return (one - other).abs().max().item()
