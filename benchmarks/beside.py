"""What does the project lose beside another busy program, and what does an open page lose beside a training?

    python -m benchmarks.beside [--what beside alone drag] [--before FOLDER] [--turns 3] [--seconds 20] [--preset NAME]

*beside*: a preset trains beside a busy program of two threads (a small network that trains without end, in torch as it
comes): with default settings, with one thread and with one for each core, in turns. *alone*: default settings against
those of an older version, whose working tree is ``--before``, in turns, with nothing beside them. *drag*: a slider of
the Latent page is dragged with a training on all cores and without one (benchmarks.drag), in turns. Each figure is the
median over the turns; the ratio of *alone* is the median of the turns' ratios, the others are ratios of medians.
Trainings run as the app starts them, in folders of their own; speed is that of their own clock between the first step
and the last, the grids and measures on the way left out.

It needs the machine for itself; ``load`` is how many cores other programs took meanwhile, the busy one among them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from benchmarks._machine import keep, machine_class
from pipelines import paths, threads

WANTED = {"beside": 0.9, "alone": 0.97, "drag": 1.5}
START_S = 8.0  # of a training, which are left out: it looks for its number of threads
BUSY = """
import sys, torch
torch.set_num_threads(2)
network = torch.nn.Sequential(
    torch.nn.Conv2d(1, 32, 3, padding=1), torch.nn.ReLU(), torch.nn.Conv2d(32, 32, 3, padding=1), torch.nn.ReLU(),
    torch.nn.Flatten(), torch.nn.Linear(32 * 28 * 28, 10))
optimizer = torch.optim.Adam(network.parameters())
pictures, classes = torch.randn(64, 1, 28, 28), torch.randint(0, 10, (64,))
print("busy", flush=True)
while True:
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(network(pictures), classes).backward()
    optimizer.step()
"""


def environment() -> dict[str, str]:
    """Of programs that take as many threads as they like."""
    return {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}


@contextmanager
def busy(wanted: bool = True) -> Iterator[None]:
    """A busy program of two threads, in a session of its own, for as long as the context lasts."""
    if not wanted:
        yield
        return
    program = subprocess.Popen(
        [sys.executable, "-c", BUSY], stdout=subprocess.PIPE, env=environment(), start_new_session=True
    )
    try:
        program.stdout.readline()
        yield
    finally:
        program.kill()
        program.wait()


@contextmanager
def training(project: Path, preset: str, *words: object) -> Iterator[tuple[Path, psutil.Process]]:
    """A training in a session of its own, as the app starts it; the folder of its run, and its process."""
    with tempfile.TemporaryDirectory() as home:
        run = Path(home) / "run"
        command = [sys.executable, "-m", "pipelines", "train", preset, "--run", run, "--seconds", 3600, *words]
        process = subprocess.Popen(
            [*map(str, command)], cwd=project, env=environment() | {"GAN_EXPLORER_RUNS": home}, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            until = time.monotonic() + 400
            while not any("d_loss" in row for row in rows(run)):
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"{' '.join(map(str, command))} did not begin to train.")
                time.sleep(0.2)
            yield run, psutil.Process(process.pid)
        finally:
            process.kill()
            process.wait()


def rows(run: Path) -> list[dict[str, Any]]:
    """What a run has written down so far."""
    try:
        return [json.loads(line) for line in (run / "metrics.jsonl").read_text("utf-8").split("\n")[:-1]]
    except OSError:
        return []


def images_per_s(run: Path, seconds: float) -> float:
    """Images that D sees in a second over so many seconds from now on: the steps alone, without grids and measures.

    Between two rows only training happens, but for a few of them; so the slowest tenth of the pairs is left out.
    """
    before = len(rows(run))
    time.sleep(seconds)
    found = [row for row in rows(run)[max(0, before - 1) :] if "d_loss" in row]
    pairs = [(b["seconds"] - a["seconds"], b["images_seen"] - a["images_seen"]) for a, b in zip(found, found[1:])]  # noqa: B905
    pairs = sorted(pairs, key=lambda pair: pair[0] / max(1, pair[1]))
    pairs = pairs[: max(1, len(pairs) - len(pairs) // 10)]
    took = sum(pair[0] for pair in pairs)
    return sum(pair[1] for pair in pairs) / took if took else 0.0


def speed(project: Path, preset: str, seconds: float, beside: bool, *words: object) -> dict[str, Any]:
    """Of one training: images/s, how many threads it took at the end, and the cores that all other programs took."""
    with busy(beside), training(project, preset, *words) as (run, process):
        time.sleep(START_S)
        load, own, start = threads.Load(), sum(process.cpu_times()[:2]), time.monotonic()
        found = images_per_s(run, seconds)
        own = (sum(process.cpu_times()[:2]) - own) / (time.monotonic() - start)
        device = json.loads((run / "status.json").read_bytes()).get("device", "")
        return {"images_per_s": round(found, 1), "device": device, "load": round((load.others() or 0.0) - own, 2)}


def turns(cases: dict[str, tuple], count: int) -> dict[str, list[dict[str, Any]]]:
    """Each case, a call of ``speed``, so many times, one after the other."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in cases}
    for turn in range(count):
        for name, case in cases.items():
            found[name].append(speed(*case))
            print(f"turn {turn + 1}  {name:22} {found[name][-1]}", flush=True)
    return found


