"""Gradient penalties against closed forms, and weight clipping."""

import pytest
import torch
from torch import nn

from pipelines.objectives._penalties import clip_weights, gradient_penalty, r1_penalty, squared_slopes


def test_penalty_of_a_linear_d_is_its_slope():
    weight = torch.randn(3 * 4 * 4)
    penalty = gradient_penalty(lambda x: x.flatten(1) @ weight, torch.randn(6, 3, 4, 4), torch.randn(6, 3, 4, 4))
    assert penalty.item() == pytest.approx((weight.norm().item() - 1) ** 2, rel=1e-5)


def test_penalty_of_a_quadratic_d_at_known_points():
    x = torch.randn(5, 1, 2, 2)  # real = fake, so every point between them is x; the slope of |x|^2 / 2 is |x|
    expected = (x.flatten(1).norm(dim=1) - 1).square().mean()
    penalty = gradient_penalty(lambda points: points.flatten(1).square().sum(1) / 2, x, x)
    assert penalty.item() == pytest.approx(expected.item(), rel=1e-5)


def test_points_lie_between_real_and_fake():
    seen = []

    def discriminate(x):
        seen.append(x.detach())
        return x.flatten(1).sum(1)

    gradient_penalty(discriminate, torch.ones(200, 1, 1, 1), torch.zeros(200, 1, 1, 1))
    points = seen[0].flatten()
    assert points.min() >= 0 and points.max() <= 1 and points.std() > 0.2


def test_gradient_reaches_d_and_not_g():
    discriminator, fake = nn.Linear(4, 1), torch.randn(3, 1, 2, 2, requires_grad=True)
    gradient_penalty(lambda x: discriminator(x.flatten(1)).squeeze(1), torch.randn(3, 1, 2, 2), fake).backward()
    assert discriminator.weight.grad.abs().sum() > 0
    assert fake.grad is None


def test_r1_of_a_linear_d_is_its_squared_slope_and_of_a_flat_d_nothing():
    weight = torch.randn(3 * 4 * 4)
    penalty = r1_penalty(lambda x: x.flatten(1) @ weight, torch.randn(6, 3, 4, 4))
    assert penalty.item() == pytest.approx(weight.square().sum().item(), rel=1e-5)
    x = torch.randn(5, 1, 2, 2)  # the slope of |x|^2 / 2 is x
    penalty = r1_penalty(lambda points: points.flatten(1).square().sum(1) / 2, x)
    assert penalty.item() == pytest.approx(x.flatten(1).square().sum(1).mean().item(), rel=1e-5)
    assert r1_penalty(lambda points: 0 * points.flatten(1).sum(1), x).item() == 0


def test_r1_teaches_d():
    discriminator, real = nn.Linear(4, 1), torch.randn(3, 1, 2, 2)
    r1_penalty(lambda x: discriminator(x.flatten(1)).squeeze(1), real).backward()
    expected = 2 * discriminator.weight.detach()  # of |w|^2
    assert torch.allclose(discriminator.weight.grad, expected) and not real.requires_grad


def test_squared_slopes_of_a_pass_are_those_of_each_picture_alone():
    discriminator = nn.Sequential(nn.Flatten(), nn.Linear(8, 5), nn.Tanh(), nn.Linear(5, 1), nn.Flatten(0)).double()
    pictures = torch.randn(4, 2, 2, 2, dtype=torch.float64).requires_grad_()
    found = squared_slopes(discriminator(pictures), pictures)
    steps = 1e-6 * torch.eye(8, dtype=torch.float64).view(8, 2, 2, 2)
    with torch.no_grad():  # a difference quotient along each of the eight numbers
        slopes = [(discriminator(pictures + step) - discriminator(pictures - step)) / 2e-6 for step in steps]
    assert torch.allclose(found.double(), torch.stack(slopes).square().sum(0), rtol=1e-5)
    found.sum().backward()
    assert discriminator[1].weight.grad.abs().sum() > 0


def test_clipping_bounds_every_weight():
    network = nn.Linear(8, 8)
    inside = network.weight.detach().clone().clamp(-0.05, 0.05)
    clip_weights(network, 0.05)
    assert torch.equal(network.weight, inside)
    assert network.bias.abs().max() <= 0.05
