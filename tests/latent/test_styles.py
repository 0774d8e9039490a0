"""Style mixing, as a page is given it: whose style a layer has, noise, and truncation in W."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.model import Model, load
from pipelines.errors import ModelError
from pipelines.latent.point import Point
from pipelines.latent.styles import mixed
from pipelines.training.building import build
from tests import tiny_models

CONFIG = tiny_models.PLAIN.changed(network="stylegan", size=16, width=4)


def write(folder: Path, names: tuple[str, ...] = ()) -> Model:
    """A published model whose noise is strong enough to be seen, and whose styles have a mean."""
    torch.manual_seed(0)
    config = CONFIG.changed(conditional=bool(names))
    networks = build(config, len(names))
    for layer in networks[0].modules():
        if hasattr(layer, "strength"):
            layer.strength.data.fill_(0.5)
    networks[0].w_mean.normal_()
    return load(tiny_models.write(folder, config, names, networks=networks))


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return write(tmp_path / "styled")


def samples(seed: int, count: int) -> list[Point]:
    return [Point(z=((f"{seed}.{index}", 1.0),)) for index in range(count)]


def test_a_grid_has_the_samples_themselves_and_their_mixtures(model: Model) -> None:
    rows, columns = samples(1, 3), samples(2, 2)
    taken = [layer >= 3 for layer in range(model.layers)]
    grid = mixed(model, rows, columns, taken)
    assert grid.shape == (2 + 3 * 3, 16, 16, 1) and grid.dtype == np.uint8
    assert np.array_equal(grid[:2], model.pictures(columns)) and np.array_equal(grid[2::3], model.pictures(rows))
    generator = model.trained.generator
    z, _ = model.resolve([rows[1], columns[0]])
    with torch.no_grad():
        w = generator.mapping(torch.from_numpy(z))
        by_hand = generator.synthesis(torch.cat([w[:1, :3], w[1:, 3:]], 1).repeat(8, 1, 1))[:1]
    expected = ((by_hand[0] + 1) * 127.5).permute(1, 2, 0).numpy()
    assert np.abs(grid[2 + 3 + 1] - expected).max() <= 1


def test_all_layers_or_none_give_the_column_or_the_row(model: Model) -> None:
    rows, columns = samples(1, 1), samples(2, 1)
    column, row, mixture = mixed(model, rows, columns, [True] * model.layers)
    assert np.array_equal(mixture, column) and not np.array_equal(row, column)
    column, row, mixture = mixed(model, rows, columns, [False] * model.layers)
    assert np.array_equal(mixture, row)


def test_noise_of_each_layer_changes_the_picture_and_truncation_ends_at_the_mean_style(model: Model) -> None:
    rows, columns, none = samples(1, 2), samples(2, 1), [False] * model.layers
    usual = mixed(model, rows, columns, none)
    for layer in range(model.layers - 1):
        noise = [other != layer for other in range(model.layers - 1)]
        assert not np.array_equal(mixed(model, rows, columns, none, noise), usual), layer
    drawn = [mixed(model, *([replace(one, psi=psi) for one in some] for some in (rows, columns)), none)
             for psi in (0.0, 0.5)]  # fmt: skip
    assert (drawn[0] == drawn[0][0]).all() and not np.array_equal(drawn[1], usual)


def test_classes_reach_the_styles(tmp_path: Path) -> None:
    model = write(tmp_path / "by-class", ("a", "b"))
    pair = [Point(z=(("1.0", 1.0),), y=label) for label in (0, 1)]
    grid = mixed(model, pair, pair[:1], [False] * model.layers)
    assert np.array_equal(grid[0], grid[1]) and not np.array_equal(grid[1], grid[3])


def test_what_does_not_fit_is_said(model: Model, own_models: Path) -> None:
    with pytest.raises(ModelError, match="tiny-plain has no styles to mix: choose a model whose network has a mapping"):
        mixed(load("tiny-plain"), samples(1, 1), samples(2, 1), [True])
    with pytest.raises(ModelError, match=r"styled has 6 styles and adds noise 5 times; 2 and 5 were given\."):
        mixed(model, samples(1, 1), samples(2, 1), [True, False])
    with pytest.raises(ModelError, match=r"; 6 and 1 were given\."):
        mixed(model, samples(1, 1), samples(2, 1), [True] * 6, [True])
