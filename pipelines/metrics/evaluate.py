"""The full measure of a trained model, as it is taken to choose between models and told in a model's card.

Everything is measured on real pictures too, so that each number stands beside what perfect samples would get. The
samples are compared with test pictures, which neither the model nor the classifier has seen; beside them stand as many
training pictures, compared with the same test pictures.

A new measure is a field of ``Evaluation`` and a row of its table in evaluation.py, and a line of ``evaluate`` here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from pipelines import data
from pipelines.data import ImageSet, Progress
from pipelines.data._image_set import within
from pipelines.errors import ConfigError, DataError, ModelError
from pipelines.metrics import attributes, attributes_available, classifier, frechet, quality
from pipelines.metrics.evaluation import Beside, Evaluation
from pipelines.metrics.neighbours import K, Neighbourhoods
from pipelines.training.config import TrainConfig

SAMPLES = 10_000
FEWEST = 100  # samples, below which shares are coarse and a covariance of 64 features has no full rank
REFERENCE = 60_000  # training pictures at most
NEIGHBOURS = 2000  # pictures of each side for precision and recall
BATCH = 1000  # pictures drawn and looked at at a time

Draw = Callable[[int, Tensor | None, int], tuple[np.ndarray, np.ndarray]]
"""As ``Trained.sample``: count, labels int64 [count] or None, seed -> uint8 [count, H, W, C], and int64 [count]."""


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
    teller: AttributeModel | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Draws samples from a model and measures them beside real pictures.

    Draws nothing from the global random state; which real pictures are taken is the same each time. A conditional model
    is asked for the classes that the training pictures beside its samples have, so that each side has as many of each:
    asked in turn, even perfect digits would lie farther from the test pictures, where there are more ones than fives.

    Args:
        draw: the model; called for up to ``BATCH`` samples at a time, each time with another seed.
        config: how it was trained: which data it is compared with, and whether it is asked for classes.
        class_names: the classes that it can be asked for.
        samples: how many, ``FEWEST`` at least.
        seed: of the samples, >= 0.
        teller: what tells attributes; by default the model that ships for the data set, if one does.
        progress: told the share done and a message.

    Raises:
        ConfigError: fewer than ``FEWEST`` samples.
        DataError: the data set cannot be had, has too few pictures, or no classes for a conditional model.
        ModelError: the model's classes are not those of the data set, or the set's classifier is damaged.
    """
    if samples < FEWEST:
        raise ConfigError(f"A model is measured on {FEWEST} samples at least, not {samples}; set samples to more.")
    report = progress or (lambda share, message: None)
    against, reference, words = _real_sides(config, samples, within(report, 0.0, 0.1))
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
        else quality.judge_of(config.data, torch.from_numpy(against.some(min(quality.SAMPLES, len(reference)))))
    )
    real = _look(judge, against.batches(), len(against), "Looking at real pictures", within(report, 0.1, 0.3))
    other = _look(judge, reference.batches(), len(reference), "Looking at real pictures", within(report, 0.3, 0.5))
    labels = _asked(reference, samples) if config.conditional else None
    drawn = _drawn(draw, samples, labels, seed)
    fake = _look(judge, drawn, samples, "Drawing samples", within(report, 0.5, 0.95))

    report(0.95, "Comparing")
    count = len(reference)  # never more than samples; the distance falls with more, so both sides get as many
    gaussian = frechet.Gaussian.of(real.features)
    far = Beside(*(frechet.distance(gaussian, frechet.Gaussian.of(seen.features[:count])) for seen in (fake, other)))
    near = min(NEIGHBOURS, count, len(against))
    balls = Neighbourhoods.of(real.features[:near])
    evaluation = Evaluation(
        data=config.data,
        samples=samples,
        seed=seed,
        features=judge.name,
        against=words,
        against_count=len(against),
        frechet_count=count,
        frechet=far,
        ratio=far.value / far.real if far.real else None,
        neighbours=K,
        neighbours_count=near,
        precision=Beside(*(balls.share(seen.features[:near]) for seen in (fake, other))),
        recall=Beside(*(Neighbourhoods.of(seen.features[:near]).share(balls.points) for seen in (fake, other))),
        **_class_measures(fake, real, other, labels, against.labels(), () if teller else classes),
        **_attribute_measures(fake, real, other, tuple(teller.attribute_names) if teller else ()),
    )
    report(1.0, "Done")
    return evaluation


def attribute_model(data_name: str) -> AttributeModel | None:
    """The attribute classifier that ships for a data set, or None.

    Raises:
        ModelError: it is damaged.
    """
    return attributes.load(data_name) if attributes_available(data_name) else None


@dataclass(frozen=True)
class _Side:
    """Some pictures of a set, in an order of their own."""

    pictures: ImageSet
    chosen: np.ndarray  # int64 [N]

    def __len__(self) -> int:
        return len(self.chosen)

    def some(self, count: int) -> np.ndarray:
        return self.pictures.images[self.chosen[:count]]

    def labels(self) -> Tensor | None:
        return None if self.pictures.labels is None else torch.from_numpy(self.pictures.labels[self.chosen])

    def batches(self) -> Iterator[Tensor]:
        for start in range(0, len(self), BATCH):
            yield torch.from_numpy(self.pictures.images[self.chosen[start : start + BATCH]])


@dataclass(frozen=True)
class _Seen:
    """What a judge has seen on one side."""

    features: Tensor  # [N, D]
    probabilities: Tensor | None  # [N, classes or attributes]


