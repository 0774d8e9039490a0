"""What a page draws of a game, and what is kept of it."""

from __future__ import annotations

import json
import random
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import ConfigError
from pipelines.playground import frame as drawn
from pipelines.playground import saved
from pipelines.playground.game import Game
from pipelines.playground.settings import from_dict
from pipelines.registries import LOSSES
from tests.playground.test_game import actions, game, told
from tests.wrong_files import damaged

KEPT = saved.save(actions(game(g_width=8, d_width=8))).encode()


@pytest.mark.parametrize("loss", LOSSES.names())
def test_a_frame_survives_its_compact_form(loss):
    one = game(loss=loss, seed=4)
    one.advance(3)
    found = drawn.frame(one, whole=True)
    back = drawn.unpack(drawn.pack(found, note="yes"))
    assert back["note"] == "yes" and back["config"] == one.config.to_dict() and len(back["real"]) == drawn.SHOWN
    for name in ("fake", "real", "push", "net"):
        assert np.abs(back[name] - found["arrays"][name].numpy()).max() <= 0.5 / drawn.UNIT + 1e-9
    outside = (found["arrays"]["surface"].numpy() < found["low"]) | (found["arrays"]["surface"].numpy() > found["high"])
    gap = np.abs(back["surface"] - found["arrays"]["surface"].numpy())
    assert gap[~outside].max() <= (found["high"] - found["low"]) / 65000
    assert len(drawn.pack(drawn.frame(one))) < 10_000 and "real" not in drawn.unpack(drawn.pack(drawn.frame(one)))


def test_looking_changes_nothing():
    one, other = game(), game()
    for _ in range(3):
        one.advance(1), other.advance(1)
        drawn.frame(one, whole=True)
        saved.save(one)
    assert told(one) == told(other)


def test_the_surface_is_what_d_says_at_the_places_of_the_picture():
    one = game()
    one.advance(2)
    said = drawn.surface(one)
    edge = drawn.REACH * (1 - 1 / drawn.CELLS)
    with torch.no_grad():
        corners = one.d_output(one.discriminate(torch.tensor([[-edge, edge], [edge, edge], [-edge, -edge]])))
    assert torch.allclose(torch.stack([said[0, 0], said[0, -1], said[-1, 0]]), corners, atol=1e-6)


@pytest.mark.parametrize("loss", LOSSES.names())
def test_a_push_leads_to_a_smaller_loss_of_g(loss):
    one = game(loss=loss)
    one.advance(20)
    push, fake = drawn.pushes(one), one.fake[: drawn.ARROWS]
    real = one.of_real(lambda: one.reference.real[: len(fake)])
    losses = [one.objective.g_loss(one.discriminate(fake + t * push), *real).item() for t in (0.0, 1e-3)]
    assert losses[1] < losses[0]
    # To first order by the square of the pushes' length, on average: they are neither scaled nor averaged away.
    assert (losses[0] - losses[1]) / 1e-3 == pytest.approx(push.square().sum(1).mean().item(), rel=0.05)


def test_the_minimax_push_vanishes_where_d_is_sure_and_the_other_does_not():
    one = game(loss="minimax", lr_d=1e-2)
    one.advance(600, "d")
    saturated = drawn.frame(one)["strength"]
    one.change(loss="non-saturating")
    assert saturated < 0.1 * drawn.frame(one)["strength"]


@pytest.mark.parametrize("latent, knots", [(1, drawn.STRAND), (2, drawn.NET**2), (5, drawn.NET**2)])
def test_the_net_is_gs_image_of_equal_chances(latent, knots):
    for prior in ("gaussian", "uniform"):
        one = Game(from_dict({"latent_size": latent, "prior": prior}))
        assert drawn.net(one).shape == (knots, 2)
        from pipelines.playground.networks import draw_latent, latent_grid

        grid = latent_grid(one.config, 17)
        z = draw_latent(one.config, 20_000, torch.Generator().manual_seed(0))
        below = [(z[:, 0] < tick).float().mean().item() for tick in grid[:, 0].unique()]
        assert np.abs(np.array(below) - np.linspace(0.01, 0.99, 17)).max() < 0.02


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_saved_game_goes_on_exactly(optimizer):
    one = actions(game(seed=2, optimizer=optimizer))
    text = saved.save(one)
    other = saved.load(text)
    assert saved.save(other) == text and told(other) == told(one) and torch.equal(other.fake, one.fake)
    actions(one), actions(other)
    assert told(other) == told(one)


def test_a_game_is_saved_before_its_first_step():
    one = saved.load(saved.save(game(seed=8)))
    one.advance(2)
    other = game(seed=8)
    other.advance(2)
    assert told(one) == told(other)


@cache
def whole() -> str:
    """A saved game."""
    return saved.save(actions(game()))


def broken(change) -> str:
    kept = json.loads(whole())
    change(kept)
    return json.dumps(kept)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "null", "{}", "{" * 5000, '{"format": "other"}',
        broken(lambda kept: kept.update(format="gan-explorer-plane-0")),
        broken(lambda kept: kept.pop("networks")),
        broken(lambda kept: kept["networks"]["D"]["weights"].pop()),
        broken(lambda kept: kept["networks"]["D"]["weights"].__setitem__(0, "AAAA")),
        broken(lambda kept: kept["networks"]["G"]["memory"][0].update(evil="AAAA")),
        broken(lambda kept: kept["networks"]["G"]["memory"][0].update(exp_avg="not base64")),
        broken(lambda kept: kept.update(place=["1", 2, None, None])),
        broken(lambda kept: kept.update(draws="AAAA")),
        broken(lambda kept: kept.update(rows=[[1, 2]])),
        broken(lambda kept: kept.update(rows=[])),
        broken(lambda kept: kept["config"].update(d_width=64)),
        broken(lambda kept: kept["networks"]["D"]["weights"].__setitem__(-1, "AADAfw==")),  # not a number
    ],
)  # fmt: skip
def test_what_is_no_saved_game_is_refused_by_one_sentence(text):
    with pytest.raises(ConfigError, match="no saved game"):
        saved.load(text)


@pytest.mark.parametrize("huge", [3e10, 10**400, -1, 1e300])
def test_a_saved_game_of_huge_sizes_is_refused(huge):
    for change in (
        lambda kept: kept.update(place=[huge, 1, None, None]),
        lambda kept: kept["rows"][-1].__setitem__(0, huge),
        lambda kept: kept["rows"][-1].__setitem__(7, huge if huge != -1 else -2),
        lambda kept: kept.update(set_at=huge),
        lambda kept: kept["config"].update(g_width=huge),
        lambda kept: kept["config"].update(batch=huge),
    ):
        with pytest.raises(ConfigError, match="no saved game"):
            saved.load(broken(change))


@settings(max_examples=150, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_wrong_file_is_refused_or_is_a_game_that_goes_on(seed: int) -> None:
    try:
        one = saved.load(damaged(random.Random(seed), KEPT))
    except ConfigError as error:
        assert "\n" not in str(error)
    else:
        one.advance(1)
        assert len(one.fake) <= 4096 and saved.save(one)
