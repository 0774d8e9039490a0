"""The classifier's output on a model's first samples, from which pages find samples and directions.

A published model holds ``readings.safetensors``, so that no page waits for it: ``probabilities``, uint8 [N, names],
where 255 is certain, of the samples 0 to N - 1 of seed 0. For a run they are made when they are first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from pipelines.errors import GanError, ModelError, reason_of
from pipelines.metrics import is_own
from pipelines.metrics.reader import Reader
from pipelines.models.trained import Trained
from pipelines.schema import Names, decode
from pipelines.stored_tensors import tensor_of
from pipelines.tensor_files import whole_tensors

SEED = 0
COUNT = 8000  # of a published model
COUNT_LIVE = 2000  # where somebody waits for them
MOST = 50_000_000  # numbers in a file: a hundred thousand samples of 500 names
_CHUNK = 256


@dataclass(frozen=True)
class Words:
    """What the file says of its numbers."""

    names: Names
    exclusive: bool = False


@dataclass(frozen=True)
class Readings:
    """Probabilities of what is to be seen on samples."""

    names: tuple[str, ...]
    probabilities: np.ndarray  # float32 [N, names], of the samples 0 to N - 1 of seed 0
    exclusive: bool  # the names are classes, and the probabilities of a sample sum to 1

    def fits(self, reader: Reader, whole: bool) -> bool:
        """Whether they are what a reader tells; with ``whole`` all of it, otherwise some."""
        told = self.names == reader.names if whole else set(self.names) <= set(reader.names)
        return told and self.exclusive == reader.exclusive


def of(gan: Trained) -> Readings | None:
    """The readings that were published with a model; made in a few seconds for a run, and where the classifier tells
    other names now. None where there is no classifier for the model's data.

    Raises:
        ModelError: the file is damaged.
    """
    entry, reader = gan.entry, gan.reader
    if reader is None:
        return None
    kept = load(entry.folder) if entry.run is None else None
    return kept if kept and kept.fits(reader, is_own(entry.config.data, entry.fingerprint)) else make(gan)


def make(
    gan: Trained, count: int = COUNT_LIVE, progress: Callable[[float, str], None] = lambda share, message: None
) -> Readings | None:
    """Draw samples and read them; None where there is no classifier for the model's data."""
    reader = gan.reader
    if reader is None:
        return None
    parts = []
    for start in range(0, count, _CHUNK):
        z, y = gan.draw((SEED, index) for index in range(start, min(count, start + _CHUNK)))
        parts.append(reader.read(gan.decode(z, y).permute(0, 2, 3, 1)))
        progress(min(1.0, (start + _CHUNK) / count), "Reading samples")
    return Readings(reader.names, np.concatenate(parts), reader.exclusive)


def save(readings: Readings, folder: Path) -> None:
    """Write readings beside a model's weights."""
    seen = torch.from_numpy(np.round(readings.probabilities * 255).astype(np.uint8))
    words = json.dumps({"names": readings.names, "exclusive": readings.exclusive})
    with whole_tensors(folder / "readings.safetensors") as draft:
        save_file({"probabilities": seen}, draft, metadata={"readings": words})


def load(folder: Path) -> Readings | None:
    """The readings that were published with a model, or None where there are none.

    Raises:
        ModelError: the file is damaged.
    """
    path = folder / "readings.safetensors"
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            words = decode((file.metadata() or {}).get("readings", "").encode(), Words, "its metadata")
            kept = tensor_of(file, "probabilities", torch.uint8, (None, len(words.names)), MOST)
            if not len(kept):
                raise ValueError("it holds no sample")
            probabilities = kept.float().div(255).numpy()
    except (SafetensorError, OSError, ValueError, GanError) as error:
        raise ModelError(f"The file {path} is damaged ({reason_of(error)}); publish the model anew.") from None
    return Readings(tuple(words.names), probabilities, words.exclusive)
