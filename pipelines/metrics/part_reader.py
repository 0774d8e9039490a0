"""A small network that finds the parts of 64x64 colour pictures, pixel by pixel: is a face drawn as its map says?

``python -m pipelines.metrics.part_reader face-maps`` trains it and writes ``checkpoints/classifiers/face-parts/``: the
name that the data set's entry states as ``PART_READER``, whose maps of labels it learns from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.data import ImageSet
from pipelines.errors import DataError, ModelError
from pipelines.metrics import PARTS, judge, ships
from pipelines.metrics.judge import Looker, block
from pipelines.modalities._conditions import evenly
from pipelines.registries import DATA_SETS, stated_by

SIZE = 64
EPOCHS = 3
BATCH = 64
WIDTHS = (16, 32, 64, 96)  # channels, at 64, 32, 16 and 8 pixels
SHIFT_PIXELS, STRETCH, TINT, NOISE = 8, 0.2, 0.06, 0.1  # at most, of a picture that is learnt from
CHUNK = 64  # pictures read at a time
MOST = 500  # pictures that a mean is taken of: all of them would take longer than training on as many


class PartReader(Looker):
    """From 64x64 colour pictures to a logit for each label at each pixel: a U-Net whose skips are added.

    Ronneberger et al., U-Net: Convolutional Networks for Biomedical Image Segmentation (2015).
    """

    SIZE, CHANNELS = SIZE, 3

    def __init__(self, labels: Sequence[str]) -> None:
        """Draws first weights.

        Args:
            labels: the names of the logits, in their order.
        """
        super().__init__()
        self.labels = tuple(labels)
        one, *_, last = WIDTHS
        self.stem = nn.Sequential(*block(3, one))
        steps = list(zip(WIDTHS, WIDTHS[1:], strict=False))
        self.down = nn.ModuleList(nn.Sequential(*block(wide, deep, 2), *block(deep, deep)) for wide, deep in steps)
        self.narrow = nn.ModuleList(nn.Conv2d(deep, wide, 1) for wide, deep in reversed(steps))
        self.up = nn.ModuleList(nn.Sequential(*block(wide, wide)) for wide, _ in reversed(steps))
        self.head = nn.Conv2d(one, len(labels), 1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits, float [B, labels, 64, 64], of pictures float [B, 3, 64, 64] in [-1, 1]."""
        x = self.stem(x.contiguous(memory_format=torch.channels_last))
        skips = []
        for down in self.down:
            skips.append(x)
            x = down(x)
        for narrow, up in zip(self.narrow, self.up, strict=True):
            x = up(F.interpolate(narrow(x), scale_factor=2.0, mode="nearest") + skips.pop())
        return self.head(x)

    @torch.inference_mode()
    def read(self, images: Tensor, size: int = SIZE) -> Tensor:
        """The likeliest label of each pixel, int64 [N, size, size].

        Args:
            images: of any size, [N, 1 or 3, H, W], uint8, or floating in [-1, 1], on any device.
            size: of the map; logits are resized to it.
        """
        found = []
        for chunk in images.detach().cpu().split(CHUNK):
            logits = self(self.prepared(chunk))
            if size != SIZE:
                logits = F.interpolate(logits, (size, size), mode="bilinear", antialias=True)
            found.append(logits.argmax(1))
        return torch.cat(found)

    def mean_iou(self, images: Tensor, maps: Tensor) -> float:
        """The mean IoU of the labels, see ``iou``, on ``MOST`` of the pictures at most, evenly chosen.

        Args:
            images: as of ``read``.
            maps: the labels that they should have, int8 [N, 1, S, S].
        """
        rows = evenly(torch.arange(len(maps)), min(MOST, len(maps)))
        wanted = maps[rows][:, 0].cpu()
        return iou(wanted, self.read(images[rows], wanted.shape[-1]), len(self.labels)).nanmean().item()


def iou(wanted: Tensor, found: Tensor, labels: int) -> Tensor:
    """Intersection over union of each label, over the pixels of all maps together, float64 [labels].

    Args:
        wanted, found: integer maps of one shape, with labels in [0, labels).
        labels: how many there are.

    Returns:
        NaN for a label that no pixel of ``wanted`` has.
    """
    pairs = wanted.flatten().long() * labels + found.flatten().long()
    counts = pairs.bincount(minlength=labels**2).view(labels, labels).double()
    both, of_wanted, of_found = counts.diagonal(), counts.sum(1), counts.sum(0)
    return torch.where(of_wanted > 0, both / (of_wanted + of_found - both), torch.nan)


def train(
    train_set: ImageSet, seed: int = 0, epochs: int = EPOCHS, progress: Callable[[str], None] = lambda message: None
) -> PartReader:
    """A part reader trained on slightly altered pictures of a set whose condition is a map of labels.

    Args:
        train_set: pictures of any size, each with a map of its own.
        seed: of the first weights, the order and the alterations; the global random state stays as it is.
        epochs: passes over the set.
        progress: told one line after each epoch.

    Raises:
        DataError: the set has no maps of labels.
    """
    images, maps = torch.from_numpy(train_set.images), _maps_of(train_set)

    def some(rows: Tensor) -> tuple[Tensor, Tensor]:
        wanted = F.interpolate(maps[rows].float(), (SIZE, SIZE), mode="nearest-exact")[:, 0].long()
        return altered(PartReader.prepared(images[rows]), wanted)

    return judge.fitted(
        lambda: PartReader(train_set.condition_labels), len(images), some, F.cross_entropy,
        batch=BATCH, seed=seed, epochs=epochs, progress=progress,
    )  # fmt: skip


