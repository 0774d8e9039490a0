"""The training pictures nearest to a sample, by pixels: is it new, or copied?

A distance alone says little, so each comes with a yardstick: how near pictures of the test set, which the model has
never seen, lie to their own nearest training picture.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines import data
from pipelines.config.train_config import TrainConfig
from pipelines.errors import DataError
from pipelines.registries import MODALITIES

COARSE = 12  # edge to which pictures are averaged for the first look
CANDIDATES = 64  # of the first look, compared pixel by pixel
HELD_OUT = 200  # test pictures that make the yardstick
MOST_SETS = 2  # kept in memory


@dataclass(frozen=True)
class Neighbour:
    """One training picture near a sample."""

    index: int  # in the training set
    distance: float  # root mean square difference of the pixels, in [0, 255]
    label: str  # its class, or ""


@dataclass(frozen=True)
class Nearest:
    """What was found for one picture."""

    neighbours: tuple[Neighbour, ...]
    nearer_than: float | None  # share in [0, 1] of test pictures whose own nearest training picture is farther away


class TrainingSet:
    """A prepared training set, ready to be searched. About as many bytes as its pictures."""

    def __init__(self, config: TrainConfig) -> None:
        wanted = config.pictures
        if not data.is_prepared(config.data, **wanted):
            raise DataError(f"The training pictures of {config.data!r} are not on this machine yet.")
        self.set = data.load(config.data, **wanted)
        self.pictures = _tiles(self.set.images, self.set.modality, config)  # uint8 [N, C, H, W], as people see them
        self._coarse = _coarse(self.pictures)
        self._lengths = np.square(self._coarse).sum(1)
        self._yardstick: np.ndarray | None = None
        self._lock = threading.Lock()
        self._wanted, self._config = wanted, config

    def nearest(self, pictures: np.ndarray, count: int = 4) -> list[Nearest]:
        """The nearest training pictures of pictures uint8 [B, H, W, C]."""
        seen = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))
        yardstick = self._held_out()
        return [self._found(indices, distances, yardstick) for indices, distances in self._search(seen, count)]

    def _found(self, indices: np.ndarray, distances: np.ndarray, yardstick: np.ndarray | None) -> Nearest:
        labels, names = self.set.labels, self.set.class_names
        near = tuple(
            Neighbour(int(i), round(float(d), 2), names[labels[i]] if labels is not None and names else "")
            for i, d in zip(indices, distances, strict=True)
        )
        return Nearest(near, None if yardstick is None else float((yardstick > distances[0]).mean()))

    def _search(self, pictures: np.ndarray, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Indices and distances, the nearest first, of each picture uint8 [C, H, W]."""
        coarse = _coarse(pictures)
        rough = self._lengths - 2 * coarse @ self._coarse.T  # [B, N], but for a constant of each row
        found = []
        for picture, row in zip(pictures, rough, strict=True):
            some = np.argpartition(row, min(CANDIDATES, len(row) - 1))[:CANDIDATES]
            difference = self.pictures[some].astype(np.float32) - picture
            distance = np.sqrt(np.square(difference).mean((1, 2, 3)))
            order = np.argsort(distance, kind="stable")[:count]
            found.append((some[order], distance[order]))
        return found

    def _held_out(self) -> np.ndarray | None:
        """Distances of test pictures to their nearest training pictures; None for a set without a test split."""
        with self._lock:
            if self._yardstick is None:
                name = self.set.name
                known = "test" in data.DATA_SETS.get(name).SPLITS
                if not known or not data.is_prepared(name, **self._wanted, split="test"):
                    return None
                test = data.load(name, **self._wanted, split="test").images
                test = test[:: max(1, len(test) // HELD_OUT)][:HELD_OUT]  # of each class, where they are in that order
                test = _tiles(test, self.set.modality, self._config)
                self._yardstick = np.array([distances[0] for _, distances in self._search(test, 1)])
            return self._yardstick


_sets: OrderedDict[tuple[Any, ...], TrainingSet] = OrderedDict()
_lock = threading.Lock()


def training_set(config: TrainConfig) -> TrainingSet:
    """The training set of a configuration, kept in memory.

    Raises:
        DataError: it is not prepared on this machine, or cannot be read.
    """
    key = (config.data, *config.pictures.values())
    with _lock:
        if key not in _sets:
            _sets[key] = TrainingSet(config)
            while len(_sets) > MOST_SETS:
                _sets.popitem(last=False)
        _sets.move_to_end(key)
        return _sets[key]


def _tiles(images: np.ndarray, modality: str, config: TrainConfig) -> np.ndarray:
    if modality == "image":
        return images
    import torch

    tile = MODALITIES.get(modality).tile
    parts = [tile(part, config.size, config.channels).numpy() for part in torch.from_numpy(images).split(2000)]
    return np.concatenate(parts)


def _coarse(images: np.ndarray) -> np.ndarray:
    """Pictures uint8 [N, C, H, W] averaged to ``COARSE`` x ``COARSE``, float32 [N, C * COARSE * COARSE]."""
    import torch
    from torch.nn.functional import adaptive_avg_pool2d

    parts = [
        adaptive_avg_pool2d(torch.from_numpy(images[start : start + 2000]).float(), COARSE).flatten(1).numpy()
        for start in range(0, len(images), 2000)
    ]
    return np.concatenate(parts)
