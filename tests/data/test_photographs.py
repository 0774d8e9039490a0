"""CelebA and LFW, from tiny files in the layout of their authors."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines import data
from pipelines.data import celeba
from pipelines.errors import DataError

VALUES = {
    "celeba": {"train": [25, 45, 65, 85, 105, 125], "valid": [145, 165], "test": [185, 205]},
    "lfw": {"train": [25, 45, 65], "test": [85, 105]},
}


def values_of(image_set: data.ImageSet) -> list[int]:
    """The grey value of each (flat) picture."""
    assert (image_set.images.min((1, 2, 3)) == image_set.images.max((1, 2, 3))).all()
    return image_set.images[:, 0, 0, 0].tolist()


@pytest.mark.parametrize("name", VALUES)
def test_splits_hold_their_pictures_in_the_order_of_the_lists(name: str, photographs: Path) -> None:
    assert tuple(VALUES[name]) == data.DATA_SETS.get(name).SPLITS
    for split, values in VALUES[name].items():
        image_set = data.load(name, size=32, channels=3, split=split)
        assert values_of(image_set) == values
        assert image_set.notes == () and image_set.class_names == ()


def test_attributes_belong_to_their_pictures(photographs: Path) -> None:
    test = data.load("celeba", split="test")  # pictures 9 and 10
    assert test.attribute_names == celeba.ATTRIBUTE_NAMES and len(celeba.ATTRIBUTE_NAMES) == 40
    for row, number in zip(test.attributes, (9, 10), strict=True):
        assert np.flatnonzero(row).tolist() == list(range(0, 40, number))
    assert data.load("lfw").attributes is None


def test_the_names_are_those_of_the_authors(photographs: Path) -> None:
    from torchvision.datasets import CelebA

    names = CelebA(str(photographs)).attr_names
    assert tuple(name.lower().replace("_", " ") for name in names if name) == celeba.ATTRIBUTE_NAMES


def test_the_centre_is_kept(photographs: Path) -> None:
    tall = np.zeros((218, 178, 3), np.uint8)
    tall[:20], tall[-20:] = 255, 255  # beyond the central square
    Image.fromarray(tall).save(photographs / "celeba" / "img_align_celeba" / "000001.jpg", quality=95)
    first = data.load("celeba", size=64, channels=3).images[0]
    assert first.max() < 20


def test_a_broken_picture_is_skipped_and_attributes_stay_in_step(photographs: Path) -> None:
    (photographs / "celeba" / "img_align_celeba" / "000002.jpg").write_bytes(b"broken")
    train = data.load("celeba")
    assert train.notes == ("1 skipped, not a picture, or damaged at its beginning: 000002.jpg",)
    assert values_of(train) == [25, 65, 85, 105, 125]
    assert [int(row.sum()) for row in train.attributes] == [len(range(0, 40, number)) for number in (1, 3, 4, 5, 6)]


@pytest.mark.parametrize(
    ("name", "folder", "missing", "advice"),
    [
        ("celeba", "celeba", "list_attr_celeba.txt", "get the aligned pictures and lists from http://mmlab.ie.cuhk"),
        ("celeba", "celeba", "img_align_celeba", "unpack img_align_celeba.zip and put all of these into"),
        ("lfw", "lfw/lfw-py", "lfw-names.txt", "get lfw-funneled.tgz, peopleDevTrain.txt and lfw-names.txt from"),
        ("lfw", "lfw/lfw-py", "lfw_funneled", "put them into"),
    ],
)
def test_a_missing_file_is_named_with_where_to_get_it(
    name: str, folder: str, missing: str, advice: str, photographs: Path
) -> None:
    path = photographs / folder / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    sentence = f"The data set {name!r} is not fetched by itself, and {missing} is not in {photographs / folder}; "
    with pytest.raises(DataError, match=re.escape(sentence) + ".*" + re.escape(advice)):
        data.load(name)


@pytest.mark.parametrize("name", VALUES)
def test_without_any_file_the_sentence_names_all(name: str, data_home: Path) -> None:
    with pytest.raises(DataError, match=f"'{name}' is not fetched by itself, and .*, .* are not in {data_home}"):
        data.load(name)


@pytest.mark.parametrize("name", VALUES)
def test_a_form_can_ask_what_is_missing_and_gets_the_same_sentence(name: str, photographs: Path) -> None:
    assert data.missing_files(name) == ""
    data.load(name)
    shutil.rmtree(photographs / {"celeba": "celeba/img_align_celeba", "lfw": "lfw/lfw-py/lfw_funneled"}[name])
    sentence = data.missing_files(name)
    assert data.is_prepared(name, size=28, channels=1), "what was prepared stays"
    with pytest.raises(DataError) as error:
        data.load(name, size=32)
    assert str(error.value) == sentence != ""


def test_sets_that_need_nothing_put_there_miss_nothing(data_home: Path) -> None:
    assert {name for name in data.names() if data.missing_files(name)} == set(VALUES)


@pytest.mark.parametrize(("name", "what"), [("celeba", "lists of CelebA"), ("lfw", "files of LFW")])
def test_files_of_somebody_else_are_refused(name: str, what: str, photographs: Path, monkeypatch) -> None:
    monkeypatch.undo()  # the authors' checksums are asked for again
    monkeypatch.setenv("GAN_EXPLORER_DATA", str(photographs))
    with pytest.raises(DataError, match=f"The {what} in .* are not those of its authors .*; get "):
        data.load(name)
