"""A model that is told of attributes: y is the number of an example, or a list of the attributes themselves."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.exceptions import HTTPException

from explorer import model_cards
from explorer.server import model_answers, told_answers
from explorer.server.asked import Nothing, Projected, Shown
from pipelines.errors import ModelError
from pipelines.latent.conditions import parts
from pipelines.latent.model import Model, load
from pipelines.latent.point import AskedPoint, Point
from tests import tiny_models as tiny


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load(tiny.write_told(tmp_path_factory.mktemp("models") / "tiny-told"))


def test_examples_are_called_by_what_they_have(model: Model) -> None:
    names = ("smile", "glasses", "sunglasses, beard", "smile, beard", "none of the attributes")
    assert model.class_names == names and not model.labelled, "z does not say what is told"


def test_names_of_columns_are_read_with_spaces(tmp_path: Path) -> None:
    told = replace(tiny.TOLD, names=("Wearing_Hat", "No_Beard", "Male", "Young"))
    hats = load(tiny.write_told(tmp_path / "hats", told))
    assert hats.class_names[0] == "Wearing Hat" and hats.class_names[3] == "Wearing Hat, Young"
    assert [part["label"] for part in parts(hats.trained)] == ["Wearing Hat", "No Beard", "Male", "Young"]
    assert hats.trained.labels("Wearing_Hat", 1).tolist() == [[1, 0, 0, 0]], "asked for as it is written in the file"


def test_an_example_and_its_attributes_are_one(model: Model) -> None:
    z = model.z(3)
    by_number = model.decode(z, 3)
    assert np.array_equal(by_number, model.decode(z, [1.0, 0.0, 0.0, 1.0]))
    assert np.array_equal(by_number, model.decode(z, np.array([[1, 0, 0, 1]] * 3, np.float32)))
    assert not np.array_equal(by_number, model.decode(z, [1.0, 1.0, 0.0, 1.0])), "that no example has"
    assert np.allclose(model.score(by_number, 3), model.score(by_number, [1.0, 0.0, 0.0, 1.0]))
    assert not np.allclose(model.score(by_number, 3), model.score(by_number, 0))


def test_a_path_leads_from_some_attributes_to_others(model: Model) -> None:
    begin, end = (((f"0.{index}", 1.0),) for index in range(2))
    half = Point(z=begin, y=(1.0, 0.0, 0.0, 0.0), t=0.5, to=Point(z=end, y=2))
    y = model.resolve([half, Point(z=begin, y=1)])[1]
    assert y.tolist() == [[0.5, 0.0, 0.5, 0.5], [0.0, 1.0, 0.0, 0.0]]


def test_a_sample_has_the_attributes_of_an_example(model: Model) -> None:
    point = Point(z=(("7.2", 1.0),))
    told = model.resolve([point])[1][0].tolist()
    assert told == model.trained.attributes[model.trained.draw([(7, 2)])[1][0]].tolist()
    assert np.array_equal(model.pictures([point])[0], model.sample(3, seed=7)[2])


def test_the_command_line_asks_by_names(model: Model) -> None:
    trained = model.trained
    images, labels = trained.sample(2, trained.labels("beard, smile", 2), seed=3)
    assert np.array_equal(images, model.sample(2, seed=3, y=3)) and labels.tolist() == [-1, -1]
    assert trained.labels("3", 2).tolist() == [3, 3] and trained.labels("cycle", 3).tolist() == [0, 1, 2]
    with pytest.raises(ModelError, match="--labels is 'hat'; tiny-told has the classes 0 to 4, or 'cycle', or attrib"):
        trained.labels("hat", 1)


@pytest.mark.parametrize(
    ("y", "said"),
    [
        ([1.0, 0.0], "y must be a number of an example, 0 to 4, or 4 finite numbers, one for each attribute"),
        ([float("nan"), 0.0, 0.0, 0.0], "or 4 finite numbers"),
        (5, "y is 5; tiny-told has the classes 0 to 4"),
        (None, "tiny-told is conditional: give y"),
    ],
)
def test_what_does_not_fit_is_said(model: Model, y: object, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        model.decode(model.z(1), y)


def test_attributes_that_exclude_each_other_are_a_part(model: Model) -> None:
    assert parts(model.trained) == [
        {"label": "smile", "names": ["smile"], "columns": [0], "none": True},
        {"label": "eyewear", "names": ["glasses", "sunglasses"], "columns": [1, 2], "none": True},
        {"label": "beard", "names": ["beard"], "columns": [3], "none": True},
    ]
    assert json.loads(told_answers.attributes(model, Nothing()).body)["parts"] == parts(model.trained)


def test_a_page_is_told_what_a_point_is_told(model: Model, tiny_models: Path) -> None:
    asked = Shown([AskedPoint([["0.1", 1.0]], y=2), AskedPoint([["0.1", 1.0]], y=[0.0, 1.0, 0.0, 1.0])])
    assert json.loads(told_answers.told(model, asked).body) == {"told": [[0, 0, 1, 1], [0, 1, 0, 1]]}
    other = load(tiny_models / "tiny-classes")
    assert parts(other.trained) == []
    with pytest.raises(HTTPException, match="tiny-classes is not told of attributes"):
        told_answers.told(other, asked)


@pytest.mark.parametrize("y", [5, [1.0, 0.0], [0.0] * 5])
def test_a_search_among_what_there_is_not_is_refused_before_it_begins(model: Model, y: object) -> None:
    """What fails after the first line of the answer could not be told any more."""
    file = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(file, "PNG")
    picture = base64.b64encode(file.getvalue()).decode()
    with pytest.raises(ModelError, match="y "):
        model_answers.project(model, Projected(picture, y))
    assert b'"share": 0' in next(model_answers.project(model, Projected(picture, [1.0, 0.0, 0.0, 1.0])))


def test_a_card_counts_its_attributes(model: Model) -> None:
    entry = model.trained.entry
    assert model_cards.told(entry) == "4 attributes"
    assert model_cards.about(entry) == "Draws cartoon faces, with the attributes that you choose."
