"""A small network that reads 28x28 pictures, to judge samples by: is it clear what they show, and is it what was asked?

``python -m pipelines.metrics.classifier digits`` trains it and writes ``checkpoints/classifiers/digits/``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import safetensors.torch
import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from torch import Tensor, nn

from pipelines import data
from pipelines.data import ImageSet
from pipelines.errors import GanError, ModelError
from pipelines.metrics import ATTRIBUTES, CLASSES, classifier_folder, kind_of

FEATURES = 64
EPOCHS = 14
BATCH = 256
NONSENSE_SHARE = 16  # one picture of nothing for so many real ones; with more of them it doubts real pictures too
LEARNING_RATE = 4e-3  # the highest one; it rises to it and falls to zero


Network = TypeVar("Network", bound=nn.Module)


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


class Classifier(nn.Module):
    """From 28x28 grey pictures to class logits, through ``FEATURES`` numbers that say what is to be seen."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *block(1, 16), nn.MaxPool2d(2),  # [B, 16, 14, 14]
            *block(16, 32), *block(32, 64), nn.MaxPool2d(2),  # [B, 64, 7, 7]
            *block(64, 64), nn.MaxPool2d(2),  # [B, 64, 3, 3]
            nn.Flatten(), nn.Dropout(0.2), nn.Linear(576, FEATURES, bias=False), nn.BatchNorm1d(FEATURES),
        )  # fmt: skip
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(FEATURES, classes))

    def features(self, x: Tensor) -> Tensor:
        """What is to be seen on pictures, float [B, 64], for pictures as in ``forward``."""
        return self.body(x.contiguous(memory_format=torch.channels_last))

    def forward(self, x: Tensor) -> Tensor:
        """Logits, float [B, classes], of pictures float [B, 1, 28, 28] in [-1, 1]."""
        return self.head(self.features(x))

    @staticmethod
    def prepared(images: Tensor) -> Tensor:
        """Pictures of any size, grey or colour, as ``forward`` wants them.

        Args:
            images: [B, 1 or 3, H, W], uint8, or floating in [-1, 1].

        Returns:
            Float [B, 1, 28, 28] in [-1, 1]: colour as its mean, other sizes averaged or interpolated (bilinear).
        """
        images = as_float(images).mean(1, keepdim=True)
        if images.shape[-2:] == (28, 28):
            return images
        return F.interpolate(images, (28, 28), mode="bilinear", antialias=True)


def block(inputs: int, outputs: int, stride: int = 1) -> tuple[nn.Module, ...]:
    """A convolution of 3x3 pixels, normalised over the batch: maps [B, inputs, H, W] to [B, outputs, H/stride, ...]."""
    convolution = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)


def as_float(images: Tensor) -> Tensor:
    """uint8 pictures as float32 in [-1, 1]; floating ones as float32, unchanged."""
    return images.float() / 127.5 - 1 if images.dtype == torch.uint8 else images.float()


def train(
    train_set: ImageSet,
    seed: int = 0,
    epochs: int = EPOCHS,
    distortion: Distortion = MILD,
    progress: Callable[[str], None] = lambda message: None,
) -> Classifier:
    """A classifier trained on slightly distorted pictures of a set with classes, and on pictures that show nothing.

    Of the latter it learns that every class is as probable as any other: a network that has only seen digits is sure
    that noise is one (Hendrycks et al.: Deep anomaly detection with outlier exposure, 2019). The last state is taken,
    not the best one on some other pictures, so that a test accuracy stays honest.

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
    size = min(BATCH, len(images))
    undecided = torch.full((size // NONSENSE_SHARE, classes), 1 / classes)
    steps = epochs * (len(images) // size)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Classifier(classes).to(memory_format=torch.channels_last).train()
        optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.02)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
        for epoch in range(epochs):
            order, total = torch.randperm(len(images)), 0.0
            for batch in order[: len(order) // size * size].view(-1, size):
                x = distorted(as_float(images[batch]), distortion)  # [B, 1, 28, 28]
                x = torch.cat([x, nonsense(x[: size // NONSENSE_SHARE])])
                with torch.autocast("cpu", torch.bfloat16):
                    loss = F.cross_entropy(model(x).float(), torch.cat([targets[batch], undecided]))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                total += loss.item()
            progress(f"epoch {epoch + 1} of {epochs}: loss {total * epochs / steps:.4f}")
    return model.eval()


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
def accuracy(model: Classifier, test_set: ImageSet) -> float:
    """Share, in [0, 1], of the set's grey 28x28 pictures whose most probable class is their label."""
    images, labels = torch.from_numpy(test_set.images), torch.from_numpy(test_set.labels)
    hits = [model(as_float(x)).argmax(1) == y for x, y in zip(images.split(1000), labels.split(1000), strict=True)]
    return torch.cat(hits).float().mean().item()


