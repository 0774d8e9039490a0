"""A person's own pictures: classes, changes, and pictures that cannot be read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines import data
from pipelines.errors import DataError

pytestmark = pytest.mark.usefixtures("data_home")


def values_of(image_set: data.ImageSet) -> list[int]:
    """The grey value of each (flat) picture."""
    assert (image_set.images.min((1, 2, 3)) == image_set.images.max((1, 2, 3))).all()
    return image_set.images[:, 0, 0, 0].tolist()


def test_subfolders_are_classes_and_nested_pictures_belong_to_the_outermost(pictures: Path) -> None:
    image_set = data.load("folder", folder=pictures)
    assert image_set.class_names == data.class_names_of("folder", pictures) == ("cats", "dogs")
    assert values_of(image_set) == [10, 20, 30, 40]
    assert image_set.labels.tolist() == [0, 0, 1, 1]
    assert image_set.notes == ()
    assert image_set.source == f"Pictures in {pictures}."


def test_a_flat_folder_has_no_classes(paint: Callable[..., Path]) -> None:
    folder = paint("b.jpg", 20).parent
    paint("a.PNG", 10)
    paint("c.gif", 30)
    paint("d.webp", 40)
    image_set = data.load("folder", folder=folder)
    assert values_of(image_set) == [10, 20, 30, 40]
    assert image_set.labels is None and image_set.class_names == data.class_names_of("folder", folder) == ()
    with pytest.raises(DataError, match="'folder' has no classes where a conditional model wants at least two"):
        data.require_classes(image_set)


def test_pictures_beside_the_classes_are_skipped_and_named(pictures: Path, paint: Callable[..., Path]) -> None:
    paint("loose.png")
    image_set = data.load("folder", folder=pictures)
    assert len(image_set) == 4
    assert image_set.notes == ("1 picture was skipped for lying beside the class folders: loose.png",)


def test_unreadable_pictures_are_skipped_named_and_counted(pictures: Path) -> None:
    for index in range(15):
        (pictures / "cats" / f"x{index:02}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"damaged" * index)
    image_set = data.load("folder", folder=pictures)
    assert values_of(image_set) == [10, 20, 30, 40]
    assert image_set.labels.tolist() == [0, 0, 1, 1]
    assert image_set.notes == (
        "15 unreadable pictures were skipped: cats/x00.png, cats/x01.png, cats/x02.png and 12 more",
    )


def test_a_truncated_picture_is_skipped(pictures: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "whole.jpg")
    (pictures / "cats" / "half.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:1500])
    assert data.load("folder", folder=pictures).notes == ("1 unreadable picture was skipped: cats/half.jpg",)


def test_hidden_files_other_files_and_dangling_links_do_not_count(pictures: Path) -> None:
    (pictures / "cats" / "._a.png").write_bytes(b"macOS")
    (pictures / ".thumbnails").mkdir()
    (pictures / ".thumbnails" / "a.png").write_bytes(b"thumbnail")
    (pictures / "read me.txt").write_text("text")
    (pictures / "cats" / "gone.png").symlink_to(pictures / "nowhere.png")
    image_set = data.load("folder", folder=pictures)
    assert len(image_set) == 4 and image_set.notes == () and image_set.class_names == ("cats", "dogs")


def test_pictures_are_turned_cut_and_laid_on_white(tmp_path: Path, paint: Callable[..., Path]) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    wide = np.zeros((28, 84), np.uint8)
    wide[:, 28:56] = 200
    Image.fromarray(wide).save(folder / "a wide.png")  # the central square is all 200
    sideways = np.full((32, 32, 3), 255, np.uint8)
    sideways[:16] = 0  # black above; the camera was turned, so that black is to the right
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(sideways).save(folder / "b turned.jpg", exif=exif, quality=95)
    paint("c clear.png", (9, 9, 9, 0), mode="RGBA")
    Image.fromarray(np.full((28, 28), 128 * 256, np.uint16)).save(folder / "d deep.png")
    images = data.load("folder", folder=folder).images[:, 0]
    assert (images[0] == 200).all()
    assert images[1, :, :12].min() > 240 and images[1, :, 16:].max() < 15
    assert (images[2] == 255).all()
    assert (images[3] == 128).all()


def test_colour_stays_colour_and_becomes_grey(paint: Callable[..., Path]) -> None:
    folder = paint("a.png", (255, 0, 0)).parent
    paint("b.png", 77, mode="L")
    colour, grey = (data.load("folder", folder=folder, channels=channels).images for channels in (3, 1))
    assert colour[:, :, 0, 0].tolist() == [[255, 0, 0], [77, 77, 77]]
    assert grey[:, :, 0, 0].tolist() == [[76], [77]]


@pytest.mark.parametrize("change", ["added", "removed", "renamed", "painted over"])
def test_a_changed_folder_is_read_again(change: str, pictures: Path, paint: Callable[..., Path]) -> None:
    before = data.load("folder", folder=pictures)
    assert data.is_prepared("folder", size=28, channels=1, folder=pictures)
    picture = pictures / "cats" / "a.png"
    expected = {"added": [10, 20, 50, 30, 40], "removed": [20, 30, 40], "renamed": [20, 10, 30, 40],
                "painted over": [60, 20, 30, 40]}[change]  # fmt: skip
    if change == "added":
        paint("cats/new.png", 50)
    elif change == "removed":
        picture.unlink()
    elif change == "renamed":
        picture.rename(pictures / "cats" / "z.png")
    else:
        facts = picture.stat()
        paint("cats/a.png", 60)
        os.utime(picture, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))
    assert not data.is_prepared("folder", size=28, channels=1, folder=pictures)
    after = data.load("folder", folder=pictures)
    assert values_of(after) == expected
    assert after.fingerprint != before.fingerprint


def test_an_old_reading_does_not_pile_up_beside_the_new_one(
    pictures: Path, data_home: Path, paint: Callable[..., Path]
) -> None:
    for value in (1, 2, 3):
        paint(f"cats/{value}.png", value)
        data.load("folder", folder=pictures)
    assert len(list((data_home / "folder" / "prepared").iterdir())) == 1


def test_two_folders_do_not_get_in_each_others_way(pictures: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    Image.new("L", (30, 30), 99).save(other / "a.png")
    data.load("folder", folder=pictures)
    assert values_of(data.load("folder", folder=other)) == [99]
    assert values_of(data.load("folder", folder=pictures)) == [10, 20, 30, 40]
    assert data.is_prepared("folder", size=28, channels=1, folder=str(other))


def test_a_folder_that_is_missing_a_file_or_empty(pictures: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for folder, sentence in (
        (tmp_path / "nowhere", f"The folder {tmp_path / 'nowhere'} does not exist; set folder to"),
        (pictures / "cats" / "a.png", f"{pictures / 'cats' / 'a.png'} is a file; set folder to"),
        (empty, f"There are no pictures in {empty}; put files ending in .png, .jpg, .jpeg, .webp, .bmp, .gif there or"),
    ):
        with pytest.raises(DataError, match=re.escape(sentence)):
            data.load("folder", folder=folder)
        with pytest.raises(DataError, match=re.escape(sentence)):
            data.class_names_of("folder", folder)


def test_a_folder_without_one_readable_picture(pictures: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "a.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"None of the 1 pictures in .*broken can be read \(a.png\); choose another"):
        data.load("folder", folder=broken)
    (pictures / "birds").mkdir()
    (pictures / "birds" / "a.png").write_bytes(b"")
    with pytest.raises(DataError, match="No picture of the class 'birds' can be read; repair or remove the folder"):
        data.load("folder", folder=pictures)


def test_a_folder_that_may_not_be_read(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def refuse(path):
        if str(path).endswith("dogs"):  # root, as whom tests may run, is never refused
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(
        DataError, match=re.escape(f"{pictures / 'dogs'} may not be read (Permission denied); allow it")
    ):
        data.load("folder", folder=pictures)
