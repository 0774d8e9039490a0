"""Directions of z that give one attribute and keep the others, for faces that look like this one.

One straight direction for all pictures (``pipelines/latent/directions.py``) changes more than what it is named after:
where G knows four mouths, what leads to a smile depends on which mouth there is. So the direction is a sum: of the
attribute's own, by whether the picture has it, of one for each thing that is to be seen on it and held (black hair, no
beard, an open mouth), and of one for each attribute by how far z lies along its label's direction (brown that is nearly
red must not be pushed there, and black has less far to brown than blond). It is straight, of length 1 at most, and of
length 0 where the attribute is there already (or, where it is to be taken, is not). ``steering_fit.py`` learns them.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from pipelines.errors import GanError, ModelError, reason_of
from pipelines.metrics import is_own
from pipelines.metrics.parts import Part, memberships, part_of, parts_of, spans
from pipelines.metrics.reader import Reader
from pipelines.models.registry import STEERING, check_hash
from pipelines.models.trained import Trained
from pipelines.schema import Names, decode
from pipelines.stored_tensors import tensor_of
from pipelines.tensor_files import whole_tensors

_TENSORS = ("labels", "usual", "own", "beside")
LENGTH = 5.0  # of a move, at most; samples of 100 Gaussian numbers lie about 10 from the middle
MOST = 50_000_000  # numbers in a tensor of a file


@dataclass(frozen=True)
class Steering:
    """The directions of one model, as they are kept beside its weights."""

    names: tuple[str, ...]  # attributes, as the reader tells them
    labels: np.ndarray  # float32 [names, latent_size]: the slope of each attribute over z, of length 1
    usual: np.ndarray  # float32 [terms]: what there is on average; terms are the states of all parts, then the names
    own: np.ndarray  # float32 [names, own states, latent_size]; the rows of states that a part has not are 0
    beside: np.ndarray  # float32 [names, own states, terms, latent_size]: added by what else there is

    @property
    def learnt(self) -> tuple[str, ...]:
        """The attributes whose directions were learnt."""
        return tuple(name for name, own in zip(self.names, self.own, strict=True) if own.any())

    def fits(self, reader: Reader, latent_size: int) -> bool:
        """Whether they are of a reader's attributes and of z of that many numbers."""
        widths = [1 + len(part.columns) for part in parts_of(reader)]
        shape = (len(reader.names), max(widths), sum(widths) + len(reader.names), latent_size)
        return self.names == reader.names and self.beside.shape == shape

    def directions(
        self,
        reader: Reader,
        name: str,
        z: np.ndarray,
        probabilities: np.ndarray,
        held: Collection[str] | None = None,
        up: bool = True,
    ) -> np.ndarray:
        """The direction to more of an attribute for each picture, float32 [B, latent_size].

        At ``LENGTH`` times as far the attribute has come. Of length 1 at most, and 0 where it is surely there already;
        where it is to be taken, if it is surely not there.

        Args:
            reader: of the model's data, whose names are ``names``.
            name: the attribute.
            z: of the pictures, float32 [B, latent_size].
            probabilities: what the reader sees on the pictures, float32 [B, names].
            held: names whose parts are held; None for all. What is not held is taken as it is on average.
            up: whether it is to be given, and not taken; the direction leads to more of it all the same.
        """
        at, own = self.names.index(name), part_of(reader, name)
        terms = np.concatenate([memberships(reader, probabilities), z @ self.labels.T], 1)
        mine = terms[:, terms_of(reader, own)[: 1 + len(own.columns)]]
        for part in parts_of(reader):
            if part == own:
                terms[:, terms_of(reader, part)[: 1 + len(part.columns)]] = 0
            elif held is not None and not set(part.names) & set(held):
                terms[:, terms_of(reader, part)] = self.usual[terms_of(reader, part)]
        move = summed(mine, terms, self.own[at, : mine.shape[1]], self.beside[at, : mine.shape[1]])
        has = probabilities[:, [at]]
        lengths = np.linalg.norm(move, axis=1, keepdims=True)
        return move / np.maximum(lengths, LENGTH) * (1 - has if up else has)


def save(steering: Steering, folder: Path) -> None:
    """Write directions beside a model's weights, rounded to float16."""
    tensors = {name: torch.from_numpy(getattr(steering, name)).half().contiguous() for name in _TENSORS}
    with whole_tensors(folder / STEERING) as draft:
        save_file(tensors, draft, metadata={"names": json.dumps(steering.names)})


def load(path: Path) -> Steering:
    """Directions that were written beside a model's weights.

    Raises:
        ModelError: the file is damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            names = tuple(decode((file.metadata() or {}).get("names", "").encode(), Names, "its metadata"))
            size = _tensor(file, "labels", (len(names), None)).shape[1]
            terms = len(_tensor(file, "usual", (None,)))
            widest = _tensor(file, "own", (len(names), None, size)).shape[1]
            shapes = ((len(names), size), (terms,), (len(names), widest, size), (len(names), widest, terms, size))
            parts = [_tensor(file, name, shape) for name, shape in zip(_TENSORS, shapes, strict=True)]
        if not all(np.isfinite(part).all() for part in parts):
            raise ValueError("it holds numbers that are not finite")
    except (SafetensorError, OSError, ValueError, GanError) as error:
        raise ModelError(
            f"The file {path} is damaged ({reason_of(error)}); learn the model's directions anew."
        ) from None
    return Steering(names, *parts)


def of(gan: Trained) -> Steering | None:
    """The directions that were published with a model; None where there are none.

    Raises:
        ModelError: their file is damaged, or was made for another model.
    """
    entry = gan.entry
    if not entry.steers:
        return None
    path, reader = entry.folder / STEERING, gan.reader
    check_hash(path, entry)
    found = load(path)
    if reader is None or not found.fits(reader, gan.config.latent_size):
        if is_own(entry.config.data, entry.fingerprint):
            return None  # they go with a reader that was trained anew, or is not on this machine
        raise ModelError(f"The directions in {path} do not fit the model; learn them anew.")
    return found


def _tensor(file: Any, name: str, shape: tuple[int | None, ...]) -> np.ndarray:
    return tensor_of(file, name, torch.float16, shape, MOST).float().numpy()


def terms_of(reader: Reader, part: Part) -> list[int]:
    """The terms that a part has: its states first, then how far z lies along its names' labels."""
    at = spans(reader)
    own = at[parts_of(reader).index(part)]
    return [*range(own.start, own.stop), *(at[-1].stop + column for column in part.columns)]


def summed(mine: np.ndarray, terms: np.ndarray, own: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """[B, latent_size] for the own states [B, own states] and the terms [B, terms] of pictures."""
    return np.einsum("bf,bfd->bd", mine, np.einsum("bs,fsd->bfd", terms, beside) + own)
