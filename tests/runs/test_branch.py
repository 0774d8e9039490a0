"""Branches: a run of its own that goes on from a checkpoint of another, and which checkpoints are kept for that."""

import random
import shutil

import pytest
import torch

from pipelines import cli
from pipelines.errors import ConfigError, RunError
from pipelines.runs import branching, jobs, session, worker
from pipelines.runs.folder import FINISHED, Notes, Record, RunFolder
from pipelines.runs.retention import LAST, OLDER, OLDER_BYTES, superfluous
from pipelines.training import checkpoint

TIMES = ("seconds", "images_per_s")


@pytest.fixture(scope="module", autouse=True)
def kept_at_20_and_30():
    """Runs save at these steps, and keep what was saved."""
    real = session.FolderHooks.after_step

    def after_step(hooks, trainer, *rest):
        real(hooks, trainer, *rest)
        if trainer.step in (20, 30):
            hooks.save()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "_SAVE_SHARE", 1e9)  # else epochs' ends save too
        patch.setattr(session.FolderHooks, "after_step", after_step)
        yield


@pytest.fixture(scope="module")
def trained(kept_at_20_and_30, tiny_config, tmp_path_factory):
    """The folder of a finished run, to be copied."""
    home = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_EXPLORER_RUNS", str(home))
        run = jobs.create(tiny_config.changed(precision="auto"))
        assert worker.work(run) == FINISHED and run.checkpoint_steps() == (6, 20, 30, 60)
    run.write_notes(Notes(name="Noise"))
    return run.path


@pytest.fixture
def parent(trained, homes):
    return RunFolder(shutil.copytree(trained, homes.runs / trained.name))


def rows(run, events=False):
    kept = [row for row in run.metrics()[0] if ("event" in row) == events]
    return [{key: value for key, value in row.items() if key not in TIMES} for row in kept]


def test_an_older_run_with_a_penalty_beside_batch_norm_goes_on_and_a_branch_of_it_is_refused(tiny, homes):
    config = tiny.changed(network="dcgan", size=32, r1=1.0, epochs=2)
    with pytest.raises(ConfigError, match="set d_norm to 'none', 'layer' or 'spectral', or r1 to 0"):
        jobs.create(config)
    old = RunFolder(homes.runs / "20250101-000000-old-abcd").create(Record(config=config))
    assert worker.work(old) == FINISHED
    with pytest.raises(ConfigError, match="set d_norm"):
        branching.branch(old, old.checkpoint_steps()[-1], {"epochs": 3})
    assert branching.branch(old, old.checkpoint_steps()[-1], {"epochs": 3, "d_norm": "none"}).record().config.r1 == 1.0


def test_unchanged_a_branch_ends_as_the_run_it_came_from(parent):
    branch = branching.branch(parent, 30)
    assert branch.record().resolved == parent.record().resolved, "what 'auto' was then is what it is now"
    assert branching.branch(parent, 30, {"precision": "fp32"}).record().resolved == {}
    assert worker.work(branch) == FINISHED
    assert rows(branch) == rows(parent), "its history is the parent's up to the step, and its own training the same"
    ends = [checkpoint.read(run.checkpoints()[-1])[0] for run in (parent, branch)]
    assert all(torch.equal(ends[0][key], ends[1][key]) for key in ends[0])
    assert [row["step"] for row in branch.samples()[0]] == [row["step"] for row in parent.samples()[0]]
    assert branch.record().branched_from == f"{parent.id}@30" and branch.notes().name == "Noise: unchanged"
    (event,) = [row for row in rows(branch, events=True) if row["event"] == "branched"]
    assert event["step"] == 30 and event["message"].endswith("G and D go on as they were.")


def test_changed_settings_count_from_the_step_on(parent):
    branch = branching.branch(parent, 20, {"lr_g": 1e-3, "label_smoothing": 0.1})
    assert worker.work(branch) == FINISHED
    mine, theirs = rows(branch), rows(parent)
    at = next(index for index, row in enumerate(mine) if row["step"] > 20)
    assert mine[:at] == theirs[:at] and mine[at]["d_loss"] != theirs[at]["d_loss"]
    assert branch.status().lr_g == 1e-3 and parent.record().config.label_smoothing == 0.0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"d_norm": "spectral"}, "parts of D"),
        ({"minibatch": "stddev"}, "parts of D"),
        ({"optimizer": "rmsprop"}, "memory of G"),
    ],
)
def test_what_the_changes_leave_as_it_was_goes_on_and_what_not_is_said(parent, changes, words):
    branch = branching.branch(parent, 30, changes)
    assert worker.work(branch) == FINISHED
    (event,) = [row for row in rows(branch, events=True) if row["event"] == "branched"]
    assert "G goes on as it was; afresh begin: " in event["message"] and words in event["message"]


