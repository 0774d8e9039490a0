"""Spectral norm and singular values against numpy."""

import numpy as np
import pytest
import torch
from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.metrics.measures import OF_LAYERS
from pipelines.networks import _spectra
from pipelines.networks._norms import spectral_norm
from pipelines.networks._spectra import singular_values
from pipelines.registries import NETWORKS
from pipelines.training.building import build
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer
from tests.families import spec_of

KINDS = {
    "conv": lambda: nn.Conv2d(3, 8, 3),
    "transposed": lambda: nn.ConvTranspose2d(3, 8, 4),
    "dense": lambda: nn.Linear(7, 5),
    "embedding": lambda: nn.Embedding(10, 6),
}


def matrix(layer):
    """The weight as numpy, [outputs, all others]."""
    weight = layer.weight.detach().numpy()
    return (weight.swapaxes(0, 1) if isinstance(layer, nn.ConvTranspose2d) else weight).reshape(
        weight.shape[isinstance(layer, nn.ConvTranspose2d)], -1
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_weight_is_divided_by_its_largest_singular_value(kind):
    torch.manual_seed(0)
    layer = KINDS[kind]()
    before = layer.weight.detach().numpy().copy()
    largest = np.linalg.svd(matrix(layer), compute_uv=False)[0]
    spectral_norm(nn.Sequential(layer))
    with torch.no_grad():
        for _ in range(200):
            layer.weight  # noqa: B018 each look in training is an iteration
        expected = before / largest
        assert np.allclose(layer.weight, expected, atol=1e-5)
        assert np.allclose(layer.eval().weight, expected, atol=1e-5)


def test_singular_values_are_those_of_numpy():
    torch.manual_seed(0)
    network = nn.Sequential(*(make() for make in KINDS.values()), nn.BatchNorm2d(3))
    found = singular_values(network)
    assert [*found] == ["0", "1", "2", "3"]
    for layer, values in zip(network, found.values(), strict=False):
        assert values.dtype == np.float32 and (np.diff(values) <= 0).all()
        assert np.allclose(values, np.linalg.svd(matrix(layer), compute_uv=False), atol=1e-5)


@pytest.mark.parametrize("family", NETWORKS.names())
def test_what_is_recorded_of_each_family_is_what_numpy_finds_and_is_described(family):
    torch.manual_seed(0)
    _, network = build(TrainConfig(network=family, width=4, latent_size=6), spec_of(family, 3))
    found, told = _spectra.row(network), _spectra.described(network)
    assert sorted(found) == sorted(one.name for one in told)
    for number, values in enumerate(singular_values(network).values(), 1):
        assert found[f"d_sigma_{number}"] == pytest.approx(values[0], rel=1e-3, abs=1e-6)
        if values[0] > 0:
            expected = np.square(values).mean() / values[0] ** 2
            assert found[f"d_spread_{number}"] == pytest.approx(expected, rel=1e-3)
    assert {(one.question, one.role) for one in told} == {("steep", "d")} and told[0].depth < told[-1].depth == 1
    assert all(OF_LAYERS.fullmatch(one.name) for one in told), "no measure of one's own has such a key"


def test_a_weight_that_is_zero_or_not_finite_has_no_spread_and_of_very_many_layers_some_are_taken():
    network = nn.Sequential(*(nn.Linear(2, 2) for _ in range(150)))
    nn.init.zeros_(network[0].weight)
    nn.init.constant_(network[-1].weight, torch.nan)
    found = _spectra.row(network)
    assert (found["d_sigma_1"], found["d_spread_1"]) == (0.0, None)
    assert (found["d_sigma_100"], found["d_spread_100"], "d_sigma_101" in found) == (None, None, False)
    assert len(_spectra.described(network)) == 200 and _spectra.described(nn.Sequential(nn.ReLU())) == []


def test_under_spectral_norm_they_are_of_what_it_leaves_and_looking_changes_nothing():
    torch.manual_seed(0)
    g, d = build(TrainConfig(network="sagan", width=4, latent_size=6, g_spectral=True, d_norm="spectral"), 3)
    g.norm.eval()
    modes = [module.training for module in g.modules()]
    for network in (g, d):
        before = {key: value.clone() for key, value in network.state_dict().items()}
        found = singular_values(network)
        assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())
        assert len(found) > 10 and all(0.8 < values[0] < 1.3 for values in found.values())
        if network is g:
            assert [module.training for module in g.modules()] == modes
        network.eval()
        for name, values in found.items():
            assert np.allclose(values, np.linalg.svd(matrix(network.get_submodule(name)), compute_uv=False), atol=1e-5)


def test_the_moving_average_of_a_g_with_spectral_norm_has_it_as_well_as_g():
    """The vectors that follow the largest singular value are averaged, too, and an average of directions is shorter."""
    config = TrainConfig(
        network="biggan", width=4, latent_size=6, g_spectral=True, batch_size=8, lr_g=0.02, ema=0.9, dropout=0.0
    )
    images = torch.randint(0, 256, (16, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    trainer = Trainer(config, images, Machine("cpu", "fp32", 1))
    for _ in range(12):
        trainer.train_step()
    player = trainer.players["generator"]
    own, averaged = singular_values(player.module), singular_values(player.ema)
    for name, values in averaged.items():
        assert values[0] == pytest.approx(own[name][0], abs=0.06) and own[name][0] < 1.2, name
