"""What a run describes is what its viewers are told: its series as columns, its measures as they are."""

from __future__ import annotations

import base64
import dataclasses
from array import array

from explorer.live.reader import EXACT, Position, RunReader
from pipelines.runs import display
from tests.fake_run import FakeRun

USUAL = display.usual()
CYCLE = {
    "views": [{"id": "cycle", "chart": "cycle", "heading": "There and back", "axis": "distance"}],
    "series": [{"name": name, "view": "cycle", "label": name[-1]} for name in ("cycle_a", "cycle_b")],
    "measures": USUAL["measures"],
}


def describe(run: FakeRun, display: dict) -> None:
    record = run.folder.record()
    run.folder.write_record(dataclasses.replace(record, display={**record.display, **display}))


def test_an_old_run_is_told_with_the_usual_description(homes) -> None:
    run = FakeRun("old", home=homes.runs)
    run.status()
    run.rows(2)
    reader = RunReader(run.folder)
    reader.news()
    told = reader.everything()
    assert {name: told["run"]["display"][name] for name in USUAL} == USUAL
    assert list(told["columns"]) == [*EXACT, *display.columns(USUAL)]


def test_columns_are_those_that_the_record_describes(homes) -> None:
    run = FakeRun("cycle", home=homes.runs)
    run.status()
    describe(run, CYCLE)
    row = {"step": 1, "images_seen": 64, "seconds": 0.5}
    run.folder.append_metrics({**row, "cycle_a": 0.25, "cycle_b": None, "other": 5.0})
    run.folder.append_metrics({**row, "step": 2, "cycle_a": "not a number", "cycle_b": 3.0})
    run.folder.append_metrics({**row, "step": 3, "other": 5.0})
    reader = RunReader(run.folder)
    reader.news()
    columns = reader.everything()["columns"]
    assert list(columns) == [*EXACT, "cycle_a", "cycle_b"]
    kept = {name: array("f", base64.b64decode(columns[name])).tolist() for name in ("cycle_a", "cycle_b")}
    assert [str(value) for value in kept["cycle_a"] + kept["cycle_b"]] == ["0.25", "nan", "nan", "3.0"]


def test_a_run_that_describes_its_series_late_is_told_anew(homes) -> None:
    run = FakeRun("late", home=homes.runs)
    prepared = run.folder.record()
    run.folder.write_record(dataclasses.replace(prepared, display={}))
    run.status()
    reader = RunReader(run.folder)
    reader.news()
    assert list(reader.everything()["columns"]) == [*EXACT, *display.columns(USUAL)]
    early = reader.position
    run.folder.append_metrics({"step": 1, "images_seen": 64, "seconds": 0.5, "cycle_a": 0.25})
    run.folder.write_record(dataclasses.replace(prepared, display={**prepared.display, **CYCLE}))
    reader._asked_at = float("-inf")  # as if a second had gone by
    assert reader.news() is None, "everything is told again"
    columns = reader.everything()["columns"]
    assert list(columns) == [*EXACT, "cycle_a", "cycle_b"]
    assert array("f", base64.b64decode(columns["cycle_a"])).tolist() == [0.25]
    assert reader.rest(Position(early.attempt, 0, 0)) is None, "a viewer from before has other columns"
