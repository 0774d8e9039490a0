"""Two processes that train together get the weights that one gets of the whole batch."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors import safe_open

from pipelines.config.train_config import TrainConfig
from pipelines.errors import ConfigError
from pipelines.launchers import local
from pipelines.registries import METHODS, NETWORKS
from pipelines.runs import jobs, worker
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer
from tests.conftest import free_port
from tests.training import train_together

PROJECT = Path(__file__).parents[2]
pytestmark = pytest.mark.filterwarnings("ignore:torch.distributed.nn.functional.all_reduce:FutureWarning")

SETTINGS = {
    "batch norm": {"network": "dcgan", "conditional": True},  # in both networks
    "self-conditioned": {
        "network": "quick", "r1": 1.0, "first_step": 15, "prior": "mixture", "self_conditional": True, "centres": 4,
    },
    "several D steps": {  # the third step begins a new pass over the pictures
        "network": "dcgan", "loss": "wasserstein", "weight_clip": 0.01, "d_steps": 2, "optimizer": "rmsprop",
        "steps": 3,
    },
    "penalty": {"network": "quick", "gradient_penalty": 1.0, "minibatch": "stddev", "instance_noise": 0.1},
    "old fakes": {
        "network": "quick", "channels": 3, "replay": 0.5, "conditional": True, "minibatch": "discrimination",
        "flip": True, "augment": "diffaugment", "instance_noise": 0.1,
    },
    "pairs": {  # SGD: the gradient of D's biases is zero but for rounding, of which Adam makes a whole step
        "network": "r3gan", "loss": "relativistic", "conditional": True, "r1": 1.0, "r2": 0.5, "penalty_every": 1,
        "optimizer": "sgd", "lr_g": 1e-2, "lr_d": 1e-2,
    },
    "batch norm of classes": {"network": "sngan", "conditional": True, "loss": "hinge"},
    "spectral norm": {"network": "sagan", "d_norm": "spectral", "g_spectral": True, "loss": "hinge"},
    "attention": {"network": "biggan", "conditional": True, "g_spectral": True, "orthogonal": 1e-4},
    "feature matching": {"network": "mlp", "feature_matching": True, "optimizer": "sgd"},
    "growing": {"network": "progressive", "growth": 16, "minibatch": "stddev", "d_norm": "none", "steps": 5},
    "styles": {
        "network": "stylegan", "style_mixing": 0.5, "path_length": 2.0, "conditional": True, "d_norm": "none",
        "first_step": 7,
    },
    "a small picture told": {
        "network": "srresnet", "method": "srgan", "conditional": True, "conditions": 40, "reconstruction": 10.0,
        "optimizer": "sgd",
    },
    "a map told": {"network": "spade", "conditional": True, "loss": "hinge", "flip": True, "optimizer": "sgd"},
    "few pictures": {"network": "quick", "pictures": 39, "batch_size": 64},
    "against overfitting": {
        "network": "quick", "augment": "diffaugment", "augment_target": 0.1, "augment_images": 1000, "lecam": 0.1,
        "freeze_d": 1, "conditional": True, "minibatch": "stddev", "flip": True, "first_step": 3,
    },
    "pairs of pictures": {
        "network": "unet", "method": "pix2pix", "conditional": True, "conditions": 40, "flip": True, "replay": 0.5,
        "reconstruction": 10.0, "layer_matching": 1.0, "dropout": 0.5, "optimizer": "sgd",
    },
    "styles of true pictures": {
        "network": "spade", "method": "spade", "conditional": True, "conditions": 40, "loss": "hinge", "flip": True,
        "kl": 0.1, "reconstruction": 10.0, "optimizer": "sgd",
    },
    "two domains": {
        "network": "resnet", "method": "cyclegan", "conditional": True, "conditions": 23, "flip": True, "replay": 0.5,
        "cycle": 10.0, "identity": 5.0, "loss": "least-squares", "optimizer": "sgd", "lr_g": 1e-5,
    },
}  # fmt: skip
ALONE_DIFFERS = {"few pictures": {"batch_size": 38}}  # what two processes can share evenly
DROPPING = {"network": "quick", "dropout": 0.5}
COMMON = {"size": 16, "width": 4, "latent_size": 4, "batch_size": 8, "dropout": 0.0}


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Folders of the weights that one process and two come to, a file for each of ``SETTINGS``; this is one of them."""
    alone, two = tmp_path_factory.mktemp("alone"), tmp_path_factory.mktemp("two")
    given = [{**COMMON, **settings} for settings in (*SETTINGS.values(), DROPPING)]
    place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "WORLD_SIZE": "2"}
    command = [sys.executable, "-m", "tests.training.train_together", str(two), *map(json.dumps, given)]
    torch.set_num_threads(1)
    second = subprocess.Popen(
        command, cwd=PROJECT, env={**os.environ, **place, "RANK": "1"}, stdout=subprocess.PIPE, text=True
    )
    with pytest.MonkeyPatch.context() as patch:
        try:  # alone while the second loads torch
            differ = [ALONE_DIFFERS.get(name, {}) for name in (*SETTINGS, "")]
            train_together.write(alone, [{**values, **more} for values, more in zip(given, differ, strict=True)], None)
            assert second.stdout.readline() == "ready\n"
            for name, value in {**place, "RANK": "0"}.items():
                patch.setenv(name, value)
            train_together.together(two, given)
            assert second.wait(60) == 0
        finally:
            second.kill()
            second.communicate()
    return alone, two


