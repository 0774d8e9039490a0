"""Example conditions of a model that is told of something other than a class: kept beside its weights.

``conditions.safetensors`` holds ``conditions`` as the data set stores them, pictures uint8 [K, C, H, W] or numbers
float32 [K, L]. With them a model is drawn from and explored where its data set is not: a sample's address says which of
them it is drawn for, and pages choose among them as among classes.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from pipelines.data import Spec
from pipelines.errors import GanError, ModelError
from pipelines.modalities._conditions import evenly
from pipelines.models.stored_tensors import tensor_of
from pipelines.runs.names import CONDITIONS
from pipelines.tensor_files import whole_tensors

MOST = 32  # examples that are kept
NUMBERS = 100_000_000  # in a file, at most


def examples(stored: Tensor) -> Tensor:
    """Those of a data set's conditions [M, ...] that are kept, from the first to the last, [at most MOST, ...]."""
    return evenly(stored, min(MOST, len(stored))).cpu().contiguous()


def names(count: int) -> tuple[str, ...]:
    """What pages call them."""
    return tuple(f"example {number}" for number in range(1, count + 1))


def save(kept: Tensor, folder: Path) -> None:
    """Write example conditions into a run's or a model's folder."""
    with whole_tensors(folder / CONDITIONS) as draft:
        save_file({"conditions": kept}, draft)


def load(folder: Path, spec: Spec) -> Tensor:
    """The example conditions in a folder, [K, ...].

    Raises:
        ModelError: the file is missing or damaged, or does not fit the spec.
    """
    path = folder / CONDITIONS
    try:
        with safe_open(path, framework="pt") as file:
            dtype = getattr(torch, spec.condition_dtype)
            kept = tensor_of(file, "conditions", dtype, (None, *spec.condition_shape), NUMBERS)
        if not len(kept):
            raise ValueError("it holds none")
    except FileNotFoundError:
        raise ModelError(f"{path} is missing, so what the model can be told is not known; publish it anew.") from None
    except (SafetensorError, OSError, ValueError, GanError) as error:
        raise ModelError(f"The file {path} is damaged ({error}); publish the model anew.") from None
    return kept
