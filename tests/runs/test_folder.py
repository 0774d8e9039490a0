"""The run folder's format, as any tool reads it."""

import json
import threading
import time

import pytest

from pipelines.config.train_config import TrainConfig
from pipelines.errors import RunError
from pipelines.runs import recorded
from pipelines.runs.folder import LOST, RUNNING, Notes, Record, RunFolder, Status


@pytest.fixture
def run(tmp_path):
    return RunFolder(tmp_path / "one").create(Record(TrainConfig(lr_g=1e-3), preset="dcgan-digits"))


def test_what_is_written_is_read_back(run):
    assert run.record().config.lr_g == 1e-3 and run.record().preset == "dcgan-digits"
    run.write_notes(Notes("my run", "first try"))
    assert run.notes() == Notes("my run", "first try")
    assert json.loads((run.path / "config.json").read_text())["config"]["loss"] == "non-saturating"


def test_a_folder_is_not_made_twice(run):
    with pytest.raises(RunError, match="exists already; choose another"):
        RunFolder(run.path).create(Record(TrainConfig()))


def test_what_is_no_run_is_said(tmp_path):
    with pytest.raises(RunError, match="There is no run in"):
        RunFolder(tmp_path).record()
    with pytest.raises(RunError, match="There is no run in"):
        RunFolder(tmp_path / "none").status()


def test_a_broken_file_is_named(run):
    (run.path / "config.json").write_text("{half")
    with pytest.raises(RunError, match=r"one/config\.json breaks off or is not JSON"):
        run.record()


@pytest.mark.parametrize(
    "content", ["[]", "{}", '{"config": 3}', '{"config": {"width": "wide"}}', '{"config": {"x": 1}}']
)
def test_a_configuration_that_is_none_is_named(run, content):
    (run.path / "config.json").write_text(content)
    with pytest.raises(RunError, match=r"one/config\.json: .*(must be|no setting)"):
        run.record()


def test_rows_are_read_on_from_an_offset_and_an_unfinished_line_is_left(run):
    run.append_metrics({"step": 1, "d_loss": 0.5})
    rows, offset = run.metrics()
    with run.metrics_path.open("a") as file:
        file.write('{"step": 2}\n{"step": 3, "d_lo')
    later, offset = run.metrics(offset)
    assert (rows, later) == ([{"step": 1, "d_loss": 0.5}], [{"step": 2}])
    with run.metrics_path.open("a") as file:
        file.write('ss": 1}\n')
    assert run.metrics(offset)[0] == [{"step": 3, "d_loss": 1}]


def test_a_number_that_is_not_finite_is_written_as_null(run):
    run.append_metrics({"step": 1, "d_loss": float("nan"), "g_loss": float("inf")})
    assert run.metrics()[0] == [{"step": 1, "d_loss": None, "g_loss": None}]


def test_going_on_from_a_checkpoint_drops_what_came_after_it(run):
    for step in (1, 2, 3):
        run.append_metrics({"step": step})
        run.add_sample(b"png", step=step, images_seen=step, seconds=0.0)
    with run.metrics_path.open("a") as file:
        file.write('{"step": 4, "half')
    recorded.cut_after(run, 2)
    assert [row["step"] for row in run.metrics()[0]] == [1, 2] == [row["step"] for row in run.samples()[0]]
    assert run.sample_path("step-00000002.png").read_bytes() == b"png" and run.sample_path("step-00000003.png") is None


def test_only_grids_are_given_out(run):
    assert run.sample_path("../config.json") is None and run.sample_path("index.jsonl") is None


def test_a_run_whose_process_is_gone_reads_as_lost(run):
    run.write_status(Status(RUNNING, pid=12345, step=7, images_per_s=3000.0, eta_s=9.0, heartbeat=time.time()))
    assert run.status().state == LOST
    assert run.status().message.endswith("after step 7; Resume begins anew, since nothing was saved yet.")
    assert run.status().images_per_s == 0.0 and run.status().eta_s is None, "nothing moves any more"
    run.checkpoint_path(5).touch()
    assert run.status().message.endswith("Resume goes on from its checkpoint of step 5.")
    with run.hold():
        assert run.status().state == RUNNING
    assert run.status().state == LOST


def test_a_process_that_was_just_launched_is_given_time(run):
    assert run.status().state == "queued"
    run.write_status(Status(heartbeat=time.time() - 60))
    assert run.status().state == LOST


def test_a_run_is_held_once(run, monkeypatch):
    with run.hold():
        assert run.is_held()
        from pipelines.runs import holding

        real = holding.FileLock.acquire
        monkeypatch.setattr(holding.FileLock, "acquire", lambda lock, timeout, **kwargs: real(lock, timeout=0.05))
        with pytest.raises(RunError, match="Another process already works on the run one"), run.hold():
            pass


def test_wishes_add_up_and_replace(run):
    run.ask(want="pause", single_steps=1)
    stamp = run.control_stamp()
    assert run.ask(single_steps=1, lr_g=0.1).single_steps == 2
    assert run.control_stamp() != stamp
    assert (run.control().want, run.control().lr_g, run.control().lr_d) == ("pause", 0.1, None)


def test_a_removed_run_is_gone_at_once(run):
    run.remove()
    assert not run.path.exists() and not list(run.path.parent.iterdir())
    with pytest.raises(RunError, match="cannot be deleted"):
        run.remove()
    with pytest.raises(RunError, match="There is no run one"):
        run.ask(want="stop")
    with pytest.raises(RunError, match="There is no run one"), run.hold():
        pass
    assert not run.is_held() and not run.path.exists(), "asking does not bring it back"


def test_many_may_ask_at_once_whether_a_run_is_held(run):
    with run.hold():
        pass  # so that there is a lock to ask for
    answers = []
    threads = [threading.Thread(target=lambda: answers.extend(run.is_held() for _ in range(50))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [False] * 400