def test_every_family_and_method_is_among_them():
    assert {settings["network"] for settings in SETTINGS.values()} == set(NETWORKS.names())
    assert {settings.get("method", "gan") for settings in SETTINGS.values()} == set(METHODS.names())


def read(path):
    """Weights, and the numbers of each step."""
    with safe_open(path, "pt") as file:
        return {key: file.get_tensor(key) for key in file.keys()}, json.loads(file.metadata()["numbers"])  # noqa: SIM118


@pytest.mark.parametrize("name", SETTINGS)
def test_two_processes_get_the_weights_that_one_gets(both, name):
    (one, told_one), (two, told_two) = (read(folder / str(list(SETTINGS).index(name))) for folder in both)
    assert one.keys() == two.keys() and len(one) > 10
    for key, weight in one.items():
        assert torch.allclose(weight.float(), two[key].float(), rtol=0, atol=1e-5), key
    for mine, theirs in zip(told_one, told_two, strict=True):
        for number in ("d_loss", "g_loss", "d_real", "d_fake", "grad_g"):
            assert mine[number] == pytest.approx(theirs[number], rel=1e-3, abs=1e-4), number
    pairs = [(key, key.replace("generator.", "generator_ema.")) for key in one if key.startswith("generator.")]
    assert any(not torch.equal(one[mine], one[average]) for mine, average in pairs), "the steps moved G"


def test_each_process_drops_other_features_and_the_same_again_when_a_step_is_taken_again(both):
    files = [folder / f"dropped-{rank}" for folder, ranks in zip(both, (1, 2), strict=True) for rank in range(ranks)]
    alone, first, second = [read(file)[0] for file in files]
    assert alone.keys() == {"masks"} and first.keys() == second.keys() == {"masks", "again"}
    for mine in (first, second):
        assert 0.3 < mine["masks"].float().mean() < 0.7 and torch.equal(mine["masks"], mine["again"])
    assert not torch.equal(first["masks"], second["masks"])


def test_a_set_that_is_smaller_than_the_batch_is_shared_evenly_or_refused_in_a_sentence():
    config = TrainConfig(batch_size=64, gpus=4)
    assert [config.batch_of(count) for count in (100, 64, 63, 4)] == [64, 64, 60, 4]
    assert [config.epoch_of(count) for count in (150, 63, 0)] == [128, 60, 0]
    with pytest.raises(ConfigError, match="The data set has 3 pictures, too few to be shared among 4 GPUs: set gpus"):
        Trainer(config, torch.zeros(3, 1, 28, 28, dtype=torch.uint8), Machine("cpu", "fp32", 1))


def test_a_run_that_is_shared_takes_the_steps_of_one_alone_and_stops(tmp_path, monkeypatch):
    """The whole way: the command line, torchrun, one folder, single steps, a stop; and the same run again, alone."""
    monkeypatch.setenv("GAN_EXPLORER_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(32):
        Image.new("L", (28, 28), 8 * number).save(pictures / f"{number}.png")
    config = TrainConfig(
        data="folder", folder=str(pictures), network="dcgan", width=4, latent_size=4, batch_size=8, epochs=2,
        dropout=0.0, precision="fp32", threads=1, log_every=1,
    )  # fmt: skip
    shared = jobs.create(config.changed(gpus=2, epochs=4000), path=tmp_path / "runs" / "shared")
    deadline = time.monotonic() + 200

    def until(reached):
        while not reached(shared.status()) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert reached(shared.status()), shared.status().message + shared.log_tail()

    jobs.pause(shared)  # it waits before its first step
    jobs.launch(shared)
    until(lambda status: status.state == "paused")
    for step in range(1, 9):
        jobs.step(shared)
        until(lambda status, step=step: status.step == step)
    jobs.stop(shared)
    until(lambda status: status.state == "stopped")
    for process in local.children:
        process.wait(60)
    assert shared.status().step == shared.checkpoint_steps()[-1] == 8
    alone = jobs.create(config, path=tmp_path / "runs" / "alone")
    assert worker.work(alone) == "finished"
    rows = [[row for row in run.metrics()[0] if "d_loss" in row] for run in (shared, alone)]
    assert [row["step"] for row in rows[0]] == [row["step"] for row in rows[1]] == list(range(1, 9))
    for mine, theirs in zip(*rows, strict=True):
        assert mine["d_loss"] == pytest.approx(theirs["d_loss"], abs=1e-3)
    assert checkpoint_weights(shared).keys() == checkpoint_weights(alone).keys()
    for key, weight in checkpoint_weights(alone).items():
        assert torch.allclose(weight, checkpoint_weights(shared)[key], rtol=0, atol=1e-4), key


def checkpoint_weights(run):
    with safe_open(run.checkpoints()[-1], "pt") as file:
        return {k: file.get_tensor(k) for k in file.keys() if k.startswith(("generator.", "discriminator."))}  # noqa: SIM118
