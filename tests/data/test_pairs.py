"""A person's own pairs: each way to lay them out, and each fault in it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines import data
from pipelines.errors import DataError
from pipelines.training.pictures import spec_of

pytestmark = pytest.mark.usefixtures("data_home")
Paint = Callable[..., Path]
BY_NAME = "pairs by their names: the inputs are in a/, the pictures to draw in b/"
HALVES = "pairs side by side: the input is the left half, or the right half of those in ba/"


@pytest.fixture
def pairs(tmp_path: Path, paint: Paint) -> Path:
    """Six pairs: the input k is 10 * k, its picture 10 * k + 100, in files of other endings and folders."""
    for number in range(6):
        paint(f"a/more/{number}.png", 10 * number)
        paint(f"b/more/{number}.bmp", 10 * number + 100)
    return tmp_path / "pictures"


def loaded(folder: Path, **asked) -> data.ImageSet:
    return data.load("pairs", folder=folder, **asked)


def greys(pictures: np.ndarray) -> list[int]:
    assert (pictures == pictures[:, :1, :1, :1]).all(), "flat"
    return pictures[:, 0, 0, 0].tolist()


def test_the_same_names_are_pairs_whatever_their_endings(pairs: Path) -> None:
    found = loaded(pairs, channels=3)
    assert greys(found.images) == [100, 110, 120, 130, 140, 150] and greys(found.fields["a"]) == list(range(0, 60, 10))
    assert found.paired and spec_of(found).paired and spec_of(found).condition_shape == (3, 28, 28)
    assert found.notes == (BY_NAME,) and found.labels is None and found.class_names == ()
    overview = data.overview("pairs", folder=pairs, size=28, channels=3)
    assert (overview.pictures, overview.counts, overview.condition, overview.prepared) == (6, {}, "a", True)


def test_an_accent_may_be_a_sign_of_its_own_and_endings_may_have_capitals(tmp_path: Path, paint: Paint) -> None:
    paint("a/caf\u00e9.PNG", 1)
    paint("b/cafe\u0301.png", 2)
    found = loaded(tmp_path / "pictures")
    assert (greys(found.images), greys(found.fields["a"]), found.notes) == ([2], [1], (BY_NAME,))


def test_pairs_are_held_out_together(pairs: Path) -> None:
    train, test = (loaded(pairs, held_out=0.8, split=split) for split in ("train", "test"))
    assert (len(train), len(test)) == (1, 5)
    for part in (train, test):
        assert [grey - 100 for grey in greys(part.images)] == greys(part.fields["a"])
    assert train.notes[-1] == "5 more pairs are held out: nothing is learnt from them"
    assert data.splits("pairs", folder=pairs, held_out=0.5) == ("train",)
    few = "no pair is held out, since 50 % of 6 are fewer than 5; add pairs or raise held_out"
    assert loaded(pairs, held_out=0.5).notes[-1] == few


def test_what_has_no_partner_or_another_shape_or_is_damaged_is_named_and_nothing_else_is_lost(
    pairs: Path, paint: Paint
) -> None:
    paint("a/alone.png", 7)
    paint("b/other.png", 7)
    paint("b/more/5.gif", 7, mode="L")  # a second picture of the name
    paint("a/more/4.png", 40, size=(30, 40))  # upright, and its partner is wide
    paint("a/more/3.png", 30, size=(80, 60))  # larger, but of the same shape
    (pairs / "a/more/0.png").write_bytes(b"no picture")
    (pairs / "b/more/1.bmp").write_bytes((pairs / "b/more/1.bmp").read_bytes()[:60])
    paint("beside.png", 9)
    (pairs / "a/list.txt").write_text("not a picture")
    found = loaded(pairs)
    assert greys(found.images) == [120, 130] and greys(found.fields["a"]) == [20, 30]
    assert found.notes[0] == BY_NAME and set(found.notes[1:]) == {
        "1 skipped, not pictures: a/list.txt",
        "2 skipped, whose name, without the ending, another file of the folder has: b/more/5.bmp, b/more/5.gif",
        "1 skipped, beside a/ and b/: beside.png",
        "2 skipped, without a picture of the same name in b/: a/alone.png, a/more/5.png",
        "1 skipped, without a picture of the same name in a/: b/other.png",
        "1 skipped, of another shape (width by height) than its partner: b/more/4.bmp",
        "1 skipped, not a picture, or damaged at its beginning: a/more/0.png",
        "1 skipped, damaged: b/more/1.bmp",
    }


def test_other_names_are_two_domains(tmp_path: Path, paint: Paint) -> None:
    for number in range(12):
        paint(f"A/horse{number:02}.png", number)
    for number in range(30):
        paint(f"B/zebra{number:02}.png", 100 + number, size=(20, 50))
    folder = tmp_path / "pictures"
    found = loaded(folder)
    assert greys(found.images) == list(range(100, 130)) and greys(found.fields["a"]) == list(range(12))
    assert not found.paired and not spec_of(found).paired
    told = "no name is in both folders, so nothing is paired: 12 inputs are in a/, 30 pictures to draw in b/"
    assert found.notes == (told,)
    train, test = (loaded(folder, held_out=0.25, split=split) for split in ("train", "test"))
    assert (len(train), len(train.fields["a"]), len(test), len(test.fields["a"])) == (22, 9, 8, 3)
    assert sorted(greys(train.images) + greys(test.images)) == list(range(100, 130))
    assert train.notes[-1] == "8 more pictures and 3 more inputs are held out: nothing is learnt from them"
    few = "no picture is held out, since 4 % of 12 are fewer than 5; add pictures or raise held_out"
    assert loaded(folder, held_out=0.04).notes[-1] == few and data.splits("pairs", folder=folder, held_out=0.04) == (
        "train",
    )


def test_as_many_of_both_are_still_two_domains(tmp_path: Path, paint: Paint) -> None:
    for number in range(3):
        paint(f"a/x{number}.png", number)
        paint(f"b/y{number}.png", number)
    found = loaded(tmp_path / "pictures")
    assert len(found) == len(found.fields["a"]) == 3 and not spec_of(found).paired


def test_side_by_side_the_left_half_is_the_input(halves: Path) -> None:
    found = loaded(halves)
    assert greys(found.images) == [10, 20, 40] and greys(found.fields["a"]) == [110, 120, 140]
    assert found.notes == (HALVES,) and found.paired


def test_in_a_folder_ba_the_right_half_is_and_other_shapes_are_named(halves: Path, paint: Paint) -> None:
    (halves / "ba").mkdir()
    shutil.move(halves / "1.png", halves / "ba" / "1.png")
    shutil.copy(paint("square.png", 5, size=(30, 30)), halves)
    shutil.copy(paint("odd.png", 6, size=(61, 30)), halves)  # near enough to twice
    found = loaded(halves)
    assert dict(zip(greys(found.images), greys(found.fields["a"]), strict=True)) == {20: 120, 40: 140, 110: 10, 6: 6}
    assert found.notes == (HALVES, "1 skipped, not twice as wide as high: square.png")


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            ["a/1.png"],
            "There are no pictures in {folder}/b; put the inputs into a/ and the pictures to draw into b/, or",
        ),
        (["b/1.png", "a/list.txt"], "There are no pictures in {folder}/a; put the inputs into a/"),
        (["a/1.png", "A/1.png", "b/1.png"], "{folder} has A/ and a/; leave one of them."),
        (
            [*(f"a/{n}.png" for n in range(5)), *(f"b/{n}.png" for n in range(4, 9))],
            "Of 5 names in {folder}/a and 5 in b/ beside it 1 are in both, such as 4; name the two pictures of each",
        ),
        (
            ["in/1.png"],
            "None of the pairs in {folder} can be read (1 skipped, not twice as wide as high: in/1.png); put",
        ),
        (["a/1.png", "a/1.bmp", "b/2.png"], "No picture in {folder}/a has a name of its own, without the ending"),
    ],
)
def test_a_folder_that_holds_no_pairs_is_one_sentence(
    files: list[str], sentence: str, tmp_path: Path, paint: Paint
) -> None:
    folder = tmp_path / "pictures"
    for file in files:
        if file.endswith(".txt"):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text("no picture")
        else:
            paint(file)
    with pytest.raises(DataError, match=re.escape(sentence.format(folder=folder))):
        loaded(folder)


def test_a_domain_of_which_nothing_can_be_read_is_one_sentence(tmp_path: Path, paint: Paint) -> None:
    paint("b/y.png")
    (tmp_path / "pictures/a").mkdir()
    (tmp_path / "pictures/a/x.png").write_bytes(b"none")
    with pytest.raises(DataError, match=re.escape("None of the inputs in a/ in")) as raised:
        loaded(tmp_path / "pictures")
    assert "1 skipped, not a picture, or damaged at its beginning: a/x.png" in str(raised.value)


def test_without_a_folder_or_with_an_empty_one_it_is_told_as_of_every_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="The data set 'pairs' needs a folder of pictures; set folder to its path"):
        data.load("pairs")
    with pytest.raises(DataError, match="There are no pictures in"):
        loaded(tmp_path)


def test_a_changed_picture_is_read_again_and_a_table_of_attributes_is_none(pairs: Path, paint: Paint) -> None:
    (pairs / "attributes.csv").write_text("file,wide\na/more/0.png,1\n")
    first = loaded(pairs)
    assert data.attribute_names_of("pairs", pairs) == () and first.attributes is None
    paint("a/more/0.png", 99, size=(44, 33))
    assert not data.is_prepared("pairs", folder=pairs, size=28, channels=1)
    assert greys(loaded(pairs).fields["a"])[0] == 99


def test_pictures_of_sixteen_bits_are_white_by_the_brightest_of_their_own_side(tmp_path: Path) -> None:
    folder = tmp_path / "deep"
    for side, most in (("a", 1000), ("b", 60_000)):
        (folder / side).mkdir(parents=True)
        for number in (1, 2):
            Image.fromarray(np.full((8, 8), most * number // 2, np.uint16)).save(folder / side / f"{number}.png")
    found = loaded(folder)
    assert greys(found.fields["a"]) == [500 >> 2, 1000 >> 2] and greys(found.images) == [30_000 >> 8, 60_000 >> 8]
