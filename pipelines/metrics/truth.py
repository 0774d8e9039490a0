"""What samples of a model that is told of a picture, a map or numbers are held against: the true pictures.

Such a model is measured on conditions that it has not learnt from, where its data set has a test part, and else on
those that it has. Where a picture belongs to each condition, what is drawn is compared with it, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pipelines.data import ATTRIBUTES as ATTRIBUTES_TOLD
from pipelines.data import ImageSet
from pipelines.metrics import ATTRIBUTES, CLASSES, part_reader
from pipelines.metrics.reader import Reader
from pipelines.modalities._conditions import evenly
from pipelines.registries import stated_by

SEED = 20190318  # of the order in which conditions are asked for; fixed, so that numbers of all models on a set compare


@dataclass(frozen=True)
class Truth:
    """Conditions, and the pictures that belong to them.

    Args:
        told: as they are stored, [N, ...].
        images: the true pictures, as they are stored, [N, ...]; None where none is known.
        held_out: whether they are ones that nothing is learnt from.
        alike: whether what is drawn is to be like them as a picture, and not only in its attributes.
    """

    told: Tensor
    images: Tensor | None
    held_out: bool
    alike: bool = True

    def __len__(self) -> int:
        return len(self.told)

    def at(self, rows: Tensor | slice) -> Truth:
        """Some of them, by rows int64 [M]."""
        return replace(self, told=self.told[rows], images=None if self.images is None else self.images[rows])

    def evenly(self, count: int) -> Truth:
        """From the first to the last, at even distances; some twice if there are fewer."""
        return self.at(evenly(torch.arange(len(self)), count))

    def rows(self, index: int, count: int) -> Tensor:
        """Which of them the draw with number ``index`` is asked for, int64 [count].

        Draws go through all of them in a fixed order, each on from the one before it, and at its end over again.
        """
        order = torch.from_numpy(np.random.default_rng(SEED).permutation(len(self)))
        return order[torch.arange(index * count, (index + 1) * count) % len(self)]


def of(image_set: ImageSet, test: ImageSet | None = None) -> Truth | None:
    """The conditions that a model of a set is measured on; None of a set without a condition.

    A picture belongs to a condition where a part of the set has as many of both and is paired. In the test part of a
    set that is not paired, pictures and conditions belong together all the same, but in a person's own.

    Args:
        image_set: what the model has learnt from.
        test: pictures of the set that it has not, if any.
    """
    says = stated_by(image_set.name)
    for part, held_out in ((test, True), (image_set, False)):
        if part is None or (values := part.fields.get(image_set.condition)) is None:
            continue
        belong = part.paired or held_out and not says.get("NEEDS_FOLDER")
        known = belong and len(values) == len(part)
        images = torch.from_numpy(part.images) if known else None
        return Truth(torch.from_numpy(values), images, held_out, image_set.condition != ATTRIBUTES_TOLD)
    return None


def beside_truth(truth: Truth | None, judge: Any, data_name: str, fingerprint: str) -> dict[str, Any]:
    """What a ``Seen`` of samples that were drawn for such conditions holds of them and of the truth; {} without any.

    Args:
        truth: as many as there are samples.
        judge: looks at pictures, as ``quality.judge_of`` gives it.
        data_name, fingerprint: of the pictures.
    """
    if truth is None:
        return {}
    found = {"told": truth.told, "part_reader": part_reader.of(data_name)}
    found |= {"truth": truth.images} if truth.alike else {}
    if truth.images is None:
        return found
    if judge.kind in (CLASSES, ATTRIBUTES):
        found |= {"reader": Reader.of(data_name, fingerprint), "true_probabilities": judge(truth.images)[1]}
    return found
