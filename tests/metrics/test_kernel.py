"""The kernel distance: its definition pair by pair, its floor, and what moves it."""

from __future__ import annotations

import pytest
import torch

from pipelines.metrics import kernel
from pipelines.metrics.kernel import Cloud, distance, kernel_distance


def cloud(seed: int, points: int = 120, width: int = 5, shift: float = 0.0) -> torch.Tensor:
    return torch.randn(points, width, generator=torch.Generator().manual_seed(seed)) + shift


def by_hand(one: torch.Tensor, other: torch.Tensor) -> float:
    """The mean over all pairs, one after the other, none of a picture with itself."""

    def k(x: torch.Tensor, y: torch.Tensor) -> float:
        return ((x.double() @ y.double()).item() / len(x) + 1) ** 3

    def within(points: torch.Tensor) -> float:
        pairs = [k(x, y) for i, x in enumerate(points) for j, y in enumerate(points) if i != j]
        return sum(pairs) / len(pairs)

    between = [k(x, y) for x in one for y in other]
    return within(one) + within(other) - 2 * sum(between) / len(between)


@pytest.mark.parametrize("few", [0, kernel.FEW])
@pytest.mark.parametrize(("pairs", "rows"), [(7, 3), (kernel.PAIRS, kernel.ROWS)])
def test_it_agrees_with_the_definition_by_products_and_by_pairs(
    few: int, pairs: int, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "FEW", few)
    monkeypatch.setattr(kernel, "PAIRS", pairs)
    monkeypatch.setattr(kernel, "ROWS", rows)
    one, other = cloud(0, 20), 1.5 * cloud(1, 13) + 0.3
    assert bool(Cloud.of(one).products) == (few > 0)
    assert kernel_distance(one, other) == pytest.approx(by_hand(one, other), rel=1e-9)


def test_an_example_on_a_line() -> None:
    assert kernel_distance(torch.tensor([[0.0], [1.0]]), torch.tensor([[1.0], [2.0]])) == pytest.approx(9.5)


def test_clouds_of_one_kind_are_at_zero_on_average_however_few_and_to_both_sides_of_it() -> None:
    found = torch.tensor([kernel_distance(cloud(2 * i, 30), cloud(2 * i + 1, 30)) for i in range(300)])
    assert found.mean().abs() < 3 * found.std() / 300**0.5
    assert 0.25 < (found < 0).float().mean() < 0.75


def test_farther_clouds_are_at_larger_distances_and_the_order_does_not_matter() -> None:
    found = [kernel_distance(cloud(0), cloud(1, shift=shift)) for shift in (0.0, 0.5, 1.0, 2.0)]
    assert found == sorted(found) and found[1] > 10 * abs(found[0])
    one, other = cloud(0), cloud(1, shift=0.5)
    assert kernel_distance(other, one) == pytest.approx(kernel_distance(one, other), rel=1e-9)
    assert kernel_distance(one.flip(0), other.flip(0)) == pytest.approx(kernel_distance(one, other), rel=1e-9)


def test_a_collapsed_cloud_is_far() -> None:
    real = cloud(0)
    assert kernel_distance(real, real[:1].expand(120, -1)) > 10 * abs(kernel_distance(real, cloud(1)))


def test_the_real_side_can_be_kept() -> None:
    real = Cloud.of(cloud(0))
    assert distance(real, Cloud.of(cloud(1))) == kernel_distance(cloud(0), cloud(1))


@pytest.mark.parametrize(
    ("features", "reason"),
    [
        (cloud(0)[:1], "needs two pictures of each side at least, not 1"),
        (cloud(0)[:0], r"must be \[N, D\] with N > 0, not \[0, 5\]"),
        (cloud(0)[0], r"must be \[N, D\] with N > 0, not \[5\]"),
        (cloud(0) * torch.nan, "finite numbers"),
        (cloud(0)[:, :4], "both sides need the same features, not 4 and 5"),
    ],
)
def test_what_has_no_distance_is_refused(features: torch.Tensor, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        kernel_distance(features, cloud(1))
