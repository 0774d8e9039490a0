"""Rows of a run's growing files: whatever a power cut or a hand leaves in them, all rows that are sound are read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import RunError
from pipelines.runs.rows import READ_BYTES, MetricsRow, SampleRow, decode_rows, read_rows

STEP = {"step": 5, "images_seen": 320, "seconds": 0.5, "d_loss": 1.25, "g_loss": None, "new_number": 7}
EVENT = {"step": 6, "event": "paused", "message": "Paused."}
MEASURE = {
    "step": 7,
    "frechet": 3.5,
    "features": "digit features",
    "modes": 10,
    "classes": [0.5, 0.5],
    "new": {"a": [1]},
}
GRID = {"step": 5, "images_seen": 320, "seconds": 0.5, "file": "step-00000005.png"}


def lines(*rows: dict) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_rows_keep_all_that_they_hold() -> None:
    assert decode_rows(lines(STEP, EVENT, MEASURE)) == ([STEP, EVENT, MEASURE], 0)
    assert decode_rows(lines(GRID), SampleRow) == ([GRID], 0)


def test_rows_that_do_not_fit_are_left_out_and_counted() -> None:
    wrong = [
        b"\0" * 40, b'{"step": 9, "d_lo', b"[]", b"5", b"[" * 5000, b'{"d_loss": 1.5}', b'{"step": null}',
        b'{"step": 1.5}', b'{"step": -1}', b'{"step": true}', b'{"step": 3e12}', b'{"step": %b}' % (b"9" * 400),
        b'{"step": 1, "d_loss": "x"}', b'{"step": 1, "d_loss": [1]}', b'{"step": 1, "seconds": null}',
        b'{"step": 1, "images_seen": 1e9}', b'{"step": 1, "event": 5}', b'{"step": 1, "frechet": 1, "modes": 2.5}',
        b'{"step": 1, "frechet": 1, "features": "f", "classes": {"a": 1}}', b'{"step": 1, "d_loss": NaN}', b"\xff\xfe",
    ]  # fmt: skip
    content = lines(STEP) + b"\n".join(wrong) + b"\n\n  \n" + lines(EVENT)
    assert decode_rows(content) == ([STEP, EVENT], len(wrong))


def test_an_index_names_only_grids() -> None:
    wrong = [{**GRID, "file": name} for name in ("../../secret.png", "step-1.png", "step-00000005.png\n", 5)]
    assert decode_rows(lines(STEP, *wrong, GRID), SampleRow) == ([GRID], 5)


def test_an_unfinished_line_waits_and_an_endless_one_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    assert read_rows(path) == ([], 0, 0)
    path.write_bytes(lines(STEP) + b'{"step": 6')
    assert read_rows(path) == ([STEP], len(lines(STEP)), 0)
    path.write_bytes(lines(STEP) + b"\0" * (2 * READ_BYTES + 5) + b"\n" + lines(EVENT))
    rows, offset, left_out = read_rows(path)
    assert rows == [STEP, EVENT] and offset == path.stat().st_size and left_out >= 1


def test_a_file_beyond_all_bounds_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    with path.open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(RunError, match=r"metrics.jsonl has 1,000,000 MB; rows are read of 1,000 MB at most"):
        read_rows(path)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.data(), st.sampled_from([MetricsRow, SampleRow]))
def test_any_bytes_cost_only_the_rows_that_they_hit(data: st.DataObject, kind: type) -> None:
    """Some bytes of one row are replaced by others: the rows around it are read as they were."""
    around = GRID if kind is SampleRow else STEP
    row = bytearray(lines(data.draw(st.sampled_from([STEP, EVENT, MEASURE, GRID])))[:-1])
    start = data.draw(st.integers(0, len(row)))
    row[start : start + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9)).replace(b"\n", b"\0")
    rows, left_out = decode_rows(lines(around) + bytes(row) + b"\n" + lines(around), kind)
    assert rows[0] == rows[-1] == around and len(rows) + left_out in (2, 3)
    for found in rows:
        assert type(found["step"]) is int and found["step"] >= 0
        assert isinstance(found.get("d_loss"), float | int | None)


def test_a_row_at_a_step_that_the_run_cannot_have_come_to_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    far = [{**STEP, "step": 30_000_000_000}, {**EVENT, "step": 30_000_000_000}, {**MEASURE, "step": 20_000}]
    good = [{**STEP, "step": step} for step in (1, 50, 10_000, 20_000, 45_000)]  # as far apart as rows can be, and lost
    path.write_bytes(lines(far[0], good[0], far[1], *good[1:2], far[2], *good[2:], far[0]))
    assert read_rows(path)[0] == good and read_rows(path)[2] == 4
    path.write_bytes(lines({**STEP, "step": 700_000}))
    assert read_rows(path)[0] == [] and len(read_rows(path, step=400_000)[0]) == 1, "a status says how far the run is"
    index = tmp_path / "index.jsonl"
    index.write_bytes(lines(GRID, {**GRID, "step": 30_000_000_000}))
    assert read_rows(index, 0, SampleRow) == ([GRID], index.stat().st_size, 1)
