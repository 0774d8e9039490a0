"""Measures on hand-made points, where the right number is known."""

from __future__ import annotations

import math

import pytest
import torch

from pipelines.playground import measures
from pipelines.playground.distributions import distribution
from pipelines.playground.settings import from_dict


def points(count: int = 2000, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(seed)) * 0.3


def divergence(p: torch.Tensor, q: torch.Tensor) -> float:
    return measures.jensen_shannon(measures.histogram(p), measures.histogram(q))


def distance(p: torch.Tensor, q: torch.Tensor) -> float:
    return measures.sliced_distance(measures.projections(p), measures.projections(q))


def test_the_same_points_in_another_order_are_no_distance_apart():
    mine = points()
    shuffled = mine[torch.randperm(len(mine), generator=torch.Generator().manual_seed(1))]
    assert divergence(mine, shuffled) == 0 and distance(mine, shuffled) == pytest.approx(0, abs=1e-6)


def test_points_that_never_meet_are_one_bit_apart_and_carried_as_far_as_they_lie():
    mine = points(seed=2) * 0.2
    near, far = mine + torch.tensor([1.0, 0.0]), mine + torch.tensor([0.0, -1.4])
    assert divergence(mine, near) == pytest.approx(1) == divergence(mine, far)
    # Carried by 1 in one direction: on a line at angle a it is |cos a|, 2 / pi on average.
    assert distance(mine, near) == pytest.approx(2 / math.pi, rel=0.01)
    assert distance(mine, far) == pytest.approx(1.4 * 2 / math.pi, rel=0.01)


def test_half_of_the_points_elsewhere_is_the_divergence_by_hand():
    here, there = torch.zeros(100, 2), torch.full((100, 2), 0.9)
    half = torch.cat([here[:50], there[:50]])
    # p = (1, 0), q = (1/2, 1/2), m = (3/4, 1/4)
    by_hand = (math.log2(1 / 0.75) + 0.5 * math.log2(0.5 / 0.75) + 0.5 * math.log2(0.5 / 0.25)) / 2
    assert divergence(here, half) == pytest.approx(by_hand, rel=1e-5) == divergence(half, here)


def test_a_histogram_counts_every_point_also_those_outside():
    shares = measures.histogram(torch.tensor([[0.0, 0.0], [99.0, -99.0], [-1.5, 1.5], [1.49, 1.49]]))
    assert shares.sum() == pytest.approx(1) and (shares > 0).sum() == 4


@pytest.mark.parametrize("hit", [0, 1, 5, 8])
def test_modes_are_covered_by_a_quarter_of_their_fair_share(hit):
    target = distribution(from_dict({"data": "ring"}))
    far = torch.zeros(1, 2)
    enough, fair = 25, 100  # of 800 points each of 8 modes has 100 by right
    parts = [target.modes[which].expand(enough, 2) for which in range(hit)]
    parts += [target.modes[which].expand(enough - 1, 2) for which in range(hit, 8)]
    given = torch.cat(parts)
    given = torch.cat([given, far.expand(8 * fair - len(given), 2)])
    assert measures.modes_covered(given, target.modes, target.sigma).tolist() == [which < hit for which in range(8)]


@pytest.mark.parametrize("away, counts", [(2.9, True), (3.1, False)])
def test_a_point_counts_within_three_standard_deviations(away, counts):
    target = distribution(from_dict({"data": "grid"}))
    given = target.modes[:1] + torch.tensor([[away * target.sigma, 0.0]])
    covered = measures.modes_covered(given.expand(50, 2), target.modes, target.sigma)
    assert covered[0].item() is counts and not covered[1:].any()


def test_coverage_is_the_share_of_the_real_that_has_fakes_beside_it():
    here, there = torch.zeros(50, 2), torch.full((150, 2), 0.9)
    real = measures.histogram(torch.cat([here, there]))
    assert measures.coverage(real, real) == pytest.approx(1)
    assert measures.coverage(real, measures.histogram(here)) == pytest.approx(0.25)
    assert measures.coverage(real, measures.histogram(there)) == pytest.approx(0.75)
    assert measures.coverage(real, measures.histogram(torch.full((9, 2), -0.9))) == 0
    few = torch.cat([here.repeat(20, 1), there[:38]])  # a quarter of 0.75 is needed, and it is not there
    assert measures.coverage(real, measures.histogram(few)) == pytest.approx(0.25)
