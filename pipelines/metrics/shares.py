"""Measures by a data set's own classifier: share clear, share as asked, shares of classes and attributes.

A share is that of the pictures of which the classifier says so (p > 0.5, or the most probable class), its errors
included: of a rare attribute it may be larger than the truth. So it is told beside that of real pictures, read alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pipelines.metrics import STACKED, stacked, variety
from pipelines.metrics.draws import Repeated
from pipelines.metrics.evaluation import Beside
from pipelines.metrics.score import CLEAR, combinations, modes
from pipelines.metrics.sides import Seen


def class_measures(
    fakes: list[Seen],
    target: Seen,
    others: list[Seen],
    common: float,
    labels: list[Tensor | None],
    real_labels: Tensor | None,
    names: tuple[str, ...],
) -> dict[str, Any]:
    """The fields of ``Evaluation`` that need class probabilities, all None without them; see ``_share_measures``."""
    fields = (
        "clear", "as_asked", "as_asked_by_class", "as_asked_permuted", "class_shares", "class_deviation", "modes",
        "variety", "least_variety", "variety_by_class",
    )  # fmt: skip
    measures: dict[str, Any] = dict.fromkeys(fields)
    if target.probabilities is None or not names:
        return measures
    sure, guess = zip(*(_top(seen) for seen in fakes), strict=True)  # of each draw: [samples]
    real_sure, real_guess = _top(target)
    clear = Repeated.of(lambda top: _mean(top > CLEAR), sure)
    measures["clear"] = Beside(clear.mean, _mean(real_sure > CLEAR), clear.spread)
    shares = [
        [torch.bincount(each, minlength=len(names)).double() / len(each) for each in side]
        for side in (guess, [real_guess], [_top(seen)[1] for seen in others])
    ]
    measures |= _share_measures("class", names, *shares, common)
    measures["modes"] = Beside.of(
        *(
            Repeated.of(lambda seen: modes(seen.probabilities, target.probabilities), *side)
            for side in ((fakes,), (others, common))
        )
    )
    measures |= _varieties(fakes, target, others, common, names)
    if labels[0] is None:
        return measures
    measures["class_deviation"] = None  # it would tell of the labels that were asked for, not of the model
    hits = [one == other for one, other in zip(guess, labels, strict=True)]
    right, real_hits = Repeated.of(_mean, hits), real_guess == real_labels
    measures["as_asked"] = Beside(right.mean, _mean(real_hits), right.spread)
    all_hits, asked = torch.cat(hits), torch.cat(labels)
    measures["as_asked_permuted"] = _mean(torch.cat(guess) == permuted(asked))
    measures["as_asked_by_class"] = {
        name: Beside(_mean(all_hits[asked == value]), _mean(real_hits[real_labels == value]))
        for value, name in enumerate(names)
        if (asked == value).any()
    }
    return measures


def permuted(labels: Tensor) -> Tensor:
    """The same classes, int64 [N], in another order, which is the same each time."""
    return labels[torch.from_numpy(np.random.default_rng(0).permutation(len(labels)))]


def stacked_measures(fakes: list[Seen], others: list[Seen], kind: str | None) -> dict[str, Any]:
    """The fields of ``Evaluation`` of stacked pictures, of all draws together; {} of other pictures."""
    if kind != STACKED:
        return {}
    of_fakes, of_real = (stacked.pooled([seen.probabilities for seen in side]) for side in (fakes, others))
    return {
        "stacked_modes": Beside(stacked.covered(of_fakes), stacked.covered(of_real)),
        "stacked_divergence": Beside(stacked.divergence(of_fakes), stacked.divergence(of_real)),
        "stacked_count": len(of_fakes),
    }


def _varieties(
    fakes: list[Seen], target: Seen, others: list[Seen], common: float, names: tuple[str, ...]
) -> dict[str, Any]:
    """The variety within classes, of each, the mean and the least; {} where no class has enough real pictures."""
    found, real = (
        [variety.beside(seen.features, seen.probabilities, target.features, target.probabilities) for seen in side]
        for side in (fakes, others)
    )
    if found[0] is None:
        return {}

    def both(of: Callable[[Tensor], Tensor]) -> Beside:
        return Beside.of(*(Repeated.of(lambda each: of(each).item(), *side) for side in ((found,), (real, common))))

    known = (~found[0].isnan()).nonzero().flatten().tolist()  # the same of all: the real pictures decide it
    by_class = {names[value]: both(lambda each, value=value: each[value]) for value in known}
    return {
        "variety": both(torch.nanmean),
        "least_variety": both(lambda each: each[known].min()),
        "variety_by_class": by_class,
    }


def attribute_measures(
    fakes: list[Seen], target: Seen, others: list[Seen], common: float, names: tuple[str, ...]
) -> dict[str, Any]:
    """The fields of ``Evaluation`` that need attributes, all None where there are no names of them."""
    if not names:
        return dict.fromkeys(("attribute_shares", "attribute_deviation", "combinations"))
    shares = [[(seen.probabilities > 0.5).double().mean(0) for seen in side] for side in (fakes, [target], others)]
    count = len(others[0].probabilities)  # as many of each, since more pictures have more of them
    found = [Repeated.of(lambda seen: combinations(seen.probabilities[:count]), *side)
             for side in ((fakes,), (others, common))]  # fmt: skip
    return {"combinations": Beside.of(*found), **_share_measures("attribute", names, *shares, common)}


def _share_measures(
    what: str, names: tuple[str, ...], fakes: list[Tensor], target: list[Tensor], others: list[Tensor], common: float
) -> dict[str, Any]:
    """Shares [names] of samples beside those of the real pictures, and how far both and training pictures are off.

    ``common`` is what part of it a draw of training pictures shares with another one.
    """
    (real,) = target

    def off(shares: Tensor) -> float:
        return 100 * (shares - real).abs().max().item()

    pairs = zip(names, (sum(fakes) / len(fakes)).tolist(), real.tolist(), strict=True)
    return {
        f"{what}_shares": {name: Beside(value, beside) for name, value, beside in pairs},
        f"{what}_deviation": Beside.of(Repeated.of(off, fakes), Repeated.of(off, others, common)),
    }


def _top(seen: Seen) -> tuple[Tensor, Tensor]:
    """The largest probability of each picture, [N], and its class, int64 [N]."""
    return tuple(seen.probabilities.max(1))


def _mean(hits: Tensor) -> float | None:
    return hits.double().mean().item() if len(hits) else None
