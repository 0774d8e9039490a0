"""Wrong versions of the files of tensors: each is a sentence that names the file, or a model that draws."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import ModelError
from pipelines.latent.model import Model
from pipelines.models import trained
from pipelines.runs.folder import RunFolder
from pipelines.training import checkpoint
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer
from tests import tiny_models as tiny
from tests.wrong_files import damaged_state, damaged_tensors

CHEAP = settings(
    max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def steered(own_models: Path) -> Path:
    """The tiny faces with directions that were learnt, and with readings of samples."""
    folder = tiny.steer(own_models / "tiny-faces")
    Model(trained.load("tiny-faces")).readings  # noqa: B018 - where the card has none they are made
    return folder


def drawn(name: str, path: Path) -> None:
    """The model is refused by a sentence, or draws what it should."""
    try:
        model = Model(trained.load(name))
        assert model.sample(2, seed=1).shape == (2, *model.shape)
    except ModelError as error:
        assert path.name in str(error) and "\n" not in str(error) and len(str(error)) < 1000, error


@CHEAP
@given(seed=st.integers(0, 2**32), which=st.sampled_from(["generator", "discriminator", "steering"]))
def test_of_a_published_model(steered: Path, seed: int, which: str) -> None:
    path = steered / f"{which}.safetensors"
    content = path.read_bytes()
    try:
        path.write_bytes(damaged_tensors(random.Random(seed), content))
        tiny.sign(steered)  # as whoever publishes it would
        drawn("tiny-faces", path)
    finally:
        path.write_bytes(content)


@pytest.fixture
def trainer(run: RunFolder) -> Trainer:
    """One of the run's configuration."""
    images = torch.zeros(40, 1, 28, 28, dtype=torch.uint8)
    return Trainer(run.record().config, images, Machine("cpu", "fp32", 1), torch.arange(40) % 10, 10)


def gone_on(trainer: Trainer, path: Path) -> None:
    """The checkpoint is refused by a sentence, or the run goes on from it by a step."""
    try:
        checkpoint.load(trainer, path)
    except ModelError as error:
        assert path.name in str(error) and "\n" not in str(error) and len(str(error)) < 1000, error
        return
    assert trainer.step >= 0 and trainer.seconds >= 0 and (trainer.best is None or math.isfinite(trainer.best))
    step = trainer.step
    trainer.train_step(watch=True)
    assert trainer.step == step + 1


@CHEAP
@given(seed=st.integers(0, 2**32), damaged=st.sampled_from([damaged_tensors, damaged_state]))
def test_of_a_checkpoint(run: RunFolder, trainer: Trainer, seed: int, damaged: Callable) -> None:
    content = run.best_path.read_bytes()
    try:
        run.best_path.write_bytes(damaged(random.Random(seed), content))
        drawn(run.id, run.best_path)
        gone_on(trainer, run.best_path)
    finally:
        run.best_path.write_bytes(content)
