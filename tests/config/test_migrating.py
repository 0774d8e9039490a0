"""Configurations in files: older ones are migrated, newer ones are said to be newer and affect nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from pipelines import paths
from pipelines.config import migrating
from pipelines.config.migrating import MIGRATIONS, SCHEMA, from_file, migrated
from pipelines.config.train_config import SETTINGS, TrainConfig
from pipelines.errors import ConfigError, ModelError, NewerFile, RunError
from pipelines.failures import recording
from pipelines.models import registry
from pipelines.runs import branching, jobs
from pipelines.runs.folder import Record, RunFolder
from pipelines.training import checkpoint

KEPT = Path(__file__).parents[1] / "runs" / "kept"  # written before files had a schema
# Settings that are younger than the schema: each leaves a run as it was by its default, and files need not have it.
YOUNGER = {
    "g_spectral", "growth", "r2", "penalty_every", "orthogonal", "path_length", "style_mixing", "augment_target",
    "augment_images", "lecam", "freeze_d", "adversarial", "reconstruction", "content", "layer_matching", "cycle",
    "identity", "kl", "global_residual", "image_gan",
}  # fmt: skip
MIGRATED = set(SETTINGS) - YOUNGER
# Models that were published before files had a schema.
SHIPPED = sorted(
    path.parent for path in paths.MODELS.glob("*/config.json") if "schema" not in json.loads(path.read_text())
)
NEWER = f"config.json has schema {SCHEMA + 1}, and this version of the program reads schemas up to {SCHEMA}: update"


def of(path: Path) -> dict:
    return json.loads(path.read_text())


def test_there_is_a_step_from_each_schema_to_the_next() -> None:
    assert sorted(MIGRATIONS) == list(range(1, SCHEMA))


@pytest.mark.parametrize("folder", [KEPT, *SHIPPED], ids=lambda folder: folder.name)
def test_files_of_before_have_every_setting_once_they_are_migrated(folder: Path) -> None:
    stored = of(folder / "config.json")
    assert "schema" not in stored and len(stored["config"]) < len(SETTINGS)
    values = migrated(stored["config"], 1, "it")
    assert set(values) == MIGRATED and stored["config"].items() <= values.items()
    defaults = {name: getattr(TrainConfig(), name) for name in YOUNGER}
    assert from_file(stored["config"], 1, "it").to_dict() == {**values, **defaults}


def test_what_an_older_file_lacks_is_what_runs_did_then_whatever_the_default_is_now(monkeypatch) -> None:
    monkeypatch.setattr(migrating, "from_dict", lambda values: TrainConfig(**{"method": "other", **values}))
    stored = of(KEPT / "config.json")["config"]
    assert from_file(stored, 1, "it").method == "gan" and from_file({}, 1, "it").d_norm == "batch"


def test_unknown_settings_and_values_out_of_range_of_any_known_schema_are_named() -> None:
    for schema in range(1, SCHEMA + 1):
        with pytest.raises(ConfigError, match="no setting named 'learning_rate'"):
            from_file({"learning_rate": 0.1}, schema, "it")
        with pytest.raises(ConfigError, match="width is 0; it must lie between"):
            from_file({"width": 0}, schema, "it")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path / "runs" / "a-run").create(Record(TrainConfig(epochs=3)))


def changed(path: Path, **changes) -> None:
    path.write_text(json.dumps({**of(path), **changes}))


def test_a_run_says_its_schema_and_one_of_a_newer_version_is_said_to_be_newer(run: RunFolder) -> None:
    config = run.path / "config.json"
    assert of(config)["schema"] == SCHEMA and run.record().config == TrainConfig(epochs=3)
    # A newer version may have other settings, and anything else in another shape.
    for changes in ({}, {"config": {"brush": "wide"}}, {"config": {"data": {"name": "digits"}}, "preset": 5}):
        changed(config, schema=SCHEMA + 1, **changes)
        with pytest.raises(NewerFile, match=rf"^a-run/{NEWER}"):
            run.record()
    for wrong in (0, "2", 1.5, None):
        changed(config, schema=wrong, config={})
        with pytest.raises(RunError, match=r"a-run/config\.json: schema") as caught:
            run.record()
        assert not isinstance(caught.value, NewerFile)


def test_a_newer_run_hides_no_other_and_is_deleted_only_when_asked(homes) -> None:
    runs = [RunFolder(homes.runs / name).create(Record(TrainConfig(epochs=1))) for name in ("first", "second")]
    changed(runs[0].path / "config.json", schema=SCHEMA + 1)
    assert {run.id for run in jobs.runs()} == {"first", "second"} and runs[1].record().config.epochs == 1
    for attempt in (jobs.launch, jobs.stop, branching.branch, registry.of_run):
        with pytest.raises(NewerFile, match=f"first/{NEWER}"):
            attempt(runs[0])
    assert runs[0].exists()
    jobs.delete(runs[0])
    assert [run.id for run in jobs.runs()] == ["second"]


def test_a_newer_model_is_said_to_be_newer(homes) -> None:
    for name in ("old", "new"):
        shutil.copytree(paths.MODELS / "digits", homes.models / name)
    changed(homes.models / "new" / "config.json", schema=SCHEMA + 1, class_names=5)
    with pytest.raises(ModelError, match=f"new/{NEWER}") as caught:
        registry.find("new")
    assert isinstance(caught.value, NewerFile)
    assert registry.find("old").config.method == "gan" and registry.published() == ["new", "old"]


def test_a_checkpoints_own_copy_is_migrated_and_a_newer_one_is_refused(tmp_path: Path) -> None:
    kept = KEPT / "checkpoints" / "step-00000030.safetensors"
    stored = json.loads(safe_open(kept, "pt").metadata()["state"])
    assert "schema" not in stored and checkpoint.read(kept)[1]["step"] == 30
    stored["config"] = of(KEPT / "config.json")["config"]  # checkpoints of a little later have a copy

    def written(**changes) -> Path:
        path = tmp_path / "a.safetensors"
        save_file({"x": torch.zeros(1)}, path, {"state": json.dumps({**stored, **changes})})
        return path

    _, plain = checkpoint.read(written())
    assert "method" not in stored["config"] and set(plain["config"]) == MIGRATED
    for schema, error in ((SCHEMA + 1, NewerFile), ("x", ModelError)):
        path = written(schema=schema)
        with pytest.raises(error, match="schema"):
            checkpoint.read(path)


def test_recordings_are_migrated_and_a_newer_one_is_said_to_be_newer(tmp_path: Path, monkeypatch) -> None:
    found = recording.load("learning-rate")
    assert all(set(twin.settings) == MIGRATED for twin in found.twins.values())
    own = tmp_path / "learning-rate"
    shutil.copytree(recording.folder_of("learning-rate"), own)
    monkeypatch.setattr(recording, "folder_of", lambda name: own)
    changed(own / "recording.json", schema=SCHEMA + 1, twins={})
    with pytest.raises(NewerFile, match=rf"learning-rate/recording\.json has schema {SCHEMA + 1}"):
        recording.load("learning-rate")