def medians(found: dict[str, list[dict[str, Any]]]) -> dict[str, float]:
    return {name: statistics.median(one["images_per_s"] for one in each) for name, each in found.items()}


def beside(options: argparse.Namespace) -> dict[str, Any]:
    """Default settings beside a busy program, against one thread and all."""
    here, most = (paths.PROJECT, options.preset, options.seconds, True), threads.cores()
    cases = {"default": here, "1 thread": (*here, "--threads", 1), f"{most} threads": (*here, "--threads", most)}
    found = turns(cases, options.turns)
    middle = medians(found)
    ratio = middle["default"] / max(middle["1 thread"], middle[f"{most} threads"])
    return {"turns": found, "medians": middle, "ratio": round(ratio, 2)}


def alone(options: argparse.Namespace) -> dict[str, Any]:
    """Default settings against those of an older version."""
    if not options.before:
        raise SystemExit("alone needs --before, the working tree of an older version: git worktree add FOLDER COMMIT.")
    cases = {
        name: (project, options.preset, options.seconds, False)
        for name, project in (("default", paths.PROJECT), ("before", options.before.resolve()))
    }
    found = turns(cases, options.turns)
    ratios = [
        new["images_per_s"] / old["images_per_s"] for new, old in zip(found["default"], found["before"], strict=True)
    ]
    return {"turns": found, "medians": medians(found), "ratio": round(statistics.median(ratios), 2)}


def drag(options: argparse.Namespace) -> dict[str, Any]:
    """p95 of a drag, with a training on all cores and without."""
    from playwright.async_api import async_playwright

    from benchmarks import drag as dragging
    from scripts import chromium

    async def p95(url: str, server: int) -> float:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium.path(), args=chromium.FLAGS + dragging.AWAKE
            )
            found = await dragging.one_round(browser, url, options.model, 1, 0, min(5.0, options.seconds), server)
            await browser.close()
        return found["visitors"][0]["drawn_ms"][1]

    server, url = dragging.serve()
    found: dict[str, list[float]] = {"without": [], "with": []}
    try:
        asyncio.run(p95(url, server.pid))  # the first loads the model
        for turn in range(options.turns):
            found["without"].append(asyncio.run(p95(url, server.pid)))
            with training(paths.PROJECT, options.preset):
                time.sleep(START_S)
                found["with"].append(asyncio.run(p95(url, server.pid)))
            print(f"turn {turn + 1}  drag p95, ms: {found['without'][-1]:.0f} without, {found['with'][-1]:.0f} with a "
                  "training", flush=True)  # fmt: skip
    finally:
        server.terminate()
        server.wait(20)
    middle = {name: statistics.median(each) for name, each in found.items()}
    return {"turns": found, "medians": middle, "ratio": round(middle["with"] / middle["without"], 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--what", nargs="+", choices=tuple(WANTED), default=["beside", "drag"])
    parser.add_argument("--before", type=Path, help="working tree of an older version, for alone")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--preset", default="first-digits")
    parser.add_argument("--model", default="faces", help="to drag")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what it has started ends with it
    about = {**machine_class(), "cores": os.cpu_count()}
    results = {}
    for what in options.what:
        results[what] = globals()[what](options)
        ratio = results[what]["ratio"]
        reached = ratio <= WANTED[what] if what == "drag" else ratio >= WANTED[what]
        sign = "at most" if what == "drag" else "at least"
        print(f"{what}: {ratio} ({sign} {WANTED[what]} wanted: {'reached' if reached else 'MISSED'}); medians "
              f"{results[what]['medians']}", flush=True)  # fmt: skip
    keep("beside", {**about, "seconds": options.seconds, "preset": options.preset, **results})


if __name__ == "__main__":
    main()
