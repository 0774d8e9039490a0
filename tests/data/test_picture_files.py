"""Single files of every kind: what is read, with which values, and what is said of the others."""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines import data
from pipelines.data import _picture, _survey
from pipelines.errors import DataError

pytestmark = pytest.mark.usefixtures("data_home")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    return folder


@pytest.fixture
def without_heif(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine where pillow-heif is not installed."""
    caches = (_picture.formats, _picture.endings, _picture._rare_endings, _survey._looks_like_one)
    for cached in caches:
        cached.cache_clear()
    monkeypatch.setattr(_picture, "has_heif", lambda: False)
    monkeypatch.setattr(Image, "ID", [name for name in Image.ID if name != "HEIF"])
    yield
    for cached in caches:
        cached.cache_clear()


def values_of(image_set: data.ImageSet) -> list[int | list[int]]:
    """The value of each (flat) picture, or its colour."""
    assert (image_set.images.min((2, 3)) == image_set.images.max((2, 3))).all()
    values = image_set.images[:, :, 0, 0].tolist()
    return [value[0] if len(value) == 1 else value for value in values]


def test_what_pillow_opens_is_read_under_any_ending_and_without_one(home: Path) -> None:
    endings = ("avif", "bmp", "dib", "gif", "ico", "j2k", "jfif", "jp2", "jpe", "jpeg", "jpg", "pcx", "pgm", "png",
               "ppm", "qoi", "sgi", "tga", "tif", "TIFF", "webp")  # fmt: skip
    for ending in endings:
        Image.new("L" if ending == "pgm" else "RGB", (32, 32), 128 if ending == "pgm" else (128,) * 3).save(
            home / f"picture.{ending}"
        )
    Image.new("L", (30, 30), 128).save(home / "x.png")
    (home / "x.png").rename(home / "no ending")
    Image.new("L", (30, 30), 128).save(home / "y.webp", lossless=True)
    (home / "y.webp").rename(home / "a webp.jpg")
    Image.new("L", (30, 30), 128).save(home / "z.jpg")
    (home / "z.jpg").rename(home / "z.jpg.download")
    image_set = data.load("folder", folder=home)
    assert len(image_set) == len(endings) + 3 and image_set.notes == ()
    assert image_set.images.min() >= 126 and image_set.images.max() <= 130
    assert data.overview("folder", size=28, channels=1, folder=home).pictures == len(endings) + 3


def test_a_class_of_tiffs_is_a_class(home: Path) -> None:
    for name, ending in (("cats", "tif"), ("dogs", "png")):
        (home / name).mkdir()
        Image.new("L", (30, 30), 50).save(home / name / f"a.{ending}")
    assert data.class_names_of("folder", home) == ("cats", "dogs")


def test_heic_is_read_where_its_library_is_installed(home: Path) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    picture = pillow_heif.from_pillow(Image.new("RGB", (64, 64), (200, 100, 50)))
    picture.save(home / "a.heic", quality=100)
    picture.save(home / "b.heic", quality=100)
    (home / "b.heic").rename(home / "named wrongly.jpg")
    image_set = data.load("folder", folder=home, channels=3)
    assert len(image_set) == 2 and image_set.notes == ()
    assert np.abs(image_set.images.mean((0, 2, 3)) - (200, 100, 50)).max() < 4


def test_without_its_library_heic_is_counted_and_the_sentence_says_what_to_install(
    home: Path, without_heif: None
) -> None:
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)
    for name in ("a.heic", "named wrongly.jpg"):
        (home / name).write_bytes(heic)
    with pytest.raises(DataError, match=r"\(1 skipped, HEIC \(`pip install pillow-heif`, and they are read\): named"):
        data.load("folder", folder=home)
    Image.new("L", (30, 30), 50).save(home / "c.png")
    (home / "d.NEF").write_bytes(b"II*\0 raw")
    assert data.load("folder", folder=home).notes == (
        "1 skipped, HEIC (`pip install pillow-heif`, and they are read): a.heic",
        "1 skipped, a camera's raw data (export them as JPEG, PNG or TIFF): d.NEF",
        "1 skipped, HEIC (`pip install pillow-heif`, and they are read): named wrongly.jpg",
    )


def test_a_file_that_would_start_another_program_is_not_opened(home: Path) -> None:
    Image.new("L", (30, 30), 50).save(home / "a.png")
    Image.new("L", (30, 30), 50).save(home / "b.eps")
    (home / "b.eps").rename(home / "b.png")
    notes = data.load("folder", folder=home).notes
    assert notes == ("1 skipped, not a picture, or damaged at its beginning: b.png",)


@pytest.mark.parametrize("ending", ["png", "tif"])
@pytest.mark.parametrize(("bits", "dark"), [(10, 300), (12, 1000), (14, 5000), (16, 20_000)])
def test_deep_pictures_are_judged_by_the_largest_value_of_all(bits: int, dark: int, ending: str, home: Path) -> None:
    largest = 2**bits - 1
    for name, value in (("a", dark), ("b", largest), ("c", 0)):
        Image.fromarray(np.full((28, 28), value, np.uint16)).save(home / f"{name}.{ending}")
    image_set = data.load("folder", folder=home)
    assert values_of(image_set) == [dark >> (bits - 8), 255, 0]
    assert image_set.notes == (
        f"3 pictures have more than 8 bits a channel: {largest:,} is white, by the largest value of all",
    )


def test_deep_colour_is_read_with_all_its_bits(home: Path) -> None:
    """Pillow keeps the upper byte alone, which of 12 bits leaves 4."""
    for name, colour in (("a", (4095, 1000, 16)), ("b", (0, 500, 4000)), ("bb", (1000, 65_535)), ("bc", (1000, 0))):
        _write_png_of_16_bits(home / f"{name}.png", colour)
    read = values_of(data.load("folder", folder=home, channels=3))
    assert read == [[255, 62, 1], [0, 31, 250], [62, 62, 62], [255, 255, 255]]
    _write_png_of_16_bits(home / "c.png", (65_535, 0, 0, 65_535))
    _write_png_of_16_bits(home / "d.png", (65_535, 0, 0, 0))
    assert values_of(data.load("folder", folder=home, channels=3)) == [
        [15, 3, 0], [0, 1, 15], [3, 3, 3], [255, 255, 255], [255, 0, 0], [255, 255, 255],
    ]  # fmt: skip


def _png(width: int, height: int, bits: int, kind: int, rows: bytes) -> bytes:
    """A PNG of a colour type that Pillow does not write, or of a size that it does not have."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def _write_png_of_16_bits(path: Path, colour: tuple[int, ...]) -> None:
    row = b"\0" + struct.pack(f">{len(colour)}H", *colour) * 28
    path.write_bytes(_png(28, 28, 16, {2: 4, 3: 2, 4: 6}[len(colour)], row * 28))


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (np.float32, (0.0, 0.5, 1.0), [0, 128, 255]),
        (np.float32, (0.0, 100.0, 255.0), [0, 100, 255]),
        (np.float32, (-1.0, 0.0, 1.0), [0, 128, 255]),
        (np.float32, (float("nan"), 0.25, 1.0), [0, 64, 255]),
        (np.int32, (0, 100, 255), [0, 100, 255]),
        (np.int32, (-1000, 0, 1000), [0, 128, 255]),
        (np.int32, (0, 50_000, 100_000), [0, 128, 255]),
        (">u2", (0, 1000, 4095), [0, 62, 255]),
    ],
)
def test_numbers_of_other_kinds_become_grey(kind: object, values: tuple, expected: list[int], home: Path) -> None:
    for index, value in enumerate(values):
        pixels = np.full((28, 28), value, kind)
        Image.fromarray(pixels).save(home / f"{index}.tif")
    assert values_of(data.load("folder", folder=home)) == expected


