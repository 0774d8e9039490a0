"""Which pictures of a folder are held out: the same ones each time, of each class alike, and none of few."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines import data
from pipelines.data import _held_out
from pipelines.errors import DataError

pytestmark = pytest.mark.usefixtures("data_home")


@pytest.fixture
def many(paint: Callable[..., Path]) -> Path:
    """A folder of 40 cats and 20 dogs, each of a grey of its own."""
    for index in range(60):
        folder = paint(f"{'cats' if index < 40 else 'dogs'}/more/{index:02}.png", 4 * index)
    return folder.parents[2]


def greys(image_set: data.ImageSet) -> list[int]:
    return image_set.images[:, 0, 0, 0].tolist()


def test_both_parts_are_all_pictures_and_each_class_gives_the_same_share(many: Path, tmp_path: Path) -> None:
    train, test = (data.load("folder", folder=many, held_out=0.2, split=split) for split in ("train", "test"))
    assert sorted(greys(train) + greys(test)) == [4 * index for index in range(60)]
    assert np.bincount(test.labels).tolist() == [8, 4] and test.class_names == train.class_names == ("cats", "dogs")
    assert train.notes == test.notes == ("12 more pictures are held out: nothing is learnt from them",)
    assert greys(data.test_part("folder", size=28, channels=1, folder=many, held_out=0.2)) == greys(test)
    found = data.overview("folder", size=28, channels=1, folder=many, held_out=0.2)
    assert found.prepared and found.pictures == 48 and found.counts == {"cats": 32, "dogs": 16}
    moved = many.rename(tmp_path / "moved")
    before = data.overview("folder", size=28, channels=1, folder=moved, held_out=0.2)
    assert not before.prepared and (before.pictures, before.counts, before.notes) == (48, found.counts, found.notes)
    again = data.load("folder", folder=moved, held_out=0.2, split="test")
    assert greys(again) == greys(test) and again.fingerprint == test.fingerprint


def test_shares_do_not_get_in_each_others_way_and_0_is_every_picture(many: Path) -> None:
    whole = data.load("folder", folder=many)
    assert len(whole) == 60 and whole.notes == () and whole.fingerprint == data.load("folder", folder=many).fingerprint
    assert len(data.load("folder", folder=many, held_out=0.5)) == 30
    for share in (0.0, 0.5):
        assert data.is_prepared("folder", size=28, channels=1, folder=many, held_out=share)
    assert not data.is_prepared("folder", size=28, channels=1, folder=many, held_out=0.5, split="test")
    assert data.splits("folder", folder=many, held_out=0.5) == ("train", "test") == data.splits("digits")
    assert data.splits("folder", folder=many) == ("train",)
    assert data.test_part("folder", size=28, channels=1, folder=many) is None
    with pytest.raises(DataError, match=re.escape("No picture of the data set 'folder' is held out")):
        data.load("folder", folder=many, split="test")


def test_a_picture_more_moves_one_picture_at_most() -> None:
    paths = [f"{index}.png" for index in range(300)]
    before, after = (_held_out.held_out(some, lambda path: "", 0.1) for some in (paths[:-1], paths))
    assert len(before) == len(after) == 30 and len(before - after) <= 1
    assert _held_out.held_out([f"elsewhere/{path}" for path in paths], lambda path: "", 0.1) == {
        f"elsewhere/{path}" for path in after
    }


def test_of_few_pictures_none_is_held_out_which_is_said(pictures: Path) -> None:
    image_set = data.load("folder", folder=pictures, held_out=0.1)
    assert len(image_set) == 4 and data.splits("folder", folder=pictures, held_out=0.5) == ("train",)
    assert image_set.notes == (
        "no picture is held out, since 10 % of 4 are fewer than 5; add pictures or raise held_out",
    )


def test_what_is_white_follows_from_both_parts(tmp_path: Path) -> None:
    """Pictures of 16 bits: the brightest value of all decides, in whichever part it is."""
    folder = tmp_path / "deep"
    folder.mkdir()
    for index in range(20):
        Image.fromarray(np.full((28, 28), 1000 + index, np.uint16)).save(folder / f"{index:02}.png")
    Image.fromarray(np.full((28, 28), 60_000, np.uint16)).save(folder / "bright.png")
    parts = [data.load("folder", folder=folder, held_out=0.3, split=split) for split in ("train", "test")]
    assert sorted(sum(map(greys, parts), [])) == [3] * 20 + [234]
