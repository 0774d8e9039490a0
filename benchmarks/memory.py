"""Does the server's memory stay level while a class uses it? Clients cycle through all routes; told is RSS by minute.

    python -m benchmarks.memory [--minutes 10] [--clients 10] [--pause 0.5]

The real server, with the models that ship and some runs of its own folders. Each client repeats a round of requests as
the pages make them, with other numbers each time: pictures, readings, D's opinion, directions, searches, effects,
edits, projections, files to download, games, recordings, run lists, event streams and zips, some of which it breaks
off. The first third is warming up (models are loaded, caches fill); of the last two thirds the growth is told as the
slope of a line through all readings, in MB a minute, and the end as a multiple of the start.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import itertools
import json
import os
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
from PIL import Image

from benchmarks._machine import keep, machine_class
from benchmarks.viewer_cost import serve
from pipelines.models import registry
from pipelines.playground.frame import unpack
from tests.fake_run import FakeRun

RUNS = 6
EVERY_S = 2.0  # between two readings of the memory
Ask = Callable[..., Any]


class Client:
    """One visitor, who asks for one thing after the other; times and statuses go to the common lists."""

    def __init__(self, http: httpx.AsyncClient, number: int, pause: float) -> None:
        self.http, self.chance, self.pause = http, random.Random(number), pause
        self.seconds: list[float] = []
        self.statuses: Counter[str] = Counter()

    async def forever(self) -> None:
        """Round after round, until cancelled."""
        while True:
            async for _ in self.round():
                await asyncio.sleep(self.pause * self.chance.random() * 2)

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        start = time.monotonic()
        try:
            answer = await self.http.request(method, path, **more)
        except httpx.HTTPError as error:
            self.statuses[f"{type(error).__name__} {path.split('/')[2]}"] += 1
            return None
        self.seconds.append(time.monotonic() - start)
        self.statuses[str(answer.status_code) if answer.status_code < 400 else f"{answer.status_code} {path}"] += 1
        return answer

    async def leave(self, method: str, path: str, **more: Any) -> None:
        """Ask, and go before the answer has arrived in full."""
        with suppress(httpx.HTTPError, TimeoutError):
            async with asyncio.timeout(0.02 + self.chance.random() / 2), self.http.stream(method, path, **more) as got:
                async for _ in got.aiter_raw():
                    pass
        self.statuses["left"] += 1

    async def round(self) -> AsyncIterator[None]:
        """One round, in which each request is a step."""
        for model in registry.published():
            async for _ in self._model(model):
                yield
        async for _ in self._game():
            yield
        run = f"/api/runs/run-{self.chance.randrange(RUNS)}"
        for path in ("/api/runs", "/api/publications", f"{run}/thumbnail", f"{run}/log", f"{run}/evaluations",
                     f"{run}/zip", "/assets/plotly.min.js", "/api/failures/seed", "/api/failures/seed/doctor",
                     "/api/plane/shapes"):  # fmt: skip
            yield await self.ask("GET", path)
        yield await self.leave("GET", f"{run}/events")
        yield await self.leave("GET", f"{run}/zip")
        yield await self.leave("GET", f"/api/events?runs={','.join(f'run-{n}' for n in range(RUNS))}")

    def _points(self, count: int, classes: int, names: list[str]) -> list[dict[str, Any]]:
        chance, points = self.chance, []
        for _ in range(count):
            point = {"z": [[f"{chance.randrange(10**6)}.{chance.randrange(10**6)}", 1]], "psi": chance.random()}
            point |= {"y": chance.randrange(classes)} if classes else {}
            point |= {"moves": {chance.choice(names): chance.uniform(-3, 3)}} if names else {}
            points.append(point)
        return points

    async def _model(self, model: str) -> AsyncIterator[None]:
        at, chance, names = f"/api/models/{model}", self.chance, []
        if (answer := await self.ask("GET", at)) is None:
            return
        about = answer.json()
        for verb in ("preview", "labels", "directions", "agreement", "equations"):
            answer = await self.ask("GET", f"{at}/{verb}")
            if verb == "directions" and answer is not None:
                names = [one["id"] for one in answer.json()["directions"]]
            yield
        classes, seen = len(about["classes"]), about["attributes"]
        for count in (1, 1, 1, 12, 40):
            points = self._points(count, classes, [*names, f"z{chance.randrange(about['latent'])}", self._marks()])
            for verb in ("pictures", "read", "opinion"):
                yield await self.ask("POST", f"{at}/{verb}", json={"points": points})
            if count == 1:
                yield await self.ask("POST", f"{at}/nearest", json={"points": points})
        wanted = {chance.choice(seen): chance.random() < 0.5}
        yield await self.ask("POST", f"{at}/find", json={"wanted": wanted, "count": chance.randrange(1, 50)})
        if names:
            yield await self.ask("POST", f"{at}/effects", json={"point": {"moves": {chance.choice(names): 2}}})
        if not about["exclusive"]:
            yield await self.ask("POST", f"{at}/equation", json={"a": wanted, "variant": chance.randrange(100)})
            yield await self.ask("POST", f"{at}/edit", json={"point": points[0], "name": chance.choice(seen)})
        picture = np.random.default_rng(chance.randrange(10**6)).integers(0, 256, (300, 400, 3), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "PNG")
        body = {"picture": base64.b64encode(file.getvalue()).decode(), "y": 0}
        yield await self.leave("POST", f"{at}/project", json=body)
        yield await self.leave("POST", f"{at}/pictures", json={"points": points * 9})
        for kind, scale in (("png", 4), ("gif", 2), ("mp4", 2)):
            yield await self.ask("POST", f"{at}/file/{kind}", json={"points": points, "scale": scale})

    def _marks(self) -> str:
        marks = [f"0.{number}" for number in self.chance.sample(range(1000), 6)]
        return f"m:{','.join(marks[:3])}|{','.join(marks[3:])}"

    async def _game(self) -> AsyncIterator[None]:
        answer = await self.ask("POST", "/api/plane", json={"config": {"seed": self.chance.randrange(10**6)}})
        if answer is None or answer.status_code != 200:
            return
        at = f"/api/plane/{unpack(answer.content)['id']}"
        for _ in range(20):
            yield await self.ask("POST", f"{at}/advance", json={"steps": 8})
        yield await self.ask("POST", f"{at}/change", json={"settings": {"g_width": self.chance.randrange(8, 128)}})
        yield await self.ask("GET", f"{at}/saved")


async def measure(url: str, server: int, minutes: float, clients: int, pause: float) -> dict[str, Any]:
    """Let the clients ask for so long, and read the server's memory meanwhile."""
    process = psutil.Process(server)
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=300, limits=limits) as http:
        all_of_them = [Client(http, number, pause) for number in range(clients)]
        tasks = [asyncio.create_task(one.forever()) for one in all_of_them]
        start, readings, told = time.monotonic(), [], 0
        while (now := (time.monotonic() - start) / 60) < minutes:
            await asyncio.sleep(EVERY_S)
            readings.append((now, process.memory_info().rss / 1e6))
            if int(now) > told:
                told, last = int(now), [rss for at, rss in readings if at > now - 1]
                count = sum(len(one.seconds) for one in all_of_them)
                print(f"minute {told:3}: {statistics.median(last):7.0f} MB, {process.num_threads()} threads, "
                      f"{count} requests", flush=True)  # fmt: skip
            if failed := next((task for task in tasks if task.done()), None):
                failed.result()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    late = np.array([reading for reading in readings if reading[0] > minutes / 3])
    slope, _ = np.polyfit(late[:, 0], late[:, 1], 1)
    seconds = sorted(itertools.chain.from_iterable(one.seconds for one in all_of_them))
    by_minute = [
        round(statistics.median(rss for at, rss in readings if minute <= at < minute + 1))
        for minute in range(int(minutes))
    ]
    return {
        "minutes": minutes, "clients": clients, "requests": len(seconds),
        "statuses": dict(sum((one.statuses for one in all_of_them), Counter())),
        "seconds": {f"p{share}": round(seconds[int(len(seconds) * share / 100)], 3) for share in (50, 95, 99)},
        "mb_by_minute": by_minute, "most_mb": round(max(rss for _, rss in readings)),
        "growth_mb_per_minute": round(float(slope), 2),
        "end_over_third": round(float(np.median(late[-30:, 1]) / np.median(late[:30, 1])), 3),
    }  # fmt: skip


def main() -> None:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between a client's requests, on average")
    parser.add_argument("--script", default="streamlit_app.py")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        for name in ("RUNS", "SAVED"):
            os.environ[f"GAN_EXPLORER_{name}"] = str(Path(home) / name.lower())
        for number in range(RUNS):
            FakeRun(f"run-{number}").finished_quickly(20_000)
            noise = np.random.default_rng(number).bytes(20_000_000)
            (Path(home) / "runs" / f"run-{number}" / "checkpoints" / "step-00000100.safetensors").write_bytes(noise)
        with (Path(home) / "server.log").open("w+b") as log:
            server, url = serve(asked.script, log)
            try:
                found = asyncio.run(measure(url, server.pid, asked.minutes, asked.clients, asked.pause))
            finally:
                server.terminate()
                server.wait(30)
            log.seek(0)
            said = log.read()
    found["tracebacks"] = said.count(b"Traceback")
    print(json.dumps(found, indent=1))
    if found["tracebacks"]:
        print(said.decode("utf-8", "replace")[-6000:])
    keep("memory", {**machine_class(), **found})


if __name__ == "__main__":
    main()
