"""Precision and recall by neighbourhoods: worked by hand, by another way, and what must hold of any cloud."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pipelines.metrics import neighbours
from pipelines.metrics.neighbours import Neighbourhoods, precision, recall


def cloud(seed: int, points: int = 300, width: int = 4, shift: float = 0.0) -> torch.Tensor:
    """Points around ``shift`` on every axis."""
    return torch.randn(points, width, generator=torch.Generator().manual_seed(seed)) + shift


def by_hand(balls: np.ndarray, points: np.ndarray, k: int) -> float:
    """The share of the points in the balls, one pair after the other, as the paper's definition reads."""
    radii = [
        sorted(np.sqrt(((a - b) ** 2).sum()) for j, b in enumerate(balls) if j != i)[k - 1] for i, a in enumerate(balls)
    ]
    inside = [
        any(np.sqrt(((p - b) ** 2).sum()) <= radius for b, radius in zip(balls, radii, strict=True)) for p in points
    ]
    return sum(inside) / len(points)


def test_an_example_in_the_plane() -> None:
    real = torch.tensor([[0.0, 0], [3, 0], [0, 4], [20, 0]])
    assert Neighbourhoods.of(real, k=1).radii.tolist() == [3, 3, 4, 17]
    assert Neighbourhoods.of(real, k=2).radii.tolist() == [4, 5, 5, 20]
    fake = torch.tensor([[0.0, -3], [-2, -2.5], [0, 8], [50, 50]])  # on an edge, just outside of it, on one, far away
    assert Neighbourhoods.of(real, k=1).hold(fake).tolist() == [True, False, True, False]
    assert precision(real, fake, k=1) == 0.5
    # The balls of the samples reach 2.06, 2.06, 10.69 and 65.3 far; the last one holds none but the lone real point.
    assert Neighbourhoods.of(fake, k=1).hold(real).tolist() == [True, True, True, True]
    assert Neighbourhoods.of(fake[:3], k=1).hold(real).tolist() == [True, True, True, False]
    assert recall(real, fake[:3], k=1) == 0.75


@pytest.mark.parametrize("k", [1, 3, 7])
@pytest.mark.parametrize("batch", [1, 100, neighbours.DISTANCES])
def test_it_agrees_with_the_definition(k: int, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "DISTANCES", batch)
    real, fake = cloud(0, 50), 1.3 * cloud(1, 40) + 0.5
    assert precision(real, fake, k) == pytest.approx(by_hand(real.double().numpy(), fake.double().numpy(), k))
    assert recall(real, fake, k) == pytest.approx(by_hand(fake.double().numpy(), real.double().numpy(), k))
    assert 0 < precision(real, fake, k) < 1
    found = Neighbourhoods.of(real, k).compare(fake)
    assert (found.precision, found.recall) == (precision(real, fake, k), recall(real, fake, k))


def test_the_same_cloud_is_precise_and_complete() -> None:
    features = cloud(0)
    assert precision(features, features.flip(0)) == recall(features, features.flip(0)) == 1.0
    doubled = torch.cat([features[:5]] * 6)  # every point lies on others, so that all radii are zero
    assert precision(doubled, doubled) == recall(doubled, doubled) == 1.0


def test_density_and_coverage_in_the_plane() -> None:
    real = Neighbourhoods.of(torch.tensor([[0.0, 0], [3, 0], [0, 4], [20, 0]]), k=1, wide_k=1)  # radii 3, 3, 4, 17
    found = real.compare(torch.tensor([[0.0, -3], [2, 0], [50, 50]]))
    assert found.density == (1 + 2 + 0) / 3, "the first lies in the first ball, on its edge; the second in two"
    assert found.coverage == 2 / 4


def test_diversity_is_the_mean_distance_of_two() -> None:
    line = torch.tensor([[0.0], [1.0], [3.0], [7.0]])  # 1, 3, 7, 2, 6 and 4 apart
    assert Neighbourhoods.of(line, k=1).diversity == pytest.approx(23 / 6)
    assert Neighbourhoods.of(line, k=1).compare(3 * line).diversity == pytest.approx(23 / 2)
    assert Neighbourhoods.of(line, k=1).compare(line[:1].expand(9, -1)).diversity == 0


