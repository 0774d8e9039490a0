"""A run on a person's own pictures: where they lie, where they were moved to, and what is said of those left out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pipelines import data
from pipelines.config.train_config import from_dict
from pipelines.errors import DataError, RunError
from pipelines.runs import branching, jobs, worker
from pipelines.runs.folder import FAILED, FINISHED, STOPPED
from pipelines.training import checkpoint
from tests.runs.test_worker import same, stop_at, weights, work


@pytest.fixture
def own(pictures, tmp_path):
    """Pictures of this test's own, which may be moved."""
    return Path(shutil.copytree(pictures, tmp_path / "pictures"))


def stopped(config, monkeypatch):
    with monkeypatch.context() as patch:
        stop_at(patch, 6)
        return work(config)


def test_pictures_that_were_moved_are_found_again_and_the_run_is_the_same(tiny, own, tmp_path, monkeypatch):
    config = tiny.changed(folder=str(own), epochs=3)
    whole, run = work(config), stopped(config, monkeypatch)
    moved = own.rename(tmp_path / "moved here")
    jobs.prepare_resume(run)
    assert worker.work(run) == FAILED and f"The folder {own} does not exist" in run.status().message

    jobs.prepare_resume(run, f'"{moved}"')
    assert worker.work(run) == FINISHED
    assert run.record().config.folder == str(moved) and run.control().folder is None
    events = [(row["event"], row["message"]) for row in run.metrics()[0] if "event" in row]
    assert ("moved", f"The pictures were moved from {own} to {moved}; they are the same.") in events
    assert same(weights(run), weights(whole))

    moved.rename(own)  # of a run that has reached its end the place can be told, too
    before = checkpoint.read(run.checkpoints()[-1])[0]
    jobs.prepare_resume(run, own)
    assert worker.work(run) == FINISHED and run.record().config.folder == str(own)
    after = checkpoint.read(run.checkpoints()[-1])[0]
    assert run.status().step == 18 and all(torch.equal(before[name], after[name]) for name in before)


def test_a_run_with_held_out_pictures_goes_on_exactly_and_only_with_the_same_ones(tiny, own, monkeypatch):
    few = {"augment": "diffaugment", "augment_target": 0.2, "augment_images": 1000, "lecam": 0.1}
    config = tiny.changed(folder=str(own), held_out=0.25, epochs=3, **few)
    whole, run = work(config), stopped(config, monkeypatch)
    assert run.record().data["count"] == 36 and run.record().data["test"]["count"] == 12
    test = data.load("folder", **config.pictures, split="test")
    pixels = {path: np.asarray(Image.open(path)) for path in own.rglob("*.png")}
    held = [path for path, each in pixels.items() if (each == test.images[:, 0]).all((1, 2)).any()]
    assert (
        len(held) == 12 and "12 more pictures are held out: nothing is learnt from them" in run.record().data["notes"]
    )
    before = held[0].read_bytes()
    Image.new("L", (28, 28), 7).save(held[0])
    jobs.prepare_resume(run)
    assert worker.work(run) == FAILED and "has changed since the run began" in run.status().message
    held[0].write_bytes(before)
    jobs.prepare_resume(run)
    assert worker.work(run) == FINISHED, run.status().message
    assert same(weights(run), weights(whole))
    rows = [row for row in run.metrics()[0] if "augmented" in row]
    assert {"augmented", "overfitting"} <= {one["name"] for one in run.record().display["series"]}
    assert rows[0]["augmented"] == 0 and all(0 <= row["augmented"] <= 1 for row in rows)
    assert any(row["overfitting"] for row in rows)


def test_other_pictures_are_refused_and_the_old_place_is_kept(tiny, own, tmp_path, monkeypatch):
    run = stopped(tiny.changed(folder=str(own)), monkeypatch)
    other = Path(shutil.copytree(own, tmp_path / "other"))
    (other / "dark" / "00.png").unlink()
    jobs.prepare_resume(run, other)
    assert worker.work(run) == FAILED
    assert f"The pictures in {other} (47) are not those that the run began with (48)" in run.status().message
    assert run.record().config.folder == str(own) and run.control().folder is None
    with pytest.raises(DataError, match="does not exist"):
        jobs.prepare_resume(run, tmp_path / "nowhere")
    jobs.prepare_resume(run)
    assert worker.work(run) == FINISHED


