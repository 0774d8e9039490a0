"""A data set as tensors: its examples as they are stored, what belongs to them, and what networks must know of it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from pipelines.data import ATTRIBUTES, ImageSet, Spec
from pipelines.errors import DataError
from pipelines.modalities.image import decode as to_uint8
from pipelines.modalities.image import encode as to_float
from pipelines.registries import MODALITIES

__all__ = ["fields_of", "spec_of", "tensors_of", "to_float", "to_uint8"]


def tensors_of(image_set: ImageSet) -> tuple[Tensor, Tensor | None, Spec]:
    """A data set as tensors: images uint8 [N, C, H, W], labels int64 [N] or None, and its spec."""
    labels = None if image_set.labels is None else torch.from_numpy(image_set.labels)
    return torch.from_numpy(image_set.images), labels, spec_of(image_set)


def fields_of(image_set: ImageSet) -> dict[str, Tensor]:
    """The set's fields as tensors: pictures uint8 [M, C, H, W], labels int8, numbers float32 [M, L]."""
    return {name: torch.from_numpy(values) for name, values in image_set.fields.items()}


def spec_of(image_set: ImageSet) -> Spec:
    """What networks must know of a data set.

    Raises:
        DataError: its condition is no field of pictures, maps of labels or numbers, or has labels that are not named.
    """
    shape = tuple(MODALITIES.get(image_set.modality).encode(torch.from_numpy(image_set.images[:1])).shape[1:])
    classes = len(image_set.class_names)
    if not image_set.condition:
        return Spec(classes, modality=image_set.modality, shape=shape)
    values = image_set.fields[image_set.condition]
    labels = len(image_set.condition_labels) if values.dtype == np.int8 else 0
    kinds = ((np.uint8, 4), (np.int8, 4), (np.float32, 2))
    if (values.dtype, values.ndim) not in kinds or (values.dtype == np.int8 and values.shape[1] != 1):
        raise DataError(
            f"The field {image_set.condition!r} of the data set {image_set.name!r} is {values.dtype} "
            f"{list(values.shape)}; a condition is pictures, uint8 [N, C, H, W], maps of labels, int8 [N, 1, H, W], "
            "or numbers, float32 [N, L]."
        )
    if values.dtype == np.int8 and not 0 <= values.min() <= values.max() < labels:
        raise DataError(
            f"The field {image_set.condition!r} of the data set {image_set.name!r} has labels from {values.min()} to "
            f"{values.max()}, and CONDITION_LABELS in its file names {labels}."
        )
    return Spec(
        classes=classes, condition=image_set.condition, condition_shape=values.shape[1:],
        condition_dtype=str(values.dtype), labels=labels, modality=image_set.modality, shape=shape,
        paired=image_set.paired and len(values) == len(image_set),
        names=image_set.attribute_names if image_set.condition == ATTRIBUTES else (),
    )  # fmt: skip
