"""Several runs over one line: every message says whose it is, and one run's end is not the others'."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest

from explorer.live.hub import Hub
from explorer.live.reader import Position
from explorer.live.several import stream_together
from pipelines.runs.folder import RunFolder
from tests.explorer.scenes import play
from tests.fake_run import FakeRun


@pytest.fixture
def runs(homes) -> Iterator[list[FakeRun]]:
    made = [FakeRun(name, home=homes.runs).hold() for name in ("one", "two")]
    for run in made:
        run.rows(5)
        run.status()
    yield made
    for run in made:
        run.let_go()


def parsed(content: bytes) -> tuple[str, str, str, dict] | None:
    """Event, run, position and data of a message; None of what keeps a line alive."""
    fields = dict(line.split(": ", 1) for line in content.decode().strip().splitlines() if ": " in line)
    return (fields["event"], *fields["id"].split("@"), json.loads(fields["data"])) if "event" in fields else None


async def next_of(stream, wanted: str) -> tuple[str, str, dict]:
    """The next event of a run, its position and data."""
    while True:
        told = parsed(await asyncio.wait_for(anext(stream), 10))
        if told and told[1] == wanted:
            return told[0], told[2], told[3]


def test_each_run_is_told_whole_and_then_as_it_grows(runs) -> None:
    async def scene() -> None:
        hub = Hub()
        one, two = runs
        stream = stream_together(hub, [(one.folder, None), (two.folder, None)])
        told = {parsed(content)[1] async for content in _events(stream, 2)}
        assert told == {"one", "two"}
        two.rows(3)
        event, position, data = await next_of(stream, "two")
        while "rows" not in data:
            event, position, data = await next_of(stream, "two")
        assert event == "more" and [row[0] for row in data["rows"]][-1] == 80
        await stream.aclose()
        assert not hub.watchers, "nothing watches on"
        two.rows(2)
        again = stream_together(hub, [(one.folder, None), (two.folder, Position.parse(position))])
        event, _, data = await next_of(again, "two")
        assert event == "more" and [row[0] for row in data["rows"]] == [90, 100], "it goes on where it was"
        await again.aclose()

    play(scene())


async def _events(stream, count: int):
    """So many messages that are events."""
    while count:
        content = await asyncio.wait_for(anext(stream), 10)
        if parsed(content):
            count -= 1
            yield content


def test_a_run_that_is_not_there_or_goes_ends_for_itself_alone(runs, homes) -> None:
    async def scene() -> None:
        one, two = runs
        gone = RunFolder(homes.runs / "gone")
        stream = stream_together(Hub(), [(gone, None), (one.folder, None), (two.folder, None)])
        assert (await next_of(stream, "gone"))[0] == "deleted"
        one.let_go()
        one.folder.remove()
        while (await next_of(stream, "one"))[0] != "deleted":
            pass
        two.rows(1)
        while "rows" not in (await next_of(stream, "two"))[2]:
            pass
        two.let_go()
        two.folder.remove()
        while (await next_of(stream, "two"))[0] != "deleted":
            pass
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(stream), 10)

    play(scene())


@pytest.mark.parametrize("query", ["", "runs=", "runs=a,a", "runs=../x", "runs=a,b,c,d,e,f,g", "runs=a,,b"])
def test_what_names_no_runs_is_refused(address, homes, query) -> None:
    answer = httpx.get(f"{address}/api/events?{query}", trust_env=False)
    assert answer.status_code == 400 and answer.text.endswith(".")


def test_the_settings_come_along(address, runs) -> None:
    with httpx.stream("GET", f"{address}/api/events?runs=one,two&after=bad", trust_env=False) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        found = {}
        for line in answer.iter_lines():
            if line.startswith("id: "):
                name = line[4:].split("@")[0]
            if line.startswith("data: "):
                found[name] = json.loads(line[6:])["run"]["config"]["network"]
            if len(found) == 2:
                break
    assert found == {"one": "quick", "two": "quick"}
