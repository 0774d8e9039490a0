"""What resume does with checkpoints that it cannot load: nothing is lost, and what happened is said."""

import dataclasses
import errno
import json
import shutil

import pytest
import torch

from pipelines.errors import ModelError
from pipelines.runs import branching, jobs, resuming, session, worker
from pipelines.runs.folder import FAILED, FINISHED, LOST, RunFolder
from pipelines.training import checkpoint
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer
from tests.wrong_files import with_state


@pytest.fixture(scope="module")
def trained(tiny_config, tmp_path_factory):
    """A run with checkpoints of steps 6, 20 and 30 and the best, of step 20, stopped at step 30; not to be changed."""
    real = session.FolderHooks.after_step

    def after_step(hooks, trainer, *rest):
        real(hooks, trainer, *rest)
        if trainer.step in (6, 20):
            hooks.save()
            hooks.folder.keep_best(trainer.step)
        if trainer.step == 30:
            jobs.stop(hooks.folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_EXPLORER_RUNS", str(tmp_path_factory.mktemp("runs")))
        patch.setattr(session.FolderHooks, "after_step", after_step)
        patch.setattr(session, "_SAVE_SHARE", 1e9)
        run = jobs.create(tiny_config.changed(checkpoint_s=600.0, epochs=6))
        worker.work(run)
    assert run.checkpoint_steps() == (6, 20, 30) and run.best_path.is_file()
    return run


@pytest.fixture
def stopped(trained, homes):
    """A copy of it that is set up to go on."""
    run = RunFolder(homes.runs / trained.id)
    shutil.copytree(trained.path, run.path)
    jobs.prepare_resume(run)
    return run


def content(run):
    """All that the run has recorded and saved."""
    kept = [*run.checkpoints_path.iterdir(), *(run.path / "samples").iterdir(), run.metrics_path]
    return {path.name: path.read_bytes() for path in kept}


def edit(run, **changes):
    path = run.path / "config.json"
    values = json.loads(path.read_text())
    values["config"].update(changes)
    path.write_text(json.dumps(values))


def events(run, kind):
    return [row["message"] for row in run.metrics()[0] if row.get("event") == kind]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"width": 8}, "width 4 to 8"),
        ({"replay": 0.5}, "replay 0.0 to 0.5"),
        ({"optimizer": "sgd"}, "optimizer adam to sgd"),
        ({"seed": 3}, "seed 0 to 3"),
    ],
)
def test_an_edited_setting_that_does_not_fit_ends_the_attempt_and_keeps_everything(stopped, changes, told):
    before = content(stopped)
    edit(stopped, **changes)
    assert worker.work(stopped) == FAILED
    message = stopped.status().message
    assert str(stopped.checkpoint_path(30)) in message and "does not fit the run's configuration" in message
    assert told in message and "set that back, then Resume" in message
    assert content(stopped) == before


def test_set_back_it_goes_on(stopped):
    edit(stopped, width=8)
    assert worker.work(stopped) == FAILED
    edit(stopped, width=4)
    jobs.prepare_resume(stopped)
    assert worker.work(stopped) == FINISHED and stopped.status().step == 36


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "cannot be read (Permission denied)"),
        (OSError(errno.EIO, "Input/output error"), "cannot be read (Input/output error)"),
        (MemoryError(), "needs more memory than is free"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), "needs more memory than is free"),
    ],
)
def test_a_checkpoint_that_cannot_be_read_now_ends_the_attempt_and_keeps_everything(stopped, monkeypatch, error, words):
    before = content(stopped)

    def refused(*_, **__):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "safe_open", refused)
        assert worker.work(stopped) == FAILED
    assert str(stopped.checkpoint_path(30)) in stopped.status().message and words in stopped.status().message
    assert content(stopped) == before
    jobs.prepare_resume(stopped)
    assert worker.work(stopped) == FINISHED


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (-5, ": step is -5; it must be a whole number from 0 to 1,000,000,000,000."),
        (12, " holds the state of step 12; what was recorded after that would be lost. Rename it to "),
    ],
)
def test_a_wrong_step_ends_the_attempt_and_cuts_nothing(stopped, step, words):
    last, before = stopped.checkpoint_path(30), content(stopped)
    last.write_bytes(with_state(before[last.name], lambda state: {**state, "step": step}))
    before[last.name] = last.read_bytes()
    assert worker.work(stopped) == FAILED
    assert f"{last}{words}" in stopped.status().message
    assert content(stopped) == before


