"""Tiny data sets in folders of the test's own; no test of this folder reads or needs the real ones."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.data import _idx, celeba, clothes, digits, faces, stacked_digits
from pipelines.data._sources import folder_of_archives
from tests.drawn_faces import styles_checked_once

LABELS = {"train": np.arange(20) % 10, "test": np.arange(8) % 10}


@pytest.fixture(scope="session", autouse=True)
def _styles_checked_once() -> Iterator[None]:
    with styles_checked_once():
        yield


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that takes the place of ``data/``."""
    home = tmp_path / "data"
    monkeypatch.setenv("GAN_EXPLORER_DATA", str(home))
    return home


@pytest.fixture
def contents() -> dict[str, bytes]:
    """The four idx files of a tiny set: the picture of label k is flat, with the value 20 * k + 5 everywhere."""
    files = {}
    for split, labels in LABELS.items():
        pictures = np.broadcast_to((20 * labels + 5)[:, None, None], (len(labels), 28, 28))
        for file, array in zip(_idx.SPLITS[split], (pictures, labels), strict=True):
            files[file] = _idx.encode(array)
    return files


@pytest.fixture
def archives(tmp_path: Path, contents: dict[str, bytes]) -> Path:
    """A folder with the tiny set's archives, as Debian's package would have them."""
    folder = tmp_path / "archives"
    folder.mkdir()
    for file, content in contents.items():
        (folder / f"{file}.gz").write_bytes(gzip.compress(content))
    return folder


@pytest.fixture
def tiny(data_home: Path, contents: dict[str, bytes], archives: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes digits, their stacks and clothes tiny, from ``archives`` only; the folder that digits' files go to."""
    for entry in (digits, clothes):
        monkeypatch.setattr(
            entry, "CHECKSUMS", {file: hashlib.md5(data).hexdigest() for file, data in contents.items()}
        )
        monkeypatch.setattr(entry, "SOURCES", (folder_of_archives("the test's archives", archives, "add it"),))
    monkeypatch.setattr(stacked_digits, "COUNTS", {"train": 60, "test": 20})
    return data_home / "digits" / "raw"


@pytest.fixture
def few_faces(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Makes the set of drawn faces small; how many it has of each split."""
    counts = {"train": 16, "test": 4}
    monkeypatch.setattr(faces, "COUNTS", counts)
    return counts


@pytest.fixture
def photographs(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """CelebA and LFW as their authors lay them out, but tiny: picture k is flat, with the value 20 * k + 5.

    Of CelebA the first six pictures are for training, then two each to validate and to test; picture k has the
    attributes whose number is a multiple of k. Of LFW the first two persons with three pictures are for training, and
    one with two is for testing. Returns the folder of data sets.
    """
    from torchvision.datasets import CelebA, LFWPeople

    home, names = data_home / "celeba", [f"{number:06}.jpg" for number in range(1, 11)]
    _flat_pictures(home / "img_align_celeba", names, (178, 218))
    partition = [0] * 6 + [1] * 2 + [2] * 2
    heading = " ".join(name.title().replace(" ", "_") for name in celeba.ATTRIBUTE_NAMES)
    rows = [
        f"{name} " + " ".join(f"{1 if column % number == 0 else -1:2}" for column in range(40))
        for number, name in enumerate(names, 1)
    ]
    for file, lines in {
        "list_attr_celeba.txt": [str(len(names)), heading, *rows],
        "list_eval_partition.txt": [f"{name} {part}" for name, part in zip(names, partition, strict=True)],
        "identity_CelebA.txt": [f"{name} 1" for name in names],
        "list_bbox_celeba.txt": [str(len(names)), "image_id x_1 y_1 width height", *(f"{n} 1 2 3 4" for n in names)],
        "list_landmarks_align_celeba.txt": [str(len(names)), "lefteye_x lefteye_y", *(f"{n} 69 109" for n in names)],
    }.items():
        (home / file).write_text("\n".join(lines) + "\n")
    monkeypatch.setattr(CelebA, "file_list", [(identity, None, file) for identity, _, file in CelebA.file_list])

    home, people = data_home / "lfw" / "lfw-py", {"Ada_Lovelace": 2, "Alan_Turing": 1, "Grace_Hopper": 2}
    value = 0
    for person, count in people.items():
        pictures = [f"{person}_{number:04}.jpg" for number in range(1, count + 1)]
        value = _flat_pictures(home / "lfw_funneled" / person, pictures, (250, 250), value)
    (home / "lfw-funneled.tgz").write_bytes(b"the archive, which is not read again")
    (home / "peopleDevTrain.txt").write_text("2\nAda_Lovelace\t2\nAlan_Turing\t1\n")
    (home / "peopleDevTest.txt").write_text("1\nGrace_Hopper\t2\n")
    (home / "lfw-names.txt").write_text("".join(f"{person} {count}\n" for person, count in people.items()))
    monkeypatch.setattr(LFWPeople, "file_dict", {"funneled": ("lfw_funneled", "lfw-funneled.tgz", None)})
    monkeypatch.setattr(LFWPeople, "checksums", dict.fromkeys(LFWPeople.checksums))
    return data_home


def _flat_pictures(folder: Path, names: list[str], size: tuple[int, int], first: int = 0) -> int:
    """Paints pictures ``first + 1`` and so on; returns the number of the last."""
    folder.mkdir(parents=True)
    for number, name in enumerate(names, first + 1):
        Image.new("RGB", size, (20 * number + 5,) * 3).save(folder / name, quality=95)
    return first + len(names)


@pytest.fixture
def paint(tmp_path: Path) -> Callable[..., Path]:
    """``paint("cats/a.png", value=100, size=(40, 30))`` makes a flat grey picture in ``tmp_path / "pictures"``."""

    def make(
        path: str, value: int | tuple[int, ...] = 100, size: tuple[int, int] = (40, 30), mode: str = "RGB"
    ) -> Path:
        target = tmp_path / "pictures" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.new(mode, size, value if isinstance(value, tuple) or mode == "L" else (value,) * 3).save(target)
        return target

    return make


@pytest.fixture
def halves(tmp_path: Path) -> Path:
    """A folder of three pictures of 20x10: of picture k the left half is 10 * k + 100 and the right half 10 * k."""
    folder = tmp_path / "halves"
    folder.mkdir()
    for number in (1, 2, 4):
        picture = Image.new("L", (20, 10), 10 * number)
        picture.paste(10 * number + 100, (0, 0, 10, 10))
        picture.save(folder / f"{number}.png")
    return folder


@pytest.fixture
def pictures(tmp_path: Path, paint: Callable[..., Path]) -> Path:
    """A folder of two classes, with a nested picture; each picture has a grey value of its own."""
    for path, value in (("cats/a.png", 10), ("cats/more/b.png", 20), ("dogs/c.png", 30), ("dogs/d.bmp", 40)):
        paint(path, value)
    return tmp_path / "pictures"
