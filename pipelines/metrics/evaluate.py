"""The full measure of a trained model, as it is taken to choose between models and told in a model's card.

Everything is measured on real pictures too, so that each number stands beside what perfect samples would get. The
samples are compared with test pictures, which neither the model nor the classifier has seen; beside them stand as many
training pictures, compared with the same test pictures.

Both are drawn several times, since real pictures too come out nearer or farther by luck: told are the mean of the draws
and the spread between them. The test pictures are the same for all draws, so a spread does not tell what other test
pictures would change; that moves both sides alike. Where a set is too small for so many draws that share no picture,
draws overlap and their spread is corrected for it; see draws.py.

A new measure is a field of ``Evaluation`` and a row of its table in evaluation.py, and a line of ``evaluate`` here; one
that the data set's own classifier tells is in shares.py. Measures of a person's own are taken as they are; see own.py.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor

from pipelines import data
from pipelines.config.train_config import TrainConfig
from pipelines.data import Progress
from pipelines.data._image_set import within
from pipelines.errors import ConfigError, DataError, ModelError
from pipelines.metrics import ATTRIBUTES, draws, frechet, inception, kernel, path_length, quality, score, sides, truth
from pipelines.metrics import shares as told
from pipelines.metrics.copying import HELD_OUT, ReferenceSet
from pipelines.metrics.draws import DRAWS, Repeated
from pipelines.metrics.evaluation import Beside, Evaluation
from pipelines.metrics.judge import as_float
from pipelines.metrics.measures._seen import Reference
from pipelines.metrics.neighbours import Compared, K, Neighbourhoods
from pipelines.metrics.own import Taken
from pipelines.metrics.path_length import Paths
from pipelines.metrics.reader import Reader
from pipelines.metrics.sides import Draw, Real, Seen
from pipelines.registries import MODALITIES

SAMPLES = 10_000
FEWEST = 100  # samples, below which shares are coarse and a covariance of 64 features has no full rank
NEIGHBOURS = 2000  # pictures of each side for precision, recall, density, coverage, diversity, and copies
FEATURE_SPACES = OWN, INCEPTION = "own", "inception"


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
    features: str = OWN,
    teller: AttributeModel | None = None,
    paths: Paths | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Draws samples from a model and measures them beside real pictures.

    Draws nothing from the global random state; which real pictures are taken is the same each time. A conditional model
    is asked for the classes that the training pictures beside its samples have, so that each side has as many of each:
    asked in turn, even perfect digits would lie farther from the test pictures, where there are more ones than fives.
    One that is told of another condition is asked for those of the test pictures, as they are what it has not learnt
    from, or else for those of the training pictures; see truth.py.

    Args:
        draw: the model; called for up to ``sides.BATCH`` samples at a time, each time with another seed.
        config: how it was trained: which data it is compared with, and whether it is asked for classes.
        class_names: the classes that it can be asked for.
        samples: how many in each draw, ``FEWEST`` at least.
        seed: of the samples, >= 0.
        times: how many draws, 1 at least, of samples and of training pictures; of the latter fewer where a draw is the
            whole set.
        features: ``OWN``, what the data set's classifier sees, or pixels where none does; or
            ``INCEPTION``, which takes a package and weights of its own, 2 GB of memory and, without a GPU, hours.
        teller: what tells attributes; by default the classifier for the data set, if there is one.
        paths: perceptual path lengths of the model, where it draws pictures; see path_length.py.
        progress: told the share done and a message.

    Raises:
        ConfigError: fewer than ``FEWEST`` samples, no draw, unknown features, or too few pictures for Inception-v3.
        DataError: the data set cannot be had, has too few pictures, or no classes for a conditional model.
        ModelError: the model's classes are not those of the data set, the set's classifier is damaged, or Inception-v3
            is not to be had.
    """
    if samples < FEWEST:
        raise ConfigError(f"A model is measured on {FEWEST} samples at least, not {samples}; set samples to more.")
    if times < 1:
        raise ConfigError(f"A model is measured on one draw at least, not {times}; set draws to more.")
    report = progress or (lambda share, message: None)
    if features not in FEATURE_SPACES:
        raise ConfigError(f"features is {features!r}; choose one of: {', '.join(FEATURE_SPACES)}.")
    judge: Any = inception.Inception() if features == INCEPTION else None
    real = sides.real_sides(config, samples, times, within(report, 0.0, 0.1), whole=judge is None)
    if judge:
        inception.require_enough(min(real.count, len(real.against)))
    against = real.against
    classes = against.pictures.class_names
    modality, by_class = against.pictures.modality, config.conditional and not against.pictures.condition
    if not MODALITIES.defines(modality, "features"):
        raise DataError(
            f"Examples of the modality {modality!r} have no features, by which a model is compared with its data in "
            "full; add a function features to its file. Measures of your own are taken in training."
        )
    if modality != "image" and judge:
        raise ConfigError(f"Inception-v3 looks at pictures, and the set {config.data!r} has none; set features to own.")
    if by_class:
        data.require_classes(against.pictures)
        if tuple(class_names) != classes:
            raise ModelError(
                f"The model draws the classes {', '.join(class_names)} and the data set {config.data!r} has "
                f"{', '.join(classes)}; measure it on the data that it was trained on."
            )
    fingerprint = real.beside.pictures.fingerprint
    teller = teller or attribute_model(config.data, fingerprint)
    own: Any = (
        _Attributes(quality.features_name(config.data, fingerprint), teller)
        if teller
        else quality.judge_of(
            config.data,
            torch.from_numpy(against.some(min(quality.SAMPLES, real.count))),
            modality=modality,
            fingerprint=fingerprint,
        )
    )
    if judge:
        judge.own = own
    else:
        judge = own
    looking = "Looking at real pictures"
    target = sides.look(judge, against.batches(), len(against), looking, within(report, 0.1, 0.2))
    training = sides.look(judge, real.beside.batches(), len(real.beside), looking, within(report, 0.2, 0.4))
    others = [training.at(part) for part in real.parts]
    new = None if real.new is None else sides.look(judge, real.new.batches(), len(real.new), looking, lambda *_: None)
    labels = sides.asked_classes(real, samples, times) if by_class else [None] * times
    held = truth.of(real.beside.pictures, real.test) if config.conditional else None
    near = min(NEIGHBOURS, real.count, len(against))
    fakes, taken, drawing = [], Taken(modality, near, held is not None), within(report, 0.4, 0.9)
    truths = [held and held.at(held.rows(index, samples)[:near]) for index in range(times)]
    for index, wanted in enumerate(labels):
        conditions = wanted if held is None else held.told[held.rows(index, samples)]
        pictures = sides.drawn(draw, conditions, seed, index * samples, samples, modality == "image")
        message = f"Drawing samples, {index + 1} of {times} times" if times > 1 else "Drawing samples"
        share = within(drawing, index / times, (index + 1) / times)
        fakes.append(sides.look(judge, taken.keep(pictures), samples, message, share))

    report(0.9, "Comparing")
    common = draws.shared(real.parts)
    # never more of the samples than of training pictures: distances fall with more, so both sides get as many
    clouds = [[seen.features[: real.count] for seen in side] for side in (fakes, others)]

    def both(measure: Callable[[Any], float], drawn: list[list[Any]], shared: float) -> tuple[Repeated, Repeated]:
        """A number of each draw, of the samples and of the training pictures."""
        return Repeated.of(measure, drawn[0]), Repeated.of(measure, drawn[1], shared)

    gaussian, points = frechet.Gaussian.of(target.features), kernel.Cloud.of(target.features)
    far = both(lambda cloud: frechet.distance(gaussian, frechet.Gaussian.of(cloud)), clouds, common)
    ratio, ratio_error = draws.ratio(*far)
    report(0.92, "Comparing")
    unlike = both(lambda cloud: kernel.distance(points, kernel.Cloud.of(cloud)), clouds, common)
    report(0.94, "Comparing")
    balls = Neighbourhoods.of(target.features[:near])
    found = [[balls.compare(cloud[:near]) for cloud in side] for side in clouds]
    common_near = draws.shared([part[:near] for part in real.parts])
    compared = {
        field.name: Beside.of(*both(operator.attrgetter(field.name), found, common_near))
        for field in dataclasses.fields(Compared)
    }
    reference = Reference(gaussian, balls, target.probabilities)
    mine = taken.measured(fakes, labels, real, training, reference, own, truths)
    kept = taken.kept()
    report(0.96, "Measuring path lengths")
    lengths = path_length.fields(paths if modality == "image" else None, own, seed, times)
    report(0.97, "Looking for copies")
    names = () if teller else classes
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
        kernel=Beside.of(*unlike),
        neighbours=K,
        wide_neighbours=balls.wide_k,
        neighbours_count=near,
        **compared,
        **_score(fakes, target, others, common, quality.features_name(config.data, fingerprint), names),
        **_copies(real, fakes, target, training, new),
        own=mine,
        kept_by_part=kept and {label: Beside(share.mean, None, share.spread) for label, share in kept.items()},
        told_of="" if held is None else "test pictures" if held.held_out else "training pictures",
        own_count=near,
        **lengths,
        **told.class_measures(fakes, target, others, common, labels, against.labels(), names),
        **told.stacked_measures(fakes, others, own.kind),
        **told.attribute_measures(fakes, target, others, common, tuple(teller.attribute_names) if teller else ()),
    )
    report(1.0, "Done")
    return evaluation


