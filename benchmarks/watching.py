"""What does a class cost that watches one run? And what do long runs and many runs cost the server?

    python -m benchmarks.watching [--what class hour many] [--viewers 100] [--sessions 30] [--seconds 20] [--rounds 3]

*class*: a real run of ``--preset`` trains in its own process; viewers listen to its event stream and fetch each new
picture, as a page does, and sessions stand open on its page. With and without them take turns. Told are the training's
steps a second by its own count, how late an event is (from the moment when the file has grown to when a viewer has been
told), and the processor time of the server and of the viewers, who sit at their own machines in a class and share the
training's cores here. They are connections of one small program, not browsers: benchmarks.viewer_cost measures those.

*hour*: a run written as fast as an hour's training would write in ``--compressed`` seconds, ten viewers on it; told is
what the server's memory grew by. *many*: 200 runs in the list, and a run with 100,000 rows: how long each takes to be
told, and how large it is.
"""

from __future__ import annotations

import argparse
import asyncio
import bisect
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import connect

from benchmarks._machine import keep, machine_class
from benchmarks.viewer_cost import cpu_seconds, serve, steps_per_s, under_way
from pipelines.config import presets
from pipelines.runs import jobs
from tests.fake_run import FakeRun

ID = re.compile(rb"^id: \d+:(\d+):\d+$", re.M)
PICTURE = re.compile(rb'"file": ?"([^"]+\.png)"')


class Watch:
    """The viewers and sessions of one run, as a program of their own; it tells what it saw when it is ended."""

    def __init__(self, url: str, run_id: str, metrics: Path, viewers: int, sessions: int) -> None:
        words = [url, run_id, str(metrics), str(viewers), str(sessions)]
        command = [sys.executable, "-m", "benchmarks.watching", "--watch", *words]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout and self.process.stdout.readline().strip() == "ready"

    def end(self) -> dict[str, Any]:
        """What was seen: events, pictures, and how late events were, in seconds."""
        return json.loads(self.process.communicate("\n")[0].splitlines()[-1])


class Viewers:
    """Connections to a run's event stream, each of which fetches the pictures it hears of."""

    def __init__(self, url: str, run_id: str, metrics: Path) -> None:
        self.host, port = url.removeprefix("http://").split(":")
        self.port, self.run_id, self.metrics = int(port), run_id, metrics
        self.grown: list[tuple[int, float]] = []  # sizes of the file and when it first had them
        self.told: list[tuple[int, float]] = []
        self.pictures = self.listening = self.sessions = 0
        threading.Thread(target=self._watch_file, daemon=True).start()

    def _watch_file(self) -> None:
        while True:
            size, now = self.metrics.stat().st_size, time.monotonic()
            if not self.grown or size > self.grown[-1][0]:
                self.grown.append((size, now))
            time.sleep(0.01)

    async def listen(self) -> None:
        """One viewer, until cancelled."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        writer.write(f"GET /api/runs/{self.run_id}/events HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
        self.listening += 1
        await reader.readuntil(b"\r\n\r\n")
        text, known = b"", None  # how far the file had been told
        while size := int(await reader.readline(), 16):
            text += (await reader.readexactly(size + 2))[:-2]
            while b"\n\n" in text:
                event, text = text.split(b"\n\n", 1)
                if found := ID.search(event):
                    size = int(found[1])
                    if known is not None and size > known:  # else it tells of a state, not of the file
                        self.told.append((size, time.monotonic()))
                    if known is not None and (picture := PICTURE.findall(event)):
                        await self._fetch(picture[-1].decode())
                    known = size

    async def _fetch(self, name: str) -> None:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        head = f"GET /api/runs/{self.run_id}/samples/{name} HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode())
        answer = await reader.read()
        self.pictures += answer.startswith(b"HTTP/1.1 200")
        writer.close()

    async def sit(self) -> None:
        """One Streamlit session that stands open on the run's page, until cancelled."""
        async with connect(
            f"ws://{self.host}:{self.port}/_stcore/stream", max_size=None, subprotocols=["streamlit"]
        ) as socket:
            message = BackMsg()
            message.rerun_script.query_string = f"run={self.run_id}"
            message.rerun_script.page_name = "train"
            await socket.send(message.SerializeToString())
            self.sessions += 1
            async for _ in socket:
                pass

    def lateness(self) -> list[float]:
        """Seconds from the moment when the file had grown to what a viewer was told, for each event."""
        sizes = [size for size, _ in self.grown]
        return [
            when - self.grown[i][1] for size, when in self.told if (i := bisect.bisect_left(sizes, size)) < len(sizes)
        ]


