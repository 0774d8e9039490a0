"""The game: each step moves one network only, chance is its own, settings change while it goes on."""

from __future__ import annotations

import math

import pytest
import torch

from pipelines.errors import ConfigError, TrainingError
from pipelines.playground.frame import NET, net, pushes
from pipelines.playground.game import MOST_ROWS, Game
from pipelines.playground.settings import DATA, from_dict, packed
from pipelines.registries import LOSSES

SMALL = {"g_width": 12, "d_width": 12, "batch": 32}
DRAWING = packed([(0.5, 0.5), (-0.5, 0.0)])


def game(**settings) -> Game:
    return Game(from_dict({**SMALL, **settings}))


def weights(one: Game, name: str) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in one.networks()[name][0].parameters()])


def told(one: Game) -> list[float]:
    return [*weights(one, "D").tolist(), *weights(one, "G").tolist(), *(str(row) for row in one.rows)]


@pytest.mark.parametrize("extra", [{}, {"gradient_penalty": 1.0}, {"r1": 1.0}, {"clip": 0.05}, {"optimizer": "sgd"}])
@pytest.mark.parametrize("loss", LOSSES.names())
def test_a_step_is_finite_and_moves_its_own_network_only(loss, extra):
    one = game(loss=loss, **extra)
    d, g = weights(one, "D"), weights(one, "G")
    assert math.isfinite(one.step_d())
    assert not torch.equal(weights(one, "D"), d) and torch.equal(weights(one, "G"), g)
    d = weights(one, "D")
    assert math.isfinite(one.step_g())
    assert torch.equal(weights(one, "D"), d) and not torch.equal(weights(one, "G"), g)
    assert (one.step, one.d_step) == (1, 1)


@pytest.mark.parametrize("loss", LOSSES.names())
def test_each_step_makes_its_own_loss_smaller(loss):
    """On the points that it saw, with a small plain step: a wrong sign anywhere would show."""
    one = game(loss=loss, optimizer="sgd", lr_d=1e-2, lr_g=1e-2, batch=512)
    for step in (one.step_d, one.step_g):
        start = one.draws.get_state()
        before = step()
        one.draws.set_state(start)
        assert step() < before


def test_a_g_that_is_told_x_draws_y_and_minimises_what_it_says():
    one = game(data="bands", told="x", error=2.0, adversarial=0.5)
    z, real = torch.randn(32, 2), one.target.draw(32, torch.Generator().manual_seed(1))
    fake = one.generate(z, real[:, :1])
    assert torch.equal(fake[:, 0], real[:, 0]) and fake.shape == (32, 2)
    assert torch.allclose(fake[:, 1:], one.generator(torch.cat([real[:, :1], z], 1)))
    logits = one.discriminate(fake)
    wanted = 0.5 * one.objective.g_loss(logits) + 2 * ((fake[:, 1] - real[:, 1]) ** 2).mean()
    assert one.loss_of_g(fake, logits, lambda: real).item() == pytest.approx(wanted.item())
    pushed = pushes(one, 8)
    assert not pushed[:, 0].any() and pushed[:, 1].all(), "x is not G's to move"
    assert net(one).shape == (NET * NET, 2) and torch.equal(net(one)[::NET, 0], torch.linspace(-1, 1, NET))
    assert one.change(told="nothing", error=0.0, adversarial=1.0) == ["G"]


@pytest.mark.parametrize("settings, on_a_band", [({"adversarial": 0.0, "error": 1.0}, 0.0), ({}, 0.8)])
def test_the_squared_error_predicts_the_mean_and_d_teaches_one_of_two_right_answers(settings, on_a_band):
    one = Game(from_dict({"data": "bands", "told": "x", **settings}))
    one.advance(450)
    x, y = one.fake.T
    off = (y - 0.12 * (3 * x).sin()).abs()
    right, between = ((off - 0.55).abs() < 0.12).float().mean(), (off < 0.2).float().mean()
    assert (right > on_a_band and between < 0.1) if on_a_band else (right == 0 and between == 1)


@pytest.mark.parametrize("data", DATA)
def test_every_distribution_can_be_played(data):
    one = game(data=data, drawing=DRAWING if data == "drawing" else "")
    one.advance(3)
    row = one.rows[-1]
    assert (row.step, row.d_step) == (3, 3) and 0 <= row.divergence <= 1 and row.distance > 0 and 0 <= row.covered <= 1
    assert (row.modes >= 0) == (data in ("ring", "grid"))
    assert one.reference.floor[0] < 0.1 and one.reference.floor[1] < 0.1


def actions(one: Game) -> Game:
    one.advance(2)
    one.advance(3, "d")
    one.advance(1, "g")
    one.change(loss="wasserstein", gradient_penalty=1.0, d_steps=2)
    one.advance(2)
    return one


def test_the_same_settings_and_actions_give_the_same_numbers():
    first = actions(game(seed=5))
    torch.manual_seed(99)
    torch.rand(7)  # what others draw meanwhile
    assert told(first) == told(actions(game(seed=5))) and told(first) != told(actions(game(seed=6)))


