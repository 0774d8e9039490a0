"""Orthogonal regularisation against sums over pairs of filters, and its way into G's step."""

import numpy as np
import pytest
import torch
from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks._equalised import equalised
from pipelines.networks._norms import spectral_norm
from pipelines.objectives._orthogonal import orthogonal_penalty
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer


def by_hand(filters):
    """The sum over all ordered pairs of different filters [N, F] of their squared inner products."""
    return sum(float(a @ b) ** 2 for i, a in enumerate(filters) for j, b in enumerate(filters) if i != j)


@pytest.mark.parametrize("spectral", [False, True])
def test_it_is_the_sum_over_pairs_of_different_filters(spectral):
    """Under spectral norm, of the weights before it, whose vectors stay as they are."""
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Linear(4, 6), nn.Conv2d(2, 5, 3), nn.ConvTranspose2d(3, 4, 2), equalised(nn.Linear(4, 6), gain=3.0),
        nn.Embedding(9, 3), nn.BatchNorm2d(5),
    )  # fmt: skip
    dense, conv, transposed, scaled = (network[i].weight.detach().numpy().astype(np.float64) for i in range(4))
    expected = sum(map(by_hand, (dense, conv.reshape(5, -1), transposed.swapaxes(0, 1).reshape(4, -1), scaled)))
    if spectral:
        spectral_norm(network)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    assert orthogonal_penalty(network).item() == pytest.approx(expected, rel=1e-5)
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


def test_filters_that_are_orthogonal_pay_nothing_however_long_they_are():
    layer = nn.Linear(8, 4)
    nn.init.orthogonal_(layer.weight)
    with torch.no_grad():
        layer.weight.mul_(torch.tensor([1.0, 2.0, 3.0, 4.0])[:, None])
    assert orthogonal_penalty(layer).item() == pytest.approx(0, abs=1e-8)
    with torch.no_grad():
        layer.weight[1] = layer.weight[0]
    assert orthogonal_penalty(layer).item() == pytest.approx(2.0, rel=1e-5)


def test_it_makes_gs_filters_more_orthogonal_and_is_no_part_of_its_loss():
    images, first, after = torch.zeros(16, 1, 28, 28, dtype=torch.uint8), [], []
    for weight in (0.0, 0.1):
        config = TrainConfig(network="quick", width=4, latent_size=4, batch_size=8, dropout=0.0, orthogonal=weight)
        trainer = Trainer(config.changed(lr_g=2e-3), images, Machine("cpu", "fp32", 1))
        first.append(trainer.train_step(watch=True)["g_loss"])
        trainer.method.phases[0].loss(0, False)
        total, numbers = trainer.method.phases[1].loss(0, True)
        penalty = orthogonal_penalty(trainer.network("generator")).item()
        assert (total - numbers["g_loss"]).item() == pytest.approx(weight * penalty, rel=1e-4)
        for _ in range(20):
            trainer.train_step()
        after.append(orthogonal_penalty(trainer.network("generator")).item())
    assert first[0] == first[1] and after[1] < 0.8 * after[0]
