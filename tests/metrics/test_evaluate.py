"""The full measure of a model, on pictures made here and models known to be good, noisy, collapsed or wrong."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch

from explorer.card_measures import measures
from pipelines import data
from pipelines.errors import ConfigError, DataError, ModelError
from pipelines.metrics import evaluate, path_length, quality, sides
from pipelines.metrics.sides import Draw
from tests.metrics.made import BY_CLASS, DIGITS, NAMES, OWN, channels_last, noise, one_picture, real_ones, stripes

pytestmark = pytest.mark.usefixtures("asked")


def test_real_pictures_passed_off_as_samples_are_as_good_as_real_ones() -> None:
    found = evaluate.evaluate(real_ones, DIGITS, NAMES, 600)
    assert found.features == "digit features" and found.against == "test pictures"
    assert (found.samples, found.against_count, found.frechet_count, found.neighbours_count) == (600, 600, 600, 600)
    assert 0.5 < found.ratio < 2 and found.ratio == found.frechet.value / found.frechet.real
    assert (found.draws, found.real_draws) == (5, 5) and 0 < found.ratio_error < 1
    for pair in (found.frechet, found.precision, found.recall):
        assert pair.spread > 0 and pair.real_spread > 0
    for measure in (found.precision, found.recall, found.clear):
        assert measure.value == pytest.approx(measure.real, abs=0.07)
    assert found.recall.value > 0.8 and found.clear.value > 0.95
    assert found.as_asked is None and found.as_asked_by_class is None
    assert [round(found.class_shares[name].value, 1) for name in NAMES] == [0.5, 0.3, 0.2]
    assert found.class_deviation.value < 6 and found.class_deviation.real < 6


def test_path_lengths_are_taken_in_the_features_of_the_measure_and_told_with_what_they_mean() -> None:
    asked = []

    def paths(features, seed, count):
        asked.append((seed, count, tuple(features(torch.zeros(2, 1, 28, 28)).shape)))
        return {"z": 10.0 + 2 * len(asked), "w": 3.0}

    found = evaluate.evaluate(real_ones, DIGITS, NAMES, 300, times=2, paths=paths)
    assert len({seed for seed, *_ in asked}) == 2 and {each[1:] for each in asked} == {(path_length.WAYS, (2, 6))}
    assert (found.path_lengths["z"].value, found.path_lengths["z"].real) == (13.0, None)
    assert found.path_lengths["z"].spread == pytest.approx(2**0.5) and found.path_features == "digit features"
    told = {name: (value, real, note) for name, value, real, note in found.rows()}
    assert told["path length in z"][:2] == ("13.00 ± 1.41", "") and "lower is smoother" in told["path length in w"][2]
    (in_z, in_w) = (row for row in measures(found.to_dict(), "digits")[0] if "Path length" in row["name"])
    assert (in_z["name"], in_z["value"], in_w["value"]) == ("Path length in Z", "13", "3")
    assert in_z["why"].endswith("Lower is better.") and measures({"path_lengths": [1]}, "digits")[1] == "Not measured."
    assert evaluate.evaluate(real_ones, DIGITS, NAMES, 300, times=1).path_lengths is None
    assert evaluate.evaluate(real_ones, DIGITS, NAMES, 300, times=1, paths=lambda *_: {}).path_lengths is None


def test_noise_is_bad_at_everything() -> None:
    found = evaluate.evaluate(noise, DIGITS, NAMES, 600)
    assert found.ratio > 50
    assert found.precision.value == found.recall.value == 0
    assert found.clear.value < 0.2 < 0.95 < found.clear.real
    assert found.density.value == found.coverage.value == found.modes.value == 0
    assert found.kernel.value > 50 * abs(found.kernel.real) and found.inception_score.value < 1.5
    assert found.nearer_to_training.value == 0


def test_a_collapsed_model_is_precise_and_not_varied() -> None:
    found = evaluate.evaluate(one_picture, DIGITS, NAMES, 600)
    assert found.precision.value == 1 and found.recall.value < 0.01 < 0.8 < found.recall.real
    assert found.ratio > 50 and found.clear.value == 1
    assert found.coverage.value < 0.1 and found.diversity.value == 0 and found.modes.value == 1 < found.modes.real
    assert found.inception_score.value == pytest.approx(1) and found.inception_score.real > 2
    shown = NAMES[stripes(600, 2).labels[5]]
    assert found.class_shares[shown].value == 1
    assert found.class_deviation.value == pytest.approx(100 * (1 - found.class_shares[shown].real))


def test_a_model_that_draws_too_much_of_one_class_is_off_by_as_much() -> None:
    def unbalanced(count: int, labels: torch.Tensor | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
        return channels_last(stripes(count, seed, shares=(0.2, 0.3, 0.5)).images), np.full(count, -1)

    found = evaluate.evaluate(unbalanced, DIGITS, NAMES, 900)
    assert found.class_deviation.value == pytest.approx(30, abs=6)
    assert found.class_deviation.real < 6


def test_the_class_that_is_drawn_wrong_is_named() -> None:
    def wrong_middle(count: int, labels: torch.Tensor | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
        images, _ = real_ones(count, torch.where(labels == 1, 2, labels), seed)
        return images, labels.numpy()

    found = evaluate.evaluate(wrong_middle, BY_CLASS, NAMES, 300)
    by_class = {name: round(share.value, 2) for name, share in found.as_asked_by_class.items()}
    assert by_class["middle"] == 0 and by_class["low"] > 0.95 and by_class["high"] > 0.95
    assert 0.6 < found.as_asked.value < 0.8
    assert found.as_asked.real > 0.95 and found.as_asked_by_class["middle"].real > 0.95
    assert found.class_deviation is None and found.class_shares["middle"].value < 0.05


def test_classes_are_asked_for_as_often_as_the_pictures_beside_them_have_them() -> None:
    labels = []

    def draw(count: int, wanted: torch.Tensor | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
        labels.append(wanted)
        return real_ones(count, wanted, seed)

    found = evaluate.evaluate(draw, BY_CLASS, NAMES, 900, times=2)  # all training pictures stand beside the samples
    assert [torch.bincount(each).tolist() for each in labels] == 2 * [np.bincount(stripes(900, 1).labels).tolist()]
    assert found.ratio < 2.5
    labels.clear()
    evaluate.evaluate(draw, BY_CLASS, NAMES, 450, times=2)  # two draws, which are all training pictures together
    assert len({tuple(each.tolist()) for each in labels}) == 2
    assert torch.bincount(torch.cat(labels)).tolist() == np.bincount(stripes(900, 1).labels).tolist()


def test_samples_are_drawn_in_batches_that_follow_from_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sides, "BATCH", 250)
    calls = []

    def draw(count: int, labels: torch.Tensor | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
        calls.append((count, seed))
        return real_ones(count, labels, seed)

    first = evaluate.evaluate(draw, DIGITS, NAMES, 600, seed=3, times=2)
    assert [count for count, _ in calls] == 2 * [250, 250, 100] and len({seed for _, seed in calls}) == 6
    assert evaluate.evaluate(draw, DIGITS, NAMES, 600, seed=3, times=2) == first and calls[6:] == calls[:6]
    alone = evaluate.evaluate(draw, DIGITS, NAMES, 600, seed=3, times=1)
    assert calls[12:] == calls[:3], "the first draw is the same whether others follow or not"
    assert alone.frechet.value != first.frechet.value
    other = evaluate.evaluate(draw, DIGITS, NAMES, 600, seed=4, times=2)
    assert other.frechet.value != first.frechet.value and other.frechet.real == first.frechet.real


def test_the_mean_of_draws_is_steadier_than_one_and_its_error_is_about_right(asked: list[dict]) -> None:
    """Other seeds stand for other luck: 5 draws of samples each, as the error of the mean is told from 5."""
    runs = [evaluate.evaluate(real_ones, DIGITS, NAMES, 150, seed=seed) for seed in range(12)]
    ones = [evaluate.evaluate(real_ones, DIGITS, NAMES, 150, seed=seed, times=1) for seed in range(12)]
    means, single = (np.array([found.frechet.value for found in each]) for each in (runs, ones))
    assert means.std() < 0.8 * single.std()
    told = np.mean([found.frechet.spread for found in runs])
    assert told == pytest.approx(single.std(ddof=1), rel=0.5)
    assert np.mean([found.ratio for found in runs]) == pytest.approx(1, abs=0.35)


def test_one_draw_has_no_spread_and_is_told_without(asked: list[dict]) -> None:
    found = evaluate.evaluate(real_ones, DIGITS, NAMES, 200, times=1)
    assert (found.draws, found.real_draws, found.ratio_error) == (1, 1, None)
    assert found.to_dict()["frechet"] == {"value": found.frechet.value, "real": found.frechet.real}
    assert found.to_dict()["clear"] == {"value": found.clear.value, "real": found.clear.real}
    assert not any("±" in text for row in found.rows() for text in row)
    assert "against 600 test pictures; one draw" in found.rows()[0][3]


def test_the_order_of_the_training_pictures_hardly_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    first = evaluate.evaluate(real_ones, DIGITS, NAMES, 300)
    load = data.load

    def other_way_round(name: str, **options: object) -> data.ImageSet:
        found = load(name, **options)
        return dataclasses.replace(found, images=found.images[::-1], labels=found.labels[::-1])

    monkeypatch.setattr(data, "load", other_way_round)
    turned = evaluate.evaluate(real_ones, DIGITS, NAMES, 300)
    assert turned.frechet.real != first.frechet.real, "other draws"
    assert turned.frechet.real == pytest.approx(first.frechet.real, rel=0.3)


def test_the_global_random_state_is_neither_moved_nor_looked_at() -> None:
    found = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        np.random.seed(seed)
        states = torch.get_rng_state(), np.random.get_state()[1].copy()
        found.append(evaluate.evaluate(real_ones, BY_CLASS, NAMES, 100))
        assert torch.equal(torch.get_rng_state(), states[0])
        assert np.array_equal(np.random.get_state()[1], states[1])
    assert found[0] == found[1]


@pytest.mark.parametrize("draw", [real_ones, noise])
def test_a_set_without_test_pictures_or_classifier_is_measured_all_the_same(draw: Draw, asked: list[dict]) -> None:
    found = evaluate.evaluate(draw, OWN, NAMES, 1000)
    assert [each["split"] for each in asked] == ["train"] and asked[0]["folder"] == "somewhere"
    assert found.features == "pixel features" and found.against == "training pictures"
    assert found.against_count == found.frechet_count == 450  # two halves that share no picture
    assert (found.draws, found.real_draws) == (5, 1) and "; ± between 5 draws, of real pictures 1" in found.rows()[0][3]
    assert found.frechet.spread > 0 and found.frechet.real_spread is found.ratio_error is None
    assert found.frechet.real > 0
    good = draw is real_ones
    assert (found.ratio < 2) == good
    assert (found.recall.value == pytest.approx(found.recall.real, abs=0.1)) == good
    assert found.clear is found.as_asked is found.class_shares is found.attribute_shares is None


class Attributes:
    """Stands for an attribute classifier: is the upper half bright, and is the lower one?"""

    attribute_names = ("upper", "lower")

    def features(self, x: torch.Tensor) -> torch.Tensor:
        return torch.stack([x[:, :, :14].mean((1, 2, 3)), x[:, :, 14:].mean((1, 2, 3))], 1)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return 50 * (self.features(x) + 0.75)


def test_attributes_are_told_beside_those_of_real_pictures() -> None:
    def upper(count: int, labels: torch.Tensor | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
        return channels_last(stripes(count, seed, shares=(1, 0, 0)).images), np.full(count, -1)

    real = evaluate.evaluate(real_ones, OWN, (), 500, teller=Attributes())
    found = evaluate.evaluate(upper, OWN, (), 500, teller=Attributes())
    assert found.features == "folder features" and found.class_shares is None
    assert list(found.attribute_shares) == ["upper", "lower"]
    assert found.attribute_shares["upper"].value == 1 and found.attribute_shares["lower"].value == 0
    assert found.attribute_deviation.value > 20 > 10 > real.attribute_deviation.value
    assert found.frechet.value > 10 * real.frechet.value and found.recall.value < 0.8 * real.recall.value
    assert "attribute shares off by" in [row[0] for row in found.rows()]
    assert found.modes is found.inception_score is found.scored_by is None
    assert found.combinations.value < found.combinations.real == real.combinations.real


def test_the_model_that_ships_tells_attributes_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"folder": Attributes()}
    monkeypatch.setattr(evaluate, "attribute_model", lambda name, fingerprint: known.get(name))
    assert evaluate.evaluate(real_ones, OWN, (), 100).attribute_shares is not None
    assert evaluate.evaluate(real_ones, DIGITS, NAMES, 100).attribute_shares is None


def test_numbers_can_be_written_and_read_by_people() -> None:
    found = evaluate.evaluate(real_ones, BY_CLASS, NAMES, 200, seed=5)
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["seed"] == 5 and plain["draws"] == 5
    recall = found.recall
    assert plain["recall"] == {
        "value": recall.value, "real": recall.real, "spread": recall.spread, "real_spread": recall.real_spread,
    }  # fmt: skip
    assert set(plain["class_shares"]["low"]) == {"value", "real"}
    rows, by_class = {row[0]: row[1:] for row in found.rows()}, [f"  {name}" for name in NAMES]
    assert [row[0] for row in found.rows()] == [
        "Fréchet distance", "kernel distance", "precision", "recall", "density", "coverage", "diversity",
        "nearer than unseen", "like copies", "inception score, digit classifier", "modes covered",
        "variety in classes", "  worst class", *by_class, "clear", "as asked", *by_class,
        "as asked, permuted",
    ]  # fmt: skip
    near = found.nearer_to_training
    assert rows["nearer than unseen"] == (
        f"{near.value:.2%} ± {near.spread:.2%}", f"{near.real:.2%}",
        "to the nearest training picture of 900, than unseen real pictures are",
    )  # fmt: skip
    asked = found.as_asked
    assert rows["as asked"][:2] == (f"{asked.value:.2%} ± {asked.spread:.2%}", f"{asked.real:.2%}")
    far, ratio = found.frechet, f"ratio {found.ratio:.2f} ± {found.ratio_error:.2f}"
    assert rows["Fréchet distance"] == (
        f"{far.value:.3f} ± {far.spread:.3f}", f"{far.real:.3f} ± {far.real_spread:.3f}",
        f"{ratio}; digit features; 200 of each against 600 test pictures; ± between 5 draws",
    )  # fmt: skip


def test_progress_grows_to_one_and_can_end_the_work() -> None:
    told: list[tuple[float, str]] = []
    evaluate.evaluate(real_ones, DIGITS, NAMES, 100, progress=lambda *news: told.append(news))
    shares = [share for share, _ in told]
    assert (
        shares == sorted(shares)
        and shares[-1] == 1
        and {f"Drawing samples, {index} of 5 times" for index in range(1, 6)} <= {message for _, message in told}
    )

    def stop(share: float, message: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate.evaluate(real_ones, DIGITS, NAMES, 100, progress=stop)


def test_what_cannot_be_measured_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="measured on 100 samples at least, not 99; set samples to more"):
        evaluate.evaluate(real_ones, DIGITS, NAMES, 99)
    with pytest.raises(ConfigError, match="measured on one draw at least, not 0; set draws to more"):
        evaluate.evaluate(real_ones, DIGITS, NAMES, 100, times=0)
    with pytest.raises(ModelError, match="draws the classes a, b and the data set 'digits' has low, middle, high;"):
        evaluate.evaluate(real_ones, BY_CLASS, ("a", "b"), 100)
    monkeypatch.setattr(data, "load", lambda name, **options: stripes(quality.FEWEST - 1, 0, name))
    with pytest.raises(DataError, match="'folder' has 7 pictures and measuring a model needs 8 at least; add pictures"):
        evaluate.evaluate(real_ones, OWN, NAMES, 100)
    monkeypatch.setattr(data, "load", lambda name, **options: stripes(quality.FEWEST, 0, name))
    assert evaluate.evaluate(real_ones, OWN, NAMES, 100).frechet_count == quality.FEWEST // 2
