"""Pictures, a classifier and models made up to measure: good, noisy, collapsed."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch

from pipelines import data
from pipelines.config.train_config import TrainConfig
from pipelines.metrics.classifier import Classifier

NAMES = ("low", "middle", "high")
DIGITS, BY_CLASS = TrainConfig(data="digits"), TrainConfig(data="digits", conditional=True)
OWN = TrainConfig(data="folder", folder="somewhere", held_out=0.0)


def stripes(count: int, seed: int, name: str = "digits", shares: tuple[float, ...] = (0.5, 0.3, 0.2)) -> data.ImageSet:
    """Pictures of one bright bar at a height that is their class, each with a brightness and a speckle of its own."""
    images, labels = _bars(count, seed, shares)
    return data.ImageSet(name, images.copy(), labels.copy(), NAMES, "", "")


@cache
def _bars(count: int, seed: int, shares: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.choice(3, count, p=shares)
    images = random.integers(0, 30, (count, 1, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[:, 9 * label + 2 : 9 * label + 7] += random.integers(120, 200, (5, 28), np.uint8)
    return images, labels.astype(np.int64)


class Reader(torch.nn.Module):
    """Stands for a shipped classifier: six bands of the picture, and as logits the brightness of three of them."""

    prepared = staticmethod(Classifier.prepared)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        edges = (1, 5, 10, 14, 19, 23)
        return torch.stack([x[:, 0, top : top + 4].mean((1, 2)) for top in edges], 1)

    def head(self, features: torch.Tensor) -> torch.Tensor:
        return 10 * features[:, 0::2]


def channels_last(images: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1))


def real_ones(count: int, labels: torch.Tensor | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A perfect model: new pictures of the same kind, of the classes asked for where some are."""
    pictures = stripes(40 * count if labels is not None else count, seed)
    if labels is None:
        return channels_last(pictures.images), np.full(count, -1)
    rows = [np.flatnonzero(pictures.labels == label)[index] for index, label in enumerate(labels.tolist())]
    return channels_last(pictures.images[rows]), labels.numpy()


def noise(count: int, labels: torch.Tensor | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
    return np.random.default_rng(seed).integers(0, 256, (count, 28, 28, 1), np.uint8), np.full(count, -1)


def one_picture(count: int, labels: torch.Tensor | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A collapsed model, whose picture is a good one."""
    return channels_last(stripes(600, 2).images[[5] * count]), np.full(count, -1)
