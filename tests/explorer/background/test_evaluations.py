"""Full measures of runs in the background, without a browser: started, told, kept, failed, forgotten."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable

import httpx
import pytest

from explorer.background import evaluations, processes
from pipelines.errors import ModelError, RunError
from pipelines.runs import recorded
from pipelines.runs.folder import RunFolder


@pytest.fixture
def run(trained_run: RunFolder) -> RunFolder:
    return trained_run


def until(true: Callable[[], object], timeout_s: float = 90.0) -> None:
    end = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_run_is_measured_by_a_process_of_its_own_and_the_result_is_kept(run, homes, address):
    evaluations.start(run)
    assert evaluations.of_run(run)["work"]["state"] == "working"
    with pytest.raises(ModelError, match="being measured already"):
        evaluations.start(run)
    (process,) = evaluations.BACKGROUND.processes.values()
    evaluations.BACKGROUND.processes.clear()  # as in a server that was started meanwhile
    assert evaluations.of_run(run)["work"]["state"] == "working"
    until(lambda: not evaluations.of_run(run)["work"])
    assert process.wait(30) == 0
    told = httpx.get(f"{address}/api/runs/{run.id}/evaluations", trust_env=False).json()
    (found,) = told["evaluations"]
    measures = [row for row in run.metrics()[0] if "frechet" in row]
    assert found["step"] == min(measures, key=lambda row: row["frechet"])["step"], "the best checkpoint's"
    assert (found["samples"], found["draws"], found["features"]) == (10_000, 5, "pixel features")
    assert found["frechet"]["value"] > 0 and found["rows"][0][0] == "Fréchet distance"
    assert [path.name for path in (run.path / "evaluations").iterdir()] == [f"step-{found['step']:08d}.json"]
    assert not list((homes.saved / "measuring").iterdir()), "nothing is left of it"


def test_a_failure_is_one_sentence_until_it_was_read(run, monkeypatch):
    run.best_path.write_bytes(b"not weights")
    evaluations.start(run)
    until(lambda: evaluations.of_run(run)["work"]["state"] == "failed")
    said = evaluations.of_run(run)["work"]["message"]
    assert "best.safetensors" in said and said.endswith(".") and "Traceback" not in said and "\n" not in said
    evaluations.BACKGROUND.processes.clear()
    monkeypatch.setattr(processes, "SILENT_S", -1.0)
    assert evaluations.of_run(run)["work"]["message"] == said, "also for a server that was started later"
    evaluations.dismiss(run)
    assert evaluations.of_run(run)["work"] is None


def test_a_record_means_a_process(run, homes, monkeypatch):
    """A server that is killed while it starts a measure leaves no record of one that never ran."""
    record = homes.saved / "measuring" / f"{run.id}.json"
    begin, begun = subprocess.Popen, []

    def sees_no_record(*words, **settings):
        assert not record.exists()
        begun.append(begin(*words, **settings))
        return begun[0]

    def disk_full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(subprocess, "Popen", sees_no_record)
    monkeypatch.setattr(processes, "publish_bytes", disk_full)
    with pytest.raises(ModelError, match=r"could not be started \(No space left on device\)"):
        evaluations.start(run)
    assert begun[0].poll() is not None, "one that nobody would hear of does not go on"
    assert not evaluations.BACKGROUND.processes and not list(record.parent.iterdir())


def test_what_is_under_way_for_a_deleted_run_is_forgotten(run, homes):
    record = homes.saved / "measuring" / f"{run.id}.json"
    record.parent.mkdir()
    record.write_text(json.dumps({"checkpoint": "best", "started_at": time.time()}))
    record.with_suffix(".log").write_text('{"share": 0.25, "message": "Looking"}\n')
    assert evaluations.of_run(run)["work"] == {"state": "working", "share": 0.25, "message": "Looking"}
    run.remove()
    assert not evaluations.BACKGROUND.jobs() and not record.exists()


def test_an_older_result_does_not_end_a_new_measure(run, homes):
    recorded.keep_evaluation(run, 3, {"rows": []})
    before = [found["measured_at"] for found in run.evaluations()]
    record = homes.saved / "measuring" / f"{run.id}.json"
    record.parent.mkdir()
    record.write_text(json.dumps({"checkpoint": "best", "started_at": 0.0, "before": before}))
    record.with_suffix(".log").touch()
    assert evaluations.of_run(run)["work"]["state"] == "working"
    late = {"checkpoint": "best", "started_at": time.time() + 3600, "before": []}  # the clock was set back since
    record.write_text(json.dumps(late))
    assert evaluations.of_run(run)["work"] is None


def test_a_run_without_a_checkpoint_and_one_too_many_are_refused(run, monkeypatch):
    jobs = [processes.Job(name) for name in ("x", "y")]
    monkeypatch.setattr(evaluations.BACKGROUND, "jobs", lambda: jobs)
    with pytest.raises(ModelError, match="wait some minutes"):
        evaluations.start(run)
    for path in [run.best_path, *run.checkpoints()]:
        path.unlink()
    with pytest.raises(ModelError, match="no checkpoint yet"):
        evaluations.start(run)


def test_kept_measures_are_by_step_and_a_damaged_one_hides_no_other(run):
    recorded.keep_evaluation(run, 20, {"seed": 1})
    recorded.keep_evaluation(run, 7, {"seed": float("nan")})
    recorded.keep_evaluation(run, 20, {"seed": 2})
    (run.path / "evaluations" / "step-00000009.json").write_text("{")
    assert [(one["step"], one["seed"]) for one in run.evaluations()] == [(7, None), (20, 2)]
    run.remove()
    with pytest.raises(RunError, match="deleted"):
        recorded.keep_evaluation(run, 1, {})
    assert not run.path.exists(), "measuring makes no folder for a run that was deleted"


def test_only_a_run_keeps_its_measure(own_models, type_in):
    code, said = type_in("evaluate", "tiny-plain", "--keep")
    assert code == 1 and "not a run's checkpoint" in said
