"""A run that was kept from before runs had players, launchers and described series is opened, explored and resumed.

``kept/`` was written by the code of then: 30 of 60 steps on the pictures of the fixture ``pictures``, in fp32.
"""

import shutil
from pathlib import Path

import torch
from safetensors import safe_open

from pipelines.models import trained
from pipelines.runs import jobs, worker
from pipelines.runs.folder import FINISHED, RunFolder

KEPT = Path(__file__).with_name("kept")


def test_a_run_of_before_is_opened_explored_and_resumed(homes, pictures):
    run = RunFolder(shutil.copytree(KEPT, homes.runs / "before"))
    config = run.record().config
    assert (config.method, config.launcher, config.network) == ("gan", "local", "quick")
    assert run.record().data["count"] == 48 and len(run.metrics()[0]) > 20
    with safe_open(run.checkpoint_path(30), framework="pt") as file:
        average = {key: file.get_tensor(key) for key in file.keys() if key.startswith("average.")}  # noqa: SIM118
    found = trained.load("before").generator.state_dict()
    assert average and all(torch.equal(found[key.removeprefix("average.")], value) for key, value in average.items())

    jobs.prepare_resume(run, pictures)
    assert worker.work(run) == FINISHED
    assert run.status().step == 60 and run.status().attempt == 2
    steps = [row["step"] for row in run.metrics()[0] if "d_loss" in row]
    assert steps == sorted(set(steps)) and steps[-1] == 60, "it goes on after step 30"
    events = [row["event"] for row in run.metrics()[0] if "event" in row]
    assert "moved" in events and "damaged" not in events
