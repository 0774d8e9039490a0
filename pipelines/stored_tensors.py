"""Checks type, shape and size of a tensor in a safetensors file before it is read."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

TYPES = {"U8": torch.uint8, "I8": torch.int8, "F16": torch.float16, "F32": torch.float32}  # as safetensors calls them


def tensor_of(file: Any, name: str, dtype: torch.dtype, shape: tuple[int | None, ...], most: int) -> Tensor:
    """A tensor of an open file.

    Args:
        file: of ``safetensors.safe_open``.
        shape: that it must have; None for any length.
        most: numbers at most, of which a larger tensor is not read.

    Raises:
        ValueError: there is none, or it is of another type, shape or size.
    """
    if name not in file.keys():  # noqa: SIM118 - no dict
        raise ValueError(f"it holds no {name}")
    part = file.get_slice(name)
    found, kind = tuple(part.get_shape()), TYPES.get(part.get_dtype())
    fits = len(found) == len(shape) and all(wanted in (None, size) for wanted, size in zip(shape, found, strict=True))
    if kind is not dtype or not fits:
        raise ValueError(f"{name} is {part.get_dtype()} of {list(found)}, which does not fit")
    if math.prod(found) > most:
        raise ValueError(f"{name} has {math.prod(found):,} numbers; {most:,} are the most")
    return file.get_tensor(name)
