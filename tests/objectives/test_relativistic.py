"""A loss of pairs: a pair shares its class and its group, and both networks judge the same pairs."""

from __future__ import annotations

import pytest
import torch

from pipelines.config.checking import problems
from pipelines.config.train_config import TrainConfig
from pipelines.networks._conditioning import nearest_centre
from pipelines.playground.game import Game
from pipelines.playground.settings import PlaneConfig
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer

CPU = Machine("cpu", "fp32", 1)


def settings(**changes):
    return TrainConfig(
        loss="relativistic",
        width=4,
        batch_size=8,
        conditional=True,
        d_steps=2,
        dropout=0.0,
        **{"latent_size": 4, **changes},
    )


@pytest.mark.parametrize("network", ["quick", "dcgan"])  # one pass over real and fake in D, and two
def test_a_pair_shares_its_class_and_g_sees_the_reals_of_d(network):
    size = 32 if network == "dcgan" else 28
    config = settings(network=network, size=size)
    images = torch.randint(0, 256, (48, 1, size, size), dtype=torch.uint8)
    trainer, calls = Trainer(config, images, CPU, torch.arange(48) % 2, 2), []
    trainer.network("discriminator").register_forward_pre_hook(
        lambda layer, given, named: calls.append((given[0].detach().clone(), named.get("y", (*given, None)[1]))),
        with_kwargs=True,
    )
    for _ in range(3):
        calls.clear()
        trainer.train_step()
        if network == "quick":
            turns = [(pictures.chunk(2), y.chunk(2)) for pictures, y in calls[:2]]
        else:
            turns = [(tuple(one[0] for one in calls[at : at + 2]), tuple(one[1] for one in calls[at : at + 2]))
                     for at in (0, 2)]  # fmt: skip
        (real, y_real), (fake, y_fake) = calls[-2:]
        assert all(torch.equal(*labels) for _, labels in turns) and torch.equal(y_real, y_fake)
        assert torch.equal(real, turns[-1][0][0]) and torch.equal(fake, turns[-1][0][1]), "of D's last turn"
        assert torch.equal(y_real, turns[-1][1][0])
        assert {int(label) for label in y_real} == {0, 1}


@pytest.mark.parametrize("network", ["quick", "dcgan"])
def test_a_pair_shares_its_group_whose_centre_z_is_drawn_around(network):
    size = 32 if network == "dcgan" else 28
    config = settings(network=network, size=size, latent_size=8, prior="mixture", self_conditional=True, centres=4)
    images = torch.randint(0, 256, (48, 1, size, size), dtype=torch.uint8)
    trainer, drawn, told = Trainer(config, images, CPU, torch.arange(48) % 2, 2), [], []
    trainer.network("generator").register_forward_pre_hook(lambda layer, given: drawn.append(given[0]))
    trainer.network("discriminator").register_forward_pre_hook(
        lambda layer, given, named: told.append(named.get("group", (*given, None, None)[2])), with_kwargs=True
    )
    for _ in range(3):
        drawn.clear()
        told.clear()
        trainer.train_step()
        groups = torch.cat(told).split(8)  # of D's two turns real and fake, then real and fake as G sees them
        assert len(drawn) == 2 and len(groups) == 6
        assert all(torch.equal(*groups[at : at + 2]) for at in (0, 2, 4)) and torch.equal(groups[2], groups[4])
        nearest = torch.cat([nearest_centre(z, 4) for z in drawn])
        assert (nearest == torch.cat([groups[0], groups[2]])).float().mean() > 0.8, "one of four by chance"
    mixed = " ".join(problems(config.changed(conditional=False, replay=0.5)))
    assert "compares each fake with a real picture of its class and group, and replay mixes in fakes of others" in mixed


def test_the_playground_gives_g_the_real_points_too():
    game = Game(PlaneConfig(loss="relativistic", batch=16))
    before = [weight.detach().clone() for weight in game.generator.parameters()]
    game.advance(3)
    assert 0.1 < game.g_loss < 5 and 0.1 < game.d_loss < 5
    assert not all(torch.equal(*pair) for pair in zip(before, game.generator.parameters(), strict=True))
