"""Dropout zeroes the share that it is asked for, keeps the mean, and repeats by torch's seed."""

import pytest
import torch

from pipelines.networks._dropout import Dropout


@pytest.mark.parametrize("p", [0.1, 0.3, 0.9])
def test_the_share_and_the_mean_are_right(p):
    torch.manual_seed(0)
    dropped = Dropout(p)(torch.ones(1000, 1000))
    assert (dropped == 0).float().mean().item() == pytest.approx(p, abs=0.002)
    assert dropped.mean().item() == pytest.approx(1, abs=0.01)
    assert len(dropped.unique()) == 2, "a number is zero, or scaled as all others"


def test_numbers_are_dropped_independently():
    torch.manual_seed(0)
    kept = (Dropout(0.5)(torch.ones(200_000)) != 0).float() - 0.5
    for apart in (1, 2, 3, 4, 5, 64):
        assert abs((kept[apart:] * kept[:-apart]).mean().item()) < 0.25 * 0.02, apart


def test_the_gradient_goes_where_the_number_went():
    x = torch.ones(7, 3, requires_grad=True)
    torch.manual_seed(1)
    y = Dropout(0.4)(x)
    y.sum().backward()
    assert torch.equal(x.grad, y.detach())
    assert 0 < (y == 0).sum() < 21


def test_channels_last_and_half_precision_stay():
    x = torch.ones(2, 3, 4, 5, dtype=torch.bfloat16).to(memory_format=torch.channels_last)
    y = Dropout(0.3)(x)
    assert y.dtype == x.dtype and y.stride() == x.stride()


def test_the_seed_decides():
    def draw(seed):
        torch.manual_seed(seed)
        return Dropout(0.5)(torch.ones(100))

    assert torch.equal(draw(3), draw(3)) and not torch.equal(draw(3), draw(4))


def test_nothing_is_dropped_outside_of_training_or_without_a_probability():
    x = torch.randn(10)
    assert torch.equal(Dropout(0.5).eval()(x), x) and torch.equal(Dropout(0.0)(x), x)
    assert not Dropout(1.0)(x).any()
