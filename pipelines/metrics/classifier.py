"""A small network that reads 28x28 pictures, to judge samples by: is it clear what they show, and is it what was asked?

``python -m pipelines.metrics.classifier digits`` trains it and writes ``checkpoints/classifiers/digits/``.

It learns from distorted pictures, so of pictures as they are it would say less than it knows: its probabilities are
made true by one number, the temperature that its logits are divided by (Guo et al.: On Calibration of Modern Neural
Networks, 2017). Which class is the most probable, and the features, stay the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines import data
from pipelines.data import ImageSet
from pipelines.metrics import CLASSES, Card, is_own, judge
from pipelines.metrics.calibration import temperature
from pipelines.metrics.judge import FEATURES, Judge, as_float, block
from pipelines.metrics.own_reader import OwnReader

EPOCHS = 14
BATCH = 256
HELD_OUT = 6  # one picture in so many is kept from a twin, to see how sure it may be
NONSENSE_SHARE = 16  # one picture of nothing for so many real ones; with more of them it doubts real pictures too


@dataclass(frozen=True)
class Distortion:
    """By how much, at most, a picture is distorted while it is learnt from."""

    degrees: float
    stretch: float  # share of the size
    pixels: float
    mirror: bool  # half of the pictures


DISTORTIONS = {
    "digits": Distortion(degrees=10, stretch=0.1, pixels=2, mirror=False),
    "clothes": Distortion(degrees=3, stretch=0.05, pixels=1, mirror=True),  # upright and centred, all of them
}
MILD = Distortion(degrees=5, stretch=0.05, pixels=1, mirror=False)


class Classifier(Judge):
    """From 28x28 grey pictures to class logits."""

    SIZE, CHANNELS = 28, 1
    temperature = 1.0  # that its logits were divided by when it was trained; see ``cool``

    def __init__(self, classes: int = 10) -> None:
        body = nn.Sequential(
            *block(1, 16), nn.MaxPool2d(2),  # [B, 16, 14, 14]
            *block(16, 32), *block(32, 64), nn.MaxPool2d(2),  # [B, 64, 7, 7]
            *block(64, 64), nn.MaxPool2d(2),  # [B, 64, 3, 3]
            nn.Flatten(), nn.Dropout(0.2), nn.Linear(576, FEATURES, bias=False), nn.BatchNorm1d(FEATURES),
        )  # fmt: skip
        super().__init__(body, classes)


def train(
    train_set: ImageSet,
    seed: int = 0,
    epochs: int = EPOCHS,
    distortion: Distortion = MILD,
    progress: Callable[[str], None] = lambda message: None,
) -> Classifier:
    """A classifier trained on slightly distorted pictures of a set with classes, and on pictures that show nothing.

    Of the latter it learns that every class is as probable as any other: a network that has only seen digits is sure
    that noise is one (Hendrycks et al.: Deep anomaly detection with outlier exposure, 2019).

    Args:
        train_set: grey, 28x28, with labels.
        seed: of the first weights, the order and the distortions; the global random state stays as it is.
        epochs: passes over the set.
        distortion: of the pictures, drawn anew each time that one is seen.
        progress: told one line after each epoch.

    Raises:
        DataError: the set has fewer than two classes.
    """
    data.require_classes(train_set)
    images, classes = torch.from_numpy(train_set.images), len(train_set.class_names)
    targets = F.one_hot(torch.from_numpy(train_set.labels), classes).float()  # [N, classes]

    def some(rows: Tensor) -> tuple[Tensor, Tensor]:
        x = distorted(as_float(images[rows]), distortion)  # [B, 1, 28, 28]
        nothing = nonsense(x[: len(x) // NONSENSE_SHARE])
        undecided = torch.full((len(nothing), classes), 1 / classes)
        return torch.cat([x, nothing]), torch.cat([targets[rows], undecided])

    return judge.fitted(
        lambda: Classifier(classes), len(images), some, F.cross_entropy,
        batch=BATCH, seed=seed, epochs=epochs, progress=progress,
    )  # fmt: skip


def calibrated(
    train_set: ImageSet,
    seed: int = 0,
    epochs: int = EPOCHS,
    distortion: Distortion = MILD,
    progress: Callable[[str], None] = lambda message: None,
) -> Classifier:
    """As ``train``, with true probabilities; takes nearly twice as long.

    How sure a network may be shows on pictures that it has not learnt from, and it is to learn from all: so a twin
    learns from the others and the temperature is the twin's.
    """
    apart = torch.randperm(len(train_set), generator=torch.Generator().manual_seed(seed)).numpy()
    held_out, rest = np.split(apart, [len(train_set) // HELD_OUT])
    progress("first a twin without the pictures that are held out, for the temperature")
    twin = train(_part(train_set, rest), seed, epochs, distortion, progress)
    degree = temperature(logits_of(twin, _part(train_set, held_out)), torch.from_numpy(train_set.labels[held_out]))
    progress(f"temperature {degree:.3f}; now the classifier itself")
    model = train(train_set, seed, epochs, distortion, progress)
    cool(model, degree)
    return model


def _part(pictures: ImageSet, rows: np.ndarray) -> ImageSet:
    return replace(pictures, images=pictures.images[rows], labels=pictures.labels[rows])


@torch.no_grad()
def cool(model: Classifier, degree: float) -> None:
    """Let the model's logits come out divided by ``degree``; what it was divided by is kept for its card."""
    head = model.head[-1]
    head.weight /= degree
    head.bias /= degree
    model.temperature = degree