@pytest.mark.parametrize("damage", [lambda b: b[:-7], lambda b: b"", lambda b: bytes(len(b)), lambda b: b"torn" * 9])
def test_a_damaged_checkpoint_is_set_aside_and_the_one_before_it_used(stopped, damage):
    last = stopped.checkpoint_path(30)
    last.write_bytes(damage(last.read_bytes()))
    kept = last.read_bytes()
    assert worker.work(stopped) == FINISHED
    assert last.with_name(f"{last.name}.damaged").read_bytes() == kept
    assert events(stopped, "damaged") == [f"The checkpoint {last.name} is damaged and was set aside."]
    steps = [row["step"] for row in stopped.metrics()[0] if "d_loss" in row]
    assert steps == list(range(1, 37)), "it went on from step 20"


def test_where_all_are_damaged_the_run_does_not_begin_anew(stopped):
    for path in stopped.checkpoints_path.iterdir():
        path.write_bytes(b"torn")
    before = content(stopped)
    for _ in range(2):
        assert worker.work(stopped) == FAILED
        assert "All checkpoints in" in stopped.status().message and "nothing was changed" in stopped.status().message
        assert content(stopped) == before
        jobs.prepare_resume(stopped)


def test_the_best_is_gone_on_from_where_nothing_else_is_left(stopped):
    step = checkpoint.read(stopped.best_path)[1]["step"]
    for path in stopped.checkpoints():
        path.unlink()
    assert worker.work(stopped) == FINISHED
    assert step == 20 and [row["step"] for row in stopped.metrics()[0] if "d_loss" in row] == list(range(1, 37))


def test_settings_that_may_be_edited_count_and_are_told(stopped):
    edit(stopped, epochs=8, lr_g=0.001, beta1=0.3)
    assert worker.work(stopped) == FINISHED
    assert stopped.status().epoch == 8.0 and stopped.status().lr_g == 0.001
    _, plain = checkpoint.read(stopped.checkpoints()[-1])
    assert [group["betas"][0] for group in plain["generator_optimizer"]] == [0.3] and plain["generator_optimizer"][0][
        "lr"
    ] == 0.001
    (told,) = events(stopped, "edited")
    assert "lr_g 0.0002 to 0.001" in told and "beta1 0.5 to 0.3" in told and "epochs 6 to 8" in told


def test_a_checkpoint_of_before_settings_were_kept_in_it_still_loads(stopped):
    from safetensors import safe_open
    from safetensors.torch import save_file

    path = stopped.checkpoint_path(30)
    with safe_open(path, "pt") as file:
        plain = json.loads(file.metadata()["state"])
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    assert plain.pop("config")["width"] == 4
    save_file(tensors, path, metadata={"state": json.dumps(plain)})
    assert worker.work(stopped) == FINISHED and not events(stopped, "edited")


def test_foreign_files_in_a_run_are_left_alone(stopped):
    samples, evaluations = stopped.path / "samples", stopped.path / "evaluations"
    evaluations.mkdir()
    strange = [
        stopped.checkpoints_path / "step-00000090-good.safetensors", stopped.checkpoints_path / "step-90.safetensors",
        stopped.checkpoints_path / "step-00000090 (copy).safetensors", stopped.checkpoints_path / "step-x.safetensors",
        stopped.checkpoints_path / "step-000000090.safetensors", samples / "step-00000099 (1).png",
        samples / "step-99.png", evaluations / "step-00000030-old.json",
    ]  # fmt: skip
    for path in strange:
        path.write_bytes(b"mine")
    (stopped.checkpoints_path / "step-00000091.safetensors").mkdir()
    assert stopped.checkpoint_steps() == (6, 20, 30) and stopped.evaluations() == []
    branch = branching.branch(stopped, 20)
    assert [path.name for path in branch.checkpoints()] == ["step-00000020.safetensors"]
    assert stopped.sample_path("step-99.png") is None
    assert worker.work(stopped) == FINISHED
    assert all(path.read_bytes() == b"mine" for path in strange)


