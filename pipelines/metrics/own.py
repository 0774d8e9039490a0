"""A person's own measures in the full measure: taken as in training, on each draw, beside draws of real pictures.

They look at the first pictures of each draw, as the measures by neighbours do, so that no draw is kept whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pipelines.metrics import draws, measures, sides
from pipelines.metrics.draws import Repeated
from pipelines.metrics.measures._asked import Asked
from pipelines.metrics.measures._seen import Reference, Seen


@dataclass(frozen=True)
class Own:
    """What a measure of a person's own found, with what it says of itself, so that it is shown where its file is not.

    A spread is the standard deviation between draws, None of a single one.
    """

    title: str
    help: str
    unit: str  # of described.UNITS
    better: str
    value: float
    real: float | None  # of training pictures beside the samples; None where the measure has no such number
    spread: float | None = None
    real_spread: float | None = None


class Taken:
    """Takes the measures of a person's own that a modality can have, where there are some.

    Args:
        modality: of the examples.
        count: pictures of each draw, at most.

    Raises:
        ConfigError: a measure describes itself wrongly.
    """

    def __init__(self, modality: str, count: int) -> None:
        names = [name for name in measures.of_modality(modality) if measures.MEASURES.is_own(name)]
        shown = {one.name: one for one in measures.described(modality=modality)} if names else {}
        self._measures = [(Asked(name), shown[key]) for name in names if (key := measures.key_of(name)) in shown]
        self._count, self._drawn = count, []

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
        kind: str | None,
    ) -> dict[str, Own]:
        """What was found, by the keys of the measures; those without a number in some draw are left out.

        Args:
            fakes: what the judge has seen on each draw of samples.
            labels: the classes asked for in each, int64 [samples], or None.
            real: the real pictures; training: what the judge has seen on those beside the samples.
            beside: the pictures that both are compared with.
            kind: of the judge's probabilities: ``classes``, ``attributes`` or None.

        Raises:
            TrainingError: a measure fails, or gives no number.
        """
        if not self._measures:
            return {}
        rows = [part[: self._count] for part in real.parts]
        of_fakes = [
            _seen(images, seen.at(slice(len(images))), kind, None if asked is None else asked[: len(images)], beside)
            for images, seen, asked in zip(self._drawn, fakes, labels, strict=True)
        ]
        of_real = [_seen(real.beside.at(part), training.at(part), kind, None, beside) for part in rows]
        found, common = {}, draws.shared(rows)
        for asked, shown in self._measures:
            values = [asked(seen) for seen in of_fakes]
            if None in values:
                continue
            one, other = Repeated.of(float, values), None
            if asked.real and None not in (beside_them := [asked(seen) for seen in of_real]):
                other = Repeated.of(float, beside_them, common)
            real_value, real_spread = (other.mean, other.spread) if other else (None, None)
            found[asked.key] = Own(
                shown.title, shown.help, shown.unit, shown.better, one.mean, real_value, one.spread, real_spread
            )
        return found


def _seen(images: Tensor, seen: sides.Seen, kind: str | None, labels: Tensor | None, beside: Reference) -> Seen:
    told = seen.probabilities
    return Seen(images, seen.features, told, kind if told is not None else None, labels, beside)
