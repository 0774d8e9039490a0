"""Spectral norm and singular values against numpy."""

import numpy as np
import pytest
import torch
from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks._norms import spectral_norm
from pipelines.networks._spectra import singular_values
from pipelines.training.building import build
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer

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
