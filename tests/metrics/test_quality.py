"""The meter that a run measures its samples with."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch

from pipelines import data
from pipelines.errors import DataError, TrainingError
from pipelines.metrics import classifier, quality
from pipelines.metrics import reader as metrics_reader
from pipelines.metrics.quality import Quality, QualityMeter


def blobs(count: int, seed: int, name: str = "folder", channels: int = 1, size: int = 28) -> data.ImageSet:
    """Pictures of one bright square at a random place; its label is the quarter in which it lies."""
    random = np.random.default_rng(seed)
    images = np.full((count, channels, size, size), 20, np.uint8)
    corners = random.integers(0, size - 8, (count, 2))
    for image, (top, left) in zip(images, corners, strict=True):
        image[:, top : top + 8, left : left + 8] = 230
    labels = 2 * (corners[:, 0] >= size // 2 - 4) + (corners[:, 1] >= size // 2 - 4)
    return data.ImageSet(name, images, labels.astype(np.int64), ("a", "b", "c", "d"), "", "")


class Reader(torch.nn.Module):
    """Stands for a shipped classifier: the logit of class k is 100 times the brightness of row k."""

    def prepared(self, images: torch.Tensor) -> torch.Tensor:
        return classifier.Classifier.prepared(images)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(3)[:, 0, :10]

    def head(self, features: torch.Tensor) -> torch.Tensor:
        return 100 * features


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """A classifier for digits, clothes and nothing else."""
    there = metrics_reader.Reader(("a",), (), Reader(), exclusive=True)
    known = {"digits": there, "clothes": there}
    monkeypatch.setattr(metrics_reader.Reader, "of", lambda name, fingerprint="": known.get(name))
    monkeypatch.setattr(quality, "FEATURES", 10)


@pytest.mark.parametrize(("channels", "size"), [(1, 28), (3, 32), (3, 64)])
def test_real_pictures_are_near_the_floor_and_noise_is_far(channels: int, size: int) -> None:
    meter = QualityMeter(blobs(600, 0, channels=channels, size=size), samples=200)
    real = meter.measure(torch.from_numpy(blobs(200, 1, channels=channels, size=size).images))
    random = torch.Generator().manual_seed(0)
    noise = meter.measure(torch.rand(200, channels, size, size, generator=random) * 2 - 1)
    assert real.features == "pixel features" and real.samples == 200
    assert real.clear is None and real.as_asked is None
    assert 0 < real.floor == noise.floor
    assert real.frechet < 2 * real.floor
    assert noise.frechet > 3 * real.floor


def test_a_perfect_generator_of_unequal_classes_is_as_near_as_real_pictures() -> None:
    """It draws real pictures of the class that it is asked for; nine tenths of the set are of one class."""
    all_of_them = blobs(12_000, 0)
    rows = [np.flatnonzero(all_of_them.labels == label) for label in (0, 1)]
    kept = np.concatenate([rows[0][:1800], rows[1][:200]])
    unequal = dataclasses.replace(all_of_them, images=all_of_them.images[kept], labels=all_of_them.labels[kept])
    meter = QualityMeter(unequal, samples=1000)
    assert meter.labels.bincount().tolist() == [900, 100]

    def perfect(labels: torch.Tensor) -> torch.Tensor:
        unseen = {label: iter(rows[label][1800:]) for label in (0, 1)}
        return torch.from_numpy(all_of_them.images[[next(unseen[label]) for label in labels.tolist()]])

    near = meter.measure(perfect(meter.labels), meter.labels).frechet
    in_turn = meter.measure(perfect(torch.arange(1000) % 2)).frechet
    assert near < 2 * meter.measure(perfect(meter.labels)).floor and in_turn > 10 * near


def test_collapsed_samples_are_far() -> None:
    meter = QualityMeter(blobs(600, 0), samples=200)
    one_picture = torch.from_numpy(blobs(1, 1).images).expand(200, -1, -1, -1)
    assert meter.measure(one_picture).frechet > 10 * meter.measure(torch.from_numpy(blobs(200, 1).images)).frechet


def test_bytes_and_floats_are_measured_alike() -> None:
    meter, fakes = QualityMeter(blobs(200, 0), samples=100), torch.from_numpy(blobs(100, 1).images)
    assert meter.measure(fakes).frechet == pytest.approx(meter.measure(fakes.float() / 127.5 - 1).frechet, rel=1e-4)


@pytest.mark.parametrize("name", ["folder", "digits"])
def test_the_random_state_is_neither_moved_nor_looked_at(name: str, reader: None) -> None:
    measured = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        np.random.seed(seed)
        states = torch.get_rng_state(), np.random.get_state()[1].copy()
        measured.append(QualityMeter(blobs(200, 0, name), samples=100).measure(torch.from_numpy(blobs(100, 1).images)))
        assert torch.equal(torch.get_rng_state(), states[0])
        assert np.array_equal(np.random.get_state()[1], states[1])
    assert measured[0] == measured[1]


def test_real_pictures_stand_beside_the_samples_as_a_second_draw_also_of_a_small_set() -> None:
    real = blobs(200, 0)
    second = real.images[np.random.default_rng(quality.SEED).permutation(200)[100:]]
    found = QualityMeter(real, samples=100).measure(torch.from_numpy(second))
    assert found.frechet == found.floor
    for name in ("precision", "recall", "coverage", "diversity"):
        assert getattr(found, name) == getattr(found, f"real_{name}"), name
    assert found.recall < 1, "none of them is in the first draw"


@pytest.mark.parametrize(("name", "features"), [("digits", "digit features"), ("clothes", "clothes features")])
def test_clear_and_as_asked_are_shares_of_the_samples(name: str, features: str, reader: None) -> None:
    meter = QualityMeter(blobs(200, 0, name), samples=100)
    fakes = torch.full((100, 1, 28, 28), -1.0)
    fakes[:60, :, 3] = 1.0  # 60 are clearly class 3
    fakes[60:80, :, 5] = 1.0  # 20 are clearly class 5, and the rest could be anything
    asked = torch.full((100,), 3)
    asked[:10] = 4
    measured = meter.measure(fakes, asked)
    assert measured.features == features
    assert measured.clear == pytest.approx(0.8)
    assert measured.as_asked == pytest.approx(0.5)
    assert meter.measure(fakes).as_asked is None


def test_faces_are_measured_with_the_features_of_their_attribute_classifier() -> None:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (260, 3, 64, 64), np.uint8)
    faces = data.ImageSet("faces", images, None, (), "", "", (), np.zeros((260, 2), np.uint8), ("smile", "beard"))
    meter = QualityMeter(faces, samples=100)
    near, far = (
        meter.measure(torch.from_numpy(fakes)) for fakes in (images[:100], np.full((100, 3, 64, 64), 200, np.uint8))
    )
    assert near.features == "face features"
    assert near.clear is None and near.as_asked is None and near.modes is None
    assert far.combinations <= 1 and near.combinations >= 0 and near.real_combinations >= 0
    assert 0 <= near.frechet < 2 * near.floor < far.frechet
    small = torch.from_numpy(images[:100, :, ::2, ::2].copy())
    assert meter.measure(small).samples == 100  # pictures of any size


def test_variety_is_told_beside_that_of_real_pictures() -> None:
    meter = QualityMeter(blobs(800, 0), samples=300)
    real = meter.measure(torch.from_numpy(blobs(300, 1).images))
    for name in ("precision", "recall", "coverage", "diversity"):
        assert getattr(real, name) == pytest.approx(getattr(real, f"real_{name}"), rel=0.15), name
    few = meter.measure(torch.from_numpy(blobs(4, 1).images).repeat(75, 1, 1, 1))
    assert few.recall < 0.2 * few.real_recall and few.coverage < 0.3 * few.real_coverage
    assert few.diversity < 0.85 * few.real_diversity
    one = meter.measure(torch.from_numpy(blobs(1, 1).images).expand(300, -1, -1, -1))
    assert one.diversity == pytest.approx(0, abs=1e-3) and one.recall < 0.02
    assert one.modes is one.real_modes is one.combinations is one.real_combinations is None


def test_modes_are_classes_that_come_clearly(reader: None) -> None:
    meter = QualityMeter(rows(range(10), 40), samples=200)
    assert meter.measure(torch.from_numpy(rows(range(10), 20).images)).modes == 10
    three = meter.measure(torch.from_numpy(rows((2, 5, 7), 67).images))
    assert (three.modes, three.real_modes, three.combinations) == (3, 10, None)
    assert three.recall < 0.9 and three.real_recall == 1


def test_shares_of_classes_are_those_of_clear_samples(reader: None) -> None:
    meter = QualityMeter(rows(range(10), 40), samples=200)
    found = meter.measure(torch.from_numpy(rows((2, 2, 2, 7), 50).images)).classes
    assert found == pytest.approx([0, 0, 0.75, 0, 0, 0, 0, 0.25, 0, 0])
    assert meter.measure(torch.zeros(200, 1, 28, 28, dtype=torch.uint8)).classes == [0.0] * 10, "none of them is clear"


def test_copies_are_looked_for_where_pictures_are_few() -> None:
    chance, line = np.random.default_rng(3), np.arange(28) / 28 * np.pi
    waves = np.array([np.outer(np.cos(a * line), np.cos(b * line)) for a in range(4) for b in range(3)])
    weights = chance.normal(scale=12, size=(900, len(waves)))
    noise = (128 + np.tensordot(weights, waves, 1)).clip(0, 255).astype(np.uint8)[:, None]
    few = data.ImageSet("folder", noise[:600], None, (), "", "")
    meter = QualityMeter(few)
    unseen, copies = torch.from_numpy(noise[600:]), torch.from_numpy(noise[:300])
    new, half = meter.measure(unseen), meter.measure(torch.cat([copies[:150], unseen[:150]]))
    assert new.copied < 0.05 and 0.3 < new.nearer < 0.7
    assert half.copied == pytest.approx(0.5, abs=0.05) and half.nearer > 0.7
    many = data.ImageSet("folder", np.tile(noise[:600], (8, 1, 1, 1)), None, (), "", "")
    assert QualityMeter(many, samples=100).measure(unseen).copied is None


def rows(classes: Iterable[int], each: int) -> data.ImageSet:
    """Digits as ``Reader`` reads them: one bright row a class."""
    labels = np.array([label for label in classes for _ in range(each)])
    images = np.zeros((len(labels), 1, 28, 28), np.uint8)
    images[np.arange(len(labels)), 0, labels] = 255
    return data.ImageSet("digits", images, labels, tuple("0123456789"), "", "")


def test_a_small_folder_is_measured_with_what_it_has() -> None:
    meter = QualityMeter(blobs(quality.FEWEST, 0))
    assert meter.samples == quality.FEWEST // 2
    found = meter.measure(torch.from_numpy(blobs(meter.samples, 1).images))
    assert found.frechet >= 0 and 0 <= found.recall <= 1
    assert meter.measure(torch.from_numpy(blobs(3, 1).images)).recall is None, "too few for a third neighbour"


def test_too_few_pictures_are_told_in_a_sentence() -> None:
    with pytest.raises(DataError, match="'folder' has 7 pictures and measuring quality needs 8 at least; add pictures"):
        QualityMeter(blobs(quality.FEWEST - 1, 0))


def test_samples_that_are_not_finite_end_the_training() -> None:
    fakes = torch.zeros(100, 1, 28, 28)
    fakes[50, 0, 3, 3] = torch.nan
    with pytest.raises(TrainingError, match="pictures hold numbers that are not finite; lower the learning rate"):
        QualityMeter(blobs(200, 0), samples=100).measure(fakes)


def test_labels_must_be_as_many_as_samples() -> None:
    with pytest.raises(ValueError, match="100 samples need as many labels, not 99"):
        QualityMeter(blobs(200, 0), samples=100).measure(torch.zeros(100, 1, 28, 28), torch.zeros(99))


def run_command(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    """What ``python -m pipelines.metrics.quality`` does."""
    monkeypatch.setattr("sys.argv", ["quality", *map(str, arguments)])
    quality.main()


def test_the_command_measures_a_file(
    reader: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    asked = []
    monkeypatch.setattr(data, "load", lambda name, **options: asked.append((name, options)) or blobs(300, 0, name))
    samples = blobs(150, 1)
    np.savez(tmp_path / "samples.npz", images=samples.images.transpose(0, 2, 3, 1), labels=samples.labels)
    run_command(monkeypatch, tmp_path / "samples.npz", "--data", "digits")
    assert asked == [("digits", {"size": 28, "channels": 1, "folder": None})]
    expected = QualityMeter(blobs(300, 0, "digits"), 150).measure(
        torch.from_numpy(samples.images), torch.from_numpy(samples.labels)
    )
    assert isinstance(expected, Quality) and expected.clear is not None
    shares = [np.bincount(one.labels, minlength=4) / len(one) for one in (samples, blobs(300, 0))]
    off = abs(shares[0] - shares[1]).max()  # 300 are twice the samples, so that no share is rounded by more than a half
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "150 samples, digit features"
    assert told[1] == f"Fréchet distance: {expected.frechet:.3f}; real pictures {expected.floor:.3f}"
    assert {f"clear: {expected.clear:.2%}", f"as asked: {expected.as_asked:.2%}"} <= {*told}
    assert f"recall: {expected.recall:.2%}; real pictures {expected.real_recall:.2%}" in told
    assert told[-1] == f"classes: off the data's shares by {off:.1%} at most; what is off adds to the distance"


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        (
            {"images": np.zeros((99, 1, 28, 28), np.uint8)},
            "is uint8 [99, 1, 28, 28]; it must be uint8 [N, S, S, 1 or 3]",
        ),
        ({"images": np.zeros((99, 28, 28, 1))}, "is float64 [99, 28, 28, 1]; it must be uint8 [N, S, S, 1 or 3]"),
        ({"images": np.zeros((9, 28, 28, 1), np.uint8)}, "holds 9 samples; give more than 64"),
        (
            {"images": np.zeros((99, 28, 28, 1), np.uint8), "labels": np.zeros(9, int)},
            "is int64 [9]; it must be int [99]",
        ),
        ({"pictures": np.zeros(3)}, "is not an .npz file with an array 'images'"),
        (None, "is not an .npz file with an array 'images'"),
    ],
)
def test_the_command_tells_what_is_wrong_with_a_file(
    arrays: dict | None, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "samples.npz"
    path.write_text("no archive") if arrays is None else np.savez(path, **arrays)
    with pytest.raises(SystemExit, match=re.escape(sentence)):
        run_command(monkeypatch, path)
    with pytest.raises(SystemExit, match="There is no file .*nowhere.npz; give the path"):
        run_command(monkeypatch, tmp_path / "nowhere.npz")
