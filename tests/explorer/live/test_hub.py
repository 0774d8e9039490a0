"""The hub of live runs: everything once, in order, to any number of viewers, for as long as somebody looks."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.live import hub
from explorer.live.hub import Hub
from explorer.live.reader import EXACT
from pipelines.runs import display
from pipelines.runs.folder import FINISHED, PAUSED, RunFolder
from tests.explorer.scenes import Stream, play
from tests.fake_run import FakeRun


@pytest.fixture
def run(homes) -> FakeRun:
    made = FakeRun("a-run", home=homes.runs).hold()
    made.status()
    yield made
    made.let_go()


def test_a_viewer_gets_everything_and_then_what_is_new(run: FakeRun) -> None:
    async def scene() -> None:
        run.rows(7)
        run.sample()
        run.measure()
        run.event("paused", "Held.")
        stream = Stream(Hub(), run.folder)
        event, data = await stream.next()
        assert event == "all"
        assert stream.steps == [10, 20, 30, 40, 50, 60, 70]
        assert set(data["columns"]) == {*EXACT, *display.columns(display.usual())}
        assert [len(data[kind]) for kind in ("samples", "measures", "events")] == [1, 1, 1]
        assert data["status"]["state"] == "running" and data["run"]["display"]["tile"] == 28
        run.rows(2)
        event, data = await stream.until(lambda event, data: "rows" in data)
        assert event == "more" and stream.steps[-2:] == [80, 90]
        await stream.close()

    play(scene())


def test_a_new_row_is_sent_by_itself(run: FakeRun) -> None:
    async def scene() -> None:
        stream = Stream(Hub(), run.folder)
        await stream.next()
        for _ in range(8):
            run.rows(1)
            await stream.until(lambda event, data: "rows" in data)
            assert stream.steps[-1] == run.step
        await stream.close()

    play(scene())


def test_missing_and_foreign_rows_do_no_harm(run: FakeRun) -> None:
    async def scene() -> None:
        run.rows(1)
        with run.folder.metrics_path.open("a") as file:
            file.write('{"step": 15, "d_loss": null}\nthis is no row\n{"step": 16}\n3\n["step"]\n{"step": "x"}\n')
            file.write('{"step": 1e999}\n{"step": 18, "d_loss": NaN}\n' + "[" * 9000 + '\n{"step": 17, "d_lo')
        stream = Stream(Hub(), run.folder)
        await stream.next()
        assert stream.steps == [10, 15]  # and neither one without numbers nor the line that is still being written
        with run.folder.metrics_path.open("a") as file:
            file.write('ss": 1.5}\n')
        _, data = await stream.until(lambda event, data: "rows" in data)
        assert data["rows"] == [[17, None, None, 1.5, None, None, None, None, None, None]]
        await stream.close()

    play(scene())


@pytest.mark.parametrize("name", ["status.json", "config.json"])
@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"config": 3, "state": 4}'])
def test_a_file_in_an_odd_state_stops_nothing(run: FakeRun, name: str, content: str) -> None:
    async def scene() -> None:
        stream = Stream(Hub(), run.folder)
        await stream.next()
        good = (run.folder.path / name).read_text()
        (run.folder.path / name).write_text(content)
        run.status() if name == "config.json" else None
        run.rows(1)
        await stream.until(lambda event, data: stream.steps == [10])
        (run.folder.path / name).write_text(good)
        run.step = 500
        run.status()
        await stream.until(lambda event, data: data.get("status", {}).get("step") == 500)
        late = Stream(Hub(), run.folder)
        assert (await late.next())[0] == "all"
        await stream.close()
        await late.close()

    play(scene())


@pytest.mark.parametrize("somebody_else_looks_on", [True, False])
def test_after_a_break_a_stream_goes_on_exactly_where_it_stopped(run: FakeRun, somebody_else_looks_on: bool) -> None:
    async def scene() -> None:
        hub = Hub()
        other = Stream(hub, run.folder)
        if somebody_else_looks_on:
            await other.next()
        run.rows(5)
        first = Stream(hub, run.folder)
        await first.until(lambda event, data: first.steps[-1:] == [50])
        await first.close()
        run.rows(3)
        run.sample()
        second = Stream(hub, run.folder, first.position)
        event, data = await second.until(lambda event, data: second.steps[-1:] == [80])
        assert event == "more" and second.steps == [60, 70, 80]
        if "samples" not in data:
            await second.until(lambda event, data: "samples" in data)
        await second.close()
        await other.close()

    play(scene())


BAD_POSITIONS = ["", "nonsense", "1:2", "-1:0:0", "9:0:0", "1:999999:0", "1:3:0", "1:0:99999", "1:²:0"]


@pytest.mark.parametrize("after", BAD_POSITIONS)
def test_a_bad_position_starts_afresh(run: FakeRun, after: str) -> None:
    async def scene() -> None:
        run.rows(4)
        stream = Stream(Hub(), run.folder, after)
        event, _ = await stream.next()
        assert event == "all" and stream.steps == [10, 20, 30, 40]
        await stream.close()

    play(scene())


def test_a_resume_that_cuts_rows_off_tells_everything_again(run: FakeRun) -> None:
    async def scene() -> None:
        hub = Hub()
        run.rows(6)
        run.sample()
        stream = Stream(hub, run.folder)
        await stream.next()
        before = stream.position
        run.cut_and_resume(30)
        await stream.until(lambda event, data: event == "all" and data["status"]["attempt"] == 2)
        assert stream.steps == [10, 20, 30]
        run.rows(1)
        await stream.until(lambda event, data: "rows" in data)
        assert stream.steps == [10, 20, 30, 40]
        late = Stream(hub, run.folder, before)  # somebody who slept through it
        event, _ = await late.next()
        assert event == "all" and late.steps == [10, 20, 30, 40]
        await stream.close()
        await late.close()

    play(scene())


def test_a_cut_right_after_somebody_joined_is_told_too(run: FakeRun) -> None:
    """What was packed for a joiner is no longer true once rows were cut off."""

    async def scene() -> None:
        hub = Hub()
        for _ in range(4):
            run.rows(20)
            stream = Stream(hub, run.folder)
            await stream.next()
            run.cut_and_resume(30)
            await stream.until(lambda event, data, stream=stream: stream.steps == [10, 20, 30])
            await stream.close()

    play(scene())


def test_states_are_told_as_they_change(run: FakeRun) -> None:
    async def scene() -> None:
        stream = Stream(Hub(), run.folder)
        await stream.next()
        for state in (PAUSED, "running", FINISHED):
            run.status(state)
            await stream.until(lambda event, data, state=state: data.get("status", {}).get("state") == state)
        await stream.close()

    play(scene())


def test_a_killed_process_is_seen_as_lost(homes) -> None:
    async def scene() -> None:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.fake_run", "--id", "doomed", "--seconds", "60"],
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.getcwd()},
        )
        try:
            folder = RunFolder(homes.runs / "doomed")
            while not (folder.exists() and folder.metrics_path.exists() and folder.status().state == "running"):
                await asyncio.sleep(0.05)
            stream = Stream(Hub(), folder)
            await stream.next()
            child.send_signal(signal.SIGKILL)
            await stream.until(lambda event, data: data.get("status", {}).get("state") == "lost")
            await stream.close()
        finally:
            child.kill()
            child.wait()

    play(scene())


def test_a_deleted_run_ends_its_streams(run: FakeRun) -> None:
    async def scene() -> None:
        hub = Hub()
        stream = Stream(hub, run.folder)
        await stream.next()
        run.folder.remove()
        await stream.until(lambda event, data: event == "deleted")
        with pytest.raises(StopAsyncIteration):
            await stream.next()
        assert not hub.watchers

    play(scene())


def test_a_folder_that_a_lock_made_anew_is_no_run(run: FakeRun) -> None:
    async def scene() -> None:
        stream = Stream(Hub(), run.folder)
        await stream.next()
        run.let_go()
        run.folder.remove()
        run.folder.path.mkdir()
        (run.folder.path / "control.lock").touch()
        await stream.until(lambda event, data: event == "deleted")
        await stream.close()

    play(scene())


def test_many_viewers_share_one_watcher_that_ends_with_the_last(run: FakeRun) -> None:
    async def scene() -> None:
        hub = Hub()
        run.rows(3)
        streams = [Stream(hub, run.folder) for _ in range(5)]
        for stream in streams:
            await stream.next()
        assert len(hub.watchers) == 1
        run.rows(2)
        late = Stream(hub, run.folder)
        await late.next()
        for stream in [*streams, late]:
            while len(stream.steps) < 5:
                await stream.next()
            assert stream.steps == [10, 20, 30, 40, 50]
        for stream in [*streams, late]:
            assert len(hub.watchers) == 1
            await stream.close()
        assert not hub.watchers

    play(scene())


def test_a_slow_viewer_holds_nobody_up_and_catches_up_in_one(run: FakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "MAILBOX", 3)
    monkeypatch.setattr(hub, "POLL_S", 0.01)

    async def scene() -> None:
        hub = Hub()
        slow, quick = Stream(hub, run.folder), Stream(hub, run.folder)
        await slow.next()
        await quick.next()
        for number in range(1, 13):
            run.rows(1)
            await quick.until(lambda event, data, number=number: quick.steps[-1:] == [10 * number])
        (watcher,) = hub.watchers.values()
        assert all(len(viewer._waiting) <= 3 for viewer in watcher.viewers)
        event, data = await slow.next()
        assert event == "more" and len(data["rows"]) == 12  # what it missed, in one message
        run.rows(1)
        await slow.until(lambda event, data: "rows" in data)
        assert slow.steps == quick.steps + [130] == [10.0 * number for number in range(1, 14)]
        await slow.close()
        await quick.close()

    play(scene())


def test_dropped_viewers_end(run: FakeRun) -> None:
    async def scene() -> None:
        hub = Hub()
        stream = Stream(hub, run.folder)
        await stream.next()
        hub.drop_viewers()
        with pytest.raises(StopAsyncIteration):
            await stream.next()
        assert not hub.watchers

    play(scene())


def test_a_long_run_is_told_whole_at_once(run: FakeRun) -> None:
    async def scene() -> None:
        run.rows_in_bulk(30_000)
        stream = Stream(Hub(), run.folder)
        await stream.next()
        assert stream.steps == [10.0 * number for number in range(1, 30_001)]
        await stream.close()

    play(scene())


def test_importing_the_live_part_loads_no_torch() -> None:
    code = (
        "import sys; import explorer.server.routes, explorer.widgets.live_run, explorer.widgets.run_list; "
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
