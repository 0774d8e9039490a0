"""Directions of W, truncation of styles, and how points carry both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.model import Model, load
from pipelines.errors import ModelError
from pipelines.latent.edit import edit
from pipelines.latent.point import Point
from pipelines.latent.search import along
from pipelines.models.readings import Readings
from pipelines.training.building import build
from tests import tiny_models

NAMES = ("smile", "glasses", "always")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A tiny StyleGAN whose readings tell of two axes of W, the second of them not at all independent of the first."""
    torch.manual_seed(0)
    config = tiny_models.PLAIN.changed(network="stylegan", size=16, width=4)
    networks = build(config, 0)
    networks[0].w_mean.normal_()
    gan = load(tiny_models.write(Path(tmp_path_factory.mktemp("in-w")) / "styled", config, networks=networks))
    w = gan.styles
    told = np.stack([w[:, 3] / w[:, 3].std(), w[:, 3] / w[:, 3].std() + w[:, 5] / w[:, 5].std()], 1)
    seen = np.concatenate([1 / (1 + np.exp(-4 * told)), np.full((len(w), 1), 0.9)], 1)
    gan.__dict__["readings"] = Readings(NAMES, seen.astype(np.float32), exclusive=False)
    return gan


def styles(gan: Model, points: list[Point]) -> np.ndarray:
    z, y = gan.resolve(points)
    return gan.trained.styles(torch.from_numpy(z), y, gan.styled(points)).numpy()


def test_a_move_of_one_is_a_standard_deviation_of_samples(model: Model) -> None:
    found = [one for one in model.directions.values() if one.space == "w"]
    kinds = [one.kind for one in found]
    assert kinds == ["label"] * 2 + ["component"] * 10 + ["closed-form"] * 10
    assert [one.id for one in found][:3] == ["w-smile", "w-glasses", "w-pca-1"] and found[-1].id == "w-sefa-10"
    for one in found:
        unit = one.vector / np.linalg.norm(one.vector)
        assert np.std(model.styles @ unit) == pytest.approx(np.linalg.norm(one.vector), rel=1e-3)
    sampled = model.styles @ found[0].vector
    assert np.corrcoef(sampled, model.readings.probabilities[:, 0])[0, 1] > 0.5


def test_components_are_those_of_numpy_and_closed_form_directions_stretch_the_style_layers_most(model: Model) -> None:
    _, values, vectors = np.linalg.svd(model.styles - model.styles.mean(0), full_matrices=False)
    for number in range(3):
        found = model.direction(f"w-pca-{number + 1}")
        assert abs(found.vector @ vectors[number]) == pytest.approx(np.linalg.norm(found.vector), rel=1e-3)
        assert found.weight == pytest.approx(values[number] ** 2 / (values**2).sum(), rel=1e-3)
    layers = [layer.modulated.style for layer in (*model.trained.generator.synthesis.convolutions,
                                                  *model.trained.generator.synthesis.pictures)]  # fmt: skip
    every = torch.cat([layer.weight.detach() for layer in layers]).numpy()
    first, second = (model.direction(f"w-sefa-{number}").vector for number in (1, 2))
    first, second = first / np.linalg.norm(first), second / np.linalg.norm(second)
    assert np.linalg.norm(every @ first) == pytest.approx(np.linalg.svd(every, compute_uv=False)[0], rel=1e-4)
    assert np.linalg.norm(every @ first) > np.linalg.norm(every @ second) and abs(first @ second) < 1e-4


def test_points_move_and_narrow_styles_alone_and_together_with_z(model: Model) -> None:
    at = Point(z=(("1.0", 1.0),))
    moved = replace(at, moves={"w-pca-1": 1.5, "z2": 0.7, "w-smile": -0.5}, psi=0.6)
    usual, found = styles(model, [replace(at, moves={"z2": 0.7}), moved])
    mean = model.trained.generator.w_mean.numpy()
    shift = 1.5 * model.direction("w-pca-1").vector - 0.5 * model.direction("w-smile").vector
    assert np.allclose(found, mean + 0.6 * (usual - mean) + shift, atol=1e-5)
    assert model.styled([at]) is None and np.array_equal(
        model.resolve([replace(at, psi=0.6)])[0], model.resolve([at])[0]
    )
    both = model.pictures([at, moved])
    assert np.array_equal(both[0], model.pictures([at])[0]), "a neighbour that is moved changes no pixel"
    assert not np.array_equal(*both)
    assert (
        model.pictures([Point(z=((f"1.{index}", 1.0),), psi=0.0) for index in range(3)]) == model.sample(1, 1, psi=0.0)
    ).all()


def test_a_path_takes_styles_along(model: Model) -> None:
    start = Point(z=(("1.0", 1.0),), moves={"w-pca-1": 2.0})
    end = Point(z=(("1.0", 1.0),), moves={"w-pca-1": -2.0}, psi=0.5)
    first, middle, last = (replace(start, to=end, t=t) for t in (0.0, 0.25, 1.0))
    assert np.array_equal(model.pictures([first, last]), model.pictures([start, end]))
    assert torch.allclose(
        model.styled([middle]), torch.lerp(model.styled([start]), model.styled([end]), 0.25), atol=1e-6
    )


def test_directions_of_w_are_held_apart_from_each_other_alone(model: Model) -> None:
    glasses, smile = model.direction("w-glasses"), model.direction("w-smile")
    held = model.direction("w-glasses~w-smile")
    assert abs(held.vector @ smile.vector) < 1e-3 < abs(glasses.vector @ smile.vector) and held.space == "w"
    assert np.allclose(model.direction("w-glasses~all").vector, held.vector, atol=1e-5)
    for name in ("w-glasses~pca-1", "pca-1~w-smile"):
        with pytest.raises(ModelError, match="name directions of one space"):
            model.direction(name)
    with pytest.raises(ModelError, match="'w-smile' lies in W: it moves styles, and no z"):
        model.ways("w-smile", model.z(2))


def test_edits_and_effects_see_the_picture_with_its_moved_styles(tmp_path: Path, monkeypatch) -> None:
    torch.manual_seed(0)
    config = tiny_models.FACES.changed(network="stylegan", latent_size=6)
    gan = load(tiny_models.write(tmp_path / "styled", config))
    names, seen = gan.reader.names, []
    chance = np.random.default_rng(0).uniform(0.0, 1.0, (200, len(names))).astype(np.float32)
    gan.__dict__["readings"] = Readings(names, chance, exclusive=False)
    real = type(gan).decode
    monkeypatch.setattr(type(gan), "decode", lambda *all: seen.append(all[3]) or real(*all))
    monkeypatch.setattr("pipelines.latent.edit.STEPS", 1)
    point = [Point(moves={"w-sefa-1": 3.0})]
    z, y = gan.resolve(point)
    edit(gan, z[0], y, "smile", styled=gan.styled(point))
    assert seen and all(torch.equal(styled[0], gan.styled(point)[0]) for styled in seen)
    told = along(gan, f"w-{names[0].replace(' ', '-')}", 2.0, count=8)
    assert told["count"] <= 8 and "reached" in told


def test_a_model_without_a_mapping_network_has_none(plain: Model) -> None:
    assert {one.space for one in plain.directions.values()} == {"z"}
    with pytest.raises(ModelError, match="no direction 'w-pca-1'"):
        plain.pictures([Point(moves={"w-pca-1": 1.0})])
