"""Directions: found where they are known to be, named as a URL names them, refused in one sentence."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from explorer.model import Model, load
from pipelines.config.train_config import TrainConfig
from pipelines.errors import ModelError
from pipelines.latent import bank as banks
from pipelines.latent import directions as finding
from pipelines.latent.bank import Bank
from pipelines.latent.directions import parse_marks, slug
from pipelines.latent.named import MOST_NAMED
from pipelines.latent.point import parse
from pipelines.models.readings import Readings
from tests import tiny_models

STRENGTHS = [0.3, 0.6, 5.0, 0.4, 2.0, 0.1]  # of the linear model: axis 2 is the strongest, then 4
PRIORS = ["gaussian", "uniform", "mixture"]


def along(vector: np.ndarray, axis: int) -> float:
    """How much of a direction of length 1 is the axis, with its sign."""
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5) and vector.dtype == np.float32
    return float(vector[axis])


@pytest.mark.parametrize("prior", PRIORS)
def test_a_labelled_direction_is_the_axis_that_makes_the_label(linear, prior: str) -> None:
    gan = linear(STRENGTHS, prior)
    z = gan.z(2000)
    mixed = (z[:, 0] - z[:, 5]) / 2**0.5
    seen = 1 / (1 + np.exp(-3 * np.stack([z[:, 1], -z[:, 3], mixed, np.full(2000, 9.0)], 1)))
    gan.__dict__["readings"] = Readings(("Big smile!", "no hat", "mixed", "always"), seen.astype(np.float32), False)
    found = {direction.id: direction for direction in finding.labelled(gan)}
    assert set(found) == {"big-smile", "no-hat", "mixed"}  # what all samples show has no direction
    assert found["big-smile"].name == "Big smile!" and found["big-smile"].kind == "label"
    assert along(found["big-smile"].vector, 1) > 0.99 and along(found["no-hat"].vector, 3) < -0.99
    assert along(found["mixed"].vector, 0) > 0.66 and along(found["mixed"].vector, 5) < -0.66
    # Moving along it turns the reading of every sample up.
    moved = z + 0.5 * found["big-smile"].vector
    assert (moved[:, 1] > z[:, 1] + 0.49).all()


def test_the_published_readings_give_the_directions_of_their_axes(faces: Model) -> None:
    names = faces.readings.names
    assert [d.name for d in faces.directions.values() if d.kind == "label"] == list(names)
    for axis, name in enumerate(names):
        assert along(faces.direction(slug(name)).vector, axis) > 0.98


def test_a_name_that_is_not_utf_8_has_an_id() -> None:
    assert re.fullmatch("[0-9a-f]{8}-caf", slug("caf\udce9"))


@pytest.mark.parametrize("prior", ["gaussian", "uniform"])
def test_components_are_what_varies_most(linear, prior: str) -> None:
    found = finding.components(linear(STRENGTHS, prior))
    assert [direction.id for direction in found] == [f"pca-{number}" for number in range(1, 7)]
    for direction, axis in zip(found, [2, 4, 1, 3, 0, 5], strict=True):
        assert abs(along(direction.vector, axis)) > 0.98, direction.id
    weights = [direction.weight for direction in found]
    assert weights == sorted(weights, reverse=True) and sum(weights) == pytest.approx(1, abs=1e-3)
    share = np.sort(np.square(STRENGTHS))[::-1] / np.square(STRENGTHS).sum()
    assert np.allclose(weights, share, atol=0.03)


def test_closed_form_directions_are_what_the_first_layer_stretches(linear) -> None:
    found = finding.closed_form(linear(STRENGTHS))
    for direction, axis in zip(found, [2, 4, 1, 3, 0, 5], strict=True):
        assert along(direction.vector, axis) > 0.999, direction.id  # of the two signs always the same
    assert found[0].weight == pytest.approx(25 / np.square(STRENGTHS).sum(), abs=1e-3)


@pytest.mark.parametrize("name", ["faces", "classes", "plain"])
def test_closed_form_of_real_networks_stretches_most_and_knows_no_class(name: str, request) -> None:
    gan = request.getfixturevalue(name)
    found = finding.closed_form(gan)
    assert len(found) == min(10, gan.latent_size)
    z = np.stack([direction.vector for direction in found])
    assert np.allclose(z @ z.T, np.eye(len(z)), atol=1e-5)
    assert z.shape == (len(z), gan.latent_size)


def test_closed_form_moves_the_numbers_that_the_first_layer_takes(tmp_path: Path) -> None:
    """Of a generator whose other layers take the other numbers of z."""
    config = TrainConfig(network="biggan", width=4, latent_size=8, dropout=0.0, samples=4)
    gan = load(tiny_models.write(tmp_path / "hierarchical", config))
    found, taken = finding.closed_form(gan), gan.trained.generator.first.in_features
    assert len(found) == taken == 3
    z = np.stack([direction.vector for direction in found])
    assert z.shape == (3, 8) and not z[:, 3:].any() and np.allclose(z @ z.T, np.eye(3), atol=1e-5)
    largest = np.linalg.norm(gan.trained.generator.first.weight.numpy(), 2)
    moved = np.linalg.norm(gan.trained.generator.first.weight.numpy() @ z[0, :3])
    assert moved == pytest.approx(largest, rel=1e-4)


@pytest.mark.parametrize("prior", ["gaussian", "uniform"])
@pytest.mark.parametrize("count", [3, 12])
def test_a_few_marks_find_the_axis_that_they_show(linear, prior: str, count: int) -> None:
    gan = linear(STRENGTHS, prior)
    for axis, at_least in ((2, 0.9), (4, 0.9)):
        order = np.argsort(gan.z(300)[:, axis])
        no, yes = ([f"0.{index}" for index in part] for part in (order[:count], order[-count:]))
        name = f"m:{','.join(yes)}|{','.join(no)}"
        found = gan.direction(name)
        assert found.kind == "marks" and found.id == name
        turned = gan.direction(f"m:{','.join(no)}|{','.join(yes)}")
        assert np.allclose(found.vector, -turned.vector, atol=1e-4)
        assert along(found.vector, axis) > (at_least if count > 3 else 0.6), (axis, found.vector)


def test_marks_may_be_samples_of_any_seed_and_classes_do_not_mix_in(classes: Model) -> None:
    found = classes.direction("m:5.1,7.2,0.3|1.1,0.2")
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("m:0.3,0.7|0.1,0.9", [(0, 3), (0, 7)], [(0, 1), (0, 9)]),
        ("m:12.345,|", [(12, 345)], []),
        ("m:|0.1", [], [(0, 1)]),
    ],
)
def test_marks_are_read(text: str, yes, no) -> None:
    assert parse_marks(text) == (yes, no)


@pytest.mark.parametrize(
    "name",
    ["m:", "m:|", "m:0.1|0.2", "m:0.1,0.2|0.3", "m:0.1,0.2", "m:0.1,0.2|0.3,0.4|0.5,0.6", "m:a,b|c,d",
     "m:n.0.1,0.2|0.3,0.4", "m:0.1,0.2|0.1,0.2", "m:0.1,0.1|0.1,0.1", "m:-1.0,0.1|0.2,0.3",
     "m:" + ",".join(f"0.{n}" for n in range(201)) + "|0.1,0.2",
     "nothing", "", "~", "~z0", "z6", "z9999", "z", "pca-0", "pca-99", "sefa-99", "pca-1~nothing", "pca-1~pca-2,",
     "z0~z1~z2", "~".join(["z0"] * 600), "z0~m:0.1,0.2|0.3,0.4",
     "z0~z1,z2,z3,z4,z5,sefa-1"],
)  # fmt: skip
def test_what_names_no_direction_is_one_sentence(plain: Model, name: str) -> None:
    with pytest.raises(ModelError) as caught:
        plain.direction(name)
    sentence = str(caught.value)
    assert sentence.endswith(".") and sentence.count(". ") == 0 and len(sentence) < 500
    with pytest.raises(ModelError):
        plain.resolve([parse({"moves": {name or "none": 1}})])


def test_coordinates(plain: Model) -> None:
    found = plain.direction("z5")
    assert np.array_equal(found.vector, np.eye(6)[5]) and (found.name, found.kind) == ("z 6", "coordinate")
    assert "z5" not in plain.directions  # they are not offered, only named


def test_a_direction_held_apart_moves_none_of_the_others(faces: Model) -> None:
    free, held = faces.direction("smile"), faces.direction("smile~beard,glasses,pca-1")
    assert held.id == "smile~beard,glasses,pca-1" and held.name == "smile" and held.kind == "label"
    for other in ("beard", "glasses", "pca-1"):
        assert abs(held.vector @ faces.direction(other).vector) < 1e-5
    assert 0.5 < held.vector @ free.vector < 1 and np.linalg.norm(held.vector) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(faces.direction("smile~smile").vector, free.vector)  # not apart from itself
    assert np.array_equal(faces.direction("z3~z4").vector, np.eye(16)[3])


def test_a_move_is_a_step_along_its_direction(faces: Model) -> None:
    still, moved = (faces.resolve([parse({"moves": {"glasses": far}})])[0][0] for far in (0, 2.5))
    assert np.allclose(moved - still, 2.5 * faces.direction("glasses").vector, atol=1e-5)
    assert not np.array_equal(*faces.pictures([parse({}), parse({"moves": {"glasses": 2.5}})]))


def test_the_names_that_are_kept_are_bounded(plain: Model) -> None:
    for number in range(MOST_NAMED + 20):
        plain.direction("z1~" + ",".join(["z0"] * (number + 1)))
    assert len(plain._named) == MOST_NAMED and plain.direction("z1~z0").id == "z1~z0"


def test_a_model_that_has_collapsed_has_fewer_directions_and_no_error(linear) -> None:
    gan = linear([0.0, 0.0, 0.0])
    gan.trained.generator.body[0].bias.data.uniform_(-1, 1)
    assert finding.components(gan) == [] and len(finding.closed_form(gan)) == 3
    assert set(gan.directions) == {"sefa-1", "sefa-2", "sefa-3"}
    with pytest.raises(ModelError, match="look the same"):
        gan.direction("m:0.1,0.2|0.3,0.4")


# The bank


@pytest.mark.parametrize("name", ["faces", "classes", "plain"])
def test_the_bank_tells_what_is_to_be_seen(name: str, request) -> None:
    gan: Model = request.getfixturevalue(name)
    bank = gan.bank
    assert bank is gan.bank and np.array_equal(bank.z, gan.z(banks.COUNT))
    assert bank.inner.shape[0] == bank.features.shape[0] == banks.COUNT and bank.inner.shape[1] <= banks.FEATURES
    assert bank.explained.shape == (bank.inner.shape[1],) and 0.5 < bank.explained.sum() <= 1.0001
    assert (np.diff(bank.explained) <= 1e-6).all()
    assert np.allclose(bank.features.mean(0), 0, atol=1e-3) and np.allclose(bank.features.std(0), 1, atol=1e-2)
    cross = bank.inner.T @ bank.inner / banks.COUNT
    assert np.abs(cross - np.eye(len(cross))).max() < 0.05  # they tell different things
    some = [(0, 5), (0, 1999), (3, 7)]
    looked = bank.look(some)
    assert looked.shape == (3, bank.features.shape[1]) and np.isfinite(looked).all()
    assert np.allclose(looked[:2], bank.features[[5, 1999]], atol=1e-3)


def test_the_features_of_a_conditional_model_tell_no_class(classes: Model) -> None:
    _, y = classes.trained.draw((0, index) for index in range(banks.COUNT))
    for number in range(10):
        assert np.abs(classes.bank.features[y.numpy() == number].mean(0)).max() < 1e-2


def test_components_are_those_of_all_singular_vectors() -> None:
    noise = np.random.default_rng(0)
    for rows, columns in ((500, 300), (60, 300), (300, 20), (300, 5)):
        data = (noise.standard_normal((rows, columns)) * np.geomspace(10, 0.01, columns)).astype(np.float32)
        data -= data.mean(0)
        found = banks._components(data, min(banks.FEATURES, *data.shape))
        wanted = np.linalg.svd(data, full_matrices=False)[2][: len(found)]
        assert np.allclose(found @ found.T, np.eye(len(found)), atol=1e-4)
        first = min(12, len(found))
        assert (np.abs((found * wanted).sum(1))[:first] > 0.99).all(), (rows, columns)
        assert (np.take_along_axis(found, np.abs(found).argmax(1)[:, None], 1) > 0).all()  # the sign is always the same


def test_two_banks_are_the_same(classes: Model) -> None:
    assert np.array_equal(Bank(classes.trained).features, classes.bank.features)