def altered(x: Tensor, maps: Tensor) -> tuple[Tensor, Tensor]:
    """Pictures [B, 3, S, S] in [-1, 1] as a generator might paint them, with maps [B, S, S] of where the parts are.

    All are moved by whole pixels: the parts of faces lie where they always lie, and a reader would learn the places and
    not the looks. Half are mirrored and a quarter stretched; all are tinted, a quarter is brought to half its size and
    back, a quarter gets noise. Draws from the global random state.
    """
    count, size = len(x), x.shape[-1]
    stretch = 1 + STRETCH * (2 * torch.rand(count, 2) - 1) * (torch.rand(count, 1) < 0.25)
    stretch[:, 0] *= torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    shift = 2 / size * torch.randint(-SHIFT_PIXELS, SHIFT_PIXELS + 1, (count, 2))
    grid = F.affine_grid(torch.cat([stretch.diag_embed(), shift[:, :, None]], 2), [count, 1, size, size], False)
    x = F.grid_sample(x, grid, padding_mode="border", align_corners=False)
    maps = F.grid_sample(maps[:, None].float(), grid, "nearest", "border", align_corners=False)[:, 0].round().long()
    x = x + TINT * (2 * torch.rand(count, 3, 1, 1) - 1)
    quarter = count // 4
    half = F.interpolate(x[:quarter], scale_factor=0.5, mode="bilinear", antialias=True)
    noisy = x[quarter : 2 * quarter]
    x[quarter : 2 * quarter] = noisy + NOISE * torch.rand(len(noisy), 1, 1, 1) * torch.randn_like(noisy)
    x[:quarter] = F.interpolate(half, x.shape[-2:], mode="bilinear")
    return x.clamp(-1, 1), maps


def accuracy(model: PartReader, test_set: ImageSet) -> dict[str, float]:
    """The IoU, in [0, 1], of each label that the set's pictures have, over all of them.

    Raises:
        DataError: the set has no maps of labels, or other labels.
    """
    maps = _maps_of(test_set)
    if test_set.condition_labels != model.labels:
        raise DataError(
            f"The maps of the data set {test_set.name!r} have the labels {', '.join(test_set.condition_labels)}, and "
            f"the part reader finds {', '.join(model.labels)}; train it on this set."
        )
    found = iou(maps[:, 0], model.read(torch.from_numpy(test_set.images), maps.shape[-1]), len(model.labels))
    return {label: share for label, share in zip(model.labels, found.tolist(), strict=True) if share == share}


def of(data_name: str) -> PartReader | None:
    """The part reader for the maps of a data set; None where none ships.

    Raises:
        ModelError: it is damaged, or finds other parts than the maps have.
    """
    says = stated_by(data_name)
    name = says.get("PART_READER")
    if not name or not ships(name):
        return None
    reader, labels = load(name), says.get("CONDITION_LABELS")
    if reader.labels != labels:
        raise ModelError(
            f"The part reader {name!r} finds other parts than the maps of {data_name!r} have; make it with: "
            f"python -m pipelines.metrics.part_reader {data_name}"
        )
    return reader


@lru_cache(maxsize=4)
def load(name: str) -> PartReader:
    """A part reader by its name, on the CPU, ready to read; the global random state stays as it is.

    Raises:
        ModelError: there is none, or its weights are not those that its card was written for.
    """
    return judge.restored(name, PARTS, lambda weights, card: PartReader(card.class_names))


def _maps_of(image_set: ImageSet) -> Tensor:
    """The maps of a set's pictures, int8 [N, 1, S, S]."""
    maps = image_set.fields.get(image_set.condition)
    if not image_set.condition_labels or maps is None or len(maps) != len(image_set):
        raise DataError(
            f"The data set {image_set.name!r} has no maps of labels; choose one whose condition they are, such as "
            "face-maps."
        )
    return torch.from_numpy(maps)


def _name_of(data_name: str) -> str:
    name = DATA_SETS.constants(data_name).get("PART_READER")
    if not name:
        raise DataError(f"The data set {data_name!r} names no part reader; state PART_READER in its file.")
    return name


def main() -> None:
    """Trains the part reader of one data set, measures it on the test pictures and publishes it."""
    judge.command(
        PARTS,
        "a data set with maps of labels and a test split, such as face-maps",
        main.__doc__,
        {"size": SIZE, "channels": 3},
        EPOCHS,
        train,
        lambda model, test_set: {
            "class_names": model.labels,
            "test_accuracy": (found := {name: round(share, 4) for name, share in accuracy(model, test_set).items()}),
            "mean_iou": round(sum(found.values()) / len(found), 4),
        },
        _name_of,
    )


if __name__ == "__main__":
    main()
