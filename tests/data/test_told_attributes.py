"""A set with attributes, and nothing else to be told of, has them as the condition of its models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines import data
from pipelines.data import _attributes_csv
from pipelines.errors import DataError
from pipelines.training.pictures import fields_of, spec_of, tensors_of

SIZE = {"size": 16, "channels": 1}


def pictures(home: Path, classes: tuple[str, ...] = ("",), table: bool = True) -> Path:
    """A folder of eight grey pictures, in folders of classes, and a table of two attributes."""
    lines = ["file,bright,round"]
    for number in range(8):
        path = home / classes[number % len(classes)] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (16, 16), 30 * number).save(path)
        lines.append(f"{path.relative_to(home)},{int(number > 3)},{number % 2}")
    if table:
        (home / "attributes.csv").write_text("\n".join(lines), "utf-8")
    return home


def test_attributes_are_the_condition_and_not_part_of_the_fingerprint(homes, tmp_path: Path) -> None:
    asked = {"folder": pictures(tmp_path / "mine"), **SIZE}
    assert data.overview("folder", **asked).condition == data.ATTRIBUTES, "known before it is prepared"
    known = data.load("folder", **asked)
    assert known.condition == data.ATTRIBUTES and known.fields[data.ATTRIBUTES].dtype == np.float32
    assert (known.fields[data.ATTRIBUTES] == known.attributes).all()
    plain = data.load("folder", folder=pictures(tmp_path / "plain", table=False), **SIZE)
    assert plain.condition == "" and plain.fields == {}
    data.require_condition(known)
    spec = spec_of(known)
    assert (spec.condition_shape, spec.names, spec.paired) == ((2,), ("bright", "round"), True)
    assert data.Spec.from_dict(spec.to_dict()) == spec and spec.told(False) == data.Spec(shape=(1, 16, 16))
    assert fields_of(known)[data.ATTRIBUTES].tolist()[:2] == [[0.0, 0.0], [0.0, 1.0]]
    assert tensors_of(known)[1] is None


def test_an_overview_does_not_read_the_table(homes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = pictures(tmp_path / "mine")
    monkeypatch.setattr(_attributes_csv, "read", lambda folder: pytest.fail("a form asks each time"))
    assert data.overview("folder", folder=home, **SIZE).condition == data.ATTRIBUTES


def test_a_field_has_not_the_name_that_is_kept_for_attributes(homes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data.DATA_SETS.get("small-digits"), "CONDITION", data.ATTRIBUTES)
    with pytest.raises(DataError, match="'small-digits' has CONDITION = 'attributes', which is kept for the attri"):
        data.load("small-digits")


def test_classes_are_told_before_attributes_but_a_single_one_is_not(homes, tmp_path: Path) -> None:
    two = {"folder": pictures(tmp_path / "two", ("cats", "dogs")), **SIZE}
    assert data.load("folder", **two).condition == data.overview("folder", **two).condition == ""
    one = {"folder": pictures(tmp_path / "one", ("cats",)), **SIZE}
    assert data.load("folder", **one).condition == data.overview("folder", **one).condition == data.ATTRIBUTES


def test_faces_are_told_of_attributes_and_what_has_another_condition_is_not() -> None:
    conditions = {name: data.overview(name, size=32, channels=3).condition for name in ("faces", "face-maps", "digits")}
    assert conditions == {"faces": data.ATTRIBUTES, "face-maps": "map", "digits": ""}


def test_names_that_do_not_fit_the_numbers_are_damaged() -> None:
    spec = data.Spec(condition="attributes", condition_shape=(2,), names=("a", "b"))
    for wrong in (
        {"names": ["a"]},
        {"names": [1, 2]},
        {"names": "ab", "condition_shape": [3]},
        {"names": "ab"},
        {"names": 5},
    ):
        with pytest.raises(DataError, match="is damaged"):
            data.Spec.from_dict({**spec.to_dict(), **wrong})
