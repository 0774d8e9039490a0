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
    assert image_set.notes == ("1 skipped, beside the class folders: loose.png",)


def test_unreadable_pictures_are_skipped_named_and_counted(pictures: Path) -> None:
    for index in range(15):
        (pictures / "cats" / f"x{index:02}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"damaged" * index)
    image_set = data.load("folder", folder=pictures)
    assert values_of(image_set) == [10, 20, 30, 40]
    assert image_set.labels.tolist() == [0, 0, 1, 1]
    assert image_set.notes == (
        "13 skipped, damaged: cats/x02.png, cats/x03.png, cats/x04.png and 10 more",
        "2 skipped, not a picture, or damaged at its beginning: cats/x00.png, cats/x01.png",
    )


def test_a_truncated_picture_is_skipped(pictures: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "whole.jpg")
    (pictures / "cats" / "half.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:1500])
    assert data.load("folder", folder=pictures).notes == ("1 skipped, damaged: cats/half.jpg",)


SYSTEM = (".thumbnails", "$RECYCLE.BIN", "@eaDir", "lost+found", "__MACOSX", "System Volume Information", "#recycle")


def test_hidden_system_and_other_files_are_skipped_and_counted(pictures: Path, paint: Callable[..., Path]) -> None:
    (pictures / "cats" / "._a.png").write_bytes(b"macOS")
    (pictures / "Thumbs.db").write_bytes(b"thumbnails")
    for folder in (*SYSTEM, "cats/@eaDir"):
        paint(f"{folder}/thumbnail.png")
    (pictures / "read me.txt").write_text("text")
    (pictures / "cats" / "no ending").write_bytes(b"something else")
    (pictures / "birds").mkdir()
    image_set = data.load("folder", folder=pictures)
    assert values_of(image_set) == [10, 20, 30, 40] and image_set.class_names == ("cats", "dogs")
    assert image_set.notes == (
        "10 skipped, hidden or of the system: #recycle, $RECYCLE.BIN, .thumbnails and 7 more",
        "2 skipped, not pictures: cats/no ending, read me.txt",
        "1 subfolder holds no picture and is no class: birds",
    )
    (pictures / "notes.txt").write_text("text")  # what is not read does not make the pictures be read again
    assert data.is_prepared("folder", size=28, channels=1, folder=pictures)
    assert (
        "3 skipped, not pictures: cats/no ending, notes.txt, read me.txt" in data.load("folder", folder=pictures).notes
    )


def test_links_to_folders_are_followed_each_folder_once(tmp_path: Path, paint: Callable[..., Path]) -> None:
    folder = paint("dogs/c.png", 30).parents[1]
    paint("../elsewhere/cats/a.png", 10)
    (folder / "cats").symlink_to(tmp_path / "elsewhere" / "cats")
    for name, target in (
        ("dogs/again", folder), ("dogs/itself", folder / "dogs" / "itself"), ("cats too", tmp_path / "elsewhere"),
        ("up", tmp_path), ("a dog", folder / "dogs"), ("gone", tmp_path / "nowhere"),
    ):  # fmt: skip
        (folder / name).symlink_to(target)
    image_set = data.load("folder", folder=folder)
    assert image_set.class_names == ("cats", "dogs") and values_of(image_set) == [10, 30]
    assert image_set.notes[0] == (
        "6 skipped, links that lead nowhere, back up, or to what is read already: a dog, cats too/cats, dogs/again and "
        "3 more"
    )


def test_classes_that_look_alike_are_told(paint: Callable[..., Path]) -> None:
    for name in ("caf\u00e9", "cafe\u0301", "Cats", "cats ", "dogs"):
        folder = paint(f"{name}/a.png").parents[1]
    assert data.load("folder", folder=folder).notes == (
        "2 classes have names that differ in capitals, spaces or the encoding of accents only: Cats, cats ; rename "
        "their folders, or join them if they are one class",
        "2 classes have names that differ in capitals, spaces or the encoding of accents only: cafe\u0301, caf\u00e9; "
        "rename their folders, or join them if they are one class",
    )


def test_names_that_are_not_utf_8_are_read_and_shown(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    for name in (b"caf\xe9", b"dogs"):
        (folder / os.fsdecode(name)).mkdir(parents=True)
        Image.new("L", (30, 30), len(name)).save(folder / os.fsdecode(name) / os.fsdecode(b"\xff.png"))
    (folder / "dogs" / os.fsdecode(b"broken\xe9.png")).write_bytes(b"")
    for _ in range(2):  # read, and prepared
        image_set = data.load("folder", folder=folder)
        assert image_set.class_names == ("caf\\xe9", "dogs") and values_of(image_set) == [4, 4]
        assert image_set.notes == ("1 skipped, not a picture, or damaged at its beginning: dogs/broken\\xe9.png",)
    with pytest.raises(DataError, match=r"nowhere\\xe9 does not exist"):
        data.load("folder", folder=str(folder / os.fsdecode(b"nowhere\xe9")))


def test_runs_of_before_find_the_same_fingerprint(tmp_path: Path) -> None:
    """Of each kind of file that was read before further endings, links and depths were; the numbers were taken then."""
    random = np.random.default_rng(7)

    def pixels(*shape: int, high: int = 256, kind: type = np.uint8) -> np.ndarray:
        return random.integers(0, high, shape, dtype=kind)

    for label in ("cats", "dogs"):
        home = tmp_path / "pictures" / label
        (home / "more").mkdir(parents=True)
        Image.fromarray(pixels(40, 30, 3)).save(home / "a.png")
        Image.fromarray(pixels(30, 40)).save(home / "b.bmp")
        Image.fromarray(pixels(33, 33, 4)).save(home / "c clear.png")
        Image.fromarray(pixels(40, 40, high=65536, kind=np.uint16)).save(home / "d deep.png")
        Image.fromarray(pixels(28, 28)).convert("P").save(home / "e.gif")
        Image.fromarray(pixels(29, 31, 3)).save(home / "more" / "f.webp", lossless=True)
        Image.fromarray(pixels(28, 28, 3)).quantize(16).save(home / "g palette.png", transparency=3)
        Image.fromarray(pixels(28, 28, 2)).save(home / "h.png")
        Image.fromarray(pixels(28, 28) > 128).save(home / "i.png")
    for size, channels, fingerprint in (
        (28, 1, "4fba5baa4ff3e0e2015631f11bb6c8721ded42334aa20e5ebcc19585ccb5863b"),
        (32, 3, "b997021464a6c93f59ba372ab748dbf1bdc49b34b5c751250f5df8fe42bc08d0"),
    ):
        image_set = data.load("folder", folder=tmp_path / "pictures", size=size, channels=channels)
        assert image_set.fingerprint == fingerprint


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
    Image.fromarray(np.full((28, 28), 65_535, np.uint16)).save(folder / "e white.png")
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
        (empty, f"There are no pictures in {empty}; put some there (JPEG, PNG, WebP, GIF, TIFF, BMP, AVIF, JPEG 2000"),
    ):
        with pytest.raises(DataError, match=re.escape(sentence)):
            data.load("folder", folder=folder)
        with pytest.raises(DataError, match=re.escape(sentence)):
            data.class_names_of("folder", folder)


def test_a_folder_without_one_readable_picture(pictures: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "a.png").write_bytes(b"")
    with pytest.raises(
        DataError, match=r"None of the 1 pictures in .*broken can be read \(1 skipped, .*: a.png\); choose another"
    ):
        data.load("folder", folder=broken)
    (pictures / "birds").mkdir()
    (pictures / "birds" / "a.png").write_bytes(b"")
    with pytest.raises(
        DataError, match=r"No picture of the class 'birds' can be read \(1 skipped, .*\); repair or remove the"
    ):
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
