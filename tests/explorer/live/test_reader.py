"""What a watcher knows of one run: positions, cuts, and lines that are no rows."""

from __future__ import annotations

import pytest

from explorer.live import hub, reader
from explorer.live.hub import Hub
from explorer.live.reader import Position
from pipelines.runs import rows
from tests.explorer.scenes import Stream, play
from tests.fake_run import FakeRun


@pytest.fixture
def run(homes) -> FakeRun:
    made = FakeRun("a-run", home=homes.runs).hold()
    made.status()
    yield made
    made.let_go()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("grown", [0, 40])
def test_who_reconnects_between_a_cut_and_the_next_look_is_answered(run: FakeRun, monkeypatch, grown: int) -> None:
    """The files end before, or hold other rows than, what was read of them; nobody waits for the watcher."""
    monkeypatch.setattr(hub, "POLL_S", 3600.0)

    async def scene() -> None:
        mine = Hub()
        run.rows(2)
        early = Stream(mine, run.folder)
        await early.next()
        after = early.position
        run.rows(20)
        (watcher,) = mine.watchers.values()
        watcher._look()
        run.cut_and_resume(50)
        run.rows(grown)
        late = Stream(mine, run.folder, after)
        event, _ = await late.next()
        assert event == "all", "of what was cut off nothing is told as news"
        watcher._look()
        await late.until(lambda event, data: event == "all")
        assert late.steps == [10.0 * number for number in range(1, 6 + grown)]
        await early.close()
        await late.close()

    play(scene())


def test_a_line_longer_than_any_row_is_passed_over(run: FakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "READ_BYTES", 1000)
    run.rows(1)
    with run.folder.metrics_path.open("ab") as file:
        file.write(b"\0" * 5000 + b"\n")
    run.rows(2)
    found = reader.RunReader(run.folder)
    assert [row[0] for row in found.news()["rows"]] == [10, 20, 30]


@pytest.mark.parametrize("name", ["metrics.jsonl", "samples/index.jsonl"])
def test_rows_beyond_all_bounds_are_not_read_and_the_run_is_told_to_be_damaged(run: FakeRun, name: str) -> None:
    run.rows(3)
    run.sample()
    found = reader.RunReader(run.folder)
    found.news()
    before = found.position
    path = run.folder.path / name
    rows_end = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(rows.MOST_BYTES + 10**6)
    found._asked_at = float("-inf")  # as if a second had gone by
    told = found.news()["status"]
    sentence = f"{path.name} has 1,001 MB; rows are read of 1,000 MB at most."
    assert (told["state"], told["message"], told["explorable"]) == ("damaged", sentence, False)
    assert found.position == before and found.news() == {}, "it is told once"
    anew = reader.RunReader(run.folder)
    assert anew.news()["status"] == told and anew.position != before
    with path.open("r+b") as file:
        file.truncate(rows_end)
    for each in (found, anew):
        each._asked_at = float("-inf")
        assert each.news()["status"]["state"] == "running" and each.position == before


def test_positions() -> None:
    assert Position.parse("2:30:4") == Position(2, 30, 4)
    assert str(Position(2, 30, 4)) == "2:30:4"
    for text in (None, "", "1", "a:b:c", "1:2:3:4", "1:-2:3", "1:2:" + "9" * 40):
        assert Position.parse(text) is None


def test_a_row_far_beyond_the_run_stretches_no_axis_and_is_counted(run: FakeRun) -> None:
    run.rows(3)
    found = reader.RunReader(run.folder)
    found.news()
    far = {**run.row(), "step": 30_000_000_000}
    for row in (far, {**far, "features": "x", "frechet": 1.0}, {**far, "event": "paused", "message": "Paused."}):
        run.folder.append_metrics(row)
    assert found.news() == {"left_out": 3}
    run.rows(1)
    assert [row[0] for row in found.news()["rows"]] == [50]
    everything = found.everything()
    assert everything["left_out"] == run.folder.rows_left_out() == 3
    assert not everything["measures"] and not everything["events"]
    assert [row["step"] for row in run.folder.metrics()[0]] == [10, 20, 30, 50]
    rest = found.rest(Position(found.position.attempt, 0, 0))
    assert [row[0] for row in rest["rows"]] == [10, 20, 30, 50] and "measures" not in rest
