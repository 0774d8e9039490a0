"""A run's folder that is renamed, moved or thrown away while its process works: nothing is lost."""

import os
import time

import pytest

from pipelines.runs import jobs, session, worker
from pipelines.runs.folder import FINISHED, STOPPED, RunFolder, Status
from pipelines.runs.place import DOOMED, Anchor, is_thrown_away
from pipelines.runs.reporter import RunReporter

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows does not let a folder be renamed that is in use")


def at_step(monkeypatch, step, act):
    """Do something with the run's folder when a step is reached."""
    real = session.FolderHooks.before_step

    def before_step(hooks, trainer):
        if trainer.step == step and not acted:
            acted.append(act(hooks.folder))
        return real(hooks, trainer)

    acted = []
    monkeypatch.setattr(session.FolderHooks, "before_step", before_step)


def move(run, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    os.rename(RunFolder(run.path).path, target)


def test_a_folder_that_is_renamed_is_trained_on_in(tiny, monkeypatch):
    run = jobs.create(tiny)
    old = run.path
    at_step(monkeypatch, 20, lambda folder: move(folder, old.with_name("My_favourite")))
    assert worker.work(run) == FINISHED
    assert not old.exists()
    moved = jobs.find("My_favourite")
    assert moved.status().state == FINISHED and moved.status().step == 60 and moved.best_path.is_file()
    assert [row["step"] for row in moved.metrics()[0] if "d_loss" in row] == [*range(1, 51), 52, 54, 56, 58, 60]


def test_what_is_asked_in_its_new_place_counts_and_what_takes_its_old_name_is_left_alone(tiny, monkeypatch):
    run = jobs.create(tiny)
    old, new = run.path, run.path.with_name("moved")

    def act(folder):
        move(folder, new)
        jobs.create(tiny, path=old)
        jobs.stop(RunFolder(new))

    at_step(monkeypatch, 20, act)
    assert worker.work(run) == STOPPED
    assert RunFolder(new).checkpoint_steps()[-1] == RunFolder(new).status().step == 20
    other = RunFolder(old)
    assert other.status().state == "queued" and not other.metrics()[0] and not other.checkpoints()


def test_a_save_that_finds_the_folder_moved_is_done_again(tiny, monkeypatch):
    run = jobs.create(tiny)
    new, real = run.path.with_name("moved"), session.checkpoint.save

    def save(trainer, path):
        if run.path != new:
            move(run, new)
        real(trainer, path)

    monkeypatch.setattr(session.checkpoint, "save", save)
    assert worker.work(run) == FINISHED and RunFolder(new).checkpoint_steps()[-1] == 60


def test_a_folder_in_the_wastebasket_is_stopped_with_a_checkpoint(tiny, monkeypatch, tmp_path):
    run = jobs.create(tiny)
    bin_ = tmp_path / ".Trash-1000" / "files" / run.id
    at_step(monkeypatch, 20, lambda folder: move(folder, bin_))
    assert worker.work(run) == STOPPED and RunFolder(bin_).checkpoint_steps()[-1] == 20
    assert not is_thrown_away(tmp_path / "trash")


def test_a_deleted_folder_ends_the_process(tiny, monkeypatch):
    run = jobs.create(tiny)
    at_step(monkeypatch, 20, lambda folder: jobs.delete(RunFolder(folder.path)))
    assert worker.work(run) == "deleted" and not run.path.exists()


def test_where_a_folder_is_told_without_the_systems_help(tmp_path, monkeypatch):
    monkeypatch.setattr(Anchor, "_told", lambda anchor: None)
    (tmp_path / "a").mkdir()
    anchor = Anchor(tmp_path / "a")
    for name in ("b", "c"):
        next(tmp_path.iterdir()).rename(tmp_path / name)
        assert anchor.where() == tmp_path / name
    (tmp_path / "c").rename(tmp_path / f"{DOOMED}c")
    assert anchor.where() is None and anchor.where() is None
    anchor.close()


def test_a_clock_that_is_set_back_stops_no_status(tiny, monkeypatch):
    run = jobs.create(tiny)
    reporter = RunReporter(run)
    reporter.tell(message="Training.")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 3600)
    reporter.tell(at_once=False, every_s=0.0, step=7)
    assert run.status().step == 7 and run.status().heartbeat == now - 3600


def test_a_heartbeat_of_the_future_is_no_fresh_one(tiny):
    run = jobs.create(tiny)
    run.write_status(Status(heartbeat=time.time() + 3600))
    assert run.status().state == "lost"
