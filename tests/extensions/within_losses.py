"""Losses of ``own/``, where ``$GAN_EXPLORER_EXTENSIONS`` names it: what their traits decide."""

from __future__ import annotations

from pipelines.config.train_config import TrainConfig
from pipelines.doctor import vanishing_gradient
from pipelines.playground.game import Game
from pipelines.playground.settings import PlaneConfig
from tests.doctor.made import after, made


def test_the_playground_gives_g_of_an_own_loss_the_real_points_too():
    game = Game(PlaneConfig(loss="relativistic-average", batch=16))
    game.advance(1)
    assert 0.5 < game.d_loss < 8 and 0.5 < game.g_loss < 8, "about 2 where D tells nothing apart"


def test_a_vanished_gradient_is_judged_by_what_the_loss_states():
    def why(loss, **columns):
        config = TrainConfig(network="quick", loss=loss, batch_size=64)
        return vanishing_gradient.look(made(config=config, grad_g=after(2000, 1e-4), **columns)).means

    flat = "D is flat where the fakes lie, so it does not tell G in which direction to move."
    steep = "The loss is steep there, so the gradient vanishes inside a network: some units always give zero."
    assert why("relativistic", d_loss=after(2000, 0.01)).endswith(steep), "the loss of a pair states STAYS_STEEP"
    assert why("energy", d_real=0.1, d_fake=3.0).endswith(flat), "and one's own does not"
