"""What the full measure of a trained model found, and how a person and a program read it; evaluate.py takes it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from pipelines.metrics.copying import NEAREST
from pipelines.metrics.draws import Repeated
from pipelines.metrics.inception import NAME as INCEPTION
from pipelines.metrics.own import Own
from pipelines.metrics.score import CLEAR, MODE_SHARE
from pipelines.told import PRECISE


@dataclass(frozen=True)
class Beside:
    """A number of the samples, and the same number of real pictures; both the mean of their draws.

    A spread is the standard deviation between draws: None of a single one, and of what is not drawn, such as the
    share of the test pictures that is clear.
    """

    value: float
    real: float | None  # None where there is no such real picture
    spread: float | None = None
    real_spread: float | None = None

    @classmethod
    def of(cls, fake: Repeated, real: Repeated) -> Beside:
        """What both sides' draws gave."""
        return cls(fake.mean, real.mean, fake.spread, real.spread)


@dataclass(frozen=True)
class Evaluation:
    """What was measured. Shares are in [0, 1]; compare numbers of the same features and as many samples only."""

    data: str
    samples: int  # of each draw; of a conditional model as many of each class as the training pictures beside them have
    seed: int
    draws: int  # of samples, none of which is in two
    real_draws: int  # of training pictures; see draws.py
    features: str  # what is measured in: "digit features", "pixel features", "Inception-v3 features"
    against: str  # "test pictures", or "training pictures" where the set has no others
    against_count: int
    frechet_count: int  # of the samples of a draw, and of the training pictures of a draw beside them
    frechet: Beside  # Fréchet distance to the pictures named by ``against``, >= 0, lower is better; see frechet.py
    ratio: float | None  # of the two: 1 is as near as real pictures are; None where those are at distance 0
    ratio_error: float | None  # its standard error, by the luck of both sides' draws; None where one has a single draw
    kernel: Beside  # kernel distance, of as many; 0 on average of perfect samples; see kernel.py
    neighbours: int  # the k of precision and recall, higher is better; see neighbours.py
    wide_neighbours: int  # the k of density and coverage
    neighbours_count: int  # pictures of each side
    precision: Beside
    recall: Beside
    density: Beside
    coverage: Beside
    diversity: Beside  # mean distance of two pictures of a side, in units of the features
    inception_score: Beside | None  # None without a classifier of classes; see score.py
    scored_by: str | None  # whose probabilities: "digit classifier", "Inception-v3"
    training_count: int  # training pictures that were searched for copies; see copying.py
    nearer_to_training: Beside  # chance that a sample lies nearer to one of them than an unseen real picture does
    copied: Beside | None  # share as near as the nearest hundredth of unseen real pictures; None where those are few
    clear: Beside | None  # share that the classifier is sure about, p > 0.9; None without a classifier
    as_asked: Beside | None  # share that is the class asked for, beside the classifier's accuracy
    as_asked_by_class: dict[str, Beside] | None  # of the classes that were asked for
    class_shares: dict[str, Beside] | None  # as the classifier sees it
    class_deviation: Beside | None  # the largest of these, in percentage points; None where classes are asked for
    modes: Beside | None  # how many classes come, a mean of draws; see score.py
    attribute_shares: dict[str, Beside] | None  # share with each attribute; None without an attribute classifier
    attribute_deviation: Beside | None  # the largest of these, in percentage points
    combinations: Beside | None  # different combinations of attributes among ``frechet_count`` pictures; see score.py
    own: dict[str, Own] = dataclasses.field(default_factory=dict)  # of a person's own and by the truth, by their keys
    variety: Beside | None = None  # within classes, the mean of all; see variety.py; None without a classifier
    least_variety: Beside | None = None  # of the class with the least
    variety_by_class: dict[str, Beside] | None = None  # of the classes with enough real pictures
    as_asked_permuted: float | None = None  # the share as asked of the same samples, the classes asked for permuted
    stacked_modes: Beside | None = None  # modes of stacked pictures that come; see stacked.py; None of other sets
    stacked_divergence: Beside | None = None  # of their shares from equal shares, in nats
    stacked_count: int = 0  # samples that these two are taken on, those of all draws together
    own_count: int = 0  # pictures of a draw that these are taken on
    path_lengths: dict[str, Beside] | None = None  # by the space, z or w; lower is smoother; see path_length.py
    kept_by_part: dict[str, Beside] | None = None  # share of samples with each attribute as in the true picture
    path_features: str = ""  # that their pictures are compared by
    path_count: int = 0  # ways of all draws
    told_of: str = (
        ""  # "test pictures" or "training pictures": whose conditions were asked for, where they are no classes
    )

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as written to a file: numbers, texts, and ``{"value": ..., "real": ...}`` where two belong.

        Where a spread is known the latter has ``"spread"`` and ``"real_spread"``, too.
        """
        return dataclasses.asdict(self, dict_factory=_without_unknown_spreads)

    def rows(self) -> list[tuple[str, str, str, str]]:
        """A table for people: measure, the samples' value, that of real pictures, and a note.

        What compares two sides is measured on training pictures to stand beside the samples, and shares on the
        pictures named by ``against``. A number after ± is the standard deviation between draws, and that of the ratio
        its standard error.
        """
        error = "" if self.ratio_error is None else f" ± {self.ratio_error:.2f}"
        ratio = "" if self.ratio is None else f"ratio {self.ratio:.2f}{error}; "
        beside = f"{self.frechet_count:,} of each against {self.against_count:,} {self.against}"
        if self.told_of:
            beside += f", for the conditions of {self.told_of}"
        drawn = f"± between {self.draws} draws" if self.draws > 1 else "one draw"
        if self.real_draws != self.draws:
            drawn += f", of real pictures {self.real_draws}"
        near = f"k = {self.neighbours}, {self.neighbours_count:,} of each"
        wide = f"k = {self.wide_neighbours}, {self.neighbours_count:,} of each"
        far, unlike, sure = "Fréchet distance", "kernel distance", f"inception score, {self.scored_by}"
        if self.features == INCEPTION:
            far, unlike, sure = "FID", "KID", "IS"
        seen, few = f"training picture of {self.training_count:,}", f"{100 * NEAREST:g} %"
        rows = [
            (far, *_texts(self.frechet, "{:.3f}"), f"{ratio}{self.features}; {beside}; {drawn}"),
            (unlike, *_texts(self.kernel, "{:.4f}"), "0 on average of perfect samples; the same pictures"),
            ("precision", *_texts(self.precision), f"samples that look like a real picture; {near}"),
            ("recall", *_texts(self.recall), f"real pictures that look like a sample; {near}"),
            ("density", *_texts(self.density, "{:.3f}"), f"samples lie where real pictures are dense; {wide}"),
            ("coverage", *_texts(self.coverage), f"real pictures with a sample near them; {wide}"),
            ("diversity", *_texts(self.diversity, "{:.3f}"), "mean distance of two pictures; of as many"),
            ("nearer than unseen", *_texts(self.nearer_to_training),
             f"to the nearest {seen}, than unseen real pictures are"),
        ]  # fmt: skip
        if self.copied:
            rows.append(("like copies", *_texts(self.copied), f"as near to one as the nearest {few} of unseen ones"))
        text = f"squared change of {self.path_features} by squared step; lower is smoother; {self.path_count:,} ways"
        for space, length in (self.path_lengths or {}).items():
            rows.append(
                (f"path length in {space}", *_texts(length, "{:,.0f}" if length.value >= 100 else "{:.2f}"), text)
            )
        if self.inception_score:
            rows.append((sure, *_texts(self.inception_score, "{:.3f}"), "each sample one class, and all classes"))
        if self.modes:
            text = f"classes with at least {MODE_SHARE:g} of their share among real pictures, p > {CLEAR}"
            rows.append(("modes covered", *_texts(self.modes, "{:.1f}"), text))
        if self.combinations:
            text = f"different combinations of attributes, all p > {CLEAR}; {self.frechet_count:,} of each"
            rows.append(("combinations", *_texts(self.combinations, "{:.1f}"), text))
        if self.variety and self.least_variety:
            text = "mean distance of two of one class, over that of two real pictures"
            rows.append(("variety in classes", *_texts(self.variety, "{:.3f}"), f"{text}; mean of classes"))
            rows.append(
                ("  worst class", *_texts(self.least_variety, "{:.3f}"), "the class with the least in each draw")
            )
            by_class = self.variety_by_class or {}
            rows += [(f"  {name}", *_texts(ratio, "{:.3f}"), "") for name, ratio in by_class.items()]
        if self.stacked_modes and self.stacked_divergence:
            text = f"modes of 1,000 that come; {self.stacked_count:,} samples"
            rows.append(("modes of stacks", *_texts(self.stacked_modes, "{:.0f}"), text))
            rows.append(("divergence of modes", *_texts(self.stacked_divergence, "{:.3f}"), "from equal shares, nats"))
        if self.clear:
            rows.append(("clear", *_texts(self.clear), f"the classifier is sure, p > {CLEAR}"))
        if self.as_asked and self.as_asked_by_class:
            rows.append(("as asked", *_texts(self.as_asked), "the class asked for; real: the classifier's accuracy"))
            rows += [(f"  {name}", *_texts(share), "") for name, share in self.as_asked_by_class.items()]
        if self.as_asked_permuted is not None:
            text = "the same samples, the classes asked for permuted: falls to chance"
            rows.append(("as asked, permuted", f"{self.as_asked_permuted:.2%}", "", text))
        for what, shares, most in (
            ("class", self.class_shares, self.class_deviation),
            ("attribute", self.attribute_shares, self.attribute_deviation),
        ):
            if shares and most:
                rows.append((f"{what} shares off by", *_texts(most, "{:.2f}"), "percentage points, at most"))
                rows += [(f"  {name}", *_texts(share), "") for name, share in shares.items()]
        rows += [(one.title, *_texts(one, PRECISE[one.unit]), one.help) for one in self.own.values()]
        rows += [(f"  {name} kept", *_texts(share), "") for name, share in (self.kept_by_part or {}).items()]
        return rows


def _without_unknown_spreads(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in fields if value is not None or name not in ("spread", "real_spread")}


def _texts(pair: Beside | Own, form: str = "{:.2%}") -> tuple[str, str]:
    """A pair in words, each with its spread where it has one, in the same digits."""

    def text(value: float | None, spread: float | None) -> str:
        if value is None:
            return ""
        return form.format(value) + ("" if spread is None else f" ± {form.format(spread)}")

    return text(pair.value, pair.spread), text(pair.real, pair.real_spread)
