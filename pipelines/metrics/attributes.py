"""A small network that reads attributes off 64x64 colour pictures: which known things are to be seen on a sample?

``python -m pipelines.metrics.attributes faces`` trains it and writes ``checkpoints/classifiers/faces/``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines import data
from pipelines.data import ImageSet
from pipelines.errors import DataError
from pipelines.metrics import ATTRIBUTES, is_own, judge
from pipelines.metrics.judge import FEATURES, Judge, block
from pipelines.metrics.own_reader import OwnReader

SIZE = 64
EPOCHS = 6
BATCH = 128
SHIFT_PIXELS, STRETCH, TINT, NOISE = 3, 0.05, 0.08, 0.12  # at most, of a picture that is learnt from


class AttributeClassifier(Judge):
    """From 64x64 colour pictures to a logit for each attribute, of which a sigmoid makes a probability.

    Of grey pictures colours cannot be told.
    """

    SIZE, CHANNELS = SIZE, 3

    def __init__(self, attribute_names: Sequence[str], groups: Sequence[Sequence[str]] = ()) -> None:
        """Draws first weights.

        Args:
            attribute_names: of the logits, in their order.
            groups: names that exclude each other; a name in none of them is independent of all others.
        """
        body = nn.Sequential(
            *block(3, 16, stride=2),  # [B, 16, 32, 32]
            *block(16, 32, stride=2),  # [B, 32, 16, 16]
            *block(32, 64), nn.MaxPool2d(2),  # [B, 64, 8, 8]
            *block(64, 64), nn.MaxPool2d(2),  # [B, 64, 4, 4]
            nn.Flatten(), nn.Linear(1024, FEATURES, bias=False), nn.BatchNorm1d(FEATURES),
        )  # fmt: skip
        super().__init__(body, len(attribute_names))
        self.attribute_names = tuple(attribute_names)
        self.groups = tuple(tuple(group) for group in groups)


def train(
    train_set: ImageSet, seed: int = 0, epochs: int = EPOCHS, progress: Callable[[str], None] = lambda message: None
) -> AttributeClassifier:
    """A classifier trained on slightly altered pictures of a set with attributes.

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
    groups = tuple(data.attribute_groups_of(train_set.name).values()) if train_set.name in data.names() else ()
    return judge.fitted(
        lambda: AttributeClassifier(train_set.attribute_names, groups),
        len(images),
        lambda rows: (altered(AttributeClassifier.prepared(images[rows])), targets[rows]),
        F.binary_cross_entropy_with_logits,
        batch=BATCH, seed=seed, epochs=epochs, progress=progress,
    )  # fmt: skip


def altered(x: Tensor, mirror: bool = True) -> Tensor:
    """Pictures [B, 3, S, S] in [-1, 1] as a generator might paint them: moved, tinted, some blurred, some noisy.

    A third is brought to half its size and back, a third gets noise, and a third stays sharp. Draws from the global
    random state.

    Args:
        mirror: whether half of them are mirrored, which no attribute of a face minds.
    """
    count = len(x)
    tint = TINT * (2 * torch.rand(count, 3, 1, 1) - 1) + TINT * (2 * torch.rand(count, 1, 1, 1) - 1)
    stretch = 1 + STRETCH * (2 * torch.rand(count) - 1)
    shift = 2 * SHIFT_PIXELS / x.shape[-1] * (2 * torch.rand(count, 2) - 1)
    sign = torch.where(torch.rand(count) < 0.5 * mirror, -1.0, 1.0)
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


def load(data_name: str, fingerprint: str = "") -> AttributeClassifier | OwnReader:
    """The attribute classifier for pictures of a data set, on the CPU, ready to judge; draws no random number.

    Args:
        fingerprint: of the pictures, where a person's own reader may be taken.

    Raises:
        ModelError: there is none, or its weights are not those that its card was written for.
    """
    network = OwnReader if is_own(data_name, fingerprint) else AttributeClassifier
    return judge.restored(
        data_name, ATTRIBUTES, lambda weights, card: network(card.attribute_names, card.groups), fingerprint
    )


def _require_attributes(image_set: ImageSet) -> None:
    if image_set.attributes is None or not image_set.attribute_names:
        raise DataError(
            f"The data set {image_set.name!r} has no attributes; choose one that has, such as faces "
            "(your own folder: an attributes.csv in it)."
        )


def main() -> None:
    """Trains the attribute classifier of one data set, measures it on the test pictures and publishes it."""
    judge.command(
        ATTRIBUTES,
        "a data set with attributes and a test split, such as faces",
        main.__doc__,
        {"size": SIZE, "channels": 3},
        EPOCHS,
        train,
        lambda model, test_set: {
            "attribute_names": model.attribute_names,
            "groups": model.groups,
            "test_accuracy": {name: round(share, 4) for name, share in accuracy(model, test_set).items()},
        },
    )


if __name__ == "__main__":
    main()
