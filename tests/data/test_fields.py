"""Fields of a data set: kept beside its pictures, told to networks, and refused in a sentence where they do not fit."""

import dataclasses

import numpy as np
import pytest
import torch

from pipelines.config.train_config import TrainConfig
from pipelines.data import ImageSet, Spec, _cache, require_condition
from pipelines.data._image_set import fingerprint_of
from pipelines.errors import ConfigError, DataError
from pipelines.modalities import _conditions
from pipelines.training.machine import Machine
from pipelines.training.pictures import fields_of, spec_of, tensors_of
from pipelines.training.trainer import Trainer

CPU = Machine("cpu", "fp32", 1)
IMAGES = np.arange(12, dtype=np.uint8).reshape(12, 1, 1, 1).repeat(28, 2).repeat(28, 3)
LISTS = np.array([[row, np.nan] if row % 2 else [row, row] for row in range(12)], np.float32)


def made(**fields: np.ndarray) -> ImageSet:
    print_ = fingerprint_of(IMAGES, None, fields=fields)
    return ImageSet("made", IMAGES, None, (), print_, "a test", fields=fields, condition=next(iter(fields), ""))


def test_fields_are_kept_with_the_set_and_change_its_fingerprint_only_where_there_are_some(tmp_path):
    known = made(lists=LISTS, dark=IMAGES[:5])
    _cache.write(tmp_path / "made.npz", known, "1", lambda share, message: None)
    found = _cache.read(tmp_path / "made.npz", "1")
    assert found.fields.keys() == known.fields.keys() and found.fingerprint == known.fingerprint
    assert np.array_equal(found.fields["lists"], LISTS, equal_nan=True) and found.fields["dark"].dtype == np.uint8
    assert fingerprint_of(IMAGES, None, fields={}) == fingerprint_of(IMAGES, None) == made().fingerprint
    assert len({made().fingerprint, known.fingerprint, made(lists=LISTS[::-1]).fingerprint}) == 3


def test_a_curve_is_read_only_where_the_set_says_that_it_holds_no_pictures(tmp_path):
    curves = dataclasses.replace(made(), images=LISTS)
    _cache.write(tmp_path / "made.npz", curves, "1", lambda share, message: None)
    assert _cache.read(tmp_path / "made.npz", "1") is None
    assert np.array_equal(_cache.read(tmp_path / "made.npz", "1", pictures=False).images, LISTS, equal_nan=True)


def test_a_spec_says_what_networks_are_told():
    assert spec_of(made()) == Spec(shape=(1, 28, 28)) and spec_of(made()).is_plain
    numbers = spec_of(made(lists=LISTS))
    assert numbers == Spec(0, "lists", (2,), "float32", True, "image", (1, 28, 28)) and numbers.conditional
    assert spec_of(made(dark=IMAGES[:5])).paired is False
    assert spec_of(dataclasses.replace(made(dark=IMAGES), paired=False)).paired is False
    assert Spec(3, "lists", (2,)).told(True).classes == 0, "one thing is told"
    assert Spec(3, "lists", (2,)).told(False) == Spec() and not Spec(3).told(False).conditional
    assert Spec.from_dict({**numbers.to_dict(), "shape": [1, 28, 28], "condition_shape": [2]}) == numbers


def labelled(values, names=("sky", "sea", "land")):
    return dataclasses.replace(made(map=values), condition_labels=names)


def test_a_map_of_labels_is_kept_told_as_it_is_and_shown_in_colours(tmp_path):
    values = (np.arange(len(IMAGES) * 4) % 3).astype(np.int8).reshape(-1, 1, 2, 2)
    spec = spec_of(labelled(values))
    assert (spec.condition_shape, spec.condition_dtype, spec.labels, spec.paired) == ((1, 2, 2), "int8", 3, True)
    assert Spec.from_dict(spec.to_dict()) == spec and spec.told(False).labels == 0
    _cache.write(tmp_path / "made.npz", dataclasses.replace(labelled(values), paired=False), "1", lambda *told: None)
    kept = _cache.read(tmp_path / "made.npz", "1")
    assert np.array_equal(kept.fields["map"], values) and kept.fields["map"].dtype == np.int8 and not kept.paired
    stored = torch.from_numpy(values)
    assert _conditions.encode(stored) is stored
    assert torch.equal(_conditions.mixed(stored, torch.eye(len(values))[[1]] * 0.6), stored[[1]]), (
        "no label lies between two"
    )
    shown = _conditions.tiles(stored[:1], 4, 3)
    colours = [list(bytes.fromhex(_conditions.PALETTE[label][1:])) for label in values[0].ravel()]
    assert shown[0, :, ::2, ::2].flatten(1).T.tolist() == colours and shown[0, :, 0, 1].tolist() == colours[0]
    with pytest.raises(DataError, match="has labels from 0 to 2, and CONDITION_LABELS in its file names 2"):
        spec_of(labelled(values, ("sky", "sea")))
    with pytest.raises(DataError, match="is int8"):
        spec_of(labelled(values[:, 0]))


