"""A run with two checkpoints and the best one, made by a real trainer in two steps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from pipelines import data
from pipelines.config.train_config import TrainConfig
from pipelines.runs.folder import Notes, Record, RunFolder, Status
from pipelines.training import checkpoint
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer

RUN = "20250101-000000-a-run"


@pytest.fixture
def make_run(homes) -> Callable[..., RunFolder]:
    """``make_run(id, **settings)``: checkpoints of the steps 1 and 2, of which 1 is kept as the best."""

    def make(run_id: str = RUN, **settings) -> RunFolder:
        given = {"data": "digits", "network": "quick", "width": 4, "latent_size": 8, "batch_size": 8, "samples": 20,
                 "conditional": True, "threads": 1, "device": "cpu", **settings}  # fmt: skip
        config, names = TrainConfig(**given), data.class_names_of("digits")
        run = RunFolder(homes.runs / run_id).create(
            Record(
                config, preset="conditional-digits", versions={"torch": torch.__version__},
                data={"class_names": list(names), "count": 40, "source": "noise"},
            )
        )  # fmt: skip
        images = torch.randint(0, 256, (40, config.channels, config.size, config.size), dtype=torch.uint8)
        trainer = Trainer(config, images, Machine("cpu", "fp32", 1), torch.arange(40) % 10, len(names))
        for step in (1, 2):
            trainer.train_step()
            trainer.seconds = 1.5 * step
            checkpoint.save(trainer, run.checkpoint_path(step))
        run.keep_best(1)
        run.write_notes(Notes(name="My digits"))
        run.write_status(Status("finished", step=2, device="CPU, 1 thread"))
        return run

    return make


@pytest.fixture
def run(make_run: Callable[..., RunFolder]) -> RunFolder:
    return make_run()
