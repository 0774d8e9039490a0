"""The shared part of the classifiers: their shape, how they are trained, stored and loaded.

``classifier.py`` tells classes, ``attributes.py`` attributes and ``part_reader.py`` the parts of each pixel; each says
which layers, which pictures and which loss.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import safetensors.torch
import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from torch import Tensor, nn

from pipelines import data, optimisers, threads
from pipelines.data import ImageSet
from pipelines.errors import ConfigError, GanError, ModelError
from pipelines.files import publish_bytes
from pipelines.metrics import ATTRIBUTES, CLASSES, PARTS, Card, card_of, classifier_folder, is_own, read_as

FEATURES = 64
LEARNING_RATE = 4e-3  # the highest one; it rises to it and falls to zero
WORDS = {
    CLASSES: ("classifier", "classifier"),
    ATTRIBUTES: ("attribute classifier", "attributes"),
    PARTS: ("part reader", "part_reader"),
}  # and its module


class Looker(nn.Module):
    """A network that looks at square pictures.

    A kind of them gives ``SIZE``, the edge of its pictures, and ``CHANNELS``, 1 for grey or 3 for colour.
    """

    SIZE: int
    CHANNELS: int

    @classmethod
    def prepared(cls, images: Tensor) -> Tensor:
        """Pictures of any size, grey or colour, as ``forward`` wants them.

        Args:
            images: [B, 1 or 3, H, W], uint8, or floating in [-1, 1].

        Returns:
            Float [B, ``CHANNELS``, ``SIZE``, ``SIZE``] in [-1, 1]: where grey is wanted colour as its mean, where
            colour is wanted grey as three equal channels; other sizes averaged or interpolated (bilinear).
        """
        images = as_float(images)
        images = images.mean(1, keepdim=True) if cls.CHANNELS == 1 else images.expand(-1, cls.CHANNELS, -1, -1)
        if images.shape[-2:] == (cls.SIZE, cls.SIZE):
            return images
        return F.interpolate(images, (cls.SIZE, cls.SIZE), mode="bilinear", antialias=True)


class Judge(Looker):
    """From square pictures to logits, through ``FEATURES`` numbers that say what is to be seen."""

    def __init__(self, body: nn.Sequential, logits: int) -> None:
        """Draws first weights of the head.

        Args:
            body: from pictures to features [B, ``FEATURES``].
            logits: how many.
        """
        super().__init__()
        self.body = body
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(FEATURES, logits))

    def features(self, x: Tensor) -> Tensor:
        """What is to be seen on pictures, float [B, 64], for pictures as in ``forward``."""
        return self.body(x.contiguous(memory_format=torch.channels_last))

    def forward(self, x: Tensor) -> Tensor:
        """Logits, float [B, logits], of pictures float [B, ``CHANNELS``, ``SIZE``, ``SIZE``] in [-1, 1]."""
        return self.head(self.features(x))


Kind = TypeVar("Kind", bound=Looker)


def block(inputs: int, outputs: int, stride: int = 1) -> tuple[nn.Module, ...]:
    """A convolution of 3x3 pixels, normalised over the batch: maps [B, inputs, H, W] to [B, outputs, H/stride, ...]."""
    convolution = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)


def as_float(images: Tensor) -> Tensor:
    """uint8 pictures as float32 in [-1, 1]; floating ones as float32, unchanged."""
    return images.float() / 127.5 - 1 if images.dtype == torch.uint8 else images.float()


def fitted(
    make: Callable[[], Kind],
    count: int,
    some: Callable[[Tensor], tuple[Tensor, Tensor]],
    loss_of: Callable[[Tensor, Tensor], Tensor],
    *,
    batch: int,
    seed: int,
    epochs: int,
    progress: Callable[[str], None],
    bf16: bool = True,
) -> Kind:
    """A judge trained on a set, ready to judge.

    The last state is taken, not the best one on some other pictures, so that a test accuracy stays honest.

    Args:
        make: the judge with first weights.
        count: pictures in the set.
        some: the pictures to learn from and what they show, for the rows, int64 [B], of a batch of the set.
        loss_of: float logits and what was to be seen -> a number.
        batch: pictures of a step; all of them where the set has fewer.
        seed: of the first weights, the order and whatever ``some`` draws from the global random state, which stays as
            it is.
        epochs: passes over the set.
        progress: told one line after each epoch.
        bf16: whether it computes in bf16, which is slow on a processor that only emulates it.
    """
    size = min(batch, count)
    steps = epochs * (count // size)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = make().to(memory_format=torch.channels_last).train()
        optimizer = optimisers.AdamW(model.parameters(), weight_decay=0.02)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
        for epoch in range(epochs):
            order, total = torch.randperm(count), 0.0
            for rows in order[: count // size * size].view(-1, size):
                x, shown = some(rows)
                threads.review()
                with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                    loss = loss_of(model(x).float(), shown)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                total += loss.item()
            progress(f"epoch {epoch + 1} of {epochs}: loss {total * epochs / steps:.4f}")
    return model.eval()


def publish(model: nn.Module, data_name: str, fingerprint: str = "", **card: object) -> None:
    """Writes weights and card to the project's folder of classifiers, weights first, each in one atomic step.

    With the fingerprint of prepared pictures, as a person's own, beside these.
    """
    folder = classifier_folder(data_name, fingerprint)
    folder.mkdir(parents=True, exist_ok=True)
    content = safetensors.torch.save({name: tensor.contiguous() for name, tensor in model.state_dict().items()})
    card = {"data": data_name, **card, "weights_sha256": hashlib.sha256(content).hexdigest()}
    for file, text in (("weights.safetensors", content), ("card.json", json.dumps(card, indent=2).encode() + b"\n")):
        publish_bytes(folder / file, text)


def restored(data_name: str, kind: str, make: Callable[[dict[str, Tensor], Card], Kind], fingerprint: str = "") -> Kind:
    """The judge of one kind for the pictures of a data set, with its weights, on the CPU, ready to judge.

    Args:
        data_name: of the data set.
        kind: ``CLASSES``, ``ATTRIBUTES`` or ``PARTS``.
        make: the judge for these weights and this card; what it draws as first weights is neither drawn nor kept.
        fingerprint: of the pictures, where one of a person's own may be taken.

    Raises:
        ModelError: there is none of this kind, or its weights are not those that its card was written for.
    """
    folder = classifier_folder(data_name, fingerprint)
    what, module = WORDS[kind]
    own = is_own(data_name, fingerprint)
    remedy = "train the reader anew" if own else f"make it with: python -m pipelines.metrics.{module} {data_name}"
    none = f"There is no {what} for the data set {data_name!r} in {folder}; {remedy}."
    try:
        content = (folder / "weights.safetensors").read_bytes()
        card = card_of(data_name, fingerprint)
    except FileNotFoundError as problem:
        raise ModelError(none) from problem
    except (OSError, ModelError) as problem:
        raise ModelError(f"The {what} in {folder} cannot be read ({problem}); {remedy}.") from problem
    if card is None or card.kind != kind:
        raise ModelError(none)
    if hashlib.sha256(content).hexdigest() != card.weights_sha256:
        raise ModelError(f"The weights in {folder} are damaged: they are not those that card.json describes; {remedy}.")
    try:
        weights = safetensors.torch.load(content)
        with torch.device("meta"):  # no first weights are drawn
            model = make(weights, card)
        model.load_state_dict(weights, assign=True)
    except (SafetensorError, KeyError, ValueError, RuntimeError) as problem:
        raise ModelError(f"The weights in {folder} do not fit the {what} of this version; {remedy}.") from problem
    return model.requires_grad_(False).eval()


def command(
    kind: str,
    what: str,
    about: str | None,
    shape: dict[str, int],
    epochs: int,
    train: Callable[[ImageSet, int, int, Callable[[str], None]], Kind],
    measured: Callable[[Kind, ImageSet], dict[str, Any]],
    name_of: Callable[[str], str] | None = None,
) -> None:
    """The command of a module: trains the judge of one data set, measures it on the test pictures and publishes it.

    Args:
        kind: ``CLASSES``, ``ATTRIBUTES`` or ``PARTS``.
        what, about: help texts, of the data set to name and of the command.
        shape: which pictures it learns from, as ``data.load`` takes it.
        epochs: by default.
        train: of training pictures, seed, epochs and what is told a line after each.
        measured: the card's fields that only this kind has; ``test_accuracy`` is a share, or shares by name.
        name_of: under which it is published, by the name of the data set; by default that.
    """
    parser = argparse.ArgumentParser(prog=f"python -m pipelines.metrics.{WORDS[kind][1]}", description=about)
    parser.add_argument("data", help=what)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=epochs)
    options = parser.parse_args()
    try:
        name = name_of(options.data) if name_of else options.data
        if not name_of and (like := read_as(options.data)) != options.data:
            raise ConfigError(
                f"The pictures of {options.data!r} are read as those of {like!r}; give the name {like!r}."
            )
        train_set, test_set = (data.load(options.data, **shape, split=split) for split in ("train", "test"))
        started_s = time.monotonic()
        model = train(train_set, options.seed, options.epochs, lambda line: print(line, flush=True))
        seconds = time.monotonic() - started_s
        card = measured(model, test_set)
    except GanError as problem:
        sys.exit(str(problem))
    entry = data.DATA_SETS.get(options.data)
    publish(
        model,
        name,
        data=options.data,
        kind=kind,
        **card,
        command=f"{parser.prog} {options.data} --seed {options.seed} --epochs {options.epochs}",
        seed=options.seed,
        seconds=round(seconds),
        test_pictures=len(test_set),
        data_fingerprint=train_set.fingerprint,
        data_source=train_set.source,
        data_licence=entry.LICENCE,
        data_citation=entry.CITATION,
        date=date.today().isoformat(),
        machine=f"{os.cpu_count()} CPU cores",
        threads=torch.get_num_threads(),
        torch=torch.__version__,
    )
    right = card["test_accuracy"]
    for told, share in (right if isinstance(right, dict) else {"test accuracy": right}).items():
        print(f"{told:20}{share:8.2%}")
    print(f"after {seconds:.0f} s; wrote {classifier_folder(name)}")