def publish(model: Classifier, data_name: str, **card: object) -> None:
    """Writes weights and card to the project's folder of classifiers, weights first, each in one atomic step."""
    folder = classifier_folder(data_name)
    folder.mkdir(parents=True, exist_ok=True)
    content = safetensors.torch.save({name: tensor.contiguous() for name, tensor in model.state_dict().items()})
    card = {"data": data_name, **card, "weights_sha256": hashlib.sha256(content).hexdigest()}
    for file, text in (("weights.safetensors", content), ("card.json", json.dumps(card, indent=2).encode() + b"\n")):
        part = folder / f"{file}.part"
        part.write_bytes(text)
        os.replace(part, folder / file)


def load(data_name: str) -> Classifier:
    """The classifier that ships for a data set, on the CPU, ready to judge; the global random state stays as it is.

    Raises:
        ModelError: none ships, or its weights are not those that its card was written for.
    """
    return restored(data_name, CLASSES, lambda weights, card: Classifier(len(weights["head.1.bias"])))


def restored(data_name: str, kind: str, make: Callable[[dict[str, Tensor], dict[str, Any]], Network]) -> Network:
    """The network of one kind that ships for a data set, with its weights, on the CPU, ready to judge.

    Args:
        data_name: of the data set.
        kind: ``CLASSES`` or ``ATTRIBUTES``.
        make: the network for these weights and this card; what it draws as first weights is neither drawn nor kept.

    Raises:
        ModelError: none of this kind ships, or its weights are not those that its card was written for.
    """
    folder = classifier_folder(data_name)
    what, module = {CLASSES: ("classifier", "classifier"), ATTRIBUTES: ("attribute classifier", "attributes")}[kind]
    remedy = f"make it with: python -m pipelines.metrics.{module} {data_name}"
    none = f"There is no {what} for the data set {data_name!r} in {folder}; {remedy}."
    try:
        content = (folder / "weights.safetensors").read_bytes()
        card = json.loads((folder / "card.json").read_text("utf-8"))
    except FileNotFoundError as problem:
        raise ModelError(none) from problem
    except (OSError, ValueError) as problem:
        raise ModelError(f"The {what} in {folder} cannot be read ({problem}); {remedy}.") from problem
    if kind_of(card) != kind:
        raise ModelError(none)
    if hashlib.sha256(content).hexdigest() != card.get("weights_sha256"):
        raise ModelError(f"The weights in {folder} are damaged: they are not those that card.json describes; {remedy}.")
    try:
        weights = safetensors.torch.load(content)
        with torch.device("meta"):  # no first weights are drawn
            model = make(weights, card)
        model.load_state_dict(weights, assign=True)
    except (SafetensorError, KeyError, RuntimeError) as problem:
        raise ModelError(f"The weights in {folder} do not fit the {what} of this version; {remedy}.") from problem
    return model.requires_grad_(False).eval()


def main() -> None:
    """Trains the classifier of one data set, measures it on the test pictures and publishes it."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.metrics.classifier", description=main.__doc__)
    parser.add_argument("data", help="a data set with classes and a test split, such as digits or clothes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()
    try:
        train_set, test_set = (data.load(options.data, split=split) for split in ("train", "test"))
        started_s = time.monotonic()
        distortion = DISTORTIONS.get(options.data, MILD)
        model = train(train_set, options.seed, options.epochs, distortion, lambda line: print(line, flush=True))
        seconds = time.monotonic() - started_s
        test_accuracy = accuracy(model, test_set)
    except GanError as problem:
        sys.exit(str(problem))
    publish(
        model,
        options.data,
        command=f"{parser.prog} {options.data} --seed {options.seed} --epochs {options.epochs}",
        seed=options.seed,
        seconds=round(seconds),
        test_accuracy=round(test_accuracy, 4),
        data_source=train_set.source,
        data_licence=data.DATA_SETS.get(options.data).LICENCE,
        data_citation=data.DATA_SETS.get(options.data).CITATION,
        date=date.today().isoformat(),
        machine=f"{os.cpu_count()} CPU cores",
        threads=torch.get_num_threads(),
        torch=torch.__version__,
    )
    print(f"test accuracy {test_accuracy:.2%} after {seconds:.0f} s; wrote {classifier_folder(options.data)}")


if __name__ == "__main__":
    main()
