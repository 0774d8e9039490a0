"""What measures are given: samples beside real pictures, as one judge sees both."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from pipelines.metrics import ATTRIBUTES, CLASSES, STACKED, frechet, parts, variety
from pipelines.metrics.copying import ReferenceSet
from pipelines.metrics.judge import as_float
from pipelines.metrics.neighbours import Compared, K, Neighbourhoods
from pipelines.metrics.part_reader import PartReader
from pipelines.metrics.reader import Reader


@dataclass(frozen=True)
class Reference:
    """The real pictures of a run, looked at once."""

    gaussian: frechet.Gaussian | None  # of their features; None of a modality without features
    neighbourhoods: Neighbourhoods | None  # of their features; None where there are too few
    probabilities: Tensor | None  # [N, classes], [N, attributes] or, of stacked pictures, [N, channels, classes]
    training: ReferenceSet | None = None  # None where copies are not looked for


@dataclass(frozen=True)
class Seen:
    """Pictures that are measured: samples, or real pictures that stand beside them.

    Args:
        images: [N, C, H, W], uint8, or floating in [-1, 1], on any device; or other examples as their modality stores
            them, [N, ...].
        features: [N, D], on the CPU, of the judge of the data set; None of a modality without features.
        probabilities: what the judge says of them, as ``Reference`` has them, on the CPU, or None.
        kind: of the probabilities: ``classes``, ``attributes``, ``stacked`` or None.
        labels: int [N], the classes asked for, or None.
        real: the real pictures that they are compared with.
        truth: the true picture that each is to be like, uint8 [N, C, H, W], or other examples as they are stored; None
            where there is none.
        told: the condition that each was drawn for, where that is no class, as it is stored, [N, ...]; or None.
        true_probabilities: what the judge says of the true pictures, as ``probabilities``, or None.
        reader: the classifier whose probabilities these are, or None.
        part_reader: of the labels of ``told``, or None.
    """

    images: Tensor = field(repr=False)
    features: Tensor | None = field(repr=False)
    probabilities: Tensor | None = field(repr=False)
    kind: str | None
    labels: Tensor | None = field(repr=False)
    real: Reference = field(repr=False)
    truth: Tensor | None = field(default=None, repr=False)
    told: Tensor | None = field(default=None, repr=False)
    true_probabilities: Tensor | None = field(default=None, repr=False)
    reader: Reader | None = field(default=None, repr=False)
    part_reader: PartReader | None = field(default=None, repr=False)

    def has(self, need: str) -> bool:
        """Whether there is what a measure needs, one of ``NEEDS``."""
        return {
            "features": self.features is not None,
            "neighbours": self.real.neighbourhoods is not None and len(self.features) > K,
            "classes": self.probabilities is not None and self.kind == CLASSES,
            "attributes": self.probabilities is not None and self.kind == ATTRIBUTES,
            "asked": self.labels is not None,
            "training": self.real.training is not None,
            "stacked": self.probabilities is not None and self.kind == STACKED,
            "truth": self.truth is not None,
            "verdicts": self.reader is not None and self.true_probabilities is not None,
            "parts": self.part_reader is not None and self.told is not None,
        }[need]

    @cached_property
    def pictures(self) -> Tensor:
        """The pictures, float32 [N, C, H, W] in [-1, 1], on the CPU."""
        return as_float(self.images.detach().cpu())

    @property
    def levels(self) -> Tensor:
        """The pictures, float32 [N, C, H, W] in [0, 255], on the CPU."""
        return levels_of(self.images)

    @property
    def true_levels(self) -> Tensor:
        """The true pictures as ``levels``; needs ``truth``."""
        return levels_of(self.truth)

    @property
    def verdicts(self) -> Tensor:
        """What is read of each picture, int64 [N, parts], see ``parts.verdicts``; needs ``verdicts``."""
        return torch.from_numpy(parts.verdicts(self.reader, self.probabilities.numpy()))

    @property
    def true_verdicts(self) -> Tensor:
        """What is read of each true picture, as ``verdicts``."""
        return torch.from_numpy(parts.verdicts(self.reader, self.true_probabilities.numpy()))

    @cached_property
    def gaussian(self) -> frechet.Gaussian:
        """Mean and covariance of the features."""
        return frechet.Gaussian.of(self.features)

    @cached_property
    def compared(self) -> Compared:
        """What neighbourhoods tell; needs ``neighbours``."""
        return self.real.neighbourhoods.compare(self.features)

    @cached_property
    def nearness(self) -> tuple[float, float | None]:
        """``nearer`` and ``copied``, see ``pipelines/metrics/copying.py``; needs ``training``."""
        return self.real.training.measure(self.features)

    @cached_property
    def varieties(self) -> Tensor | None:
        """Variety within each class over that of real pictures, [classes known]; needs ``classes``, ``neighbours``."""
        beside = self.real.neighbourhoods.points
        found = variety.beside(self.features, self.probabilities, beside, self.real.probabilities[: len(beside)])
        return None if found is None else found[~found.isnan()]

    @cached_property
    def guesses(self) -> tuple[Tensor, Tensor]:
        """The likeliest class of each picture, int64 [N], and its probability, [N]; needs ``classes``."""
        top, guess = self.probabilities.max(1)
        return guess, top


def levels_of(images: Tensor) -> Tensor:
    """Pictures uint8, or floating in [-1, 1], as float32 in [0, 255], on the CPU."""
    images = images.detach().cpu()
    return images.float() if images.dtype == torch.uint8 else (images.float() + 1) * 127.5