def test_k_steps_of_d_come_before_each_of_g():
    one = game(d_steps=3)
    one.advance(2)
    assert (one.step, one.d_step) == (2, 6)
    one.advance(4, "d")
    one.advance(5, "g")
    assert (one.step, one.d_step) == (7, 10)


def test_two_games_of_one_seed_start_alike_but_for_what_differs():
    one, other = game(seed=3), game(seed=3, d_depth=4, loss="hinge", lr_g=0.1)
    assert torch.equal(weights(one, "G"), weights(other, "G")) and torch.equal(one.fake, other.fake)
    assert torch.equal(one.reference.real, other.reference.real)


def test_rates_loss_and_k_keep_the_weights_and_what_is_remembered():
    one = game()
    one.advance(3)
    d, g, memory = weights(one, "D"), weights(one, "G"), one.opt_d
    assert one.change(loss="least-squares", lr_d=0.1, lr_g=0.2, d_steps=4, batch=16, r1=0.5) == []
    assert torch.equal(weights(one, "D"), d) and torch.equal(weights(one, "G"), g) and one.opt_d is memory
    assert one.opt_d.param_groups[0]["lr"] == 0.1 and one.opt_g.param_groups[0]["lr"] == 0.2
    one.advance(1)
    assert (one.step, one.d_step) == (4, 7)


@pytest.mark.parametrize("setting, anew", [("d_depth", "D"), ("d_width", "D"), ("g_depth", "G"), ("g_width", "G"),
                                           ("latent_size", "G")])  # fmt: skip
def test_another_depth_or_width_makes_that_network_anew_and_says_so(setting, anew):
    one = game()
    one.advance(3)
    kept = "G" if anew == "D" else "D"
    before = weights(one, kept)
    assert one.change(**{setting: 4}) == [anew]
    assert torch.equal(weights(one, kept), before)
    assert torch.equal(weights(one, anew), weights(game(**{setting: 4}), anew)), "as a game that starts so"
    one.advance(2)


def test_a_rate_of_nought_holds_still_at_once():
    one = game()
    one.advance(2)
    one.change(lr_d=0.0)
    before = weights(one, "D")
    one.advance(3)
    assert torch.equal(weights(one, "D"), before)


@pytest.mark.parametrize("bad", [{"loss": "magic"}, {"lr_d": -1}, {"seed": 9}, {"batch": "many"}])
def test_a_change_that_cannot_be_changes_nothing(bad):
    one = game()
    config = one.config
    with pytest.raises(ConfigError):
        one.change(lr_g=0.5, **bad)
    assert one.config == config and one.opt_g.param_groups[0]["lr"] == config.lr_g


def test_numbers_that_run_away_end_in_a_sentence_and_nothing_is_lost():
    one = game(loss="wasserstein", optimizer="sgd", lr_d=0.01, lr_g=0.01)
    one.advance(2)
    before = told(one)
    one.change(lr_d=10.0, lr_g=10.0)
    with pytest.raises(TrainingError, match="the game stays at step 2: lower the learning rates"):
        for _ in range(20):
            one.advance(50)
            before = None  # it went on: then what counts is the last good state
    assert before is None or told(one) == before
    assert all(math.isfinite(value) for value in one.rows[-1]) and one.fake.isfinite().all()
    one.change(lr_d=0.001, lr_g=0.001)
    step = one.step
    one.advance(1)
    assert one.step == step + 1


def test_after_numbers_ran_away_the_game_goes_on_as_if_nothing_had_been():
    settings = {"optimizer": "adam", "lr_d": 0.01}
    one, other = game(**settings), game(**settings)
    one.advance(3), other.advance(3)
    one.change(lr_g=10.0, g_depth=5, loss="wasserstein", lr_d=10.0)
    other.change(lr_g=10.0, g_depth=5, loss="wasserstein", lr_d=10.0)
    one.opt_g.param_groups[0]["lr"] = 1e38
    with pytest.raises(TrainingError):
        one.advance(5)
    one.opt_g.param_groups[0]["lr"] = 10.0
    assert told(one) == told(other)
    one.advance(1), other.advance(1)
    assert told(one) == told(other)


def test_the_history_is_thinned_and_keeps_its_ends():
    one = game()
    for _ in range(MOST_ROWS + 20):
        one.rows.append(one.rows[-1]._replace(step=len(one.rows)))
        one.rows = one.rows[: MOST_ROWS + 1]
    one.advance(1)
    assert len(one.rows) <= MOST_ROWS and one.rows[0].step == 0 and one.rows[-1].step == 1


def test_a_ring_is_learnt():
    one = Game(from_dict({"seed": 1}))
    for _ in range(60):
        one.advance(20)
    best = max(row.modes for row in one.rows[-15:])
    assert one.rows[0].modes == 0 and best == 8 and one.rows[-1].distance < 0.5 * one.rows[0].distance
