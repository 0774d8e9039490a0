"""Our optimisers move weights as torch's own do, and do not import what compiles them."""

from __future__ import annotations

import copy
import subprocess
import sys

import pytest
import torch
from torch import nn

from pipelines import optimisers
from pipelines.paths import PROJECT

STEPS = """
import sys
from pathlib import Path
import torch
from pipelines.config.train_config import TrainConfig
from pipelines.playground.game import Game
from pipelines.playground.settings import PlaneConfig
from pipelines.registries import NETWORKS
from pipelines.training import checkpoint, memory
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer
from tests.families import spec_of

config = TrainConfig(network="quick", width=4, latent_size=4, batch_size=4, r1=1.0, d_norm="layer")
trainer = Trainer(config, torch.zeros(8, 1, 28, 28, dtype=torch.uint8), Machine("cpu", "fp32", 1))
trainer.train_step(watch=True)
trainer.set_rates(lr_g=1e-4)
checkpoint.save(trainer, Path({path!r}))
checkpoint.load(trainer, Path({path!r}))
Game(PlaneConfig()).advance()
for name in NETWORKS.names():  # what every run reckons before it trains
    asked = TrainConfig(network=name, size=32, width=4, latent_size=4, conditional=True, minibatch="discrimination")
    assert memory.least_of_weights(asked, spec_of(name, 4, 32)) > 0
    assert "torch._dynamo" not in sys.modules, name
assert "torch._dynamo" not in sys.modules
"""


@pytest.mark.parametrize("name", ["Adam", "AdamW", "NAdam", "RMSprop", "SGD"])
def test_weights_and_memory_are_those_of_torchs_own(name: str) -> None:
    torch.manual_seed(0)
    ours = nn.Linear(5, 3)
    theirs, x = copy.deepcopy(ours), torch.randn(7, 5)
    pairs = [
        (ours, getattr(optimisers, name)(ours.parameters(), 1e-2)),
        (theirs, getattr(torch.optim, name)(theirs.parameters(), 1e-2)),
    ]
    start = ours.weight.detach().clone()
    for network, optimizer in pairs:
        for _ in range(5):
            optimizer.zero_grad()
            network(x).square().sum().backward()
            optimizer.step()
    assert torch.equal(ours.weight, theirs.weight) and not torch.equal(ours.weight, start)
    (_, one), (_, other) = pairs
    for mine, its in zip(one.state_dict()["state"].values(), other.state_dict()["state"].values(), strict=True):
        assert mine.keys() == its.keys()
        assert all(torch.equal(torch.as_tensor(mine[key]), torch.as_tensor(its[key])) for key in its)
    one.load_state_dict(other.state_dict())


def test_a_training_and_a_game_do_not_load_what_compiles(tmp_path) -> None:
    """It takes as long as torch itself, and 150 MB."""
    code = STEPS.format(path=str(tmp_path / "a.safetensors"))
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
