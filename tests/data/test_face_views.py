"""What is drawn of a face beside its picture: part maps, outlines, the small face, the same face in another style."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from pipelines import data
from pipelines.data import _avataaars, _face_views, _personas, _small, face_maps, faces, two_styles

LABEL = {name: number for number, name in enumerate(_face_views.LABELS)}
maps_of, outlines_of = cache(_face_views.maps), cache(_face_views.outlines)  # by size; they keep what they have drawn


def rows(count: int, **parts: int) -> np.ndarray:
    """The first test faces, with some parts set."""
    chosen = faces.drawn_parts("test")[:count].copy()
    for name, value in parts.items():
        chosen[:, faces.COLUMN[name.replace("_", " ")]] = value
    return chosen


def shapes_of(row: np.ndarray) -> dict[str, str]:
    return faces.shapes_and_colours(row)[0]


def rgb(colour: str) -> list[int]:
    return [int(colour[first : first + 2], 16) for first in (1, 3, 5)]


def inner(mask: np.ndarray) -> np.ndarray:
    """The pixels of a mask [H, W] whose eight neighbours are in it, too."""
    padded = np.pad(mask, 1)
    height, width = mask.shape
    return np.all([padded[i : i + height, j : j + width] for i in range(3) for j in range(3)], 0)


def test_the_labels_are_those_that_the_set_states() -> None:
    assert face_maps.CONDITION_LABELS == _face_views.LABELS
    assert data.DATA_SETS.constants("face-maps")["CONDITION_LABELS"] == _face_views.LABELS, "without importing it"


def test_where_a_map_has_a_part_the_picture_has_its_colour() -> None:
    painter, maps, seen = _avataaars.painter(64, 3), maps_of(64), dict.fromkeys(LABEL, 0)
    for row in rows(10):
        shapes, colours = faces.shapes_and_colours(row)
        picture, labels = painter.picture(shapes, colours), maps.of(shapes)[0]
        for part, colour in (("background", "background"), ("hair", "hair"), ("skin", "skin"), ("clothes", "clothes"),
                             ("beard", "facialHair")):  # fmt: skip
            pixels = picture[:, inner(labels == LABEL[part])].T.astype(int)
            shade = np.array(rgb(colours[colour])) - pixels  # a part may be in the shade of another, but never lighter
            flat = (np.abs(shade) <= 1).all(1)
            assert not len(pixels) or (shade >= -2).all() and flat.mean() > 0.7, part
            seen[part] += len(pixels)
    assert all(seen[part] > 500 for part in ("background", "hair", "skin", "clothes", "beard"))


@pytest.mark.parametrize("size", [28, 64])
def test_every_part_that_a_face_has_is_in_its_map_and_no_other(size: int) -> None:
    maps = maps_of(size)
    for row in rows(12):
        labels, shapes = maps.of(shapes_of(row)), shapes_of(row)
        assert labels.shape == (1, size, size) and labels.dtype == np.int8
        has = {"background", "skin", *(_face_views.LABEL_OF[part] for part in shapes)}
        may_hide = {"eyes", "brows"} if row[faces.COLUMN["eyewear"]] == 2 else set()
        shown = {_face_views.LABELS[label] for label in np.unique(labels)}
        assert has - may_hide <= shown <= has and "eyes" not in shown & may_hide
    clear, dark = (maps.of(shapes_of(rows(1, eyewear=eyewear, frame=0)[0])) == LABEL["glasses"] for eyewear in (1, 2))
    assert dark.sum() > 2 * clear.sum(), "of clear glasses the frame alone"


def test_the_mouth_lies_above_the_beard_and_hair_above_the_forehead() -> None:
    maps = maps_of(64)
    for row in rows(8, open_mouth=1):
        bare, bearded = row.copy(), row.copy()
        bare[faces.COLUMN["beard"]], bearded[faces.COLUMN["beard"]] = 0, 1
        one, other = maps.of(shapes_of(bare))[0], maps.of(shapes_of(bearded))[0]
        for part in ("mouth", "eyes", "glasses", "hair", "brows"):
            assert (other[inner(one == LABEL[part])] == LABEL[part]).all(), part
        assert ((one == LABEL["mouth"]) != (other == LABEL["mouth"])).sum() <= 4, "where two parts share a pixel"
        assert (other == LABEL["beard"]).sum() > 100


@pytest.mark.parametrize("size", [32, 64])
@pytest.mark.parametrize(
    ("part", "darker"), [("open mouth", True), ("eyewear", True), ("beard", True), ("long hair", None), ("smile", None)]
)
def test_outlines_show_what_they_are_to_show(part: str, darker: bool | None, size: int) -> None:
    outlines = outlines_of(size)
    for row in rows(3):
        off, on = (outlines.of(shapes_of(changed)).astype(int) for changed in _with(row, part))
        assert off.shape == (1, size, size) and off.max() == 255 and off.min() < 40
        assert (off > 200).mean() > 0.6, "dark lines on white"
        assert (np.abs(on - off) > 60).sum() >= size / 16
        if darker:
            assert on.sum() < off.sum()


def _with(row: np.ndarray, part: str) -> list[np.ndarray]:
    both = [row.copy(), row.copy()]
    for value, changed in enumerate(both):
        changed[faces.COLUMN[part]] = value
    return both


def test_lines_lie_where_parts_meet() -> None:
    outline, labels = outlines_of(64), maps_of(64)
    for row in rows(8, eyewear=0):
        lines, parts = outline.of(shapes_of(row))[0] < 128, labels.of(shapes_of(row))[0]
        hair = inner(parts == LABEL["hair"]) | inner(parts == LABEL["background"])
        assert lines[inner(hair)].mean() < 0.12, "few lines within hair and background"
        meet = (parts[:, 1:] == LABEL["background"]) != (parts[:, :-1] == LABEL["background"])
        near = lines[:, 1:] | lines[:, :-1]
        assert near[meet].mean() > 0.9


def test_views_belong_to_their_faces(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "COUNTS", {"train": 4, "test": 5})
    known, mapped = (data.load(name, size=32, channels=3, split="test") for name in ("faces", "face-maps"))
    assert np.array_equal(mapped.images, known.images) and np.array_equal(mapped.attributes, known.attributes)
    assert mapped.fingerprint != known.fingerprint and mapped.source == known.source
    expected = [maps_of(32).of(shapes_of(row)) for row in faces.drawn_parts("test")]
    assert np.array_equal(mapped.fields["map"], expected)
    assert mapped.condition == "map" and mapped.condition_labels == _face_views.LABELS
    glasses = [name in ("glasses", "sunglasses") for name in mapped.attribute_names]
    assert np.array_equal(
        (mapped.fields["map"] == LABEL["glasses"]).any((1, 2, 3)), mapped.attributes[:, glasses].any(1)
    )


def test_a_new_drawing_of_faces_makes_their_views_be_drawn_again() -> None:
    for name in ("face-maps", "face-outlines", "small-faces", "two-styles"):
        assert data.DATA_SETS.get(name).VERSION.endswith(f"faces {faces.VERSION}")


def test_the_small_picture_is_the_mean_of_each_four_by_four() -> None:
    picture = np.zeros((1, 2, 8, 8), np.uint8)
    picture[0, 0, :4, 4:] = np.arange(16).reshape(4, 4)  # mean 7.5
    picture[0, 1, 7, 7] = 7  # mean 0.4375
    assert _small.averaged(picture).tolist() == [[[[0, 8], [0, 0]], [[0, 0], [0, 0]]]]
    large = np.random.default_rng(0).integers(256, size=(1003, 1, 28, 28), dtype=np.uint8)
    expected = large.reshape(1003, 1, 7, 4, 7, 4).astype(float).mean((3, 5))
    assert np.abs(_small.averaged(large) - expected).max() <= 0.5


def test_two_styles_share_no_training_face_and_test_faces_are_the_same(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faces, "COUNTS", {"train": 12, "test": 4})
    asked = {"size": 32, "channels": 3}
    known = {split: data.load("faces", **asked, split=split) for split in ("train", "test")}
    train, test = (data.load("two-styles", **asked, split=split) for split in ("train", "test"))
    assert len(train) == len(train.fields["other"]) == 6 and not train.paired and not test.paired
    assert np.array_equal(train.fields["other"], known["train"].images[:6])
    assert np.array_equal(train.attributes, known["train"].attributes[6:])
    assert np.array_equal(test.fields["other"], known["test"].images)
    assert np.array_equal(test.attributes, known["test"].attributes) and len(test) == 4
    assert (np.abs(test.images.astype(int) - test.fields["other"]) > 40).mean((1, 2, 3)).min() > 0.05, "another style"


@pytest.mark.parametrize("part", ["smile", "open mouth", "long hair", "beard", "eyewear"])
def test_attributes_can_be_seen_in_the_other_style(part: str) -> None:
    painter = _personas.painter(64, 3)
    for row in rows(6):
        off, on = (painter.picture(*two_styles.shapes_and_colours(each)).astype(int) for each in _with(row, part))
        assert (np.abs(on - off).max(0) > 40).sum() >= 20


def test_the_other_style_has_the_colours_that_attributes_say() -> None:
    painter = _personas.painter(64, 3)
    for row in rows(12, long_hair=1, cut=1):
        shapes, colours = two_styles.shapes_and_colours(row)
        picture = painter.picture(shapes, colours).reshape(3, -1).T
        assert (picture[0] == rgb(colours["background"])).all()
        hair = np.abs(picture.astype(int) - rgb(colours["hair"])).max(1) <= 1
        assert hair.sum() > 100, "back hair is drawn without a highlight"


def test_licences_of_both_styles_are_stated() -> None:
    assert "CC BY 4.0" in two_styles.LICENCE and "Draftbit" in two_styles.CITATION
    assert faces.LICENCE in two_styles.LICENCE and faces.CITATION in two_styles.CITATION
