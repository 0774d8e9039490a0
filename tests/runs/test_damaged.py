"""Runs whose files a power cut, a disk or a hand has damaged: said in a sentence, and only what was lost is lost."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import GanError, RunError
from pipelines.runs import reading, recorded
from pipelines.runs.folder import ACTIVE, FAILED, FINISHED, LOST, RUNNING, STOPPED, RunFolder
from tests.fake_run import FakeRun
from tests.wrong_files import damaged

LOSSES = {"empty": b"", "zero bytes": b"\0" * 300, "half": b'{"state": "runn', "deep": b"[" * 50_000, "list": b"[1]"}


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    made = FakeRun("damaged", home=tmp_path)
    made.sample()
    made.rows(3)
    made.measure()
    made.event("stopped", "Stopped.")
    made.status(STOPPED)
    made.folder.checkpoint_path(20).write_bytes(b"weights")
    os.utime(made.folder.path / "config.json", (1e9, 1e9))  # not one that is being made at this moment
    return made.folder


@pytest.mark.parametrize("content", LOSSES.values(), ids=LOSSES)
def test_a_lost_status_is_made_up_from_lock_and_checkpoints(run: RunFolder, content: bytes) -> None:
    (run.path / "status.json").write_bytes(content)
    found = run.status()
    assert (found.state, found.step) == (LOST, 20)
    assert found.message.startswith("damaged/status.json") and "goes on from its checkpoint of step 20" in found.message
    with run.hold():
        assert run.status().state == RUNNING


def test_a_missing_status_is_made_up_as_well(run: RunFolder) -> None:
    (run.path / "status.json").unlink()
    assert (run.status().state, run.status().step) == (LOST, 20)
    for path in run.checkpoints():
        path.unlink()
    assert run.status().step == 0 and "begins anew" in run.status().message


@pytest.mark.parametrize("content", LOSSES.values(), ids=LOSSES)
def test_what_was_wanted_and_noted_falls_back_to_nothing(run: RunFolder, content: bytes) -> None:
    for name in ("control.json", "notes.json"):
        (run.path / name).write_bytes(content)
    assert run.control().want == "run" and run.notes().name == ""
    run.ask(want="stop")
    assert run.control().want == "stop"


def test_half_rows_in_the_middle_are_left_out_and_counted(run: RunFolder) -> None:
    rows, grids = run.metrics()[0], run.samples()[0]
    with run.metrics_path.open("ab") as file:
        file.write(
            b'\0\0\0\0\n{"step": 31, "d_lo\n{"step": null}\n{"step": 3e10}\n' + json.dumps(rows[-1]).encode() + b"\n"
        )
    with run.samples_index_path.open("ab") as file:
        file.write(b"\0\0\0\n")
    assert run.metrics()[0] == [*rows, rows[-1]] and run.samples()[0] == grids
    assert run.rows_left_out() == 5


FILES = ("config.json", "status.json", "control.json", "notes.json", "evaluations/step-00000020.json")


@settings(max_examples=150, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32), name=st.sampled_from(FILES))
def test_a_wrong_file_is_a_sentence_or_a_value(shared_run: dict[str, bytes], where: RunFolder, seed: int, name: str):
    for other, content in shared_run.items():
        (where.path / other).write_bytes(content)
    (where.path / name).write_bytes(damaged(random.Random(seed), shared_run[name]))
    try:
        record = where.record()
        assert 4 <= record.config.width <= 1024 and record.display.get("rows", 1) <= 1000
        assert all(isinstance(each, str) for each in record.data.get("class_names", []))
    except RunError as error:
        assert name == "config.json" and str(error).startswith("shared/config.json"), error
        assert "\n" not in str(error) and len(str(error)) < 700
    status = where.status()
    assert 0 <= status.step <= 10**12 and status.state in (*ACTIVE, FINISHED, STOPPED, FAILED, LOST)
    assert status.quality is None or "frechet" in status.quality
    assert isinstance(where.notes().name, str) and where.control().want in ("run", "pause", "stop")
    for one in where.evaluations():
        assert isinstance(one["step"], int) and isinstance(one["measured_at"], float | int)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_wrong_findings_of_this_machine_are_passed_over(where: RunFolder, seed: int) -> None:
    path = where.path.parent / "probes.json"
    path.write_bytes(damaged(random.Random(seed), json.dumps({"width=8": 1.5, "width=16": 0.25}).encode()))
    assert all(isinstance(name, str) and 0 < ratio <= 1e6 for name, ratio in reading.probes(path).items())


@pytest.fixture(scope="module")
def where(tmp_path_factory) -> RunFolder:
    made = FakeRun("shared", home=tmp_path_factory.mktemp("runs"))
    made.rows(3)
    made.measure()
    made.status(FINISHED)
    made.folder.ask(want="run", lr_g=1e-3)
    recorded.keep_evaluation(
        made.folder, 20, {"samples": 100, "rows": [["a", "1", "2", ""]], "frechet": {"value": 1.0}}
    )
    (made.folder.path / "notes.json").write_text('{"name": "A name", "note": "A note"}')
    return made.folder


@pytest.fixture(scope="module")
def shared_run(where: RunFolder) -> dict[str, bytes]:
    return {name: (where.path / name).read_bytes() for name in FILES}


def test_settings_out_of_range_are_a_sentence(run: RunFolder) -> None:
    values = json.loads((run.path / "config.json").read_bytes())
    for name, value in {"width": 10**9, "size": 5000, "batch_size": 0, "lr_g": -1.0}.items():
        (run.path / "config.json").write_text(json.dumps({**values, "config": {**values["config"], name: value}}))
        with pytest.raises(GanError, match=rf"damaged/config.json: {name} is .*; (it must lie|choose one)"):
            run.record()
