"""The inception score, modes covered and combinations: worked by hand, and what must move them."""

from __future__ import annotations

import math

import pytest
import torch

from pipelines.metrics.score import combinations, inception_score, modes


def sure(classes: list[int], of: int = 4, p: float = 0.97) -> torch.Tensor:
    """Probabilities of pictures that clearly show these classes."""
    rest = (1 - p) / (of - 1)
    return torch.full((len(classes), of), rest).scatter(1, torch.tensor(classes)[:, None], p)


def test_all_classes_and_each_sample_sure_is_the_best_score() -> None:
    assert inception_score(torch.eye(4)) == pytest.approx(4)
    assert inception_score(torch.eye(4)[[0, 0, 1, 1]]) == pytest.approx(2)
    assert inception_score(torch.eye(4)[[2, 2, 2]]) == pytest.approx(1), "collapsed"
    assert inception_score(torch.full((9, 4), 0.25)) == pytest.approx(1), "nothing is clear"


def test_an_example_by_hand() -> None:
    p = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    mean = [1.7 / 3, 1.3 / 3]
    divergence = sum(a * math.log(a / m) for row in p.tolist() for a, m in zip(row, mean, strict=True)) / 3
    assert inception_score(p) == pytest.approx(math.exp(divergence), rel=1e-6)
    assert inception_score(p.flip(0)) == pytest.approx(inception_score(p), rel=1e-12), "the order does not matter"


def test_a_mode_counts_when_it_comes_clearly_and_not_a_thousandth_as_often() -> None:
    real = sure([0, 1, 2, 3] * 100)
    assert modes(real, real) == modes(sure([3, 2, 1, 0] * 50), real) == 4
    assert modes(sure([0] * 400), real) == 1
    assert modes(sure([0, 1, 2, 3] * 100, p=0.85), real) == 0, "not clear"
    ten, nine = sure([0] * 390 + [1] * 10), sure([0] * 391 + [1] * 9)
    assert modes(ten, real) == 2 and modes(nine, real) == 1, "a tenth of a quarter of 400 is 10"


def test_a_class_that_real_pictures_do_not_show_is_no_mode() -> None:
    assert modes(sure([0, 1, 2, 3]), sure([0, 1])) == 2


def test_combinations_are_counted_once_and_only_where_all_is_sure() -> None:
    p = torch.tensor([[0.99, 0.01], [0.95, 0.02], [0.99, 0.99], [0.99, 0.5], [0.02, 0.99]])
    assert combinations(p) == 3
    assert combinations(p.flip(0)) == 3
    assert combinations(torch.full((5, 3), 0.5)) == 0


@pytest.mark.parametrize(
    ("p", "reason"),
    [
        (torch.zeros(0, 4), r"must be \[N, classes\] with N > 0, not \[0, 4\]"),
        (torch.zeros(4), r"must be \[N, classes\] with N > 0, not \[4\]"),
        (torch.full((3, 2), torch.nan), "numbers from 0 to 1"),
        (torch.tensor([[1.5, -0.5]]), "numbers from 0 to 1"),
    ],
)
def test_what_is_no_probability_is_refused(p: torch.Tensor, reason: str) -> None:
    for measure in (inception_score, combinations, lambda p: modes(p, torch.eye(2)), lambda p: modes(torch.eye(2), p)):
        with pytest.raises(ValueError, match=reason):
            measure(p)


def test_attributes_have_no_inception_score() -> None:
    with pytest.raises(ValueError, match="must have a sum of 1"):
        inception_score(torch.tensor([[0.9, 0.8]]))