def test_other_colours_are_converted(home: Path) -> None:
    Image.new("CMYK", (32, 32), (0, 255, 255, 0)).save(home / "a cmyk.jpg", quality=100)
    Image.new("LAB", (32, 32), (255, 128, 128)).save(home / "b lab.tif")
    palette = Image.new("P", (32, 32), 1)
    palette.putpalette([0, 0, 0, 10, 20, 30])
    palette.save(home / "c palette.png", transparency=1)
    Image.new("LA", (32, 32), (100, 255)).save(home / "d grey.png")
    Image.new("1", (32, 32), 1).save(home / "e bit.png")
    Image.new("YCbCr", (32, 32), (128, 128, 128)).save(home / "f video.tif")
    images = data.load("folder", folder=home, channels=3).images[:, :, 14, 14].astype(int)
    assert np.abs(images[0] - (255, 0, 0)).max() < 8
    assert images[2:5].tolist() == [[255] * 3, [100] * 3, [255] * 3]
    assert np.abs(images[5] - 128).max() < 3
    assert np.abs(images[1] - 255).max() < 3


def test_of_moving_pictures_the_first_frame_is_read_and_they_are_counted(home: Path) -> None:
    frames = [Image.new("RGB", (30, 30), (value,) * 3) for value in (40, 200)]
    for name, options in (("a.gif", {}), ("b.webp", {"lossless": True}), ("c.png", {}), ("d.tif", {})):
        frames[0].save(home / name, save_all=True, append_images=frames[1:], **options)
    image_set = data.load("folder", folder=home)
    assert values_of(image_set) == [40] * 4
    assert image_set.notes == (
        "4 with several frames or pages, of which the first is read: a.gif, b.webp, c.png and 1 more",
    )


