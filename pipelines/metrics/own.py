"""Measures that the full measure takes as in training: a person's own, and those by the truth.

They are taken on each draw, beside draws of real pictures. They look at the first pictures of each, as the measures by
neighbours do, so that no draw is kept whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from pipelines.metrics import draws, measures, parts, sides
from pipelines.metrics.draws import Repeated
from pipelines.metrics.measures._asked import Asked
from pipelines.metrics.measures._seen import Reference, Seen
from pipelines.metrics.truth import Truth, beside_truth


@dataclass(frozen=True)
class Own:
    """What such a measure found, with what it says of itself, so that it is shown where its file is not.

    A spread is the standard deviation between draws, None of a single one.
    """

    title: str
    help: str
    unit: str  # of described.UNITS
    better: str
    value: float
    real: float | None  # of training pictures beside the samples, or of the true pictures; None: no such number
    spread: float | None = None
    real_spread: float | None = None


class Taken:
    """Takes the measures of a person's own that a modality can have, and those by the truth, where there are some.

    Args:
        modality: of the examples.
        count: pictures of each draw, at most.
        told: whether the model is told of another condition than classes.

    Raises:
        ConfigError: a measure describes itself wrongly.
    """

    def __init__(self, modality: str, count: int, told: bool = False) -> None:
        asked = [Asked(name) for name in measures.of_modality(modality)]
        asked = [one for one in asked if measures.MEASURES.is_own(one.name) or told and one.of_truth]
        shown = {one.name: one for one in measures.described(modality=modality, told=told)} if asked else {}
        self._measures = [(one, shown[one.key]) for one in asked if one.key in shown]
        self._count, self._drawn, self._of_fakes = count, [], []

    def keep(self, batches: Iterator[Tensor]) -> Iterator[Tensor]:
        """The batches of a draw of samples as they are, of which the first pictures are kept."""
        first, left = [], self._count if self._measures else 0
        for batch in batches:
            if left > 0:
                first.append(batch[:left])
                left -= len(batch)
            yield batch
        self._drawn.append(torch.cat(first) if first else None)

    def measured(
        self,
        fakes: Sequence[sides.Seen],
        labels: Sequence[Tensor | None],
        real: sides.Real,
        training: sides.Seen,
        beside: Reference,
        judge: Any,
        truths: Sequence[Truth | None],
    ) -> dict[str, Own]:
        """What was found, by the keys of the measures; those without a number in some draw are left out.

        Args:
            fakes: what the judge has seen on each draw of samples.
            labels: the classes asked for in each, int64 [samples], or None.
            real: the real pictures; training: what the judge has seen on those beside the samples.
            beside: the pictures that both are compared with.
            judge: what has looked at the pictures, with their own probabilities; see ``quality.judge_of``.
            truths: what each draw was asked for, where that is no class: the first of it, or all; else None.

        Raises:
            TrainingError: a measure fails, or gives no number.
        """
        if not self._measures:
            return {}
        rows, kind, pictures = [part[: self._count] for part in real.parts], judge.kind, real.beside.pictures
        of_fakes = [
            _seen(images, seen.at(slice(len(images))), kind, None if asked is None else asked[: len(images)], beside)
            for images, seen, asked in zip(self._drawn, fakes, labels, strict=True)
        ]
        of_truth = []
        for index, truth in enumerate(truths):
            if truth is not None:
                truth = truth.at(slice(len(self._drawn[index])))
                more = beside_truth(truth, judge, pictures.name, pictures.fingerprint)
                of_fakes[index] = replace(of_fakes[index], **more)
                of_truth += [] if truth.images is None else [replace(of_fakes[index], images=truth.images)]
        self._of_fakes = of_fakes
        of_real = [_seen(real.beside.at(part), training.at(part), kind, None, beside) for part in rows]
        found, common = {}, draws.shared(rows)
        for asked, shown in self._measures:
            values = [asked(seen) for seen in of_fakes]
            if None in values:
                continue
            one, other = Repeated.of(float, values), None
            real_ones = of_truth if asked.of_truth else of_real
            if asked.real and real_ones and None not in (beside_them := [asked(seen) for seen in real_ones]):
                other = Repeated.of(float, beside_them, common)
            real_value, real_spread = (other.mean, other.spread) if other else (None, None)
            found[asked.key] = Own(
                shown.title, shown.help, shown.unit, shown.better, one.mean, real_value, one.spread, real_spread
            )
        return found

    def kept(self) -> dict[str, Repeated] | None:
        """Of what ``measured`` has seen, the share of the samples that show each part as the true picture does.

        By the labels of ``parts.parts_of``; None where no truth is known, or nothing but one class is read.
        """
        if not self._of_fakes or not all(seen.has("verdicts") for seen in self._of_fakes):
            return None
        hits = [(seen.verdicts == seen.true_verdicts).double().mean(0) for seen in self._of_fakes]
        labels = [part.label for part in parts.parts_of(self._of_fakes[0].reader)]
        shares = {label: Repeated.of(float, [each[at] for each in hits]) for at, label in enumerate(labels)}
        return shares if len(shares) > 1 else None


def _seen(images: Tensor, seen: sides.Seen, kind: str | None, labels: Tensor | None, beside: Reference) -> Seen:
    told = seen.probabilities
    return Seen(images, seen.features, told, kind if told is not None else None, labels, beside)