def test_a_d_under_spectral_norm_keeps_its_weights_and_a_head_that_grew_those_it_had(tiny, parent, tmp_path):
    from pipelines.training.machine import Machine
    from pipelines.training.trainer import Trainer

    tensors, _ = checkpoint.read(parent.checkpoint_path(30))
    images, labels = torch.zeros(48, 1, 28, 28, dtype=torch.uint8), torch.arange(48) % 2
    for changes in ({"d_norm": "spectral"}, {"minibatch": "stddev"}):
        trainer = Trainer(tiny.changed(**changes), images, Machine("cpu", "fp32", 1), labels, 2)
        checkpoint.load_fitting(trainer, parent.checkpoint_path(30))
        state = trainer.network("discriminator").state_dict()
        for key, old in tensors.items():
            if not key.startswith("discriminator."):
                continue
            name = key.removeprefix("discriminator.")
            new = state.get(name, state.get(name.replace("weight", "parametrizations.weight.original")))
            assert torch.equal(new[tuple(slice(size) for size in old.shape)], old), (changes, key)
        assert trainer.step == 30 and torch.equal(torch.get_rng_state(), tensors["rng.cpu"])


def test_from_step_0_it_begins_anew_with_the_same_seed(parent):
    branch = branching.branch(parent, 0, {"width": 8, "epochs": 2})
    assert branch.metrics()[0] == [] and branch.checkpoints() == []
    expected = parent.record().config.changed(width=8, epochs=2)
    assert worker.work(branch) == FINISHED and branch.record().config == expected


def test_a_branch_is_resumed_as_any_run(parent, monkeypatch):
    branch = branching.branch(parent, 20, {"lr_g": 1e-3})
    real = session.FolderHooks.after_step

    def after_step(hooks, trainer, *rest):
        real(hooks, trainer, *rest)
        if trainer.step == 25:
            jobs.stop(hooks.folder)

    with monkeypatch.context() as patch:
        patch.setattr(session.FolderHooks, "after_step", after_step)
        worker.work(branch)
    jobs.prepare_resume(branch)
    assert worker.work(branch) == FINISHED
    straight = branching.branch(parent, 20, {"lr_g": 1e-3})
    assert worker.work(straight) == FINISHED and rows(straight) == rows(branch)
    assert [row["event"] for row in rows(branch, events=True)] == ["branched", "stopped", "finished"]


def test_a_branch_of_a_branch_tells_both_with_what_was_changed(parent):
    branch = branching.branch(parent, 20, {"lr_g": 1e-3})
    assert worker.work(branch) == FINISHED
    second = branching.branch(branch, 30, {"label_smoothing": 0.1, "lr_g": 2e-3})
    assert worker.work(second) == FINISHED
    told = [(row["step"], row["message"]) for row in second.metrics()[0] if row.get("event") == "branched"]
    assert [step for step, _ in told] == [20, 30]
    assert told[0][1].startswith(f"Branched from {parent.id}@20 with lr_g {parent.record().config.lr_g} to 0.001. ")
    assert told[1][1].startswith(f"Branched from {branch.id}@30 with ") and "lr_g 0.001 to 0.002" in told[1][1]
    assert "label_smoothing 0.0 to 0.1" in told[1][1]


def test_what_cannot_be_is_one_sentence_and_leaves_nothing(parent, homes):
    before = {run.id for run in jobs.runs()}
    for step, changes, error, words in (
        (21, {}, RunError, "keeps no checkpoint of step 21; it keeps: 6, 20, 30, 60"),
        (20, {"width": 8}, RunError, "nothing that was learnt fits: begin with new networks \\(step 0\\)"),
        (20, {"epochs": 2}, RunError, "has reached its 2 epochs already"),
        (20, {"loss": "wasserstein"}, ConfigError, "holds only for a D of bounded slope"),
        (20, {"colour": 3}, ConfigError, "There is no setting named 'colour'"),
    ):
        with pytest.raises(error, match=words):
            branching.branch(parent, step, changes)
    assert {run.id for run in jobs.runs()} == before


def test_the_command_line_branches(parent, capsys):
    place = str(parent.path.parent / "cured")
    with pytest.raises(SystemExit) as end:
        cli.main(["branch", parent.id, "--from", "30", "--label-smoothing", "0.1", "--run", place])
    assert end.value.code == 0
    cured = jobs.find("cured")
    assert cured.status().state == FINISHED and cured.record().config.label_smoothing == 0.1


def test_checkpoints_are_kept_spread_over_the_run_however_it_goes():
    chance = random.Random(0)
    for spacing in (lambda step: 100, lambda step: chance.randint(1, 500), lambda step: max(1, step // 20)):
        steps, step = [], 0
        for _ in range(300):
            step += spacing(step)
            steps.append(step)
            gone = superfluous(steps, 1_000_000)
            steps = [kept for kept in steps if kept not in gone]
            assert steps[-1] == step and len(steps) <= LAST + OLDER
        edges = [0, *steps[:-LAST], steps[-LAST]]
        assert len(steps) == LAST + OLDER
        assert max(b - a for a, b in zip(edges, edges[1:], strict=False)) < step / 2.5, "no long gap"


def test_of_large_networks_fewer_are_kept():
    assert len(superfluous(range(1, 20), OLDER_BYTES // 2)) == 19 - LAST - 2
    assert len(superfluous(range(1, 20), 10 * OLDER_BYTES)) == 19 - LAST
    assert superfluous([5], 1) == superfluous([], 0) == []
