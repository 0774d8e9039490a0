"""The pictures of a measure: real pictures to compare with, training pictures beside the samples, and the samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pipelines import data
from pipelines.config.train_config import TrainConfig
from pipelines.data import ImageSet, Progress
from pipelines.data._image_set import within
from pipelines.errors import DataError
from pipelines.metrics import copying, draws, quality

REFERENCE = 60_000  # training pictures of a draw at most, and looked at for copies at least
FEWEST_TEST = 500  # test pictures, fewer than which are too few to tell how pictures are spread
BATCH = 1000  # pictures drawn and looked at at a time

Draw = Callable[[int, Tensor | None, int], tuple[np.ndarray, np.ndarray]]
"""As ``Trained.sample_many``: count, labels int64 [count], other conditions [count, ...] or None, seed -> uint8
[count, H, W, C], or other examples as their modality stores them, and int64 [count]."""


@dataclass(frozen=True)
class Side:
    """Some pictures of a set, in an order of their own."""

    pictures: ImageSet
    chosen: np.ndarray  # int64 [N]

    def __len__(self) -> int:
        return len(self.chosen)

    def some(self, count: int) -> np.ndarray:
        """The first pictures, uint8 [count, C, H, W]."""
        return self.pictures.images[self.chosen[:count]]

    def at(self, rows: np.ndarray) -> Tensor:
        """Some of the pictures, uint8 [M, C, H, W], by rows int64 [M]."""
        return torch.from_numpy(self.pictures.images[self.chosen[rows]])

    def labels(self) -> Tensor | None:
        """Their classes, int64 [N], or None of a set without labels."""
        return None if self.pictures.labels is None else torch.from_numpy(self.pictures.labels[self.chosen])

    def batches(self) -> Iterator[Tensor]:
        """All pictures, uint8 [some, C, H, W], a batch at a time."""
        for start in range(0, len(self), BATCH):
            yield torch.from_numpy(self.pictures.images[self.chosen[start : start + BATCH]])


@dataclass(frozen=True)
class Real:
    """The real pictures of a measurement."""

    against: Side  # what all is compared with
    words: str  # what that is: "test pictures", or "training pictures" where the set has no others
    beside: Side  # training pictures, none of which is in ``against``: all that are looked at
    parts: list[np.ndarray]  # draws of as many of them as stand beside the samples: rows of ``beside``, int64 [count]
    new: Side | None = None  # test pictures that are too few for ``against``, and enough to tell copies by

    @property
    def count(self) -> int:
        """How many pictures a draw has."""
        return len(self.parts[0])

    @property
    def test(self) -> ImageSet | None:
        """The test pictures, if there are any."""
        side = self.against if self.unseen else self.new
        return side and side.pictures

    @property
    def unseen(self) -> bool:
        """Whether the model has never seen what it is compared with."""
        return self.against.pictures is not self.beside.pictures


@dataclass(frozen=True)
class Seen:
    """What a judge has seen on some pictures."""

    features: Tensor  # [N, D]
    probabilities: Tensor | None  # [N, classes or attributes], of the data set's own classifier
    scored: Tensor | None = None  # [N, 1008], of Inception-v3 where that looks

    def at(self, rows: np.ndarray | slice) -> Seen:
        """What it has seen on some of them, rows int64 [M]."""
        chosen = rows if isinstance(rows, slice) else torch.from_numpy(rows)
        return Seen(*(None if each is None else each[chosen] for each in vars(self).values()))


def real_sides(config: TrainConfig, samples: int, times: int, report: Progress, whole: bool = True) -> Real:
    """The real pictures for ``times`` draws of so many samples; the same ones each time.

    A set that has only training pictures, or too few test pictures, is halved: one half is compared with, draws are of
    the other. A draw is no
    larger than what it is drawn from. Draws overlap where the set is too small for so many apart; see ``draws.parts``.
    Looked at are all training pictures, up to ``REFERENCE``, so that copies are found; without ``whole`` those of the
    draws only.

    Raises:
        DataError: the data set cannot be had or has too few pictures.
    """
    random = np.random.default_rng(quality.SEED)
    train = data.load(config.data, **config.pictures, split="train", progress=within(report, 0.0, 0.7))
    if len(train) < quality.FEWEST:
        raise DataError(
            f"The data set {train.name!r} has {len(train)} pictures and measuring a model needs {quality.FEWEST} "
            "at least; add pictures."
        )
    test, new = data.test_part(config.data, **config.pictures, progress=within(report, 0.7, 1.0)), None
    if test is not None and len(test) >= FEWEST_TEST:
        against, words, rest = Side(test, random.permutation(len(test))), "test pictures", np.arange(len(train))
    else:
        order = random.permutation(len(train))
        half = len(train) // 2
        against, words, rest = Side(train, order[:half]), "training pictures", order[half:]
        if test is not None and len(test) >= 2 * copying.FEWEST:
            new = Side(test, random.permutation(len(test)))
    parts = draws.parts(len(rest), min(samples, REFERENCE, len(rest)), times, random)
    more = random.permutation(len(rest))[:REFERENCE] if whole else parts[0]
    looked_at = np.unique(np.concatenate([*parts, more]))  # each picture once, however many draws have it
    rows = [np.searchsorted(looked_at, part) for part in parts]
    return Real(against, words, Side(train, rest[looked_at]), rows, new)


def asked(labels: Tensor, samples: int) -> Tensor:
    """Classes to ask for, int64 [samples]: those of the training pictures, over again where they are fewer."""
    return labels.repeat(-(-samples // len(labels)))[:samples]


def asked_classes(real: Real, samples: int, times: int) -> list[Tensor]:
    """Classes to ask for in each draw of samples, int64 [samples]: those of a draw of training pictures.

    The set must have classes.
    """
    labels = real.beside.labels()
    return [asked(labels[torch.from_numpy(real.parts[index % len(real.parts)])], samples) for index in range(times)]


def drawn(
    draw: Draw, labels: Tensor | None, seed: int, first: int, samples: int, pictures: bool = True
) -> Iterator[Tensor]:
    """Samples of a seed from number ``first`` on, uint8 [some, C, H, W], a batch at a time, each batch of its own.

    Args:
        labels: classes to ask for, int64 [samples], other conditions as they are stored, [samples, ...], or None.
        pictures: whether what is drawn are pictures, and not another modality's examples as they are stored.
    """
    for start in range(0, samples, BATCH):
        wanted = None if labels is None else labels[start : start + BATCH]
        batch_seed = int(np.random.SeedSequence((seed, first + start)).generate_state(1)[0])
        images, _ = draw(min(BATCH, samples - start), wanted, batch_seed)
        stored = torch.from_numpy(images)
        yield stored.permute(0, 3, 1, 2) if pictures else stored


def look(judge: Any, batches: Iterator[Tensor], count: int, message: str, report: Progress) -> Seen:
    """What a judge sees on ``count`` pictures that come in batches."""
    report(0.0, message)
    seen, done = [], 0
    for images in batches:
        seen.append(judge(images))
        done += len(images)
        report(done / count, message)
    return Seen(*(None if parts[0] is None else torch.cat(parts) for parts in zip(*seen, strict=True)))
