"""Copies: a nearest training picture by hand, and generators that copy all, a little, or nothing."""

from __future__ import annotations

import pytest
import torch

from pipelines.metrics import copying
from pipelines.metrics.copying import ReferenceSet, nearest


def cloud(seed: int, points: int, width: int = 6) -> torch.Tensor:
    return torch.randn(points, width, generator=torch.Generator().manual_seed(seed))


TRAINING, HELD_OUT = cloud(0, 2000), cloud(1, 1000)


@pytest.mark.parametrize("pairs", [1, 500, copying.PAIRS])
def test_the_nearest_is_found_whatever_is_looked_at_at_a_time(pairs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "PAIRS", pairs)
    points, others = cloud(2, 40), cloud(3, 90)
    expected = torch.stack([(others.double() - point).norm(dim=1).min() for point in points.double()])
    assert nearest(points, others).tolist() == pytest.approx(expected.tolist(), rel=1e-12)
    assert nearest(points, torch.cat([others, points[3:4] + 0]))[3] == 0, "a copy lies at distance zero, exactly"


@pytest.mark.parametrize("pairs", [1, 700, copying.PAIRS])
def test_a_picture_is_not_its_own_nearest(pairs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "PAIRS", pairs)
    line = torch.tensor([[0.0], [1.0], [3.0], [7.0]])
    assert nearest(line[1:3], line, own=1).tolist() == [1, 2]
    assert nearest(line, line, own=0).tolist() == [1, 1, 2, 4]
    assert nearest(torch.tensor([[5.0], [5.0]]), torch.tensor([[5.0], [5.0]]), own=0).tolist() == [0, 0], "a double"


def test_new_pictures_of_the_same_kind_are_no_copies() -> None:
    yardstick = ReferenceSet.of(TRAINING, HELD_OUT)
    nearer, copied = yardstick.measure(cloud(4, 1000))
    assert nearer == pytest.approx(0.5, abs=0.05) and copied < 0.04
    assert yardstick.nearer_real == pytest.approx(0.5, abs=0.05) and yardstick.copied_real < 0.04


def test_copies_are_seen() -> None:
    assert ReferenceSet.of(TRAINING, HELD_OUT).measure(TRAINING[:500]) == (1.0, 1.0)
    assert ReferenceSet.of(TRAINING, HELD_OUT).measure(TRAINING[:500] + 1e-3 * cloud(5, 500))[0] > 0.99


def test_a_few_copies_among_odd_samples_are_seen_though_most_are_far_off() -> None:
    samples = torch.cat([TRAINING[:100], 2 * cloud(6, 400)])
    nearer, copied = ReferenceSet.of(TRAINING, HELD_OUT).measure(samples)
    assert nearer < 0.5 and copied == pytest.approx(0.2, abs=0.02)


def test_far_samples_are_nearer_to_nothing() -> None:
    assert ReferenceSet.of(TRAINING, HELD_OUT).measure(cloud(7, 50) + 20) == (0.0, 0.0)


def test_the_order_does_not_matter() -> None:
    one = ReferenceSet.of(TRAINING, HELD_OUT).measure(cloud(4, 300))
    assert ReferenceSet.of(TRAINING.flip(0), HELD_OUT).measure(cloud(4, 300).flip(0)) == pytest.approx(one)


def test_a_set_without_unseen_pictures_is_compared_with_its_own() -> None:
    yardstick = ReferenceSet.of(TRAINING, TRAINING[:1000], own=0)
    assert yardstick.nearer_real == pytest.approx(0.5, abs=0.05)
    assert yardstick.measure(cloud(4, 1000))[0] == pytest.approx(0.5, abs=0.05)
    assert yardstick.measure(TRAINING[1500:]) == (1.0, 1.0)


def test_doubles_in_the_set_count_half_and_hide_no_copies() -> None:
    yardstick = ReferenceSet.of(TRAINING, torch.cat([TRAINING[:500], TRAINING[:500]]))
    assert yardstick.nearer_real == 0.5 and yardstick.copied_real == 1.0
    assert yardstick.measure(TRAINING[500:700]) == (0.5, 1.0)
    assert yardstick.measure(cloud(4, 100)) == (0.0, 0.0)


def test_of_a_few_unseen_pictures_the_nearest_one_counts() -> None:
    yardstick = ReferenceSet.of(TRAINING[:60], TRAINING[:60], own=0)  # a folder of one's own
    assert yardstick.copied_real is not None and yardstick.copied_real < 0.2
    assert yardstick.measure(cloud(4, 1000))[1] < 0.15
    assert yardstick.measure(TRAINING[30:60] + 1e-3 * cloud(5, 30)) == (1.0, 1.0)


def test_so_few_unseen_pictures_that_the_nearest_one_is_no_rarity_tell_nothing_of_copies() -> None:
    yardstick = ReferenceSet.of(TRAINING, HELD_OUT[:38])
    assert yardstick.copied_real is None and yardstick.measure(TRAINING[:50]) == (1.0, None)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (HELD_OUT[:0], r"\[N, D\] with N > 0, not \[0, 6\]"),
        (HELD_OUT * torch.nan, "finite numbers"),
        (HELD_OUT[:, :5], r"training features must be \[N, 5\] with N > 0, not \[2000, 6\]"),
    ],
)
def test_what_has_no_nearest_is_refused(samples: torch.Tensor, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        ReferenceSet.of(TRAINING, HELD_OUT).measure(samples)
    with pytest.raises(ValueError, match="two held-out pictures at least are needed, not 1"):
        ReferenceSet.of(TRAINING, HELD_OUT[:1])
    with pytest.raises(ValueError, match="finite numbers"):
        nearest(HELD_OUT, TRAINING * torch.inf)
