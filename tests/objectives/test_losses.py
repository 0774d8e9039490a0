"""Losses against numbers computed by hand."""

import inspect
import math

import pytest
import torch

from pipelines.errors import ConfigError
from pipelines.registries import LOSSES, loss_traits

LOG2 = math.log(2)
REAL, FAKE = torch.tensor([0.0, math.log(3)]), torch.tensor([0.0, -math.log(3)])  # D says 1/2, 3/4 and 1/2, 1/4


def loss(name):
    return LOSSES.get(name)


def g_loss(name, fake, real):
    """Of the loss of a name, given real logits where it takes them."""
    return loss(name).g_loss(fake, real) if loss_traits(name).g_sees_real else loss(name).g_loss(fake)


@pytest.mark.parametrize(
    ("name", "d_expected", "g_expected"),
    [
        # D(x) = 1/2, 3/4: -(log 1/2 + log 3/4) / 2; D(G(z)) = 1/2, 1/4: -(log 1/2 + log 3/4) / 2
        ("minimax", -(math.log(0.5) + math.log(0.75)), (math.log(0.5) + math.log(0.75)) / 2),
        ("non-saturating", -(math.log(0.5) + math.log(0.75)), -(math.log(0.5) + math.log(0.25)) / 2),
    ],
)
def test_cross_entropy_losses_by_hand(name, d_expected, g_expected):
    assert loss(name).d_loss(REAL, FAKE).item() == pytest.approx(d_expected, rel=1e-6)
    assert loss(name).g_loss(FAKE).item() == pytest.approx(g_expected, rel=1e-6)


def test_least_squares_by_hand():
    real, fake = torch.tensor([1.0, 3.0]), torch.tensor([0.0, 2.0])
    # ((1-1)^2 + (3-1)^2) / 2 = 2; (0 + 4) / 2 = 2; half of each, summed: 2
    assert loss("least-squares").d_loss(real, fake).item() == pytest.approx(2.0)
    assert loss("least-squares").g_loss(fake).item() == pytest.approx(0.5 * (1 + 1) / 2)


def test_hinge_by_hand():
    real, fake = torch.tensor([2.0, 0.5]), torch.tensor([-3.0, 0.0])
    assert loss("hinge").d_loss(real, fake).item() == pytest.approx((0 + 0.5) / 2 + (0 + 1) / 2)
    assert loss("hinge").g_loss(fake).item() == pytest.approx(1.5)


def test_wasserstein_by_hand():
    real, fake = torch.tensor([2.0, 4.0]), torch.tensor([-1.0, 0.0])
    assert loss("wasserstein").d_loss(real, fake).item() == pytest.approx(-0.5 - 3.0)
    assert loss("wasserstein").g_loss(fake).item() == pytest.approx(0.5)


def test_relativistic_by_hand():
    real, fake = torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0])
    # log(1 + e^-1) = 0.3132617, log(1 + e^2) = 2.1269280; log(1 + e^1) = 1.3132617, log(1 + e^-2) = 0.1269280
    assert loss("relativistic").d_loss(real, fake).item() == pytest.approx((0.3132617 + 2.1269280) / 2)
    assert loss("relativistic").g_loss(fake, real).item() == pytest.approx((1.3132617 + 0.1269280) / 2)


def test_relativistic_losses_depend_on_the_gap_of_each_pair_alone():
    real, fake = torch.randn(6), torch.randn(6)
    shift = 10 * torch.randn(6)
    for of in (loss("relativistic").d_loss, lambda r, f: loss("relativistic").g_loss(f, r)):
        assert of(real + shift, fake + shift).item() == pytest.approx(of(real, fake).item(), rel=1e-4)
        assert of(real, fake.flip(0)).item() != pytest.approx(of(real, fake).item(), rel=1e-4), "pairs matter"


