"""Published models trained further: a run that begins with their networks."""

import json

import pytest
import torch
from safetensors.torch import load_file

from pipelines import cli, paths
from pipelines.config import presets
from pipelines.config.migrating import from_file
from pipelines.config.settings import Role
from pipelines.config.train_config import of_role
from pipelines.errors import ConfigError, ModelError
from pipelines.models import fine_tuning, publishing
from pipelines.models.trained import load
from pipelines.runs import branching, jobs, worker
from pipelines.runs.folder import FINISHED
from pipelines.training import checkpoint
from tests import tiny_run


def test_presets_fit_the_models_that_they_may_begin_with():
    begun = [preset for preset in presets.PRESETS.values() if preset.begins_with]
    assert begun
    for preset in begun:
        stored = json.loads((paths.MODELS / preset.begins_with / "config.json").read_text())
        before = from_file(stored["config"], stored.get("schema", 1), "the model")
        assert not branching.misfit(before, preset.config, (*fine_tuning.FREE, *of_role(Role.DATA)))


@pytest.fixture
def model(homes, tmp_path):
    """A model of two classes, published from a run that trained here."""
    run = tiny_run.train(homes.runs, tmp_path / "pictures")
    return publishing.publish(run, "noise", samples=0)


def test_it_begins_with_the_networks_of_the_model(model):
    run = fine_tuning.begin("noise", {"epochs": 2, "lr_g": 1e-5})
    saved, plain = checkpoint.read(run.checkpoint_path(0))
    for file, part in (("generator", "generator"), ("generator", "generator_ema"), ("discriminator", "discriminator")):
        weights = load_file(model / f"{file}.safetensors")
        assert all(torch.equal(saved[f"{part}.{key}"], value) for key, value in weights.items()), part
    assert plain["step"] == 0
    record = run.record()
    assert record.branched_from == "noise@0" and record.branched_with.endswith("epochs 4 to 2")
    assert run.notes().name.endswith("trained further")
    before = load("noise").sample(8, seed=1)[0]
    assert (load(run.path).sample(8, seed=1)[0] == before).all(), "it can be explored before its first step"

    assert worker.work(run) == FINISHED, run.status().message
    assert run.status().epoch == 2.0 and run.checkpoint_steps()[-1] == run.status().step
    assert (load(run.path).sample(8, seed=1)[0] != before).any()
    (begun,) = [row for row in run.metrics()[0] if row.get("event") == "branched"]
    assert begun["step"] == 0 and "G goes on as it was" in begun["message"]
    first = run.sample_path(run.samples()[0][0]["file"]).read_bytes()
    own = jobs.create(run.record().config)
    assert worker.work(own) == FINISHED
    assert first != own.sample_path(own.samples()[0][0]["file"]).read_bytes(), "its first pictures are the model's"


def test_a_model_without_its_discriminator_gets_a_new_one(model):
    (model / "discriminator.safetensors").unlink()
    run = fine_tuning.begin("noise", {"epochs": 1})
    assert worker.work(run) == FINISHED
    assert any("afresh begin: D" in str(row.get("message")) for row in run.metrics()[0])


def test_a_model_without_classes_may_learn_other_pictures(own_models):
    assert (
        fine_tuning.begin("tiny-plain", {"data": "clothes", "batch_size": 16, "seed": 5}).record().config.data
        == "clothes"
    )


@pytest.mark.parametrize(
    ("name", "changes", "kind", "sentence"),
    [
        ("nobody", {}, ModelError, "There is no model and no run 'nobody'"),
        ("tiny-plain", {"latent_size": 7}, ModelError, r"With another latent size \(z\) .* leave that as it is"),
        ("tiny-classes", {"data": "clothes"}, ModelError, "With another data set"),
        ("tiny-plain", {"colour": 1}, ConfigError, "There is no setting named 'colour'"),
        ("tiny-plain", {"lr_g": 5.0}, ConfigError, "lr_g"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_leaves_no_run(own_models, name, changes, kind, sentence):
    with pytest.raises(kind, match=sentence):
        fine_tuning.begin(name, changes)
    assert not jobs.runs()


def test_a_changed_or_damaged_file_is_refused(own_models):
    path = own_models / "tiny-plain" / "generator.safetensors"
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ModelError, match="is not the one that was published"):
        fine_tuning.begin("tiny-plain")
    assert not jobs.runs()


def test_the_command(model, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["branch", "noise", "--epochs", "1"])
    assert end.value.code == 0
    (run,) = [run for run in jobs.runs() if run.record().branched_from]
    assert run.record().branched_from == "noise@0" and run.status().state == FINISHED
    with pytest.raises(SystemExit) as end:
        cli.main(["branch", "noise", "--from", "3"])
    assert end.value.code == 1 and "The model noise keeps no steps" in capsys.readouterr().err
