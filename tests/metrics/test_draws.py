"""Repeated draws: which rows, what they share, and whether the spread that is told is the true one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipelines.metrics import draws
from pipelines.metrics.draws import Repeated


@pytest.mark.parametrize(("total", "count", "apart"), [(100, 20, 5), (100, 18, 5), (100, 40, 2), (100, 99, 1)])
def test_draws_share_nothing_as_long_as_the_set_lasts(total: int, count: int, apart: int) -> None:
    found = draws.parts(total, count, 5, np.random.default_rng(0))
    assert len(found) == 5 and len({tuple(sorted(part)) for part in found}) == 5
    for part in found:
        assert len(set(part.tolist())) == count and set(part.tolist()) <= set(range(total))
    assert len(np.unique(np.concatenate(found[:apart]))) == apart * count
    assert (draws.shared(found) == 0) == (apart == 5)


def test_a_draw_of_everything_is_drawn_once() -> None:
    (only,) = draws.parts(7, 7, 5, np.random.default_rng(0))
    assert sorted(only.tolist()) == list(range(7))
    assert draws.shared([only]) == 0


def test_what_draws_share_is_told_as_the_mean_of_all_pairs() -> None:
    one, other, third = np.array([1, 2, 3, 4]), np.array([3, 4, 5, 6]), np.array([7, 8, 9, 1])
    assert draws.shared([one, other, third]) == pytest.approx((2 / 4 + 1 / 4 + 0) / 3)


def test_mean_spread_and_error_of_known_numbers() -> None:
    found = Repeated.of(float, ["1", "2", "6"])
    assert (
        found.mean == 3 and found.spread == pytest.approx(math.sqrt(7)) and found.error == found.spread / math.sqrt(3)
    )
    assert Repeated.of(float, ["6", "1", "2"]) == found, "the order does not matter"
    assert Repeated.of(float, ["4"]) == Repeated(4.0, None, None)


@pytest.mark.parametrize("count", [80, 200, 300])
def test_the_spread_is_that_of_draws_apart_though_they_overlap(count: int) -> None:
    """Means of ``count`` out of 400 numbers: their true spread is 1 / sqrt(count), their error that of the set."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(400):
        things = random.standard_normal(400)
        rows = draws.parts(400, count, 5, random)
        found.append(Repeated.of(lambda part, things=things: things[part].mean(), rows, draws.shared(rows)))
    spread, error = (math.sqrt(np.mean([getattr(each, name) ** 2 for each in found])) for name in ("spread", "error"))
    assert spread == pytest.approx(1 / math.sqrt(count), rel=0.1)
    assert error == pytest.approx(np.std([each.mean for each in found]), rel=0.12)


def test_the_error_of_a_ratio_is_that_of_both_sides() -> None:
    random = np.random.default_rng(0)
    tried = random.normal(6, 0.2, 20_000) / random.normal(2, 0.1, 20_000)
    value, error = draws.ratio(Repeated(6.0, 0.5, 0.2), Repeated(2.0, 0.3, 0.1))
    assert value == 3 and error == pytest.approx(tried.std(), rel=0.05)
    assert draws.ratio(Repeated(6.0, 0.5, 0.2), Repeated(2.0, None, None)) == (3, None)
    assert draws.ratio(Repeated(6.0, 0.5, 0.2), Repeated(0.0, 0.0, 0.0)) == (None, None)
