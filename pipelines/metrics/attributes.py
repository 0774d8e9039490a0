"""A small network that reads attributes off 64x64 colour pictures: which known things are to be seen on a sample?

``python -m pipelines.metrics.attributes faces`` trains it and writes ``checkpoints/classifiers/faces/``.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines import data
from pipelines.data import ImageSet
from pipelines.errors import DataError, GanError
from pipelines.metrics import ATTRIBUTES, classifier_folder
from pipelines.metrics.classifier import as_float, block, publish, restored

SIZE = 64
FEATURES = 64
EPOCHS = 6
BATCH = 128
LEARNING_RATE = 4e-3  # the highest one; it rises to it and falls to zero
SHIFT_PIXELS, STRETCH, TINT, NOISE = 3, 0.05, 0.08, 0.12  # at most, of a picture that is learnt from


class AttributeClassifier(nn.Module):
    """From 64x64 colour pictures to a logit for each attribute, through ``FEATURES`` numbers."""

    def __init__(self, attribute_names: Sequence[str], groups: Sequence[Sequence[str]] = ()) -> None:
        """Draws first weights.

        Args:
            attribute_names: of the logits, in their order.
            groups: names that exclude each other; a name in none of them is independent of all others.
        """
        super().__init__()
        self.attribute_names = tuple(attribute_names)
        self.groups = tuple(tuple(group) for group in groups)
        self.body = nn.Sequential(
            *block(3, 16, stride=2),  # [B, 16, 32, 32]
            *block(16, 32, stride=2),  # [B, 32, 16, 16]
            *block(32, 64), nn.MaxPool2d(2),  # [B, 64, 8, 8]
            *block(64, 64), nn.MaxPool2d(2),  # [B, 64, 4, 4]
            nn.Flatten(), nn.Linear(1024, FEATURES, bias=False), nn.BatchNorm1d(FEATURES),
        )  # fmt: skip
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(FEATURES, len(self.attribute_names)))

    def features(self, x: Tensor) -> Tensor:
        """What is to be seen on pictures, float [B, 64], for pictures as in ``forward``."""
        return self.body(x.contiguous(memory_format=torch.channels_last))

    def forward(self, x: Tensor) -> Tensor:
        """Logits, float [B, A], of pictures float [B, 3, 64, 64] in [-1, 1]; a sigmoid makes probabilities of them."""
        return self.head(self.features(x))

    @staticmethod
    def prepared(images: Tensor) -> Tensor:
        """Pictures of any size, grey or colour, as ``forward`` wants them.

        Args:
            images: [B, 1 or 3, H, W], uint8, or floating in [-1, 1].

        Returns:
            Float [B, 3, 64, 64] in [-1, 1]: grey as three equal channels, other sizes averaged or interpolated
            (bilinear). Of grey pictures colours cannot be told.
        """
        images = as_float(images).expand(-1, 3, -1, -1)
        if images.shape[-2:] == (SIZE, SIZE):
            return images
        return F.interpolate(images, (SIZE, SIZE), mode="bilinear", antialias=True)


def train(
    train_set: ImageSet, seed: int = 0, epochs: int = EPOCHS, progress: Callable[[str], None] = lambda message: None
) -> AttributeClassifier:
    """A classifier trained on slightly altered pictures of a set with attributes.

    The last state is taken, not the best one on some other pictures, so that a test accuracy stays honest.

    Args:
        train_set: pictures of any size, with attributes; at least two.
        seed: of the first weights, the order and the alterations; the global random state stays as it is.
        epochs: passes over the set.
        progress: told one line after each epoch.

    Raises:
        DataError: the set has no attributes.
    """
    _require_attributes(train_set)
    images = torch.from_numpy(train_set.images)
    targets = torch.from_numpy(train_set.attributes).float()  # [N, A]
    size = min(BATCH, len(images))
    steps = epochs * (len(images) // size)
    groups = tuple(data.attribute_groups_of(train_set.name).values()) if train_set.name in data.names() else ()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = AttributeClassifier(train_set.attribute_names, groups).to(memory_format=torch.channels_last).train()
        optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.02)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
        for epoch in range(epochs):
            order, total = torch.randperm(len(images)), 0.0
            for batch in order[: len(order) // size * size].view(-1, size):
                x = altered(model.prepared(images[batch]))
                with torch.autocast("cpu", torch.bfloat16):
                    loss = F.binary_cross_entropy_with_logits(model(x).float(), targets[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                total += loss.item()
            progress(f"epoch {epoch + 1} of {epochs}: loss {total * epochs / steps:.4f}")
    return model.eval()


def altered(x: Tensor) -> Tensor:
    """Pictures [B, 3, S, S] in [-1, 1] as a generator might paint them: moved, tinted, some blurred, some noisy.

    A third is brought to half its size and back, a third gets noise, and a third stays sharp. Draws from the global
    random state.
    """
    count = len(x)
    tint = TINT * (2 * torch.rand(count, 3, 1, 1) - 1) + TINT * (2 * torch.rand(count, 1, 1, 1) - 1)
    stretch = 1 + STRETCH * (2 * torch.rand(count) - 1)
    shift = 2 * SHIFT_PIXELS / x.shape[-1] * (2 * torch.rand(count, 2) - 1)
    sign = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)  # mirrored, which no attribute minds
    zero = torch.zeros(count)
    rows = [torch.stack([sign * stretch, zero, shift[:, 0]], 1), torch.stack([zero, stretch, shift[:, 1]], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), list(x.shape), align_corners=False)  # its axes go from -1 to 1
    x = F.grid_sample(x, grid, padding_mode="border", align_corners=False) + tint
    third = count // 3
    half = F.interpolate(x[:third], scale_factor=0.5, mode="bilinear", antialias=True)
    x[:third] = F.interpolate(half, x.shape[-2:], mode="bilinear")
    noisy = x[third : 2 * third]
    x[third : 2 * third] = noisy + NOISE * torch.rand(len(noisy), 1, 1, 1) * torch.randn_like(noisy)
    return x.clamp(-1, 1)


@torch.inference_mode()
def accuracy(model: AttributeClassifier, test_set: ImageSet) -> dict[str, float]:
    """For each attribute the share, in [0, 1], of the set's pictures on which it is read right (p > 0.5 means yes).

    Raises:
        DataError: the set has other attributes than the classifier.
    """
    _require_attributes(test_set)
    if test_set.attribute_names != model.attribute_names:
        raise DataError(
            f"The data set {test_set.name!r} has the attributes {', '.join(test_set.attribute_names)}, and the "
            f"classifier reads {', '.join(model.attribute_names)}; train it on this set."
        )
    images, targets = torch.from_numpy(test_set.images), torch.from_numpy(test_set.attributes)
    said = torch.cat([model(model.prepared(x)) > 0 for x in images.split(500)])
    right = (said == (targets == 1)).float().mean(0)
    return dict(zip(model.attribute_names, right.tolist(), strict=True))


def load(data_name: str) -> AttributeClassifier:
    """The attribute classifier that ships for a data set, on the CPU, ready to judge; draws no random number.

    Raises:
        ModelError: none ships, or its weights are not those that its card was written for.
    """
    return restored(
        data_name, ATTRIBUTES, lambda weights, card: AttributeClassifier(card["attribute_names"], card["groups"])
    )


def _require_attributes(image_set: ImageSet) -> None:
    if image_set.attributes is None or not image_set.attribute_names:
        raise DataError(
            f"The data set {image_set.name!r} has no attributes; choose one that has, such as faces "
            "(your own folder: an attributes.csv in it)."
        )


def main() -> None:
    """Trains the attribute classifier of one data set, measures it on the test pictures and publishes it."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.metrics.attributes", description=main.__doc__)
    parser.add_argument("data", help="a data set with attributes and a test split, such as faces")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()
    try:
        train_set, test_set = (
            data.load(options.data, size=SIZE, channels=3, split=split) for split in ("train", "test")
        )
        started_s = time.monotonic()
        model = train(train_set, options.seed, options.epochs, lambda line: print(line, flush=True))
        seconds = time.monotonic() - started_s
        right = accuracy(model, test_set)
    except GanError as problem:
        sys.exit(str(problem))
    publish(
        model,
        options.data,
        kind=ATTRIBUTES,
        attribute_names=model.attribute_names,
        groups=model.groups,
        command=f"{parser.prog} {options.data} --seed {options.seed} --epochs {options.epochs}",
        seed=options.seed,
        seconds=round(seconds),
        test_accuracy={name: round(share, 4) for name, share in right.items()},
        test_pictures=len(test_set),
        data_fingerprint=train_set.fingerprint,
        data_source=train_set.source,
        data_licence=data.DATA_SETS.get(options.data).LICENCE,
        data_citation=data.DATA_SETS.get(options.data).CITATION,
        date=date.today().isoformat(),
        machine=f"{os.cpu_count()} CPU cores",
        threads=torch.get_num_threads(),
        torch=torch.__version__,
    )
    for name, share in right.items():
        print(f"{name:20}{share:8.2%}")
    print(f"after {seconds:.0f} s; wrote {classifier_folder(options.data)}")


if __name__ == "__main__":
    main()
