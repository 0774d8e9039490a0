"""The tiny models, loaded once for all tests of this folder; and one whose every direction is known beforehand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from explorer.model import Model, load
from pipelines.config.train_config import TrainConfig
from pipelines.models.registry import Entry
from pipelines.models.trained import Trained
from pipelines.networks._conditioning import ConditionalGenerator


@pytest.fixture(scope="session")
def faces(tiny_models: Path) -> Model:
    return load(tiny_models / "tiny-faces")


@pytest.fixture(scope="session")
def classes(tiny_models: Path) -> Model:
    return load(tiny_models / "tiny-classes")


@pytest.fixture(scope="session")
def plain(tiny_models: Path) -> Model:
    return load(tiny_models / "tiny-plain")


@pytest.fixture
def linear() -> Callable[..., Model]:
    """``linear(strengths, prior)``: pictures of 28 x 28 in which each number of z moves pixels of its own, linearly.

    Number k moves them ``strengths[k]`` times as far.
    """

    def make(strengths: list[float], prior: str = "gaussian") -> Model:
        size = len(strengths)
        patterns = torch.from_numpy(np.linalg.qr(np.random.default_rng(3).standard_normal((784, size)))[0]).float()
        body = nn.Sequential(nn.Linear(size, 784), nn.Unflatten(1, (1, 28, 28)), nn.Identity())
        body[0].weight.data = patterns * torch.tensor(strengths)
        body[0].bias.data.zero_()
        config = TrainConfig(latent_size=size, prior=prior)
        generator = ConditionalGenerator(body, 0).eval().requires_grad_(False)
        return Model(Trained(Entry("linear", Path("nowhere"), config, (), "Linear"), generator, None))

    return make