def test_one_sided_smoothing_by_hand():
    # target 0.9 for real: -(0.9 log D + 0.1 log(1 - D)); the fakes' half keeps its target 0
    expected = -(0.9 * math.log(0.75) + 0.1 * math.log(0.25)) - math.log(0.5)
    smoothed = loss("non-saturating").d_loss(torch.tensor([math.log(3)]), torch.tensor([0.0]), smoothing=0.1)
    assert smoothed.item() == pytest.approx(expected, rel=1e-6)


def test_smoothed_d_is_best_at_the_smoothed_target():
    logits = torch.linspace(-6, 6, 1201)
    values = [loss("minimax").d_loss(x[None], torch.tensor([-50.0]), smoothing=0.2).item() for x in logits]
    best = logits[min(range(len(values)), key=values.__getitem__)]
    assert torch.sigmoid(best).item() == pytest.approx(0.8, abs=0.005)


@pytest.mark.parametrize(
    ("name", "logit", "expected"),
    [
        ("minimax", 0.0, 2 * LOG2),
        ("non-saturating", 0.0, 2 * LOG2),
        ("least-squares", 0.5, 0.25),
        ("hinge", 0.0, 2.0),
        ("relativistic", 3.0, LOG2),
    ],
)
def test_values_where_d_cannot_tell(name, logit, expected):
    traits, logits = loss_traits(name), torch.full((4,), logit)
    assert loss(name).d_loss(logits, logits).item() == pytest.approx(expected)
    assert traits.d_loss_at_balance == pytest.approx(expected)
    assert (traits.balance is None) == (name == "relativistic"), "of a gap, any value is as good"
    if traits.balance is not None:
        assert loss(name).d_output(logits).mean().item() == pytest.approx(traits.balance)


@pytest.mark.parametrize("name", LOSSES.names())
def test_a_loss_is_as_its_traits_say(name):
    traits, logits = loss_traits(name), torch.tensor([-8.0, 8.0])
    said = loss(name).d_output(logits)
    assert traits.says_probability == bool(((said > 0) & (said < 1)).all())
    assert traits.label_smoothing == ("smoothing" in inspect.signature(loss(name).d_loss).parameters)
    assert traits.g_sees_real == (len(inspect.signature(loss(name).g_loss).parameters) == 2)
    fake = torch.tensor([-10.0], requires_grad=True)
    g_loss(name, fake, torch.zeros(1)).backward()
    assert traits.saturates == (abs(fake.grad.item()) < 1e-3), "a flat loss where D is sure"
    assert not traits.stays_steep or abs(fake.grad.item()) > 0.9, "and a steep one"


@pytest.mark.parametrize("name", LOSSES.names())
@pytest.mark.parametrize("size", [-1e4, -30.0, 0.0, 30.0, 1e4])
def test_every_loss_and_its_gradient_stay_finite(name, size):
    real, fake = (torch.full((5,), size, requires_grad=True) for _ in range(2))
    values = [loss(name).d_loss(real, fake), g_loss(name, fake, real)]
    sum(values).backward()
    assert all(torch.isfinite(value) and value.shape == () for value in values)
    assert torch.isfinite(real.grad).all() and torch.isfinite(fake.grad).all()


@pytest.mark.parametrize("name", LOSSES.names())
def test_g_follows_its_loss_towards_more_real(name):
    fake = torch.tensor([-1.0, -0.5], requires_grad=True)
    g_loss(name, fake, torch.zeros(2)).backward()
    assert (fake.grad < 0).all(), "a step against the gradient must raise D's output for fakes"


def test_the_minimax_loss_saturates_where_the_other_does_not():
    slopes = {}
    for name in ("minimax", "non-saturating"):
        fake = torch.tensor([-10.0], requires_grad=True)
        loss(name).g_loss(fake).backward()
        slopes[name] = abs(fake.grad.item())
    assert slopes["minimax"] == pytest.approx(1 / (1 + math.exp(10)), rel=1e-4)
    assert slopes["non-saturating"] == pytest.approx(1.0, abs=1e-4)


def test_an_unknown_loss_is_named_with_the_choices():
    with pytest.raises(ConfigError, match=r"no loss named 'hing'; choose one of: hinge, least-squares, minimax"):
        LOSSES.get("hing")
