"""Each setting has a role, and the sets that are made of roles are what they are said to be."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from pipelines.config.checking import problems
from pipelines.config.settings import Role
from pipelines.config.train_config import BEGIN_ANEW, ENDLESS, RATES, SETTINGS, SPEED, TYPES, TrainConfig, of_role
from pipelines.models import fine_tuning
from pipelines.models.publishing import _portable
from pipelines.networks._conditioning import draw_latent
from pipelines.training import checkpoint, probe
from pipelines.training.building import build
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer

R1_EVERY = TrainConfig().penalty_every

SMALL = TrainConfig(network="quick", width=4, latent_size=4, batch_size=8, dropout=0.0, threads=1, epochs=1)
IMAGES = torch.randint(0, 256, (40, 3, 64, 64), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def other(name: str, config: TrainConfig):
    """Another value of a setting that it may have."""
    rule, now, kinds = SETTINGS[name], getattr(config, name), str(TYPES[name])
    if rule.choices:
        return next((choice for choice in rule.choices if choice != now), now)
    if isinstance(now, bool):
        return not now
    if rule.low is None:
        return "/another/folder"
    if "int" in kinds:
        return 2 * now if now else rule.low + 1
    return rule.low + (rule.high - rule.low) / 4


def test_every_setting_has_a_role_and_every_role_a_setting() -> None:
    assert {rule.role for rule in SETTINGS.values()} == set(Role)
    assert sum(len(of_role(role)) for role in Role) == len(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_another_value_can_be_had(name: str) -> None:
    if len(SETTINGS[name].choices) != 1:
        assert other(name, SMALL) != getattr(SMALL, name)


def shapes(config: TrainConfig) -> dict[str, torch.Size]:
    """The shapes of all weights of both networks."""
    pair = build(config, 4 if config.conditional else 0)
    return {
        f"{at}.{key}": value.shape for at, network in enumerate(pair) for key, value in network.state_dict().items()
    }


@pytest.mark.parametrize("name", SETTINGS)
def test_with_another_architecture_no_weights_fit_and_else_gs_do(name: str) -> None:
    config = SMALL.changed(prior="mixture", self_conditional=True)
    new = config.changed(**{name: other(name, config)})
    before, after = shapes(config), shapes(new)
    if name == "prior":  # the same weights for another z
        draws = [draw_latent(64, each, torch.Generator().manual_seed(0)) for each in (config, new)]
        assert not torch.allclose(*draws) and SETTINGS[name].role is Role.ARCHITECTURE
    elif name == "global_residual":  # the same weights for another picture: tests/networks/test_translating.py
        assert SETTINGS[name].role is Role.ARCHITECTURE
    elif SETTINGS[name].role is Role.ARCHITECTURE:
        assert before != after, "what was learnt would fit"
    else:
        assert {key: size for key, size in before.items() if key[0] == "0"} == {
            key: size for key, size in after.items() if key[0] == "0"
        }, "G's weights no longer fit, so its role is the architecture"


def test_what_is_counted_is_another_thing() -> None:
    assert SMALL.epoch_of(120) != SMALL.changed(batch_size=other("batch_size", SMALL)).epoch_of(120)
    assert set(of_role(Role.COUNTING)) == {"batch_size", "seed"} == set(fine_tuning.FREE)


def test_each_optimiser_remembers_something_else() -> None:
    kinds = [frozenset(fields) for fields in checkpoint.OPTIMIZER_FIELDS.values()]
    assert of_role(Role.OPTIMISER) == ("optimizer",) and len(set(kinds)) == len(kinds)
    assert set(checkpoint.OPTIMIZER_FIELDS) == set(SETTINGS["optimizer"].choices)


def test_the_sets_are_made_of_roles() -> None:
    assert tuple(name for name in SETTINGS if name in set(BEGIN_ANEW)) == BEGIN_ANEW, "in the form's order"
    assert set(BEGIN_ANEW) - set(checkpoint.KEPT) == {"data", "folder", "held_out"}
    assert set(checkpoint.KEPT) - set(BEGIN_ANEW) == {"optimizer"}
    assert RATES == ("lr_g", "lr_d") and checkpoint.MOMENTS == ("beta1", "beta2")
    assert SMALL.changed(**ENDLESS) == SMALL.changed(epochs=None, seconds=None, until_clear=None, most_seconds=None)
    assert {"device", "threads"} <= set(SPEED) - set(probe.DECISIVE) and set(probe.DECISIVE) < set(SPEED)
    assert not {"seed", "lr_g", "log_every"} & set(SPEED)


def test_a_published_model_keeps_nothing_of_the_computer_it_was_trained_on() -> None:
    config = SMALL.changed(device="cuda", gpus=4, threads=3, cuda_graphs=True, compiled=True, precision="bf16")
    assert _portable(config) == SMALL.changed(threads=0, precision="bf16")


class Multiplications(TorchDispatchMode):
    """Counts those of matrix products and convolutions, those of gradients among them."""

    total = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if count := flop_registry.get(func._overloadpacket):
            self.total += count(*args, **(kwargs or {}), out_val=out)
        return out


@cache
def work(config: TrainConfig) -> int:
    """The multiplications of a training step, one that pays R1."""
    images = IMAGES[:, : config.channels, : config.size, : config.size]
    trainer = Trainer(config, images, Machine("cpu", "fp32", 1), torch.arange(40) % 4, 4)
    trainer.step = R1_EVERY - 1
    with Multiplications() as counter:
        trainer.train_step()
    return counter.total


TRIED = {
    name: new
    for name, rule in SETTINGS.items()
    if rule.role not in (Role.DATA, Role.MACHINE) and not problems(new := SMALL.changed(**{name: other(name, SMALL)}))
}


@pytest.mark.parametrize("name", TRIED)
def test_what_changes_the_work_of_a_step_decides_its_speed(name: str) -> None:
    changes = work(TRIED[name]) != work(SMALL)
    assert SETTINGS[name].speed or not changes, "an earlier run with another value would tell its time"


def test_a_loss_of_pairs_changes_the_work_of_a_step() -> None:
    assert work(SMALL.changed(loss="relativistic")) > work(SMALL) and "loss" in SPEED


@pytest.mark.parametrize("name", ["path_length", "style_mixing"])
def test_what_is_for_a_mapping_network_changes_the_work_with_one(name: str) -> None:
    mapped = SMALL.changed(network="stylegan", size=16, d_norm="none")
    assert not problems(mapped.changed(**{name: 0.5})) and SETTINGS[name].speed
    assert work(mapped.changed(**{name: 0.5})) > work(mapped)


def test_most_settings_are_tried_and_those_that_cost_most_change_the_work() -> None:
    costly = ("width", "latent_size", "batch_size", "d_steps", "gradient_penalty", "r1", "feature_matching")
    assert len(TRIED) > 25 and all(work(TRIED[name]) > work(SMALL) for name in costly)
