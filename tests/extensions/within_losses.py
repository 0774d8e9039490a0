"""Losses of ``own/``, where ``$GAN_EXPLORER_EXTENSIONS`` names it: what their traits decide."""

from __future__ import annotations

import pytest
import torch

from pipelines import registries
from pipelines.config.checking import problems
from pipelines.config.train_config import TrainConfig
from pipelines.doctor import vanishing_gradient
from pipelines.networks._conditioning import nearest_centre
from pipelines.training.trainer import Trainer
from tests.doctor.made import after, made
from tests.extensions.within import CPU, settings


def test_relativistic_losses_by_hand():
    loss = registries.LOSSES.get("relativistic")
    real, fake = torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0])
    # log(1 + e^-1) = 0.3132617, log(1 + e^2) = 2.1269280; log(1 + e^1) = 1.3132617, log(1 + e^-2) = 0.1269280
    assert loss.d_loss(real, fake).item() == pytest.approx((0.3132617 + 2.1269280) / 2)
    assert loss.g_loss(fake, real).item() == pytest.approx((1.3132617 + 0.1269280) / 2)
    mixed = " ".join(problems(settings(loss="relativistic", network="quick", replay=0.5, folder="x")))
    assert "compares each fake with a real picture of its class" in mixed


@pytest.mark.parametrize("network", ["quick", "dcgan"])  # one pass over real and fake in D, and two
def test_a_pair_shares_its_class_and_g_sees_the_reals_of_d(network):
    size = 32 if network == "dcgan" else 28
    config = settings(loss="relativistic", network=network, size=size, d_steps=2, dropout=0.0)
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
    config = settings(loss="relativistic", network=network, size=size, latent_size=8, d_steps=2, dropout=0.0,
                      prior="mixture", self_conditional=True, centres=4)  # fmt: skip
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
    mixed = " ".join(problems(config.changed(conditional=False, replay=0.5, folder="x")))
    assert "compares each fake with a real picture of its class and group, and replay mixes in fakes of others" in mixed


def test_a_vanished_gradient_is_judged_by_what_the_loss_states():
    def why(loss, **columns):
        config = TrainConfig(network="quick", loss=loss, batch_size=64)
        return vanishing_gradient.look(made(config=config, grad_g=after(2000, 1e-4), **columns)).means

    flat = "D is flat where the fakes lie, so it does not tell G in which direction to move."
    steep = "The loss is steep there, so the gradient vanishes inside a network: some units always give zero."
    assert why("relativistic", d_loss=after(2000, 0.01)).endswith(steep), "its file states STAYS_STEEP"
    assert why("energy", d_real=0.1, d_fake=3.0).endswith(flat), "and this one's does not"