@pytest.mark.parametrize(
    "values",
    [
        {"labels": 3}, {"labels": -1}, {"condition": "a", "condition_shape": [1, 2, 2], "condition_dtype": "int8"},
        {"classes": -1}, {"classes": "x"}, {"shape": [1, 0]}, {"shape": [10**9]}, {"shape": ["a"]}, {"odd": 1},
        {"condition": "a"}, {"condition": "a", "condition_shape": [2], "condition_dtype": "object"}, {"paired": 1},
        {"shape": 5}, {"modality": None},
    ],
)  # fmt: skip
def test_a_damaged_spec_is_refused(values):
    with pytest.raises(DataError, match="spec"):
        Spec.from_dict(values)


def test_a_condition_that_is_neither_pictures_nor_numbers_is_refused():
    with pytest.raises(DataError, match="is float64"):
        spec_of(made(lists=LISTS.astype(np.float64)))
    with pytest.raises(DataError, match="names the field 'other' as its condition, and its fields are: lists"):
        require_condition(dataclasses.replace(made(lists=LISTS), condition="other"))


def config(**changes):
    return TrainConfig(network="quick", width=4, latent_size=2, batch_size=4, dropout=0.0, **changes)


def test_a_network_for_classes_is_told_numbers_and_no_pictures():
    lists, pictures = made(lists=LISTS), dataclasses.replace(made(edges=IMAGES), condition="edges")
    for known, told in ((lists, True), (lists, False), (pictures, False)):
        images, labels, spec = tensors_of(known)
        trainer = Trainer(config(conditional=told), images, CPU, labels, spec, fields=fields_of(known))
        assert trainer.train_step() is not None and (trainer.conditions is not None) == told
    images, labels, spec = tensors_of(pictures)
    with pytest.raises(ConfigError, match="'quick' can be told of classes only"):
        Trainer(config(conditional=True), images, CPU, labels, spec, fields=fields_of(pictures))


def test_paired_fields_follow_their_pictures_and_others_come_in_batches_of_their_own():
    known = made(lists=LISTS, dark=IMAGES[:5] + 100)
    images, labels, spec = tensors_of(known)
    trainer, seen = Trainer(config(), images, CPU, labels, spec, fields=fields_of(known)), []
    for first in range(3):
        trainer.context.choose(first)
        real = ((trainer.context.real(0)[0][:, 0, 0, 0] + 1) * 127.5).round()
        assert torch.equal(trainer.context.field("lists", 0)[:, 0], real)
        seen += ((trainer.context.field("dark", 0)[:, 0, 0, 0] + 1) * 127.5).round().tolist()
    assert set(seen) <= set(range(100, 105)) and len(seen) == 12
    with pytest.raises(ConfigError, match="needs the field 'light', and the data set 'digits' has dark, lists"):
        trainer.context.field("light", 0)


def test_pictures_mix_and_of_lists_the_largest_part_is_taken():
    pictures = torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1)
    weights = torch.tensor([[0.25, 0.75]])
    assert _conditions.mixed(pictures, weights).flatten().tolist() == [0.5]
    lists = torch.tensor([[1.0, 2.0], [3.0, float("nan")]])
    assert _conditions.mixed(lists, weights)[0, 0] == 3.0
    tiles = _conditions.tiles(lists, 8, 3)
    assert tiles.shape == (2, 3, 8, 8) and (tiles[1, :, :, 4:] == 0).all() and (tiles[1, :, 0, :4] == 255).all()
