"""A run from start to end, and everything that can come between."""

import os
import shutil
import signal
import subprocess
import sys
import threading

import pytest
import torch

from pipelines.errors import GanError, RunError
from pipelines.launchers import local
from pipelines.runs import jobs, session, worker
from pipelines.runs.folder import (
    FAILED,
    FINISHED,
    LOST,
    PAUSED,
    QUEUED,
    RUNNING,
    STOPPED,
    STOPPING,
    RunFolder,
    Status,
)  # fmt: skip
from pipelines.training import checkpoint, loop
from pipelines.training.trainer import Trainer

TIMES = ("seconds", "images_per_s")  # columns that no seed decides


def work(config):
    run = jobs.create(config)
    assert worker.work(run) == run.status().state
    return run


def rows(run):
    """Rows without times and events."""
    kept = [row for row in run.metrics()[0] if "event" not in row]
    return [{key: value for key, value in row.items() if key not in TIMES} for row in kept]


def weights(run):
    tensors, _ = checkpoint.read(run.checkpoints()[-1])
    return tensors


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


def stop_at(monkeypatch, step):
    """Ask for a stop as the Stop button does, when a step is reached."""
    real = session.FolderHooks.after_step

    def after_step(hooks, trainer, *rest):
        real(hooks, trainer, *rest)
        if trainer.step == step:
            jobs.stop(hooks.folder)

    monkeypatch.setattr(session.FolderHooks, "after_step", after_step)


def test_a_run_trains_to_its_end(tiny):
    run = work(tiny)
    status = run.status()
    assert (status.state, status.step, status.epoch, status.images_seen) == (FINISHED, 60, 10.0, 480)
    steps = [row["step"] for row in run.metrics()[0] if "d_loss" in row]
    assert steps == [*range(1, 51), 52, 54, 56, 58, 60]
    assert [row["step"] for row in run.samples()[0]][:7] == [0, 1, 2, 5, 10, 20, 50]
    assert status.quality["features"] == "pixel features" and status.quality["step"] == 60
    record = run.record()
    assert record.data["count"] == 48 and record.data["class_names"] == ["bright", "dark"]
    assert record.resolved["device"] == "cpu" and record.display["row_labels"] == ["bright", "dark"]
    assert run.best_path.is_file() and 0 < len(run.checkpoints()) <= 8
    layers = [one["name"] for one in record.display["measures"] if one["depth"] is not None]
    measured = [row for row in run.metrics()[0] if "features" in row]
    assert len(layers) > 4 and all(row[name] > 0 for row in measured for name in layers)


def test_the_same_seed_gives_the_same_run_and_another_does_not(tiny):
    short = tiny.changed(epochs=3)
    one, two, other = work(short), work(short), work(short.changed(seed=1))
    assert rows(one) == rows(two) != rows(other)
    assert same(weights(one), weights(two)) and not same(weights(one), weights(other))
    last = one.samples()[0][-1]["file"]
    assert one.sample_path(last).read_bytes() == two.sample_path(last).read_bytes()


