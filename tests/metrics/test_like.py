"""Sets whose pictures are read by what ships for another: classifiers, and readers of parts."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from pipelines import data, metrics
from pipelines.config.train_config import TrainConfig
from pipelines.data import face_maps, faces
from pipelines.errors import DataError, ModelError
from pipelines.metrics import classifier, part_reader, quality
from pipelines.metrics.reader import Reader
from pipelines.registry import Registry
from tests.drawn_faces import styles_checked_once

QUIET = {"folder": None, "progress": lambda share, message: None}


@pytest.mark.parametrize(("name", "like", "features"), [
    ("face-maps", "faces", "face features"), ("small-faces", "faces", "face features"),
    ("digit-edges", "digits", "digit features"), ("clothes-edges", "clothes", "clothes features"),
])  # fmt: skip
def test_pictures_are_read_by_the_classifier_of_the_set_that_they_are_like(name: str, like: str, features: str) -> None:
    assert metrics.ships(name) and not metrics.is_own(name, "0" * 64)
    assert metrics.classifier_folder(name, "0" * 64) == metrics.classifier_folder(like)
    assert metrics.names_of(name) == metrics.names_of(like) and metrics.card_of(name) == metrics.card_of(like)
    assert metrics.available(name) == metrics.available(like) == (not metrics.attributes_available(like))
    assert quality.features_name(name) == features
    one, other = Reader.of(name), Reader.of(like)
    assert (one.names, one.groups, one.exclusive) == (other.names, other.groups, other.exclusive)


def test_a_run_on_such_pictures_can_wait_until_they_are_clear() -> None:
    assert metrics.clear_wanted(TrainConfig(data="digit-edges", until_clear=0.9)) == 0.9
    assert metrics.clear_wanted(TrainConfig(data="face-maps", until_clear=0.9)) is None, "no classes are told of faces"


def test_no_classifier_is_trained_in_place_of_the_other_sets(
    monkeypatch: pytest.MonkeyPatch, homes: object, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["classifier", "digit-edges"])
    with pytest.raises(SystemExit) as ended:
        classifier.main()
    assert str(ended.value) == "The pictures of 'digit-edges' are read as those of 'digits'; give the name 'digits'."


def test_a_set_that_is_like_none_that_there_is_is_told_when_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face_maps, "LIKE", "facse")
    with pytest.raises(DataError, match=r"'face-maps' has LIKE = 'facse', and there is no such set; change it in its"):
        data.load("face-maps", size=32, channels=3)


def test_a_part_reader_learns_the_parts_of_pictures_and_is_restored_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_reader, "WIDTHS", (8, 16))
    chance = np.random.default_rng(0)
    maps = chance.integers(0, 2, (32, 1, 4, 4)).astype(np.int8).repeat(16, 2).repeat(16, 3)
    images = np.where(maps == 1, 200, 60).astype(np.uint8).repeat(3, 1)
    squares = data.ImageSet(
        "squares", images, None, (), "", "", fields={"map": maps}, condition="map",
        condition_labels=("dark", "bright", "never"),
    )  # fmt: skip
    monkeypatch.setattr(part_reader, "BATCH", 8)
    before = torch.get_rng_state()
    model = part_reader.train(squares, epochs=12)
    assert torch.equal(torch.get_rng_state(), before)
    found = part_reader.accuracy(model, squares)
    assert list(found) == ["dark", "bright"] and min(found.values()) > 0.9, found
    halved = torch.from_numpy(maps[:, :, ::2, ::2].copy())
    assert model.mean_iou(torch.from_numpy(images[:, :, ::2, ::2].copy()), halved) > 0.85, "of a size not learnt"
    with pytest.raises(DataError, match="The data set 'squares' has no maps of labels; choose one whose condition"):
        part_reader.train(data.ImageSet("squares", images, None, (), "", "", condition="map"))
    monkeypatch.setattr(metrics.paths, "MODELS", tmp_path)
    part_reader.judge.publish(model, "square-parts", kind="parts", class_names=model.labels)
    again = part_reader.load.__wrapped__("square-parts")
    x = part_reader.PartReader.prepared(torch.from_numpy(images[:2]))
    assert torch.equal(again(x), model(x)) and again.labels == model.labels
    monkeypatch.setattr(part_reader, "load", lambda name: again)
    says = {"PART_READER": "square-parts", "CONDITION_LABELS": ("dark", "bright")}
    monkeypatch.setattr(Registry, "constants", lambda self, name: says)
    with pytest.raises(ModelError, match="'square-parts' finds other parts than the maps of 'face-maps' have; make it"):
        part_reader.of("face-maps")
    with pytest.raises(ModelError, match="There is no part reader for the data set 'round-parts' in"):
        part_reader.judge.restored("round-parts", "parts", lambda weights, card: model)


def test_a_map_is_altered_as_its_picture_is(monkeypatch: pytest.MonkeyPatch) -> None:
    maps = torch.zeros(64, 64, 64, dtype=torch.int64)
    maps[:, 20:40, 10:30], maps[:, 44:50, 40:56] = 1, 2
    monkeypatch.setattr(part_reader, "TINT", 0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        x, altered = part_reader.altered((maps[:, None] - 1.0).expand(-1, 3, -1, -1), maps)
    seen = (x[32:].mean(1) + 1).round().long()  # of half of them, that are neither blurred nor noisy
    assert (seen == altered[32:]).float().mean((1, 2)).min() > 0.98
    middles = [((altered == 1) * torch.arange(64)).sum((1, 2)) / (altered == 1).sum((1, 2))]
    assert (middles[0] > 32).any() and (middles[0] < 32).any() and len(middles[0].unique()) > 16, "mirrored and moved"


def test_the_part_reader_that_ships_finds_the_parts_of_faces_that_it_has_not_seen(
    homes: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faces, "COUNTS", {"train": 20_000, "test": 24})
    reader = part_reader.of("face-maps")
    with styles_checked_once():
        both = [face_maps.read(size=size, channels=3, split="test", **QUIET) for size in (64, 32)]
    for seen, least in zip(both, (0.95, 0.7), strict=True):
        images, maps = torch.from_numpy(seen.images), torch.from_numpy(seen.fields["map"])
        assert reader.mean_iou(images, maps) > least
        moved = [torch.cat([one[:, :, :2], one[:, :, :-2]], 2) for one in (images, maps)]  # down, by two pixels
        assert reader.mean_iou(*moved) > least - 0.05, "it looks at the parts, and not at the places where they lie"