def test_steps_of_more_than_eight_digits_sort_as_numbers(stopped):
    for step in (99_999_999, 100_000_000, 1_000_000_000):
        stopped.checkpoint_path(step).touch()
    assert stopped.checkpoint_steps()[-3:] == (99_999_999, 100_000_000, 1_000_000_000)
    assert stopped.checkpoints()[-1].name == "step-1000000000.safetensors"


@pytest.mark.parametrize("content", [None, b"", bytes(300), b"{half"])
def test_a_run_whose_small_files_are_lost_goes_on(stopped, content):
    for name in ("status.json", "control.json", "notes.json"):
        path = stopped.path / name
        path.unlink(missing_ok=True) if content is None else path.write_bytes(content)
    with stopped.metrics_path.open("ab") as file:
        file.write(b'{"step": 31, "d_lo' + bytes(50))
    with stopped.samples_index_path.open("ab") as file:
        file.write(bytes(20))
    status = stopped.status()
    assert (status.state, status.step) == (LOST, 30) and "checkpoint of step 30" in status.message
    assert stopped.control().want == "run" and stopped.notes().name == ""
    jobs.prepare_resume(stopped)
    assert worker.work(stopped) == FINISHED
    steps = [row["step"] for row in stopped.metrics()[0] if "d_loss" in row]
    assert steps == list(range(1, 37))
    assert all(json.loads(line) for line in stopped.metrics_path.read_text().splitlines())


def test_a_branch_of_a_damaged_checkpoint_does_not_begin_anew(stopped):
    branch = branching.branch(stopped, 20, {"lr_g": 1e-3})
    path = branch.checkpoint_path(20)
    path.write_bytes(path.read_bytes()[:-1])
    assert worker.work(branch) == FAILED and "All checkpoints in" in branch.status().message
    assert path.is_file()


def test_a_branch_that_lacks_memory_keeps_its_checkpoint(stopped, monkeypatch):
    branch = branching.branch(stopped, 20, {"lr_g": 1e-3})

    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "_take", full)
        assert worker.work(branch) == FAILED
    assert "needs more memory than is free" in branch.status().message and branch.checkpoint_steps() == (20,)
    jobs.prepare_resume(branch)
    assert worker.work(branch) == FINISHED


def test_the_configuration_that_a_state_was_saved_with_stands_in_it(stopped):
    _, plain = checkpoint.read(stopped.checkpoint_path(30))
    assert plain["config"] == dataclasses.asdict(stopped.record().config)


def test_a_copied_run_is_a_run_of_its_own(stopped):
    copy = stopped.path.with_name("Copy_of.run-2")
    shutil.copytree(stopped.path, copy)
    assert jobs.find("Copy_of.run-2").path == copy and "Copy_of.run-2" in [run.id for run in jobs.runs()]
    assert worker.work(jobs.find("Copy_of.run-2")) == FINISHED and stopped.checkpoint_steps() == (6, 20, 30)


class Follower:
    """What one of a team that does not lead hears, and what it answered."""

    def __init__(self, *orders):
        self.orders, self.answers = [*orders], []

    def hear(self):
        return self.orders.pop(0)

    def agree(self, problem=None):
        self.answers.append(problem)
        if problem:
            raise ModelError(problem)


@pytest.fixture
def trainer(stopped, pictures):
    images, labels = torch.zeros(48, 1, 28, 28, dtype=torch.uint8), torch.arange(48) % 2
    return lambda **changes: Trainer(
        stopped.record().config.changed(**changes), images, Machine("cpu", "fp32", 1), labels, 2
    )


def test_a_team_goes_on_from_the_checkpoint_that_its_leader_has_loaded(stopped, trainer):
    group, own = Follower({"checkpoint": "step-00000020.safetensors"}), trainer()
    stopped.checkpoint_path(30).write_bytes(b"torn")
    assert resuming.follow(stopped, own, group) and own.step == 20 and group.answers == [None]
    anew = trainer()
    assert resuming.follow(stopped, anew, Follower({"checkpoint": None})) and anew.step == 0
    assert not resuming.follow(stopped, anew, Follower(None)), "the leader has failed"


def test_one_of_a_team_that_cannot_load_says_why_and_waits_for_the_end(stopped, trainer):
    before = content(stopped)
    group = Follower({"checkpoint": "step-00000030.safetensors"}, None)
    assert not resuming.follow(stopped, trainer(width=8), group)
    assert "does not fit" in group.answers[0] and not group.orders and content(stopped) == before
