"""The Fréchet distance: its invariants, and its agreement with numbers computed another way."""

from __future__ import annotations

import pytest
import torch

from pipelines.metrics.frechet import Gaussian, distance, frechet_distance


def cloud(seed: int, samples: int = 400, width: int = 6) -> torch.Tensor:
    """Correlated features with a mean and a scale of their own."""
    random = torch.Generator().manual_seed(seed)
    mix = torch.randn(width, width, generator=random)
    return torch.randn(samples, width, generator=random) @ mix + torch.randn(width, generator=random)


def test_the_same_features_are_at_distance_zero() -> None:
    features = cloud(0)
    assert frechet_distance(features, features) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(features, features.flip(0)) == pytest.approx(0, abs=1e-6)


def test_the_order_does_not_matter() -> None:
    assert frechet_distance(cloud(0), cloud(1)) == pytest.approx(frechet_distance(cloud(1), cloud(0)), rel=1e-9)
    assert frechet_distance(cloud(0), cloud(1)) > 1


@pytest.mark.parametrize("shift", [[0.5] * 6, [3.0, 0, 0, 0, 0, -4.0]])
def test_a_shift_is_at_the_square_of_its_length(shift: list[float]) -> None:
    expected = sum(step * step for step in shift)
    assert frechet_distance(cloud(0), cloud(0) + torch.tensor(shift)) == pytest.approx(expected, rel=1e-4)


def test_gaussians_along_the_axes_agree_with_the_sum_over_axes() -> None:
    means, deviations = torch.tensor([[0.0, 1, 2], [3, -1, 2]]), torch.tensor([[1.0, 2, 0.5], [4, 2, 0]])
    one, other = (Gaussian(mean, torch.diag(deviation**2)) for mean, deviation in zip(means, deviations, strict=True))
    # 9 + 4 + 0 for the means, 9 + 0 + 0.25 for the deviations
    assert distance(one, other) == pytest.approx(22.25, abs=1e-9)


def test_turning_both_clouds_changes_nothing() -> None:
    turn, _ = torch.linalg.qr(torch.randn(6, 6, generator=torch.Generator().manual_seed(5)))
    turned = frechet_distance(cloud(0) @ turn, cloud(1) @ turn)
    assert turned == pytest.approx(frechet_distance(cloud(0), cloud(1)), rel=1e-4)


def test_the_trace_agrees_with_the_eigenvalues_of_the_plain_product() -> None:
    one, other = Gaussian.of(cloud(0)), Gaussian.of(cloud(1))
    roots = torch.linalg.eigvals(one.covariance @ other.covariance).real.clamp(min=0).sqrt().sum()
    expected = (one.mean - other.mean).square().sum() + one.covariance.trace() + other.covariance.trace() - 2 * roots
    assert distance(one, other) == pytest.approx(expected.item(), rel=1e-9)


def test_moments_are_the_usual_ones_in_double_precision() -> None:
    moments = Gaussian.of(torch.tensor([[1.0, 2], [3, 2], [5, 5]]))
    assert moments.mean.dtype == moments.covariance.dtype == torch.float64
    assert moments.mean.tolist() == [3, 3]
    assert moments.covariance.tolist() == [[4, 3], [3, 3]]


def test_one_feature_is_enough() -> None:
    features = torch.arange(4.0)[:, None]
    assert frechet_distance(features, 2 * features) == pytest.approx(1.5**2 + (5 / 3), rel=1e-6)  # (2s - s)^2 = s^2


@pytest.mark.parametrize(
    ("features", "reason"),
    [
        (torch.zeros(6, 6), r"\[N, D\] with N > D, not \[6, 6\]"),
        (torch.zeros(6), r"\[N, D\] with N > D, not \[6\]"),
        (torch.full((7, 6), torch.nan), "finite"),
    ],
)
def test_what_has_no_moments_is_refused(features: torch.Tensor, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        frechet_distance(features, cloud(0))


def test_both_sides_need_the_same_features() -> None:
    with pytest.raises(ValueError, match="the same features, not 6 and 5"):
        frechet_distance(cloud(0), cloud(0)[:, :5])
