"""Every family that is registered: its published models draw the same pixels in any company and have directions."""

from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.model import load
from pipelines import data
from pipelines.config.train_config import TrainConfig
from pipelines.errors import ModelError
from pipelines.latent import bank
from pipelines.latent.projection import project
from pipelines.models import readings
from pipelines.registries import NETWORKS, network_traits
from pipelines.training.building import advance, build
from pipelines.training.memory import AT_THE_END
from tests.families import conditions, spec_of, tells
from tests.tiny_models import write

CONFIG = TrainConfig(width=8, latent_size=6, samples=8, conditional=True, dropout=0.0, device="cpu")
GROWN = (0, AT_THE_END)  # real pictures shown: of families that do not grow both are the same


@pytest.fixture(params=[(name, seen) for name in NETWORKS.names() for seen in GROWN], ids=str)
def gan(request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    name, seen = request.param
    config, names = CONFIG.changed(network=name), data.class_names_of("digits")
    spec, more = spec_of(name, len(names)), {}
    if spec.condition:
        tells(monkeypatch, config.data)
        more = {"spec": spec, "told": conditions(spec, 10)}
    monkeypatch.setattr(bank, "COUNT", 300)  # samples that directions are found from, those that are read as well
    monkeypatch.setattr(readings.make, "__defaults__", (300, *readings.make.__defaults__[1:]))
    torch.manual_seed(0)
    networks = build(config, spec)
    if not any([advance(network, seen) for network in networks]) and seen:
        pytest.skip("this family does not grow")
    for layer in networks[0].modules():
        if hasattr(layer, "strength"):  # of noise: it begins at zero
            layer.strength.data.fill_(0.5)
    return load(write(tmp_path / "model", config, names, networks=networks, **more))


def test_a_sample_is_the_same_pixels_in_any_company_and_directions_are_found(gan) -> None:
    many = gan.sample(20, seed=3, y=1)
    assert many.shape == (20, 28, 28, 1) and many.std() > 0
    assert np.array_equal(gan.sample(7, seed=3, y=1), many[:7])
    assert np.array_equal(load(gan.trained.entry.folder).sample(20, seed=3, y=1), many)
    assert not np.array_equal(gan.sample(7, seed=3, y=2), many[:7])
    if not network_traits(gan.trained.config.network).smooth_z:
        assert not gan.directions
        with pytest.raises(ModelError, match="z changes them in leaps or not at all"):
            next(project(gan, many[0], 1))
        return
    kinds = [direction.kind for direction in gan.directions.values() if direction.space == "z"]
    in_w = [direction.id for direction in gan.directions.values() if direction.space == "w"]
    assert bool(in_w) == network_traits(gan.trained.config.network).mapping
    generator = gan.trained.generator
    assert ("component" in kinds) == bool(getattr(generator, "feature_info", ()))
    name = getattr(generator, "z_layer", None)  # the layer may take the first numbers of z alone
    first = min(6, generator.get_submodule(name).weight.shape[1]) if name else 0
    assert 0 <= kinds.count("closed-form") <= first and bool(kinds.count("closed-form")) == bool(name)
    moved = next(iter(gan.directions.values()))
    assert np.linalg.norm(moved.vector) == pytest.approx(1, abs=1e-4)
