"""The drawn faces: independent attributes, distinct and repeatable pictures, and what can be seen on them."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines import data
from pipelines.data import _avataaars, _dicebear, faces
from pipelines.data._dicebear import Painter
from pipelines.errors import DataError


@pytest.fixture(scope="module")
def attributes() -> np.ndarray:
    """Those of all training faces; nothing is drawn for them."""
    return faces.attributes_of(faces.drawn_parts("train"))


@pytest.fixture(scope="module")
def painter() -> Painter:
    return _avataaars.painter(64, 3)


def painted(painter: Painter, row: np.ndarray, **parts: int) -> np.ndarray:
    """The face of a row with some parts changed, as integers [3, 64, 64] that can be subtracted."""
    changed = row.copy()
    for name, value in parts.items():
        changed[faces.COLUMN[name.replace("_", " ")]] = value
    return painter.picture(*faces.shapes_and_colours(changed)).astype(int)


def test_there_are_as_many_as_promised_and_all_differ() -> None:
    train, test = faces.drawn_parts("train"), faces.drawn_parts("test")
    assert (len(train), len(test)) == (20_000, 2_000)
    assert len(np.unique(faces._visible(np.concatenate([train, test])), axis=0)) == 22_000


def test_attributes_are_independent_and_as_frequent_as_declared(attributes: np.ndarray) -> None:
    correlation = faces.correlations(attributes)
    group_of = {name: group for group, names in faces.ATTRIBUTE_GROUPS.items() for name in names}
    for row, one in enumerate(faces.ATTRIBUTE_NAMES):
        for column, other in enumerate(faces.ATTRIBUTE_NAMES[:row]):
            if group_of.get(one, one) != group_of.get(other, other):
                assert abs(correlation[row, column]) < 0.03, (one, other)  # four standard deviations of 20,000 draws
    shares = dict(zip(faces.ATTRIBUTE_NAMES, attributes.mean(0), strict=True))
    declared = {"smile": 0.5, "open mouth": 0.5, "long hair": 0.5, "beard": 0.35, "glasses": 0.3, "sunglasses": 0.15}
    declared |= {
        name: 0.25 for group in ("hair colour", "skin", "background") for name in faces.ATTRIBUTE_GROUPS[group]
    }
    assert shares == pytest.approx(declared, abs=0.015)


def test_groups_exclude_each_other(attributes: np.ndarray) -> None:
    for group, names in faces.ATTRIBUTE_GROUPS.items():
        count = attributes[:, [faces.ATTRIBUTE_NAMES.index(name) for name in names]].sum(1)
        assert set(count) == ({0, 1} if group == "eyewear" else {1})
    assert data.attribute_groups_of("faces") == faces.ATTRIBUTE_GROUPS
    assert data.attribute_names_of("faces") == faces.ATTRIBUTE_NAMES


def test_the_first_faces_are_the_same_however_many_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    many = faces.drawn_parts("train")
    monkeypatch.setattr(faces, "COUNTS", {"train": 50, "test": 10})
    assert np.array_equal(faces.drawn_parts("train"), many[:50])


def test_a_face_has_the_attributes_that_its_row_says(data_home: Path, few_faces: dict[str, int]) -> None:
    state = np.random.get_state()[1].copy()
    one = data.load("faces", size=64, channels=3)
    assert np.array_equal(np.random.get_state()[1], state)
    assert len(one) == few_faces["train"] and one.labels is None
    column = {name: index for index, name in enumerate(one.attribute_names)}
    for name, colour in faces.BACKGROUND.items():
        corners = one.images[one.attributes[:, column[name]] == 1][:, :, 0, 0]
        assert len(corners) and (corners == [int(colour[i : i + 2], 16) for i in (1, 3, 5)]).all()
    test = data.load("faces", size=64, channels=3, split="test")
    assert len(test) == few_faces["test"] and test.fingerprint != one.fingerprint
    assert len(np.unique(np.concatenate([one.images, test.images]).reshape(-1, 3 * 64 * 64), axis=0)) == 20


def test_the_same_faces_come_out_each_time(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "COUNTS", {"train": 8, "test": 4})
    first = data.load("faces", size=32, channels=3)
    (data_home / "faces" / "prepared" / "train-32x32x3.npz").unlink()
    again = data.load("faces", size=32, channels=3)
    assert np.array_equal(again.images, first.images) and again.fingerprint == first.fingerprint


def test_a_new_drawing_makes_them_be_drawn_again(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "COUNTS", {"train": 4, "test": 4})
    data.load("faces", size=28)
    assert data.is_prepared("faces", size=28, channels=1)
    monkeypatch.setattr(faces, "VERSION", "another")
    assert not data.is_prepared("faces", size=28, channels=1)


@pytest.mark.parametrize(
    ("part", "rows", "columns"),
    [
        ("smile", slice(34, 46), slice(23, 41)),
        ("open mouth", slice(34, 46), slice(23, 41)),
        ("beard", slice(20, 56), slice(13, 51)),
        ("eyewear", slice(16, 35), slice(11, 54)),
        ("long hair", slice(0, 64), slice(0, 64)),
    ],
)
def test_an_attribute_changes_its_place_and_no_other(part: str, rows: slice, columns: slice, painter: Painter) -> None:
    for row in faces.drawn_parts("train")[:25]:
        off, on = (painted(painter, row, **{part.replace(" ", "_"): value}) for value in (0, 1))
        change = np.abs(on - off).max(0)  # [64, 64]
        assert (change > 40).sum() >= 20, "it can be seen"
        change[rows, columns] = 0
        assert change.max() == 0, "nothing else changes"


def test_no_beard_hides_a_mouth(painter: Painter) -> None:
    for row in faces.drawn_parts("train")[:25]:
        for smile, opened in ((0, 0), (0, 1), (1, 0), (1, 1)):
            mouth = {"smile": smile, "open_mouth": opened}
            bare, bearded = painted(painter, row, beard=0, **mouth), painted(painter, row, beard=1, **mouth)
            other = {"smile": 1 - smile, "open_mouth": opened}
            differs = np.abs(painted(painter, row, beard=1, **other) - bearded).max(0)
            assert (differs > 40).sum() >= 20, "a smile can be told below a beard"
            assert np.abs(bare[:, 38:43, 29:35] - bearded[:, 38:43, 29:35]).mean() < 25, "the mouth stays as it is"


def test_grey_is_pillows_grey_of_the_colours(painter: Painter) -> None:
    row = faces.drawn_parts("train")[0]
    shapes, colours = faces.shapes_and_colours(row)
    colour, grey = painter.picture(shapes, colours), _avataaars.painter(64, 1).picture(shapes, colours)
    expected = np.asarray(Image.fromarray(colour.transpose(1, 2, 0)).convert("L"))
    assert grey.shape == (1, 64, 64) and np.array_equal(grey[0], expected)


@pytest.mark.parametrize("package", ["dicebear", "dicebear_styles", "resvg_py"])
def test_a_missing_package_is_told_in_a_sentence(
    package: str, data_home: Path, few_faces: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.import_module

    def without(name: str, *rest):
        if name == package:
            raise ImportError(f"No module named {name!r}")
        return real(name, *rest)

    monkeypatch.setattr(_dicebear.importlib, "import_module", without)
    sentence = f"'faces' needs the package {package}, which cannot be imported (No module named {package!r}); run: pip"
    with pytest.raises(DataError, match=re.escape(sentence)):
        data.load("faces")


def test_the_command_prints_correlations_and_draws_examples(
    data_home: Path, few_faces: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setattr("sys.argv", ["faces", "--sheet", str(tmp_path / "sheet.png")])
    faces.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line[3:21].strip() for line in lines[1:19]] == list(faces.ATTRIBUTE_NAMES)
    assert re.search(r"do not exclude each other: -?0\.\d{3} \(.+, .+\)\.$", lines[19])
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (130 + 12 * 64, 18 * 64)
