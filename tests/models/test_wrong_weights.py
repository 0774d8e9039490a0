"""Wrong versions of the files of tensors: each is a sentence that names the file, or a model that draws."""

from __future__ import annotations

import functools
import json
import math
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import ModelError
from pipelines.latent import equations
from pipelines.latent.model import Model
from pipelines.models import readings, steepness, trained
from pipelines.runs import conditions
from pipelines.runs.folder import RunFolder
from pipelines.training import checkpoint
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer
from tests import tiny_models as tiny
from tests.wrong_files import damaged_tensors, damaged_words

CHEAP = settings(
    max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


FEW = settings(CHEAP, max_examples=12)  # of each file


@pytest.fixture
def steered(own_models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny faces with directions that were learnt, readings of samples, and how often these were drawn anew."""
    folder, few = tiny.steer(own_models / "tiny-faces"), functools.partial(readings.make, count=8)
    monkeypatch.setattr(readings, "make", few)  # where those beside the weights are of another classifier
    steepness.save(np.zeros(8), folder)
    card = folder / "card.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), "steepest": 1e9}))
    tiny.sign(folder)
    return folder


@pytest.fixture
def told(own_models: Path) -> Path:
    """A model that is told of attributes."""
    return tiny.write_told(own_models / "tiny-told")


def drawn(name: str, path: Path) -> None:
    """The model is refused by a sentence, or draws what it should."""
    try:
        model = Model(trained.load(name))
        assert model.sample(2, seed=1).shape == (2, *model.shape)
        if path.stem == "readings":
            assert set(model.readings.names) <= set(model.reader.names) and len(model.readings.probabilities)
    except ModelError as error:
        assert path.name in str(error) and "\n" not in str(error) and len(str(error)) < 1000, error


def published(folder: Path, which: str, damaged: Callable, seed: int) -> None:
    """A wrong version of a file, signed as whoever publishes it would."""
    path = folder / f"{which}.safetensors"
    content = path.read_bytes()
    try:
        path.write_bytes(damaged(random.Random(seed), content))
        tiny.sign(folder)
        drawn(folder.name, path)
    finally:
        path.write_bytes(content)
        tiny.sign(folder)


@pytest.mark.parametrize("which", ["generator", "discriminator", "steering", "redraws", "readings"])
@FEW
@given(seed=st.integers(0, 2**32))
def test_of_a_published_model(steered: Path, seed: int, which: str) -> None:
    published(steered, which, damaged_tensors, seed)


@pytest.mark.parametrize("which", ["steering", "readings"])
@FEW
@given(seed=st.integers(0, 2**32))
def test_of_the_words_beside_tensors(steered: Path, seed: int, which: str) -> None:
    published(steered, which, damaged_words, seed)


@FEW
@given(seed=st.integers(0, 2**32))
def test_of_example_conditions(told: Path, seed: int) -> None:
    published(told, "conditions", damaged_tensors, seed)


def test_examples_have_an_attribute_or_not(told: Path) -> None:
    for value in (float("nan"), float("inf"), 0.5):
        conditions.save(torch.full((5, 4), value), None, told)
        tiny.sign(told)
        with pytest.raises(ModelError, match="conditions.safetensors is damaged .it holds attributes that are neither"):
            trained.load("tiny-told")


def test_readings_of_other_names_are_made_anew(steered: Path) -> None:
    other = readings.Readings(("x", "y"), np.ones((8, 2), np.float32), exclusive=False)
    readings.save(other, steered)
    model = Model(trained.load("tiny-faces"))
    assert model.readings.names == model.reader.names and len(model.readings.probabilities) == 8
    equations.classic(model)


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
@given(seed=st.integers(0, 2**32), damaged=st.sampled_from([damaged_tensors, damaged_words]))
def test_of_a_checkpoint(run: RunFolder, trainer: Trainer, seed: int, damaged: Callable) -> None:
    content = run.best_path.read_bytes()
    try:
        run.best_path.write_bytes(damaged(random.Random(seed), content))
        drawn(run.id, run.best_path)
        gone_on(trainer, run.best_path)
    finally:
        run.best_path.write_bytes(content)
