"""What ``test_own_entries.py`` runs where ``$GAN_EXPLORER_EXTENSIONS`` names the entries of ``own/``."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.live.hub import Hub
from explorer.live.reader import RunReader
from explorer.live.several import stream_together
from explorer.model import load
from pipelines import registries
from pipelines.config.checking import problems
from pipelines.config.train_config import SETTINGS, TrainConfig
from pipelines.doctor import discriminator_too_weak
from pipelines.errors import ConfigError
from pipelines.models import fine_tuning
from pipelines.models.publishing import publish
from pipelines.runs import jobs, session
from pipelines.runs.folder import FINISHED, STOPPED, RunFolder
from pipelines.runs.launched import logs_of
from pipelines.training import checkpoint, memory, probe
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer
from tests.conftest import Homes
from tests.doctor.made import made
from tests.explorer.scenes import play

CPU = Machine("cpu", "fp32", 1)
STOP_AT, EPOCHS, BATCHES = 12, 7, 6  # epochs of six batches of eight pictures
FADED = 11 * 8 / 64 - 1  # share of the growing pair's second stage in the last step before that


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    made = Homes.under(tmp_path_factory.mktemp("homes"))
    with pytest.MonkeyPatch.context() as patch:
        for name, folder in made.environment().items():
            patch.setenv(name, folder)
        yield made


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """48 pictures of two classes, bright and dark noise."""
    folder, noise = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for label, low in (("bright", 150), ("dark", 0)):
        (folder / label).mkdir()
        for index in range(24):
            pixels = noise.integers(low, low + 100, (28, 28), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / label / f"{index:02d}.png")
    return folder


def settings(**changes):
    given = {"data": "folder", "width": 4, "latent_size": 4, "batch_size": 8, "conditional": True, "samples": 4,
             "threads": 1, "device": "cpu", "log_every": 2, "epochs": EPOCHS, "checkpoint_s": 600.0,
             "launcher": "in-process"}  # fmt: skip
    return TrainConfig(**{**given, **changes})


OWN = {
    "mapping network, loss that sees real": settings(network="mapped", loss="relativistic-average", dropout=0.2),
    "growing, energy": settings(network="growing", loss="energy"),
}


@pytest.fixture(scope="module", params=OWN, ids=str)
def runs(request, homes, pictures):
    """A run from end to end, and one of the same settings that was stopped at a step and resumed."""
    real = session.FolderHooks.after_step

    def after_step(hooks, trainer, *rest):
        real(hooks, trainer, *rest)
        if trainer.step == STOP_AT and hooks.folder.id.startswith("stopped") and hooks.reporter.status.attempt == 1:
            jobs.stop(hooks.folder)

    config, name = OWN[request.param].changed(folder=str(pictures)), OWN[request.param].network
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session.FolderHooks, "after_step", after_step)
        whole, stopped = (jobs.create(config, path=homes.runs / f"{kind}-{name}") for kind in ("whole", "stopped"))
        jobs.launch(whole)
        jobs.launch(stopped)
        assert (whole.status().state, stopped.status().state) == (FINISHED, STOPPED), whole.status().message
        assert stopped.checkpoint_steps()[-1] == STOP_AT
        if name == "growing":
            kept = checkpoint.read(stopped.checkpoint_path(STOP_AT))[0]
            shares = {float(kept[f"{one}.fade"]) for one in ("generator", "generator_ema", "discriminator.body")}
            assert shares == {FADED} and 0 < FADED < 1, "it was stopped in the middle of a fade"
        jobs.resume(stopped)
    return whole, stopped


def test_it_trains_and_a_resumed_run_is_the_same_bit_for_bit(runs):
    whole, resumed = runs
    assert whole.status().state == resumed.status().state == FINISHED
    last = [checkpoint.read(run.checkpoints()[-1])[0] for run in runs]
    assert whole.checkpoint_steps()[-1] == EPOCHS * BATCHES and last[0].keys() == last[1].keys()
    assert all(torch.equal(last[0][name], last[1][name]) for name in last[0])


def test_it_was_launched_and_stopped_by_its_own_launcher(runs):
    assert json.loads((runs[0].path / "config.json").read_text())["config"]["launcher"] == "in-process"
    assert logs_of(runs[0]).splitlines() == ["in process", FINISHED]
    assert logs_of(runs[1]).splitlines() == ["in process", "cancelled", STOPPED, "in process", FINISHED]


def test_it_is_shown_live_and_measured(runs):
    run = runs[0]
    reader = RunReader(run)
    reader.news()
    shown = reader.everything()
    assert shown["status"]["state"] == FINISHED
    assert shown["run"]["display"]["d_output"] == registries.loss_traits(run.record().config.loss).d_output
    columns = reader.recorded.columns
    assert math.isfinite(columns["d_real"][-1]) and math.isfinite(columns["grad_g"][-1]) and shown["samples"]
    assert shown["measures"] and all(math.isfinite(measure["frechet"]) for measure in shown["measures"])
    for grid in shown["samples"]:
        with Image.open(run.sample_path(grid["file"])) as png:
            assert png.size[0] >= 2 * 28, "pictures are shown at the final size from the first step on"


def test_it_is_compared(runs):
    async def scene():
        hub, found = Hub(), set()
        async for content in stream_together(hub, [(run, None) for run in runs]):
            lines = dict(line.split(": ", 1) for line in content.decode().strip().splitlines() if ": " in line)
            if "id" in lines:
                found.add(lines["id"].split("@")[0])
            if len(found) == 2:
                break
        assert found == {run.id for run in runs}

    play(scene())


def test_it_is_published_explored_and_trained_further(runs, homes):
    run = runs[0]
    name = f"own-{run.record().config.network}"
    publish(run, name, checkpoint_name="last", samples=0)
    gan = load(name)
    images = gan.sample(3, seed=1, y=1)
    assert images.shape == (3, 28, 28, 1) and images.std() > 0
    assert np.array_equal(images, load(f"{run.id}@last").sample(3, seed=1, y=1))
    assert np.array_equal(gan.sample(2, seed=3, y=[0.5, 0.5])[0], gan.sample(1, seed=3, y=[0.5, 0.5])[0])
    assert gan.trained.config.launcher == "local", "who opens it elsewhere needs no launcher of mine"
    directions = {one.kind for one in gan.directions.values()}
    # The one names its layers and the other does not; of neither does a linear layer draw from z itself.
    assert directions == ({"component"} if run.record().config.network == "mapped" else set())
    marked = gan.direction("m:0.0,0.1|0.2,0.3")
    assert np.isclose(np.linalg.norm(marked.vector), 1.0)
    further = fine_tuning.begin(name, {"epochs": 1, "seed": 5, "launcher": "in-process"})
    jobs.launch(further)
    assert further.status().state == FINISHED, further.status().message
    if run.record().config.network == "growing":
        kept = checkpoint.read(further.checkpoints()[-1])[0]
        assert float(kept["generator.fade"]) == 1.0 and int(kept["generator.seen"]) > 256, "it stays grown"


def test_a_mapping_network_is_the_first_of_two_parts(runs):
    generator = load(runs[0].id).trained.generator
    if not hasattr(generator, "mapping"):
        pytest.skip("this family has none")
    z, y = torch.randn(2, 4), torch.tensor([0, 1])
    assert torch.equal(generator.synthesis(generator.mapping(z, y)), generator(z, y))


def trainer_of(config):
    images = torch.randint(0, 256, (48, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    return Trainer(config, images, CPU, torch.arange(48) % 2, 2)


def test_a_growing_pair_advances_by_what_it_was_shown():
    trainer, forgotten, stages = trainer_of(OWN["growing, energy"]), [], []
    trainer.state_replaced = lambda: forgotten.append(trainer.step)
    bodies = [trainer.network("generator"), trainer.players["generator"].ema, trainer.network("discriminator").body]
    for _ in range(40):
        trainer.train_step()
        assert len({(body.stage, float(body.fade)) for body in bodies}) == 1
        stages.append((bodies[0].stage, float(bodies[0].fade)))
    assert stages[7] == (0, 1.0) and stages[8] == (1, 0.0) and stages[12] == (1, 0.5) and stages[16] == (1, 1.0)
    assert stages[24] == (2, 0.0) and stages[32:] == [(2, 1.0)] * 8
    assert forgotten == [8, 24], "a recorded step is recorded anew where the stage changes"


def test_a_growing_pair_is_reckoned_and_probed_at_its_full_size(monkeypatch):
    config, seen = OWN["growing, energy"], []
    grown = memory.bytes_needed(config, CPU, 2)
    monkeypatch.setattr(memory, "AT_THE_END", 0)
    assert grown[1] > 1.5 * memory.bytes_needed(config, CPU, 2)[1]
    real = Trainer.train_step

    def train_step(trainer, watch=False):
        numbers = real(trainer, watch)
        seen.append(trainer.network("generator").stage)
        return numbers

    monkeypatch.setattr(Trainer, "train_step", train_step)
    probe.bf16_ratio(config, CPU, 2, seconds=0.0)
    assert set(seen) == {2}


def test_what_an_own_file_states_is_read_and_missing_facts_are_named(tmp_path, monkeypatch):
    assert {"mapped", "growing", "dcgan"} <= set(SETTINGS["network"].choices)
    assert SETTINGS["launcher"].choices == ("in-process", "local")
    assert registries.network_traits("mapped").sizes == (28, 32) and registries.network_traits("growing").sizes is None
    wrong = " ".join(problems(settings(network="mapped", size=64, folder="x")))
    assert "'mapped' draws pictures of 28 or 32 pixels, and size is 64" in wrong
    assert registries.loss_traits("energy").d_output == "distance" and registries.loss_traits("energy").balance is None
    (tmp_path / "objectives").mkdir()
    (tmp_path / "objectives" / "bare.py").write_text('"""States nothing."""\n')
    (tmp_path / "objectives" / "marked.py").write_text('D_OUTPUT = "<b>score</b>"\nFORMULAS = {"D": "", "G": ""}\n')
    monkeypatch.setenv("GAN_EXPLORER_EXTENSIONS", str(tmp_path))
    anew = registries._registry("objectives", "loss", ConfigError)
    monkeypatch.setattr(registries, "LOSSES", anew)
    for name, sentence in (
        ("bare", "loss 'bare' does not state D_OUTPUT in .*bare.py"),
        ("marked", "calls D's output '<b>score</b>'"),
    ):
        with pytest.raises(ConfigError, match=sentence):
            registries.loss_traits(name)


def test_a_distance_is_less_for_real_pictures_and_d_that_is_fooled_is_named_so(runs):
    if runs[0].record().config.loss != "energy":
        pytest.skip("this loss has a score")
    assert RunFolder(runs[0].path).record().display["d_output"] == "distance"
    look, config = discriminator_too_weak.look, TrainConfig(network="quick", loss="energy", batch_size=64)
    assert look(made(config=config, d_real=2.0, d_fake=0.5)) is not None
    assert look(made(config=config, d_real=0.5, d_fake=2.0)) is None
