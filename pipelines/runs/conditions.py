"""Example conditions of a model that is told of something other than a class: kept beside its weights.

``conditions.safetensors`` holds ``conditions`` as the data set stores them: pictures uint8 [K, C, H, W], maps of labels
int8 [K, 1, H, W] or numbers float32 [K, L]. Where a picture is known to belong to each, it holds these, too, as
``truth``, uint8 [K, C, S, S]; files of older versions have none. They are of the set's test part, where it has one, so
that what is drawn for them was not learnt. With them a model is drawn from and explored where its data set is not: a
sample's address says which of them it is drawn for, and pages choose among them as among classes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from pipelines.data import ImageSet, Spec
from pipelines.data._spec import spelt
from pipelines.errors import GanError, ModelError, reason_of
from pipelines.metrics.truth import Truth
from pipelines.runs.names import CONDITIONS
from pipelines.runs.reporter import RunReporter
from pipelines.stored_tensors import tensor_of
from pipelines.tensor_files import whole_tensors

MOST = 32  # examples that are kept
NUMBERS = 100_000_000  # in a file, at most


def examples(known: Truth, spec: Spec) -> Truth:
    """Those of a data set's conditions that are kept, from the first to the last, at most ``MOST``.

    Of attributes no combination is kept twice.
    """
    if spec.names:
        _, first = np.unique(known.told.numpy(), axis=0, return_index=True)
        known = known.at(torch.from_numpy(np.sort(first)))
    return known.evenly(min(MOST, len(known)))


def names(told: Tensor, attributes: Sequence[str] = ()) -> tuple[str, ...]:
    """What pages call examples [K, ...]: their numbers, or, of attributes, those of these [L] that they have."""
    if attributes:
        words = spelt(attributes)
        having = [[name for name, has in zip(words, row, strict=True) if has] for row in told.tolist()]
        return tuple(", ".join(row) or "none of the attributes" for row in having)
    return tuple(f"example {number}" for number in range(1, len(told) + 1))


def save(kept: Tensor, truth: Tensor | None, folder: Path) -> None:
    """Write example conditions, and the pictures that belong to them, into a run's or a model's folder."""
    tensors = {"conditions": kept} | ({} if truth is None else {"truth": truth})
    with whole_tensors(folder / CONDITIONS) as draft:
        save_file({name: tensor.cpu().contiguous() for name, tensor in tensors.items()}, draft)


def of_run(reporter: RunReporter, known: Truth, spec: Spec, image_set: ImageSet) -> tuple[Tensor, Tensor | None]:
    """Those that a run began with, as ``load`` gives them, else new ones, which are then kept.

    Args:
        reporter: of the run.
        known: the conditions that they are chosen of.
        spec: of the run's data set.
        image_set: that data set.
    """
    folder = reporter.folder
    if folder.record().data.get("fingerprint") == image_set.fingerprint:
        with contextlib.suppress(ModelError):  # lost or damaged
            return load(folder.path, spec)
    chosen = examples(known, spec)
    images = chosen.images if image_set.modality == "image" else None
    reporter.writing(lambda: save(chosen.told, images, folder.path))
    return chosen.told, images


def load(folder: Path, spec: Spec) -> tuple[Tensor, Tensor | None]:
    """The example conditions in a folder, [K, ...], and the pictures that belong to them, [K, ...], if they are there.

    Raises:
        ModelError: the file is missing or damaged, or does not fit the spec.
    """
    path = folder / CONDITIONS
    try:
        with safe_open(path, framework="pt") as file:
            dtype = getattr(torch, spec.condition_dtype)
            kept = tensor_of(file, "conditions", dtype, (None, *spec.condition_shape), NUMBERS)
            truth = None
            if "truth" in file.keys():  # noqa: SIM118  it is no dictionary
                truth = tensor_of(file, "truth", torch.uint8, (len(kept), *spec.shape), NUMBERS)
        if not len(kept):
            raise ValueError("it holds none")
        if spec.names and not ((kept == 0) | (kept == 1)).all():
            raise ValueError("it holds attributes that are neither 0 nor 1")
    except FileNotFoundError:
        raise ModelError(f"{path} is missing, so what the model can be told is not known; publish it anew.") from None
    except (SafetensorError, OSError, ValueError, GanError) as error:
        raise ModelError(f"The file {path} is damaged ({reason_of(error)}); publish the model anew.") from None
    return kept, truth