def test_real_pictures_are_as_dense_as_real_ones_and_cover_them() -> None:
    real = Neighbourhoods.of(cloud(0, 1000))
    same, itself = real.compare(cloud(1, 1000)), real.compare(cloud(0, 1000))
    assert same.density == pytest.approx(1, abs=0.1) and same.coverage == pytest.approx(0.97, abs=0.02)
    assert same.diversity == pytest.approx(real.diversity, rel=0.05)
    assert (itself.precision, itself.recall, itself.coverage) == (1, 1, 1) and itself.diversity == real.diversity
    assert itself.density == pytest.approx(1 + 1 / real.wide_k, abs=0.06), "each picture lies in its own ball, too"


def test_a_collapse_lowers_recall_coverage_and_diversity_and_crowds() -> None:
    real = Neighbourhoods.of(cloud(0, 600))
    good, narrow, collapsed = (
        real.compare(fake) for fake in (cloud(1, 600), cloud(1, 600) * 0.4, cloud(0, 600)[7] + 0.05 * cloud(2, 600))
    )
    for name in ("recall", "coverage", "diversity"):
        values = [getattr(found, name) for found in (good, narrow, collapsed)]
        assert values[0] > 1.3 * values[1] and values[1] > 1.3 * values[2], name
    assert narrow.precision > good.precision and narrow.density > 1.1 * good.density


def test_quick_distances_give_the_same_but_for_rounding() -> None:
    real, fake = cloud(0, 500), 1.2 * cloud(1, 500)
    exact, quick = (vars(Neighbourhoods.of(real, exact=exact).compare(fake)) for exact in (True, False))
    assert quick == pytest.approx(exact, rel=1e-6)


def test_a_small_cloud_has_smaller_neighbourhoods() -> None:
    assert Neighbourhoods.of(cloud(0, 4)).wide_k == 3 and Neighbourhoods.of(cloud(0, 40)).wide_k == neighbours.WIDE_K


def test_points_far_from_the_origin_are_told_apart() -> None:
    features = cloud(0).double() + 1e6
    assert Neighbourhoods.of(features).radii.min() > 0
    assert Neighbourhoods.of(features).radii.tolist() == pytest.approx(Neighbourhoods.of(cloud(0)).radii.tolist())


def test_a_collapsed_cloud_is_precise_and_not_complete() -> None:
    real = cloud(0)
    collapsed = real[7] + 1e-3 * cloud(1)
    assert precision(real, collapsed) == 1.0
    assert recall(real, collapsed) < 0.02
    assert recall(real, real[:1].expand(300, -1)) == pytest.approx(1 / 300)


def test_half_of_the_variety_is_half_of_the_recall() -> None:
    real = torch.cat([cloud(0), cloud(1, shift=30.0)])
    assert recall(real, cloud(2, 600)) == pytest.approx(0.5, abs=0.05)
    assert precision(real, cloud(2, 600)) > 0.8


def test_noise_is_neither() -> None:
    assert precision(cloud(0), cloud(1, shift=20.0)) == recall(cloud(0), cloud(1, shift=20.0)) == 0.0


def test_the_order_of_points_and_moving_both_clouds_change_nothing() -> None:
    real, fake = cloud(0), 0.8 * cloud(1)
    order = torch.randperm(300, generator=torch.Generator().manual_seed(0))
    assert precision(real[order], fake.flip(0)) == precision(real, fake)
    assert recall(real[order], fake.flip(0)) == recall(real, fake)
    assert recall(4 * real + 8, 4 * fake + 8) == pytest.approx(recall(real, fake), abs=0.005)
    assert recall(real, fake) == precision(fake, real)


def test_a_larger_k_never_holds_less() -> None:
    shares = [recall(cloud(0), 0.7 * cloud(1), k) for k in (1, 2, 3, 5, 10, 50)]
    assert shares == sorted(shares) and shares[0] < shares[-1]


@pytest.mark.parametrize(
    ("real", "fake", "k", "reason"),
    [
        (cloud(0, 3), cloud(1), 3, "k must be from 1 to one less than the number of points, 3, not 3"),
        (cloud(0), cloud(1), 0, "k must be from 1 to one less than the number of points, 300, not 0"),
        (cloud(0)[0], cloud(1), 3, r"must be \[N, D\] with N > 0, not \[4\]"),
        (cloud(0), cloud(1)[:0], 3, r"must be \[N, D\] with N > 0, not \[0, 4\]"),
        (cloud(0), cloud(1)[:, :3], 3, "both sides need the same features, not 4 and 3"),
        (cloud(0), cloud(1) * torch.inf, 3, "finite numbers"),
    ],
)
def test_what_has_no_neighbourhoods_is_refused(real: torch.Tensor, fake: torch.Tensor, k: int, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        precision(real, fake, k)
    with pytest.raises(ValueError, match=reason):
        Neighbourhoods.of(real, k).compare(fake)