def attribute_model(data_name: str, fingerprint: str = "") -> AttributeModel | None:
    """The attribute classifier for the pictures of that fingerprint, or None.

    Raises:
        ModelError: the one that ships is damaged.
    """
    reader = Reader.of(data_name, fingerprint)
    return None if reader is None or reader.exclusive else reader.network


class _Attributes:
    """Looks with an attribute classifier, as the judges of quality.py look.

    Pictures go through the model's own ``prepared``, as those of ``Classifier``, where it has one.
    """

    def __init__(self, name: str, model: AttributeModel) -> None:
        self.name, self.kind = name, ATTRIBUTES
        self._model = model
        self._prepared = getattr(model, "prepared", as_float)

    @torch.inference_mode()
    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor]:
        parts = [self._prepared(chunk) for chunk in images.split(quality.CHUNK)]
        features = torch.cat([self._model.features(part).cpu() for part in parts])
        return features, torch.cat([self._model(part).sigmoid().cpu() for part in parts])


def _score(
    fakes: list[Seen], target: Seen, others: list[Seen], common: float, seen_in: str, names: tuple[str, ...]
) -> dict[str, Any]:
    """The inception score: of Inception-v3 where it has looked, or else of a classifier of classes, if there is one.

    Such a classifier has learnt from the training pictures, so beside the samples stand the pictures compared with.
    """
    if target.scored is not None:
        found, real = ([score.inception_score(seen.scored) for seen in side] for side in (fakes, others))
        pair = Beside.of(Repeated.of(float, found), Repeated.of(float, real, common))
        return {"inception_score": pair, "scored_by": "Inception-v3"}
    if target.probabilities is None or not names:
        return {"inception_score": None, "scored_by": None}
    found = Repeated.of(lambda seen: score.inception_score(seen.probabilities), fakes)
    pair = Beside(found.mean, score.inception_score(target.probabilities), found.spread)
    return {"inception_score": pair, "scored_by": seen_in.replace("features", "classifier")}


def _copies(real: Real, fakes: list[Seen], target: Seen, training: Seen, new: Seen | None) -> dict[str, Any]:
    """The fields that tell whether samples are copied; see copying.py."""
    # Directions of pixel features follow from the first pictures compared with, in which these lie farther apart than
    # new ones do. So the last of those stand for unseen pictures, or training pictures that are not among them.
    if real.unseen:
        seen = training.features
        yardstick = ReferenceSet.of(seen, target.features[-HELD_OUT:])
    else:
        seen = torch.cat([training.features, target.features])
        if new is not None:
            yardstick = ReferenceSet.of(seen, new.features)
        else:
            yardstick = ReferenceSet.of(seen, training.features[:HELD_OUT], own=0)
    nearer, copied = zip(*(yardstick.measure(each.features[:NEIGHBOURS]) for each in fakes), strict=True)

    def pair(values: tuple[float | None, ...], real_value: float | None) -> Beside | None:
        if real_value is None:
            return None
        found = Repeated.of(float, values)
        return Beside(found.mean, real_value, found.spread)

    return {
        "training_count": len(seen),
        "nearer_to_training": pair(nearer, yardstick.nearer_real),
        "copied": pair(copied, yardstick.copied_real),
    }
