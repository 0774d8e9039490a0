"""The full measure of a trained model, as it is taken to choose between models and told in a model's card.

Everything is measured on real pictures too, so that each number stands beside what perfect samples would get. The
samples are compared with test pictures, which neither the model nor the classifier has seen; beside them stand as many
training pictures, compared with the same test pictures.

Both are drawn several times, since real pictures too come out nearer or farther by luck: told are the mean of the draws
and the spread between them. The test pictures are the same for all draws, so a spread does not tell what other test
pictures would change; that moves both sides alike. Where a set is too small for so many draws that share no picture,
draws overlap and their spread is corrected for it; see draws.py.

A new measure is a field of ``Evaluation`` and a row of its table in evaluation.py, and a line of ``evaluate`` here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor

from pipelines import data
from pipelines.data import Progress
from pipelines.data._image_set import within
from pipelines.errors import ConfigError, ModelError
from pipelines.metrics import attributes, attributes_available, draws, frechet, quality, sides
from pipelines.metrics.draws import DRAWS, Repeated
from pipelines.metrics.evaluation import Beside, Evaluation
from pipelines.metrics.judge import as_float
from pipelines.metrics.neighbours import K, Neighbourhoods
from pipelines.metrics.sides import Draw, Real, Seen
from pipelines.training.config import TrainConfig

SAMPLES = 10_000
FEWEST = 100  # samples, below which shares are coarse and a covariance of 64 features has no full rank
NEIGHBOURS = 2000  # pictures of each side for precision and recall


class AttributeModel(Protocol):
    """Tells which attributes pictures have: what ``pipelines.metrics.attributes.load`` gives."""

    attribute_names: tuple[str, ...]

    def features(self, x: Tensor) -> Tensor:
        """Features [B, D] of pictures, float [B, C, H, W] in [-1, 1]."""
        ...

    def __call__(self, x: Tensor) -> Tensor:
        """Logits [B, attributes] of pictures as in ``features``; above zero where a picture has the attribute."""
        ...


def evaluate(
    draw: Draw,
    config: TrainConfig,
    class_names: tuple[str, ...],
    samples: int = SAMPLES,
    seed: int = 0,
    *,
    times: int = DRAWS,
    teller: AttributeModel | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Draws samples from a model and measures them beside real pictures.

    Draws nothing from the global random state; which real pictures are taken is the same each time. A conditional model
    is asked for the classes that the training pictures beside its samples have, so that each side has as many of each:
    asked in turn, even perfect digits would lie farther from the test pictures, where there are more ones than fives.

    Args:
        draw: the model; called for up to ``sides.BATCH`` samples at a time, each time with another seed.
        config: how it was trained: which data it is compared with, and whether it is asked for classes.
        class_names: the classes that it can be asked for.
        samples: how many in each draw, ``FEWEST`` at least.
        seed: of the samples, >= 0.
        times: how many draws, 1 at least, of samples and of training pictures; of the latter fewer where a draw is the
            whole set.
        teller: what tells attributes; by default the model that ships for the data set, if one does.
        progress: told the share done and a message.

    Raises:
        ConfigError: fewer than ``FEWEST`` samples, or no draw.
        DataError: the data set cannot be had, has too few pictures, or no classes for a conditional model.
        ModelError: the model's classes are not those of the data set, or the set's classifier is damaged.
    """
    if samples < FEWEST:
        raise ConfigError(f"A model is measured on {FEWEST} samples at least, not {samples}; set samples to more.")
    if times < 1:
        raise ConfigError(f"A model is measured on one draw at least, not {times}; set draws to more.")
    report = progress or (lambda share, message: None)
    real = sides.real_sides(config, samples, times, within(report, 0.0, 0.1))
    against = real.against
    classes = against.pictures.class_names
    if config.conditional:
        data.require_classes(against.pictures)
        if tuple(class_names) != classes:
            raise ModelError(
                f"The model draws the classes {', '.join(class_names)} and the data set {config.data!r} has "
                f"{', '.join(classes)}; measure it on the data that it was trained on."
            )
    teller = teller or attribute_model(config.data)
    judge: Any = (
        _Attributes(config.data, teller)
        if teller
        else quality.judge_of(config.data, torch.from_numpy(against.some(min(quality.SAMPLES, real.count))))
    )
    looking = "Looking at real pictures"
    target = sides.look(judge, against.batches(), len(against), looking, within(report, 0.1, 0.2))
    training = sides.look(judge, real.beside.batches(), len(real.beside), looking, within(report, 0.2, 0.4))
    others = [training.at(part) for part in real.parts]
    labels = _asked(real, samples, times) if config.conditional else [None] * times
    fakes, drawing = [], within(report, 0.4, 0.9)
    for index, wanted in enumerate(labels):
        pictures = sides.drawn(draw, wanted, seed, index * samples, samples)
        message = f"Drawing samples, {index + 1} of {times} times" if times > 1 else "Drawing samples"
        told = within(drawing, index / times, (index + 1) / times)
        fakes.append(sides.look(judge, pictures, samples, message, told))

    report(0.9, "Comparing")
    near = min(NEIGHBOURS, real.count, len(against))
    gaussian, balls = frechet.Gaussian.of(target.features), Neighbourhoods.of(target.features[:near])

    def both(measure: Callable[[Tensor], float], count: int) -> tuple[Repeated, Repeated]:
        """A measure of the first features of each draw, of the samples and of the training pictures."""
        shared = draws.shared([part[:count] for part in real.parts])
        return (
            Repeated.of(measure, [seen.features[:count] for seen in fakes]),
            Repeated.of(measure, [seen.features[:count] for seen in others], shared),
        )

    # never more of the samples than of training pictures: the distance falls with more, so both sides get as many
    common = draws.shared(real.parts)
    far = both(lambda features: frechet.distance(gaussian, frechet.Gaussian.of(features)), real.count)
    ratio, ratio_error = draws.ratio(*far)
    evaluation = Evaluation(
        data=config.data,
        samples=samples,
        seed=seed,
        draws=times,
        real_draws=len(real.parts),
        features=judge.name,
        against=real.words,
        against_count=len(against),
        frechet_count=real.count,
        frechet=Beside.of(*far),
        ratio=ratio,
        ratio_error=ratio_error,
        neighbours=K,
        neighbours_count=near,
        precision=Beside.of(*both(balls.share, near)),
        recall=Beside.of(*both(lambda features: Neighbourhoods.of(features).share(balls.points), near)),
        **_class_measures(fakes, target, others, common, labels, against.labels(), () if teller else classes),
        **_attribute_measures(fakes, target, others, common, tuple(teller.attribute_names) if teller else ()),
    )
    report(1.0, "Done")
    return evaluation


