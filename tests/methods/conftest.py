"""Trainers of the translating methods on noise, with a network family whose numbers can be computed by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.registries import NETWORKS
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer

SIDE = 12
COMMON = {"network": "straight", "conditional": True, "latent_size": 4, "batch_size": 8, "lr_g": 0.01, "lr_d": 0.01}

Make = Callable[..., Trainer]


def noise(count: int, channels: int = 1, side: int = SIDE, seed: int = 0) -> torch.Tensor:
    """Pictures uint8 [count, channels, side, side]."""
    chance = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (count, channels, side, side), dtype=torch.uint8, generator=chance)


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes a trainer of 24 pictures of noise.

    It is given the method, their conditions as they are stored, whether these belong to the pictures, the precision,
    and settings.
    """
    monkeypatch.setitem(NETWORKS._files, "straight", Path(__file__).with_name("straight.py"))

    def made(method: str, told: torch.Tensor, paired: bool = True, precision: str = "fp32", **settings) -> Trainer:
        torch.set_num_threads(1)
        images = noise(24)
        kind, labels = str(told.dtype).removeprefix("torch."), 3 if told.dtype == torch.int8 else 0
        spec = Spec(
            condition="told", condition_shape=tuple(told.shape[1:]), condition_dtype=kind, labels=labels, paired=paired,
            shape=tuple(images.shape[1:]),
        )  # fmt: skip
        config = TrainConfig(**{"method": method, "size": SIDE, **COMMON, **settings})
        return Trainer(config, images, Machine("cpu", precision, 1), None, spec, fields={"told": told})

    return made


def begun(trainer: Trainer) -> Trainer:
    """The trainer with the first step set up, of which no phase has been taken."""
    trainer.context.choose(0)
    trainer.method.begin(1)
    return trainer
