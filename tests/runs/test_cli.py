"""The command line, as a person types it."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer

from pipelines import cli, paths
from pipelines.config.presets import PRESETS
from pipelines.config.train_config import SETTINGS
from pipelines.launchers import local
from pipelines.runs import jobs

COMMANDS = typer.main.get_command(cli.app).commands


@pytest.fixture
def tiny_options(pictures):
    return [
        "--data", "folder", "--folder", str(pictures), "--network", "quick", "--width", 4, "--batch-size", 8,
        "--epochs", 3, "--samples", 8, "--threads", 1, "--device", "cpu",
        "--precision", "fp32",
    ]  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_explained(name):
    command = COMMANDS[name]
    assert command.help and command.help.endswith((".", ")"))
    for parameter in command.params:
        if parameter.name != "help":
            assert getattr(parameter, "help", None), f"{name}: {parameter.name} has no help text"


def test_every_setting_is_an_option_of_train():
    names = {parameter.name for parameter in COMMANDS["train"].params}
    assert set(SETTINGS) <= names
    assert all(preset in COMMANDS["train"].help for preset in PRESETS)


def test_train_sample_publish_and_delete(type_in, tiny_options, tmp_path):
    code, text = type_in("train", "conditional-digits", *tiny_options)
    assert code == 0 and "Finished." in text
    run = jobs.runs()[0]
    assert run.record().preset == "conditional-digits" and run.status().epoch == 3.0
    assert "Finished." in run.log_path.read_text()

    out = tmp_path / "s.npz"
    assert type_in("sample", run.id, "--count", 5, "--labels", "cycle", "--seed", 7, "--out", out)[0] == 0
    first = dict(np.load(out))
    assert first["images"].shape == (5, 28, 28, 1) and first["images"].dtype == np.uint8
    assert first["labels"].tolist() == [0, 1, 0, 1, 0]
    assert type_in("sample", run.path, "--count", 5, "--labels", "1", "--seed", 7, "--out", out)[0] == 0
    second = dict(np.load(out))
    assert second["labels"].tolist() == [1] * 5 and np.array_equal(first["images"][1], second["images"][1])
    assert not np.array_equal(first["images"][0], second["images"][0])

    assert type_in("publish", run.id, "noise-by-class", "--samples", 100)[0] == 0
    model = paths.models_home() / "noise-by-class"
    assert {path.name for path in model.iterdir()} == {
        "config.json", "generator.safetensors", "discriminator.safetensors", "card.json", "preview.png",
    }  # fmt: skip
    assert type_in("sample", "noise-by-class", "--count", 5, "--labels", "1", "--seed", 7, "--out", out)[0] == 0
    assert np.array_equal(np.load(out)["images"], second["images"])
    assert "There is a model named 'noise-by-class' already" in type_in("publish", run.id, "noise-by-class")[1]

    assert run.id in type_in("runs")[1]
    assert type_in("delete", run.id, "--yes") == (0, f"Deleted {run.id}.")
    assert "There are no runs yet" in type_in("runs")[1]


def test_a_run_in_a_folder_of_ones_own_is_stopped_and_resumed(type_in, tiny_options, tmp_path, until):
    place = tmp_path / "mine"
    assert type_in("train", "dcgan-digits", *tiny_options, "--epochs", 100000, "--run", place, "--detach")[0] == 0
    run = jobs.find(place)
    until(lambda: run.status().step > 10)
    assert type_in("pause", place)[0] == 0
    until(lambda: run.status().state == "paused")
    assert type_in("step", place)[0] == 0 and type_in("rates", place, "--lr-d", 0.001)[0] == 0
    until(lambda: run.status().lr_d == 0.001)
    assert type_in("resume", place)[0] == 0
    until(lambda: run.status().state == "running")
    code, text = type_in("stop", place)
    assert code == 0 and "Stopped" in text and run.status().state == "stopped"
    assert "is stopped; only a run at work" in type_in("pause", place)[1]
    assert type_in("resume", place, "--detach")[0] == 0
    until(lambda: run.status().state == "running")
    assert type_in("delete", place, "--yes")[0] == 0
    for child in local.children:
        child.wait(20)


def test_a_trained_model_is_measured(type_in, tiny_options, tmp_path):
    type_in("train", "conditional-digits", *tiny_options)
    run, out = jobs.runs()[0], tmp_path / "measured.json"
    code, text = type_in("evaluate", run.id, "--samples", 100, "--draws", 2, "--seed", 3, "--json", out)
    assert code == 0 and f"Wrote {out}." in text
    found = json.loads(out.read_text())
    assert (found["model"], found["data"], found["samples"], found["seed"]) == (run.id, "folder", 100, 3)
    assert found["features"] == "pixel features" and found["against"] == "training pictures"
    assert found["clear"] is found["as_asked"] is None  # no classifier ships for a folder of one's own
    measures = {"Fréchet distance": "{:.3f}", "precision": "{:.2%}", "recall": "{:.2%}"}
    for name, form in measures.items():
        pair = found[name.split()[0].replace("é", "e").lower()]
        assert (
            f"{name} {form.format(pair['value'])} ± {form.format(pair['spread'])} {form.format(pair['real'])} " in text
        )
    assert (found["draws"], found["real_draws"]) == (2, 1)  # half of the small folder is all that can be drawn

    again = tmp_path / "again.json"
    type_in("evaluate", run.path, "--samples", 100, "--draws", 2, "--seed", 3, "--json", again)
    assert again.read_text() == out.read_text()
    code, text = type_in("evaluate", run.id, "--samples", 100, "--json", tmp_path / "none" / "measured.json")
    assert code == 1 and "cannot be written (No such file or directory); choose another --json." in text
    assert type_in("evaluate", "nobody")[0] == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["train", "nothing"], "There is no preset named 'nothing'; choose one of: first-digits"),
        (["train", "wgan", "--weight-clip", "0"], "holds only for a D of bounded slope"),
        (["train", "wgan", "--device", "tpu"], "device is 'tpu'; choose one of: auto, cpu, cuda, mps."),
        (["sample", "nobody", "--out", "x.npz"], "There is no model and no run 'nobody'; published models: none yet."),
        (["sample", "nobody", "--out", "x.png"], "give a file name that ends in .npz"),
        (["stop", "nobody"], "There is no run 'nobody'; `python -m pipelines runs` lists those there are."),
    ],
)
def test_what_is_wrong_is_one_sentence(type_in, words, sentence):
    code, text = type_in(*words)
    assert code == 1 and sentence in text and not jobs.runs()


def test_a_failed_run_ends_with_code_1_and_its_sentence(type_in, tmp_path):
    code, text = type_in("train", "dcgan-digits", "--data", "folder", "--folder", tmp_path / "none")
    assert code == 1 and "none" in text and jobs.runs()[0].status().state == "failed"


def test_a_damaged_or_foreign_model_is_one_sentence(type_in, tiny_options, tmp_path):
    type_in("train", "conditional-digits", *tiny_options)
    run, out = jobs.runs()[0], tmp_path / "s.npz"
    assert "has the classes 0 to 1, or 'cycle'" in type_in("sample", run.id, "--labels", "2", "--out", out)[1]
    type_in("publish", run.id, "good", "--samples", 0)
    weights = paths.models_home() / "good" / "generator.safetensors"
    weights.write_bytes(weights.read_bytes()[:200])
    assert "its SHA-256 differs" in type_in("sample", "good", "--out", out)[1]
    (paths.models_home() / "good" / "config.json").write_text('{"config": {"network": "unheard"}}')
    assert "good/config.json: class_names is missing" in type_in("sample", "good", "--out", out)[1]
    assert not out.exists()


def test_pipelines_runs_without_a_screen():
    code = """
import importlib, pkgutil, sys, pipelines
for module in pkgutil.walk_packages(pipelines.__path__, "pipelines."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
sys.exit(", ".join(name for name in ("streamlit", "plotly", "explorer") if name in sys.modules) or 0)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
