"""Tiny data sets in folders of the test's own; no test of this folder reads or needs the real ones."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.data import _idx, clothes, digits
from pipelines.data._sources import folder_of_archives

LABELS = {"train": np.arange(20) % 10, "test": np.arange(8) % 10}


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
    """Makes digits and clothes tiny: only ``archives`` has them. Returns the folder that digits' files go to."""
    for entry in (digits, clothes):
        monkeypatch.setattr(
            entry, "CHECKSUMS", {file: hashlib.md5(data).hexdigest() for file, data in contents.items()}
        )
        monkeypatch.setattr(entry, "SOURCES", (folder_of_archives("the test's archives", archives, "add it"),))
    return data_home / "digits" / "raw"


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
def pictures(tmp_path: Path, paint: Callable[..., Path]) -> Path:
    """A folder of two classes, with a nested picture; each picture has a grey value of its own."""
    for path, value in (("cats/a.png", 10), ("cats/more/b.png", 20), ("dogs/c.png", 30), ("dogs/d.bmp", 40)):
        paint(path, value)
    return tmp_path / "pictures"