def attribute_model(data_name: str) -> AttributeModel | None:
    """The attribute classifier that ships for a data set, or None.

    Raises:
        ModelError: it is damaged.
    """
    return attributes.load(data_name) if attributes_available(data_name) else None


class _Attributes:
    """Looks with an attribute classifier, as the judges of quality.py look.

    Pictures go through the model's own ``prepared``, as those of ``Classifier``, where it has one.
    """

    def __init__(self, data_name: str, model: AttributeModel) -> None:
        self.name = quality.features_name(data_name)
        self._model = model
        self._prepared = getattr(model, "prepared", as_float)

    @torch.inference_mode()
    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor]:
        parts = [self._prepared(chunk) for chunk in images.split(quality.CHUNK)]
        features = torch.cat([self._model.features(part).cpu() for part in parts])
        return features, torch.cat([self._model(part).sigmoid().cpu() for part in parts])


def _asked(real: Real, samples: int, times: int) -> list[Tensor]:
    """Classes to ask for in each draw of samples, int64 [samples]: those of a draw of training pictures."""
    labels = real.beside.labels()
    assert labels is not None  # as ``require_classes`` has found
    return [
        sides.asked(labels[torch.from_numpy(real.parts[index % len(real.parts)])], samples) for index in range(times)
    ]


def _class_measures(
    fakes: list[Seen],
    target: Seen,
    others: list[Seen],
    common: float,
    labels: list[Tensor | None],
    real_labels: Tensor | None,
    names: tuple[str, ...],
) -> dict[str, Any]:
    """The fields of ``Evaluation`` that need class probabilities, all None without them; see ``_share_measures``."""
    fields = ("clear", "as_asked", "as_asked_by_class", "class_shares", "class_deviation")
    measures: dict[str, Any] = dict.fromkeys(fields)
    if target.probabilities is None or not names:
        return measures
    sure, guess = zip(*(_top(seen) for seen in fakes), strict=True)  # of each draw: [samples]
    real_sure, real_guess = _top(target)
    clear = Repeated.of(lambda top: _mean(top > quality.CLEAR), sure)
    measures["clear"] = Beside(clear.mean, _mean(real_sure > quality.CLEAR), clear.spread)
    shares = [
        [torch.bincount(each, minlength=len(names)).double() / len(each) for each in side]
        for side in (guess, [real_guess], [_top(seen)[1] for seen in others])
    ]
    measures |= _share_measures("class", names, *shares, common)
    if labels[0] is None:
        return measures
    measures["class_deviation"] = None  # it would tell of the labels that were asked for, not of the model
    hits = [one == other for one, other in zip(guess, labels, strict=True)]
    right, real_hits = Repeated.of(_mean, hits), real_guess == real_labels
    measures["as_asked"] = Beside(right.mean, _mean(real_hits), right.spread)
    all_hits, asked = torch.cat(hits), torch.cat(labels)
    measures["as_asked_by_class"] = {
        name: Beside(_mean(all_hits[asked == value]), _mean(real_hits[real_labels == value]))
        for value, name in enumerate(names)
        if (asked == value).any()
    }
    return measures


def _attribute_measures(
    fakes: list[Seen], target: Seen, others: list[Seen], common: float, names: tuple[str, ...]
) -> dict[str, Any]:
    """The fields of ``Evaluation`` that need attributes, all None where there are no names of them."""
    if not names:
        return {"attribute_shares": None, "attribute_deviation": None}
    shares = [[(seen.probabilities > 0.5).double().mean(0) for seen in side] for side in (fakes, [target], others)]
    return _share_measures("attribute", names, *shares, common)


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