async def watch(url: str, run_id: str, metrics: Path, viewers: int, sessions: int) -> None:
    """Watch until a line comes in, then print what was seen."""
    group = Viewers(url, run_id, metrics)
    tasks = [asyncio.create_task(group.listen()) for _ in range(viewers)]
    tasks += [asyncio.create_task(group.sit()) for _ in range(sessions)]
    while group.listening + group.sessions < viewers + sessions:
        for task in tasks:
            if task.done():
                task.result()
        await asyncio.sleep(0.05)
    await asyncio.sleep(8)  # until the sessions, which open all at once, are drawn and all is told
    group.told.clear()
    started, used = time.monotonic(), time.process_time()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    share = (time.process_time() - used) / (time.monotonic() - started)
    late = sorted(group.lateness())
    at = {"median": late[len(late) // 2], "p99": late[int(0.99 * len(late))], "worst": late[-1]} if late else {}
    print(json.dumps({"events": len(group.told), "pictures": group.pictures, "late_s": at, "viewers": share}))
    for task in tasks:
        task.cancel()


def a_class(options: argparse.Namespace, url: str, server: psutil.Process) -> dict[str, Any]:
    """The cost of many viewers of one run."""
    run = under_way(options.preset)
    rows = []
    try:
        for _ in range(options.rounds):
            alone = steps_per_s(run, options.seconds)
            group = Watch(url, run.id, run.metrics_path, options.viewers, options.sessions)
            before, start = cpu_seconds([server]), time.monotonic()
            watched = steps_per_s(run, options.seconds)
            share = (cpu_seconds([server]) - before) / (time.monotonic() - start)
            rows.append(
                {"alone": alone, "watched": watched, "slower": 1 - watched / alone, "server": share, **group.end()}
            )
            print(rows[-1])
    finally:
        jobs.delete(run)
    median = {
        name: statistics.median(row[name] for row in rows)
        for name in ("alone", "watched", "slower", "server", "viewers")
    }
    print(f"{options.viewers} viewers and {options.sessions} sessions: training {median['slower']:.1%} slower, "
          f"the server takes {median['server']:.0%} of a core and the viewers {median['viewers']:.0%}, updates late by "
          f"{max(row['late_s']['p99'] for row in rows):.2f} s (99 of 100).")  # fmt: skip
    return {"viewers": options.viewers, "sessions": options.sessions, "median": median, "rounds": rows}


def an_hour(options: argparse.Namespace, url: str, server: psutil.Process, home: Path) -> dict[str, Any]:
    """Memory over an hour of watching, compressed: 10 rows a second, a grid and a measure each 10 seconds."""
    run = FakeRun("20261122-000000-hour", home=home).hold()
    run.sample()
    run.rows(10)
    run.status()
    group = Watch(url, run.folder.id, run.folder.metrics_path, 10, 1)
    time.sleep(3)
    sizes = [server.memory_info().rss / 1e6]
    for tenth in range(10):
        started = time.monotonic()
        for _ in range(36):
            run.rows_in_bulk(100)
            run.sample()
            run.measure()
            run.status()
            time.sleep(max(0.0, options.compressed / 360 - 0.01))
        sizes.append(server.memory_info().rss / 1e6)
        print(f"{6 * (tenth + 1)} minutes: {sizes[-1]:.0f} MB ({time.monotonic() - started:.0f} s)")
    seen = group.end()
    run.let_go()
    print(f"The server's memory grew by {sizes[-1] - sizes[0]:.0f} MB in an hour of watching.")
    return {"rss_mb": [round(size, 1) for size in sizes], "rows": 36_000, **seen}


def many(url: str, home: Path) -> dict[str, Any]:
    """A long list and a long run."""
    for number in range(200):
        FakeRun(f"20261121-{number:06d}-many", home=home).finished_quickly(40, grids=2)
    long = FakeRun("20261121-999999-long", home=home)
    long.finished_quickly(100_000)
    found = {}
    for name, path in (("list of 200 runs", "/api/runs"), ("100,000 rows", f"/api/runs/{long.folder.id}/events")):
        for turn in ("first", "again"):
            start = time.perf_counter()
            with urllib.request.urlopen(url + path, timeout=60) as answer:
                body = _first_event(answer) if path.endswith("events") else answer.read()
            found[f"{name}, {turn}"] = {
                "ms": round(1000 * (time.perf_counter() - start)),
                "kb": round(len(body) / 1000),
            }
    for name, figures in found.items():
        print(f"{name}: {figures['ms']} ms, {figures['kb']:,} kB")
    return found


def _first_event(stream: Any) -> bytes:
    lines: list[bytes] = []
    while line := stream.readline():
        lines.append(line)
        if line == b"\n" and any(one.startswith(b"data:") for one in lines):
            break
    return b"".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--what", nargs="+", choices=("class", "hour", "many"), default=["class", "hour", "many"])
    parser.add_argument("--viewers", type=int, default=100)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each state in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--compressed", type=float, default=60.0, help="seconds that stand for an hour")
    parser.add_argument("--preset", default=presets.ONE_MINUTE, choices=presets.PRESETS)
    parser.add_argument("--watch", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.watch:
        url, run_id, metrics, viewers, sessions = options.watch
        asyncio.run(watch(url, run_id, Path(metrics), int(viewers), int(sessions)))
        return
    results = machine_class()
    with tempfile.TemporaryDirectory() as home:
        os.environ["GAN_EXPLORER_RUNS"] = home
        process, url = serve()
        server = psutil.Process(process.pid)
        try:
            if "class" in options.what:
                results["class"] = a_class(options, url, server)
            if "hour" in options.what:
                results["hour"] = an_hour(options, url, server, Path(home))
            if "many" in options.what:
                results["many"] = many(url, Path(home))
        finally:
            process.terminate()
            process.wait(20)
    keep("watching", results)


if __name__ == "__main__":
    main()