class _Attributes:
    """Looks with an attribute classifier, as the judges of quality.py look.

    Pictures go through the model's own ``prepared``, as those of ``Classifier``, where it has one.
    """

    def __init__(self, data_name: str, model: AttributeModel) -> None:
        self.name = quality.features_name(data_name)
        self._model = model
        self._prepared = getattr(model, "prepared", classifier.as_float)

    @torch.inference_mode()
    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor]:
        parts = [self._prepared(chunk) for chunk in images.split(quality.CHUNK)]
        features = torch.cat([self._model.features(part).cpu() for part in parts])
        return features, torch.cat([self._model(part).sigmoid().cpu() for part in parts])


def _real_sides(config: TrainConfig, samples: int, report: Progress) -> tuple[_Side, _Side, str]:
    """The pictures that all is compared with, training pictures to stand beside the samples, and what the former are.

    The two have no picture in common: where a set has only training pictures, each is a half of them at most.
    """
    wanted = {"size": config.size, "channels": config.channels, "folder": config.folder}
    random = np.random.default_rng(quality.SEED)
    train = data.load(config.data, **wanted, split="train", progress=within(report, 0.0, 0.7))
    if len(train) < quality.FEWEST:
        raise DataError(
            f"The data set {train.name!r} has {len(train)} pictures and measuring a model needs {quality.FEWEST} "
            "at least; add pictures."
        )
    order, most = random.permutation(len(train)), min(samples, REFERENCE)
    if "test" not in data.DATA_SETS.get(config.data).SPLITS:
        half = len(train) // 2
        return _Side(train, order[:half]), _Side(train, order[half:][:most]), "training pictures"
    test = data.load(config.data, **wanted, split="test", progress=within(report, 0.7, 1.0))
    return _Side(test, random.permutation(len(test))), _Side(train, order[:most]), "test pictures"


def _asked(reference: _Side, samples: int) -> Tensor:
    """Classes to ask for, int64 [samples]: those of the training pictures, over again where they are fewer."""
    labels = reference.labels()
    assert labels is not None  # as ``require_classes`` has found
    return labels.repeat(-(-samples // len(labels)))[:samples]


def _drawn(draw: Draw, samples: int, labels: Tensor | None, seed: int) -> Iterator[Tensor]:
    """The samples, uint8 [some, C, H, W], a batch at a time."""
    for start in range(0, samples, BATCH):
        asked = None if labels is None else labels[start : start + BATCH]
        batch_seed = int(np.random.SeedSequence((seed, start)).generate_state(1)[0])
        images, _ = draw(min(BATCH, samples - start), asked, batch_seed)
        yield torch.from_numpy(images).permute(0, 3, 1, 2)


def _look(judge: Any, batches: Iterator[Tensor], count: int, message: str, report: Progress) -> _Seen:
    """What a judge sees on ``count`` pictures that come in batches."""
    report(0.0, message)
    features, probabilities, done = [], [], 0
    for images in batches:
        seen, sure = judge(images)
        features.append(seen)
        probabilities.append(sure)
        done += len(images)
        report(done / count, message)
    return _Seen(torch.cat(features), None if probabilities[0] is None else torch.cat(probabilities))


def _class_measures(
    fake: _Seen, real: _Seen, other: _Seen, labels: Tensor | None, real_labels: Tensor | None, names: tuple[str, ...]
) -> dict[str, Any]:
    """The fields of ``Evaluation`` that need class probabilities, all None without them."""
    fields = ("clear", "as_asked", "as_asked_by_class", "class_shares", "class_deviation")
    measures: dict[str, Any] = dict.fromkeys(fields)
    if fake.probabilities is None or real.probabilities is None or other.probabilities is None or not names:
        return measures
    (sure, guess), (real_sure, real_guess) = fake.probabilities.max(1), real.probabilities.max(1)
    measures["clear"] = Beside(_mean(sure > quality.CLEAR), _mean(real_sure > quality.CLEAR))
    seen = [_shares_of(each, len(names)) for each in (guess, real_guess, other.probabilities.argmax(1))]
    measures |= _share_measures("class", names, *seen)
    if labels is None:
        return measures
    measures["class_deviation"] = None  # it would tell of the labels that were asked for, not of the model
    hits, real_hits = guess == labels, real_guess == real_labels
    measures["as_asked"] = Beside(_mean(hits), _mean(real_hits))
    measures["as_asked_by_class"] = {
        name: Beside(_mean(hits[labels == value]), _mean(real_hits[real_labels == value]))
        for value, name in enumerate(names)
        if (labels == value).any()
    }
    return measures


def _attribute_measures(fake: _Seen, real: _Seen, other: _Seen, names: tuple[str, ...]) -> dict[str, Any]:
    """The fields of ``Evaluation`` that need attributes, all None where there are no names of them."""
    if not names:
        return {"attribute_shares": None, "attribute_deviation": None}
    seen = [(each.probabilities > 0.5).double().mean(0) for each in (fake, real, other)]
    return _share_measures("attribute", names, *seen)


def _share_measures(what: str, names: tuple[str, ...], fake: Tensor, real: Tensor, other: Tensor) -> dict[str, Any]:
    """Shares [names] of samples beside those of the real pictures, and how far both and training pictures are off."""
    pairs = zip(names, fake.tolist(), real.tolist(), strict=True)
    deviation = Beside(*(100 * (shares - real).abs().max().item() for shares in (fake, other)))
    return {
        f"{what}_shares": {name: Beside(value, beside) for name, value, beside in pairs},
        f"{what}_deviation": deviation,
    }


def _shares_of(guess: Tensor, classes: int) -> Tensor:
    return torch.bincount(guess, minlength=classes).double() / len(guess)


def _mean(hits: Tensor) -> float | None:
    return hits.double().mean().item() if len(hits) else None
