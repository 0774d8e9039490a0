"""The nearest training pictures of a folder whose distances are known, and of a set with a test split."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines import data
from pipelines.config.train_config import TrainConfig
from pipelines.errors import DataError
from pipelines.latent import neighbours
from pipelines.latent.neighbours import CANDIDATES, TrainingSet, training_set
from tests import own_pictures


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "_sets", type(neighbours._sets)())


@pytest.fixture
def noise(homes, tmp_path: Path) -> TrainConfig:
    """A prepared folder of 90 pictures of noise in two classes."""
    config = TrainConfig(data="folder", folder=str(own_pictures.noise(tmp_path / "own", 45)), held_out=0.0)
    data.load("folder", **config.pictures)
    return config


def test_a_copy_is_found_at_distance_0(noise: TrainConfig) -> None:
    known = training_set(noise)
    pictures = known.set.images[[3, 77]].transpose(0, 2, 3, 1)
    for index, found in zip((3, 77), known.nearest(pictures, 5), strict=True):
        near = found.neighbours
        assert len(near) == 5 and near[0].index == index and near[0].distance == 0
        assert near[0].label == known.set.class_names[known.set.labels[index]] and near[0].label in ("cats", "dogs")
        distances = [neighbour.distance for neighbour in near]
        assert distances == sorted(distances) and distances[1] > 50
        assert len({neighbour.index for neighbour in near}) == 5
        assert found.nearer_than is None  # nothing is held out to compare with


def test_the_distance_is_that_of_the_pixels(noise: TrainConfig) -> None:
    known = training_set(noise)
    moved = np.clip(known.set.images[[8]].transpose(0, 2, 3, 1).astype(int) + 10, 0, 255).astype(np.uint8)
    near = known.nearest(moved, 1)[0].neighbours[0]
    by_hand = np.sqrt(np.mean((moved[0, ..., 0].astype(float) - known.set.images[8, 0]) ** 2))
    assert near.index == 8 and near.distance == pytest.approx(by_hand, abs=0.01) and 8 < near.distance <= 10


def test_the_first_look_loses_nothing_that_is_near(noise: TrainConfig) -> None:
    known = training_set(noise)
    assert len(known.set) > CANDIDATES
    asked = np.clip(known.set.images[:20] * 0.8 + known.set.images[20:40] * 0.2, 0, 255).astype(np.uint8)
    for picture, found in zip(asked, known.nearest(asked.transpose(0, 2, 3, 1), 1), strict=True):
        all_of_them = np.sqrt(np.square(known.set.images.astype(float) - picture).mean((1, 2, 3)))
        assert found.neighbours[0].index == all_of_them.argmin()


def test_more_neighbours_than_pictures_are_all_of_them(homes, tmp_path: Path) -> None:
    (tmp_path / "few").mkdir()
    for index in range(3):
        Image.new("L", (28, 28), 50 * index).save(tmp_path / "few" / f"{index}.png")
    config = TrainConfig(data="folder", folder=str(tmp_path / "few"))
    data.load("folder", **config.pictures)
    (found,) = training_set(config).nearest(np.full((1, 28, 28, 1), 45, np.uint8), 16)
    assert [(near.index, near.distance, near.label) for near in found.neighbours] == [
        (1, 5, ""),
        (0, 45, ""),
        (2, 55, ""),
    ]


def test_the_share_of_test_pictures_that_lie_farther_away(homes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Training pictures are grey 0 and 200; test pictures lie at the distances 10, 20, 30 and 40 of them."""

    def known(values: list[int]) -> data.ImageSet:
        images = np.broadcast_to(np.array(values, np.uint8)[:, None, None, None], (len(values), 1, 28, 28)).copy()
        labels = np.zeros(len(values), np.int64)
        return data.ImageSet("digits", images, labels, tuple("0123456789"), "a test", "a" * 64)

    sets = {"train": known([0, 200]), "test": known([10, 20, 170, 160])}
    monkeypatch.setattr(data, "is_prepared", lambda *args, split="train", **wanted: True)
    monkeypatch.setattr(data, "load", lambda *args, split="train", **wanted: sets[split])
    found = TrainingSet(TrainConfig()).nearest(np.stack([np.full((28, 28, 1), v, np.uint8) for v in (0, 15, 65, 199)]))
    assert [one.nearer_than for one in found] == [1.0, 0.75, 0.0, 1.0]  # a copy is nearer than all of them
    assert [one.neighbours[0].distance for one in found] == [0, 15, 65, 1]


def test_held_out_pictures_of_a_folder_are_the_yardstick(noise: TrainConfig) -> None:
    config = noise.changed(held_out=0.2)
    assert len(data.load("folder", **config.pictures)) == 72 and training_set(config) is not training_set(noise)
    held = data.test_part("folder", **config.pictures)
    known = training_set(config)
    assert len(held) == 18 and len(known.set) == 72
    copy, new = known.nearest(np.stack([known.set.images[5], held.images[5]]).transpose(0, 2, 3, 1), 1)
    assert copy.nearer_than == 1 and new.neighbours[0].distance > 50 and 0 <= new.nearer_than < 1


def test_a_set_that_is_not_prepared_is_one_sentence(homes, tmp_path: Path) -> None:
    for config in (TrainConfig(), TrainConfig(data="faces", size=64, channels=3)):
        with pytest.raises(DataError, match="not on this machine yet"):
            training_set(config)
    with pytest.raises(DataError):
        training_set(TrainConfig(data="folder", folder=str(tmp_path / "none")))
    assert not neighbours._sets


def test_few_sets_are_kept(noise: TrainConfig, tmp_path: Path) -> None:
    first = training_set(noise)
    assert training_set(noise) is first
    for size in (32, 64):
        data.load("folder", size=size, channels=1, folder=noise.folder)
        training_set(noise.changed(size=size))
    assert len(neighbours._sets) == neighbours.MOST_SETS and training_set(noise) is not first
