"""What every data set has in common: its declarations, the pictures it gives, its prepared form."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import data
from pipelines.data import digits
from pipelines.errors import DataError
from pipelines.paths import PROJECT
from pipelines.training.pictures import spec_of
from tests.wrong_files import damaged_bytes


@pytest.mark.parametrize("name", data.names())
def test_every_set_declares_what_a_page_needs(name: str) -> None:
    entry = data.DATA_SETS.get(name)
    assert data.describe(name).endswith(".")
    assert isinstance(entry.FLIP_MAKES_SENSE, bool)
    assert "train" in entry.SPLITS
    assert entry.LICENCE
    assert isinstance(entry.CITATION, str)
    if entry.NEEDS_FOLDER:
        assert callable(entry.survey) and callable(entry.attribute_names)
    else:
        assert data.class_names_of(name) == entry.CLASS_NAMES
        attributes = data.attribute_names_of(name)
        assert isinstance(attributes, tuple) and len(set(attributes)) == len(attributes)
        grouped = [attribute for group in data.attribute_groups_of(name).values() for attribute in group]
        assert set(grouped) <= set(attributes) and len(set(grouped)) == len(grouped)


@pytest.mark.parametrize(
    ("name", "size", "channels"),
    [
        (name, size, channels)
        for name, size, channels in itertools.product(data.names(), data.SIZES, data.CHANNELS)
        if (size, channels) in ((28, 1), (64, 3)) or size in (28, 64) and "face" not in name and name != "two-styles"
        or channels == 1 and name in ("digits", "faces")  # others resize as one of these two does
    ],
)  # fmt: skip
@pytest.mark.usefixtures("tiny", "few_faces", "photographs")
def test_every_set_has_every_size_and_colour(name: str, size: int, channels: int, pictures: Path, halves: Path) -> None:
    folder = halves if name == "pairs" else pictures
    asked = {"size": size, "channels": channels, "folder": folder}
    assert not data.is_prepared(name, **asked)
    image_set = data.load(name, **asked)
    assert data.is_prepared(name, **asked)
    assert image_set.name == name
    assert image_set.images.shape == (len(image_set), channels, size, size)
    assert image_set.images.dtype == np.uint8
    brightest = {"folder": 40, "pairs": 40, "lfw": 65, "celeba": 125}
    assert image_set.images.max() == brightest[name] if name in brightest else image_set.images.max() > 150
    if image_set.class_names:
        assert image_set.labels.dtype == np.int64 and image_set.labels.shape == (len(image_set),)
        assert set(image_set.labels) == set(range(len(image_set.class_names)))
    else:
        assert image_set.labels is None
    assert image_set.attribute_names == data.attribute_names_of(name, folder)
    if image_set.attribute_names:
        assert image_set.attributes.dtype == np.uint8
        assert image_set.attributes.shape == (len(image_set), len(image_set.attribute_names))
        assert set(image_set.attributes.ravel()) == {0, 1}
    else:
        assert image_set.attributes is None
    assert image_set.class_names == data.class_names_of(name, folder)
    assert image_set.condition == data.overview(name, **asked).condition
    if image_set.condition:
        spec = spec_of(image_set)
        assert len(image_set.fields[image_set.condition]) == len(image_set)
        told = {"face-maps": "int8"} | dict.fromkeys(("faces", "celeba", "folder", "lfw"), "float32")
        assert spec.condition_dtype == told.get(name, "uint8")
        assert spec.paired == (name not in ("two-styles", "coloured-digits"))
    assert re.fullmatch("[0-9a-f]{64}", image_set.fingerprint)
    assert image_set.source.endswith(".")

    again = data.load(name, **asked)
    for what in ("images", "labels", "attributes"):
        assert np.array_equal(getattr(again, what), getattr(image_set, what))
    assert all(np.array_equal(again.fields[field], values) for field, values in image_set.fields.items())
    assert (again.fingerprint, again.source, again.notes) == (image_set.fingerprint, image_set.source, image_set.notes)
    assert again.attribute_names == image_set.attribute_names


@pytest.mark.parametrize("size", data.SIZES)
@pytest.mark.parametrize("split", ["train", "test"])
def test_picture_and_label_belong_together_in_the_files_order(split: str, size: int, tiny: Path) -> None:
    image_set = data.load("digits", size=size, channels=3, split=split)
    assert image_set.labels.tolist() == [label % 10 for label in range({"train": 20, "test": 8}[split])]
    assert (image_set.images == (20 * image_set.labels + 5)[:, None, None, None]).all()


def test_the_fingerprint_tells_pixels_labels_and_sizes_apart(tiny: Path, pictures: Path) -> None:
    sets = [data.load("digits", size=28), data.load("digits", size=32), data.load("digits", split="test")]
    assert len({image_set.fingerprint for image_set in sets}) == 3
    one, other = np.zeros((2, 1, 28, 28), np.uint8), np.zeros((2, 1, 28, 28), np.uint8)
    other[1, 0, 27, 27] = 1
    from pipelines.data._image_set import fingerprint_of

    prints = {fingerprint_of(one, None), fingerprint_of(other, None), fingerprint_of(one, np.array([0, 0])),
              fingerprint_of(one, np.array([0, 1])), fingerprint_of(one.reshape(1, 2, 28, 28), None)}  # fmt: skip
    assert len(prints) == 5
    assert fingerprint_of(one, None) == fingerprint_of(one.copy(), None)
    attributes = np.array([[0, 1], [1, 1]], np.uint8)
    prints |= {fingerprint_of(one, None, attributes=a) for a in (attributes, 1 - attributes, attributes[:, :1])}
    assert len(prints) == 8


def test_the_fingerprint_of_a_set_without_attributes_is_what_it_was_before_there_were_any() -> None:
    from pipelines.data._image_set import fingerprint_of

    images, labels = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 1, 28, 28), np.array([3, 1])
    before = hashlib.sha256(b"(2, 1, 28, 28)" + images.tobytes() + labels.astype("<i8").tobytes()).hexdigest()
    assert fingerprint_of(images, labels) == before


def test_a_file_that_was_prepared_before_there_were_attributes_is_still_good(tiny: Path, data_home: Path) -> None:
    first = data.load("digits")
    (prepared,) = (data_home / "digits" / "prepared").iterdir()
    with np.load(prepared) as archive:
        arrays = dict(archive)
    card = json.loads(str(arrays["card"]))
    del card["attribute_names"]
    np.savez(prepared, **{**arrays, "card": np.array(json.dumps(card))})
    written = prepared.stat().st_mtime_ns
    again = data.load("digits")
    assert prepared.stat().st_mtime_ns == written
    assert again.attributes is None and again.attribute_names == () and again.fingerprint == first.fingerprint


def test_a_prepared_set_needs_neither_its_files_nor_its_sources(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = data.load("digits")
    for file in tiny.iterdir():
        file.unlink()
    monkeypatch.setattr(digits, "SOURCES", ())
    assert data.load("digits").fingerprint == first.fingerprint
    with pytest.raises(DataError):
        data.load("digits", size=32)


@pytest.mark.parametrize("damage", ["truncated", "empty", "one byte changed", "something else"])
def test_a_damaged_prepared_file_is_made_again(damage: str, tiny: Path, data_home: Path) -> None:
    first = data.load("digits")
    (prepared,) = (data_home / "digits" / "prepared").iterdir()
    content = bytearray(prepared.read_bytes())
    content[len(content) // 2] ^= 255
    broken = {"truncated": content[: len(content) // 2], "empty": b"", "one byte changed": content,
              "something else": b"not a zip file"}  # fmt: skip
    prepared.write_bytes(broken[damage])
    again = data.load("digits")
    assert np.array_equal(again.images, first.images) and again.fingerprint == first.fingerprint
    assert zipfile.ZipFile(prepared).testzip() is None


@settings(
    max_examples=100, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_a_wrong_prepared_file_is_made_again(seed: int, tiny: Path, data_home: Path) -> None:
    first = data.load("digits")
    (prepared,) = (data_home / "digits" / "prepared").iterdir()
    prepared.write_bytes(damaged_bytes(random.Random(seed), prepared.read_bytes()))
    data.is_prepared("digits", size=28, channels=1)  # says yes or no
    again = data.load("digits")
    assert np.array_equal(again.images, first.images) and np.array_equal(again.labels, first.labels)
    assert (again.fingerprint, again.class_names) == (first.fingerprint, first.class_names)


@pytest.mark.parametrize("at", [6, 8])  # the bits that say how a member is stored, and its way of compression
def test_a_prepared_file_whose_members_cannot_be_unpacked_is_made_again(at: int, tiny: Path, data_home: Path) -> None:
    first = data.load("digits")
    (prepared,) = (data_home / "digits" / "prepared").iterdir()
    content = prepared.read_bytes()
    for start, end in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):  # of each member: before it, and in the list at the end
        parts = content.split(start)
        content = start.join([parts[0], *(b[: at + end - 4] + b"\x63\x31" + b[at + end - 2 :] for b in parts[1:])])
    prepared.write_bytes(content)
    assert not data.is_prepared("digits", size=28, channels=1)
    assert np.array_equal(data.load("digits").images, first.images)


def test_is_prepared_is_false_for_a_truncated_file(tiny: Path, data_home: Path) -> None:
    data.load("digits")
    (prepared,) = (data_home / "digits" / "prepared").iterdir()
    prepared.write_bytes(prepared.read_bytes()[:5000])
    assert not data.is_prepared("digits", size=28, channels=1)


def test_progress_tells_rising_shares_up_to_one(tiny: Path) -> None:
    told: list[tuple[float, str]] = []
    data.load("digits", size=64, progress=lambda share, message: told.append((share, message)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[0] >= 0 and shares[-1] == 1.0
    assert told[-1][1] == "digits is ready: 20 pictures"


@pytest.mark.parametrize(
    "error", [RuntimeError("stop"), ValueError("stop"), OSError("stop"), FileNotFoundError("stop")]
)
def test_an_exception_of_progress_ends_the_work_and_leaves_nothing_half_written(
    error: Exception, tiny: Path, data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "paced", lambda progress: _every_call(progress))
    told: list[str] = []
    data.load("digits", size=64, progress=lambda share, message: told.append(message))
    stages = list(dict.fromkeys(told))[:-1]  # all but "is ready", when all is done
    assert len(stages) >= 5
    for stage in stages:
        for file in data_home.rglob("*"):
            if file.is_file() and file.name != ".lock":
                file.unlink()

        def stop(share: float, message: str, stage: str = stage) -> None:
            if message == stage:
                raise error

        with pytest.raises(type(error)) as caught:
            data.load("digits", size=64, progress=stop)
        assert caught.value is error
        assert not data.is_prepared("digits", size=64, channels=1)
        assert not [file for file in data_home.rglob("*") if file.name.endswith(".part") or "download" in file.name]


def _every_call(progress):
    from pipelines.data._image_set import paced

    return paced(progress, every_s=0.0)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"name": "letters"}, "There is no data set named 'letters'; choose one of: celeba, clothes, "),
        (
            {"size": 30},
            "30 is not on offer as size of the data set 'digits'; set size to one of: 16, 28, 32, 64, 128, 256.",
        ),
        ({"channels": 4}, "4 is not on offer as channels of the data set 'digits'; set channels to one of: 1, 3."),
        (
            {"split": "val"},
            "'val' is not on offer as split of the data set 'digits'; set split to one of: train, test.",
        ),
        ({"name": "folder", "split": "val", "folder": "."}, "set split to one of: train, test."),
        ({"name": "folder"}, "The data set 'folder' needs a folder of pictures; set folder to its path."),
        ({"name": "folder", "folder": "/tmp/\0"}, "is not the path of a folder (it holds a zero byte); set folder to"),
    ],
)
def test_what_is_not_on_offer_is_said_in_a_sentence(asked: dict, sentence: str, data_home: Path) -> None:
    with pytest.raises(DataError, match=re.escape(sentence)):
        data.load(**{"name": "digits", **asked})
    assert not data_home.exists()


def test_is_prepared_refuses_a_name_and_answers_no_for_a_folder_that_is_not_there(data_home: Path) -> None:
    with pytest.raises(DataError, match="There is no data set named 'letters'"):
        data.is_prepared("letters", size=28, channels=1)
    assert not data.is_prepared("folder", size=28, channels=1)
    assert not data.is_prepared("folder", size=28, channels=1, folder=data_home / "nowhere")


@pytest.mark.parametrize(
    ("class_names", "labels", "has"),
    [((), None, "no classes"), (("cats",), np.zeros(3, np.int64), r"one class \(cats\)")],
)
def test_a_conditional_model_wants_two_classes(class_names: tuple, labels: np.ndarray | None, has: str) -> None:
    images = np.zeros((3, 1, 28, 28), np.uint8)
    with pytest.raises(DataError, match=f"'mine' has {has} where a conditional model wants at least two"):
        data.require_classes(data.ImageSet("mine", images, labels, class_names, "", ""))


def test_two_classes_are_enough(tiny: Path) -> None:
    data.require_classes(data.load("digits"))


def test_importing_data_and_its_entries_loads_no_torch() -> None:
    code = (
        "import sys\nfrom pipelines import data\nimport pipelines.metrics\n"
        "[data.DATA_SETS.get(name) for name in data.names()]\npipelines.metrics.available('digits')\n"
        "[data.attribute_names_of(name) for name in data.names() "
        "if not data.DATA_SETS.get(name).NEEDS_FOLDER]\n"
        "pipelines.metrics.attributes_available('faces')\n"
        "heavy = {'torch', 'torchvision', 'streamlit', 'plotly', 'dicebear', 'resvg_py'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    answer = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