@pytest.fixture(
    scope="module", params=[{}, {"network": "dcgan", "precision": "bf16", "optimizer": "nadam", "d_steps": 2}]
)
def straight(request, tiny_config, tmp_path_factory):
    """A run of more than 23 steps that is not stopped."""
    config = tiny_config.changed(dropout=0.4, epochs=8 if "d_steps" in request.param else 4, **request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_EXPLORER_RUNS", str(tmp_path_factory.mktemp("runs")))
        patch.setenv("GAN_EXPLORER_DATA", str(tmp_path_factory.mktemp("data")))
        return work(config)


@pytest.mark.parametrize("step", [1, 6, 23])
def test_stopped_at_any_step_and_resumed_it_ends_as_if_never_stopped(straight, homes, monkeypatch, step):
    config = straight.record().config
    with monkeypatch.context() as patch:
        stop_at(patch, step)
        stopped = work(config)
    assert (stopped.status().state, stopped.status().step) == (STOPPED, step)
    jobs.prepare_resume(stopped)
    assert worker.work(stopped) == FINISHED
    assert same(weights(straight), weights(stopped)) and rows(straight) == rows(stopped)
    assert stopped.status().attempt == 2


def test_a_finished_run_is_not_resumed(tiny):
    run = work(tiny.changed(epochs=1))
    with pytest.raises(GanError, match="has reached its end; duplicate its settings"):
        jobs.prepare_resume(run)


def test_held_and_killed_it_goes_on_without_a_missing_step_and_a_polite_kill_stops_it(started, until):
    run = started(epochs=None, seconds=600.0, checkpoint_s=1.0, log_every=1)
    until(lambda: run.status().step > 60)
    jobs.pause(run)
    until(lambda: run.status().state == PAUSED, 5)
    held = run.status().step
    jobs.step(run)
    until(lambda: run.status().step == held + 1, 5)
    jobs.step(run)
    until(lambda: run.status().step == held + 2, 5)
    assert run.samples()[0][-1]["step"] == held + 2, "a single step shows its picture"
    jobs.set_rates(run, lr_g=0.005)
    until(lambda: run.status().lr_g == 0.005, 5)
    assert run.status().step == held + 2 and run.status().lr_d != 0.005
    jobs.resume(run)
    until(lambda: run.checkpoints() and run.status().step > held + 20)
    assert [row["event"] for row in run.metrics()[0] if "event" in row] == ["paused", "rates", "resumed"]

    os.kill(run.status().pid, signal.SIGKILL)
    until(lambda: run.status().state == LOST, 5)
    reached = run.metrics()[0][-1]["step"]
    jobs.resume(run)
    until(lambda: run.status().state == RUNNING and run.status().step > reached + 20)
    assert run.status().lr_g == 0.005, "the changed rate outlives the process"
    os.kill(run.status().pid, signal.SIGTERM)
    until(lambda: run.status().state == STOPPED, 5)
    assert run.checkpoints()[-1] == run.checkpoint_path(run.status().step)
    last, shown = run.status().step, run.metrics()[0]
    assert [row["step"] for row in shown if "d_loss" in row] == list(range(1, last + 1)) and last > reached
    assert shown[-1]["event"] == "stopped"


def test_a_run_that_stops_is_resumed_by_a_process_of_its_own(tiny, monkeypatch):
    """Resume counts from the moment that the run was asked to stop: what ends would not hear it."""
    run, launched = jobs.create(tiny), []
    monkeypatch.setattr(local, "submit", launched.append)
    with run.hold():  # as its process does, until after its last word
        run.write_status(Status(state=STOPPED, pid=1))
        assert not jobs.is_at_work(run)
        jobs.resume(run)
        assert launched == [run] and run.status().state == QUEUED and jobs.is_at_work(run)
        run.write_status(Status(state=STOPPING, pid=1))
        run.ask(want="stop")
        monkeypatch.setattr(jobs, "STOPS_S", 0.2)
        with pytest.raises(RunError, match=r"The run \S+ is still stopping; resume it when it has stopped\."):
            jobs.resume(run)
        assert run.control().want == "stop", "nothing has changed"
        monkeypatch.setattr(jobs, "STOPS_S", 60.0)
        end = threading.Timer(0.1, run.write_status, [Status(state=STOPPED, pid=1)])
        end.start()
        jobs.resume(run)
    assert len(launched) == 2 and run.control().want == "run"


def test_a_second_job_waits_says_its_place_and_a_paused_one_lets_it_run_until_it_is_deleted(started, until):
    first, second = started(epochs=None, seconds=600.0), started(epochs=None, seconds=600.0)
    until(lambda: first.status().state == RUNNING or second.status().state == RUNNING)
    if second.status().state == RUNNING:
        first, second = second, first
    until(lambda: second.status().place == 1)
    assert "place 1 in the line for cpu" in second.status().message
    jobs.pause(first)
    until(lambda: second.status().state == RUNNING)
    jobs.resume(first)
    until(lambda: first.status().place == 1)
    os.kill(second.status().pid, signal.SIGKILL)
    until(lambda: first.status().state == RUNNING, what="a dead worker frees its place")
    processes = {child.args[-1]: child for child in local.children}
    jobs.delete(first)
    assert processes[str(first.path)].wait(10) == 0, "it ends when its folder is deleted"
    assert not first.path.exists()


def test_a_loss_that_is_not_finite_keeps_the_last_good_checkpoint(tiny, monkeypatch):
    real = Trainer.train_step

    def poisoned(trainer, *rest):
        if trainer.step == 32:
            with torch.no_grad():
                trainer.network("discriminator").head.weight.fill_(float("inf"))
        return real(trainer, *rest)

    monkeypatch.setattr(Trainer, "train_step", poisoned)
    run = work(tiny)
    assert run.status().state == FAILED
    assert "no longer a finite number at step 33" in run.status().message and loop.CURE in run.status().message
    tensors, plain = checkpoint.read(run.checkpoints()[-1])
    assert plain["step"] < 33
    assert all(torch.isfinite(value).all() for value in tensors.values() if value.is_floating_point())


def test_out_of_memory_is_one_sentence(tiny, monkeypatch):
    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    monkeypatch.setattr(Trainer, "train_step", full)
    run = work(tiny)
    assert run.status().state == FAILED
    assert run.status().message.startswith("Out of memory with batches of 8 pictures of 28 x 28 at width 4: ")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_one_sentence_and_what_was_written_stays(tiny, monkeypatch):
    real = RunFolder.append_metrics

    def append(run, row):
        if row["step"] < 20:
            return real(run, row)
        with open("/dev/full", "w") as file:
            file.write("x" * 100_000)

    monkeypatch.setattr(RunFolder, "append_metrics", append)
    run = work(tiny)
    assert run.status().state == FAILED
    assert "No space left on device" in run.status().message and "then Resume" in run.status().message
    assert run.metrics()[0][-1]["step"] == 19 and run.samples()[0][-1]["step"] >= 10


def test_an_error_of_the_program_is_said_and_logged(tiny, monkeypatch, caplog):
    monkeypatch.setattr(Trainer, "train_step", lambda *_: 1 / 0)
    run = work(tiny)
    assert run.status().message.startswith("An error of the program itself ended the run (ZeroDivisionError")
    assert "Traceback" in caplog.text


def test_changed_data_does_not_go_on_silently(tiny, pictures, tmp_path, monkeypatch):
    copy = shutil.copytree(pictures, tmp_path / "copy")
    with monkeypatch.context() as patch:
        stop_at(patch, 3)
        run = work(tiny.changed(folder=str(copy)))
    (copy / "bright" / "00.png").unlink()
    jobs.prepare_resume(run)
    assert worker.work(run) == FAILED and "has changed since the run began" in run.status().message


def test_a_damaged_checkpoint_falls_back_to_the_one_before(tiny, monkeypatch):
    with monkeypatch.context() as patch:
        stop_at(patch, 40)
        run = work(tiny.changed(checkpoint_s=1.0))
    older = run.checkpoint_path(20)
    shutil.copyfile(run.checkpoints()[-1], older)  # a good one under an older name
    run.checkpoints()[-1].write_bytes(b"torn")
    jobs.prepare_resume(run)
    assert worker.work(run) == FINISHED


def test_a_missing_folder_of_pictures_fails_with_its_sentence(tiny, tmp_path):
    run = work(tiny.changed(folder=str(tmp_path / "nowhere")))
    assert run.status().state == FAILED and "nowhere" in run.status().message


def test_waiting_for_a_turn_does_not_load_torch(tiny):
    code = "import sys, pipelines.runs.worker, pipelines.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
