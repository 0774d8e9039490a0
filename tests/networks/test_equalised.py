"""A layer whose learning rate is equalised is a plain layer with scaled weights, and its steps are scaled twice."""

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from pipelines.networks._equalised import PixelNorm, equalised, equalised_head
from pipelines.networks._norms import spectral_norm

LAYERS = {
    "dense": (lambda: nn.Linear(6, 5), (4, 6), 6),
    "convolution": (lambda: nn.Conv2d(3, 5, 3, padding=1), (2, 3, 4, 4), 27),
    "transposed": (lambda: nn.ConvTranspose2d(3, 5, 4, stride=2), (2, 3, 4, 4), 48),
}


def applied(layer, x, weight, bias):
    if isinstance(layer, nn.Linear):
        return F.linear(x, weight, bias)
    if isinstance(layer, nn.ConvTranspose2d):
        return F.conv_transpose2d(x, weight, bias, stride=2)
    return F.conv2d(x, weight, bias, padding=1)


@pytest.mark.parametrize("rate", [1.0, 0.01])
@pytest.mark.parametrize("kind", LAYERS)
def test_it_is_a_plain_layer_with_scaled_weights_whose_steps_are_scaled_twice(kind, rate):
    torch.manual_seed(0)
    make, shape, fan_in = LAYERS[kind]
    layer, x = equalised(make(), gain=1.5, rate=rate, bias=0.5), torch.randn(shape)
    scale = rate * 1.5 / math.sqrt(fan_in)
    plain_weight = layer.weight.detach().clone().requires_grad_()
    plain_bias = layer.bias.detach().clone().requires_grad_()
    assert torch.allclose(plain_weight, scale * layer.parametrizations.weight.original)
    assert torch.allclose(plain_bias, torch.full((5,), 0.5))
    found, expected = layer(x), applied(layer, x, plain_weight, plain_bias)
    assert torch.allclose(found, expected, atol=1e-6)
    found.square().sum().backward()
    expected.square().sum().backward()
    torch.optim.SGD(layer.parameters(), 0.1).step()
    for moved, plain, factor in ((layer.weight, plain_weight, scale), (layer.bias, plain_bias, rate)):
        step = -0.1 * factor**2 * plain.grad
        assert torch.allclose(moved, plain + step, atol=1e-6) and step.abs().max() > 1e-6


def test_weights_start_from_a_normal_distribution_and_keep_the_variance():
    torch.manual_seed(0)
    layer = equalised(nn.Linear(400, 300), rate=0.01)
    assert layer.parametrizations.weight.original.std().item() == pytest.approx(100, rel=0.02)
    assert layer(torch.randn(500, 400)).std().item() == pytest.approx(1, rel=0.03)


def test_spectral_norm_bounds_the_weight_that_is_in_force_and_a_copy_learns_by_itself():
    torch.manual_seed(0)
    network = spectral_norm(nn.Sequential(equalised(nn.Linear(8, 8), gain=3.0)))
    assert torch.linalg.matrix_norm(network.eval()[0].weight, 2).item() == pytest.approx(1, rel=0.05)
    twin = copy.deepcopy(network)
    with torch.no_grad():
        twin[0].bias.add_(1)
    assert not torch.equal(twin[0].bias, network[0].bias)


def test_only_plain_linear_layers_are_equalised_as_a_head():
    network = nn.Sequential(nn.Linear(4, 4), equalised(nn.Linear(4, 4)), nn.Conv2d(1, 1, 3))
    network.apply(equalised_head)
    assert [len(getattr(layer, "parametrizations", {})) for layer in network] == [1, 1, 0]
    assert len(network[1].parametrizations.weight) == 1, "not scaled twice"


def test_pixel_norm_is_the_root_of_the_mean_square_over_maps():
    x = torch.randn(2, 5, 3, 3)
    assert torch.allclose(PixelNorm()(x).square().mean(1), torch.ones(2, 3, 3), atol=1e-4)
    assert torch.allclose(PixelNorm()(x)[1, :, 2, 0], x[1, :, 2, 0] / x[1, :, 2, 0].square().mean().sqrt(), atol=1e-5)