def test_a_damaged_exif_block_leaves_the_picture(home: Path) -> None:
    Image.new("L", (30, 30), 90).save(home / "a.png", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert values_of(data.load("folder", folder=home)) == [90]


def test_very_large_pictures_are_counted_and_never_decoded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("L", (30, 30), 90).save(home / "z.png")
    for name, size in (("bomb", (60_000, 60_000)), ("column", (1, 40_000_000)), ("large", (10_000, 9_000))):
        (home / f"{name}.png").write_bytes(_png(*size, 8, 0, bytes(1000)))
    with (home / "heavy.png").open("wb") as file:
        file.truncate(_picture.MOST_BYTES + 1)  # takes no room on the disk
    decoded = []
    load = Image.Image.load
    monkeypatch.setattr(Image.Image, "load", lambda self: decoded.append(self.size) or load(self))
    image_set = data.load("folder", folder=home)
    assert values_of(image_set) == [90] and max(map(max, decoded), default=0) < 100
    (note,) = image_set.notes
    assert note.startswith("4 skipped, too large (more than 89 million pixels, ") and "bomb.png, column.png" in note


def test_a_jpeg_of_any_size_is_reduced_while_it_is_decoded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_picture, "MOST_PIXELS", 90_000)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 90_000)
    Image.new("L", (1000, 1000), 90).save(home / "a.jpg", quality=100)
    Image.new("L", (1000, 1000), 90).save(home / "b progressive.jpg", progressive=True)
    Image.new("L", (1000, 1000), 90).save(home / "c.png")
    image_set = data.load("folder", folder=home)
    assert values_of(image_set) == [90]
    assert image_set.notes[0].endswith("b progressive.jpg, c.png") and image_set.notes[0].startswith("2 skipped, too")


def test_a_picture_that_may_not_be_read_is_counted_as_such(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.png", "b.png"):
        Image.new("L", (30, 30), 90).save(home / name)
    real = Image.open

    def refuse(path, **options):
        if Path(path).name == "b.png":  # root, as whom tests may run, is never refused
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, **options)

    monkeypatch.setattr(Image, "open", refuse)
    assert data.load("folder", folder=home).notes == ("1 skipped, may not be read: b.png",)


def test_files_whose_ending_says_what_they_are_stay_closed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for index in range(20):
        (home / f"{index}.jpg").write_bytes(b"")
        (home / f"{index}.txt").write_bytes(b"")
    (home / "unknown").write_bytes(b"something")
    opened = []
    monkeypatch.setattr(_picture, "begins_as_one", lambda path: opened.append(os.path.basename(path)) or False)
    _survey._looks_like_one.cache_clear()
    for _ in range(2):
        found = data.overview("folder", size=28, channels=1, folder=home)
        assert found.pictures == 20 and found.notes == ("21 skipped, not pictures: 0.txt, 1.txt, 10.txt and 18 more",)
    assert opened == ["unknown"]


@pytest.mark.parametrize(
    "typed",
    ['"{0}"', "'{0}'", "  {0}/ ", "“{0}”", "\u202a{0}", "file://{1}", "file://localhost{1}", "file:{1}", '"file://{1}"',
     "{2}", "my cats", "./my cats", "~/my cats"],
)  # fmt: skip
def test_a_path_is_understood_as_people_paste_it(
    typed: str, tmp_path: Path, paint: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my cats"
    paint("../my cats/a.png", 7)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    text = typed.format(folder, str(folder).replace(" ", "%20"), str(folder).replace(" ", "\\ "))
    assert data.folder_of(text) == folder
    assert values_of(data.load("folder", folder=text)) == [7]


def test_a_folder_of_exactly_that_name_goes_before_any_interpretation(home: Path) -> None:
    for name in ("'quoted'", "spaces ", "file:", "100%20"):
        (home / name).mkdir()
        assert data.folder_of(str(home / name)) == home / name


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("file://server/pictures", "file://server/pictures is a folder on the computer server; set folder to a path"),
        ('" "', "The folder that is given is an empty text; set folder to the path of your pictures."),
        ("a\0b", "'a\\x00b' is not the path of a folder (it holds a zero byte); set folder to another."),
        ("\ud800", r"'\ud800' is not the path of a folder ("),
        ("~nobody-at-all/x", "'~nobody-at-all/x' is not the path of a folder (Could not determine home directory.)"),
    ],
)
def test_what_is_no_path_is_said_in_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(DataError, match=re.escape(sentence)):
        data.load("folder", folder=typed)