def distorted(x: Tensor, most: Distortion) -> Tensor:
    """Pictures [B, 1, S, S] in [-1, 1], each turned, stretched, moved and mirrored at random, up to ``most``.

    What comes in from outside is -1, the background of the sets. Draws from the global random state.
    """

    def random(limit: float) -> Tensor:
        return limit * (2 * torch.rand(len(x)) - 1)

    angle, stretch, shift = random(math.radians(most.degrees)), 1 + random(most.stretch), 2 * most.pixels / x.shape[-1]
    cos, sin = stretch * angle.cos(), stretch * angle.sin()
    sign = torch.where(torch.rand(len(x)) < 0.5 * most.mirror, -1.0, 1.0)
    rows = [torch.stack([sign * cos, -sin, random(shift)], 1), torch.stack([sign * sin, cos, random(shift)], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), list(x.shape), align_corners=False)  # its axes go from -1 to 1
    return F.grid_sample(x + 1, grid, align_corners=False) - 1


def nonsense(x: Tensor) -> Tensor:
    """As many pictures in [-1, 1] that show nothing as there are in x, [B, 1, 28, 28].

    One half is noise, from single pixels to broad clouds and from faint to black and white, as an untrained generator
    paints it; the other half is x with its sixteen pieces in wrong places. Draws from the global random state.
    """
    half = len(x) // 2
    edge = (4, 7, 14, 28)[int(torch.randint(4, ()))]
    clouds = F.interpolate(torch.randn(half, 1, edge, edge), (28, 28), mode="bilinear")
    offset, contrast = 4 * torch.rand(2, half, 1, 1, 1)
    pieces = x[half:].reshape(-1, 4, 7, 4, 7).transpose(2, 3).reshape(-1, 16, 7, 7)
    order = torch.rand(len(pieces), 16).argsort(1)[:, :, None, None].expand_as(pieces)
    puzzles = pieces.gather(1, order).reshape(-1, 4, 4, 7, 7).transpose(2, 3).reshape(-1, 1, 28, 28)
    return torch.cat([(contrast * clouds + offset - 2).tanh(), puzzles])


@torch.inference_mode()
def logits_of(model: Classifier, pictures: ImageSet) -> Tensor:
    """Logits, float [N, classes], of a set's grey 28x28 pictures."""
    return torch.cat([model(as_float(x)) for x in torch.from_numpy(pictures.images).split(1000)])


def accuracy(model: Classifier, test_set: ImageSet) -> float:
    """Share, in [0, 1], of the set's grey 28x28 pictures whose most probable class is their label."""
    return (logits_of(model, test_set).argmax(1) == torch.from_numpy(test_set.labels)).float().mean().item()


def load(data_name: str, fingerprint: str = "") -> Classifier | OwnReader:
    """The classifier for pictures of a data set, on the CPU, ready to judge; the global random state stays as it is.

    Args:
        fingerprint: of the pictures, where a person's own reader may be taken.

    Raises:
        ModelError: there is none, or its weights are not those that its card was written for.
    """

    def make(weights: dict[str, Tensor], card: Card) -> Classifier | OwnReader:
        own = is_own(data_name, fingerprint)
        return OwnReader(card.class_names) if own else Classifier(len(weights["head.1.bias"]))

    return judge.restored(data_name, CLASSES, make, fingerprint)


def main() -> None:
    """Trains the classifier of one data set, measures it on the test pictures and publishes it."""
    judge.command(
        CLASSES,
        "a data set with classes and a test split, such as digits or clothes",
        main.__doc__,
        {},
        EPOCHS,
        lambda pictures, seed, epochs, progress: calibrated(
            pictures, seed, epochs, DISTORTIONS.get(pictures.name, MILD), progress
        ),
        lambda model, test_set: {
            "test_accuracy": round(accuracy(model, test_set), 4),
            "temperature": round(model.temperature, 4),
        },
    )


if __name__ == "__main__":
    main()
