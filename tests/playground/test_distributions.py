"""What is to be learnt: each has its shape, stays in the plane and is decided by its generator."""

from __future__ import annotations

import pytest
import torch

from pipelines.playground.distributions import distribution
from pipelines.playground.settings import DATA, from_dict, packed

DRAWING = packed([(-0.5, -0.5), (0.5, 0.5), (0.5, -0.5)])


def made(data: str):
    return distribution(from_dict({"data": data, "drawing": DRAWING if data == "drawing" else ""}))


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("data", DATA)
def test_points_are_in_the_plane_and_follow_from_the_generator_alone(data):
    one = made(data)
    points = one.draw(1000, chance())
    assert points.shape == (1000, 2) and points.dtype == torch.float32
    assert points.abs().max() < 1.25 and points.abs().quantile(0.98) > 0.4, "it fills the picture"
    torch.manual_seed(1)
    assert torch.equal(points, one.draw(1000, chance())) and not torch.equal(points, one.draw(1000, chance(1)))


@pytest.mark.parametrize("data, count", [("ring", 8), ("grid", 25)])
def test_each_mode_gets_its_share_and_its_spread(data, count):
    one = made(data)
    points = one.draw(50_000, chance())
    distance, nearest = torch.cdist(points, one.modes).min(1)
    shares = torch.bincount(nearest, minlength=count) / len(points)
    assert one.modes.shape == (count, 2) and (shares * count - 1).abs().max() < 0.1
    assert (points - one.modes[nearest]).std().item() == pytest.approx(one.sigma, rel=0.02)
    assert (distance <= 3 * one.sigma).float().mean() > 0.985
    apart = torch.cdist(one.modes, one.modes).add(torch.eye(count) * 9).min()
    assert apart > 8 * one.sigma, "a point belongs to one mode only"


def test_a_drawing_has_its_points_equally_often():
    points = made("drawing").draw(9000, chance())
    wanted = torch.tensor([[-0.5, -0.5], [0.5, 0.5], [0.5, -0.5]])
    distance, nearest = torch.cdist(points, wanted).min(1)
    assert distance.max() < 0.2 and (torch.bincount(nearest) / 3000 - 1).abs().max() < 0.1


def test_each_x_of_the_bands_has_two_answers_and_none_between():
    x, y = made("bands").draw(4000, chance()).T
    off = y - 0.12 * (3 * x).sin()
    assert (off.abs() - 0.55).abs().max() < 0.15 and 0.45 < (off > 0).float().mean() < 0.55


def test_a_line_is_a_line_and_the_spirals_have_two_arms():
    line = made("line").draw(1000, chance())
    values = torch.linalg.svdvals(line - line.mean(0))
    assert values[0] > 10 * values[1]
    spirals = made("spirals").draw(4000, chance())
    turned = torch.cdist(spirals[:500], -spirals).min(1).values  # half a turn makes one arm the other
    assert turned.quantile(0.95) < 0.06