def test_a_run_that_never_found_its_pictures_goes_on_with_the_right_folder(tiny, own, tmp_path):
    run = work(tiny.changed(folder=str(tmp_path / "mistyped"), epochs=1))
    assert run.status().state == FAILED
    jobs.prepare_resume(run, own)
    assert worker.work(run) == FINISHED and run.record().config.folder == str(own)


def test_a_run_without_a_folder_or_at_work_is_not_told_one(tiny, own):
    digits = jobs.create(tiny.changed(data="digits", folder=None))
    with pytest.raises(RunError, match="learns from the data set 'digits', which is in no folder of yours"):
        jobs.prepare_resume(digits, own)
    run = jobs.create(tiny)
    with run.hold(), pytest.raises(RunError, match="is at work; stop it before you say where its pictures are now"):
        jobs.prepare_resume(run, own)


def test_a_relative_folder_is_stored_absolute_and_holds_in_another_place(tiny, own, tmp_path, monkeypatch):
    monkeypatch.chdir(own.parent)
    run = stopped(tiny.changed(folder="./pictures/"), monkeypatch)
    assert run.status().state == STOPPED and run.record().config.folder == str(own)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    jobs.prepare_resume(run)
    assert worker.work(run) == FINISHED
    assert branching.branch(run, 0, {"loss": "hinge"}).record().config.folder == str(own)


def test_a_run_of_before_with_a_relative_folder_is_branched_where_it_was_made(tiny, own, monkeypatch):
    monkeypatch.chdir(own.parent)
    run = stopped(tiny.changed(folder="pictures"), monkeypatch)
    values = json.loads((run.path / "config.json").read_text())
    values["config"]["folder"] = "pictures"
    (run.path / "config.json").write_text(json.dumps(values))
    branch = branching.branch(run, run.checkpoint_steps()[-1], {"lr_g": 1e-3})
    assert branch.record().branched_with == "lr_g 0.0002 to 0.001"
    assert branch.record().config == from_dict(values["config"]).changed(folder=str(own), lr_g=1e-3)


def test_the_command_line_says_what_was_read_and_what_was_not(type_in, own, tiny, tmp_path):
    (own / "dark" / "broken.png").write_bytes(b"")
    (own / "read [bold]me.txt").write_text("text")
    code, text = type_in("prepare", "folder", "--folder", f"file://{own}")
    assert code == 0 and f"43 pictures. Pictures in {own}." in text and "Classes: bright 22, dark 21." in text
    assert "Note: 5 more pictures are held out: nothing is learnt from them." in text
    assert "Note: 1 skipped, not pictures: read [bold]me.txt." in text
    assert "Note: 1 skipped, not a picture, or damaged at its beginning: dark/broken.png." in text
    code, text = type_in(
        "train", "conditional-digits", "--data", "folder", "--folder", own, "--network", "quick", "--width", 4,
        "--batch-size", 8, "--epochs", 1, "--samples", 8, "--threads", 1, "--device", "cpu",
        "--precision", "fp32",
    )  # fmt: skip
    assert code == 0 and "Note: 1 skipped, not pictures: read [bold]me.txt." in text
    (run,) = jobs.runs()
    assert "folder: 1 skipped, not pictures" in run.log_path.read_text()
    moved = own.rename(tmp_path / "moved")
    code, text = type_in("resume", run.id, "--folder", moved)
    assert code == 0 and run.record().config.folder == str(moved)
    assert type_in("prepare", "--folder", moved)[1].startswith("The data set 'digits' is read from no folder")
    assert "is at work" not in text and type_in("resume", run.id, "--folder", tmp_path / "no")[0] == 1
