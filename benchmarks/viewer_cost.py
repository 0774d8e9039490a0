"""What does one viewer cost? The server's processor time, and how much the page slows the training beside it.

    python -m benchmarks.viewer_cost [--seconds 20] [--rounds 3] [--preset first-digits]

A real run trains in its own process; the Train page opens on it in headless Chromium on the same cores. Page open and
page closed take turns; each figure is the median over the rounds. Server time is that of the Streamlit process alone,
after the page has settled; the browser's own time is reported beside it.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from typing import IO

import psutil
from playwright.sync_api import sync_playwright

from benchmarks._machine import keep, machine_class
from pipelines import paths
from pipelines.config import presets
from pipelines.config.train_config import ENDLESS
from pipelines.runs import jobs
from pipelines.runs.folder import RunFolder
from scripts import chromium

WARM_STEPS = 200  # before anything is measured
SETTLE_S = 6.0  # until the page has drawn what there was


def serve(script: str = "streamlit_app.py", log: IO[bytes] | int = subprocess.DEVNULL) -> tuple[subprocess.Popen, str]:
    """The real server on a free port, and its address; what it says goes to ``log``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port),
               "--server.headless", "true"]  # fmt: skip
    server = subprocess.Popen(command, cwd=paths.PROJECT, stdout=log, stderr=log)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1).close()
            return server, f"http://localhost:{port}"
        except OSError:
            time.sleep(0.1)
    server.kill()
    raise SystemExit("The server did not start.")


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """Processor seconds of some processes so far."""
    return sum(times.user + times.system for times in (process.cpu_times() for process in processes))


def chromium_processes() -> list[psutil.Process]:
    """Those of the browser that this script has started."""
    return [one for one in psutil.Process().children(recursive=True) if "chrom" in one.name()]


def steps_per_s(run: RunFolder, seconds: float) -> float:
    """Steps a second of the training itself, by its own clock: the median between two rows of its metrics.

    What it does beside training at an epoch's end, some seconds of measuring, falls into one window and not into
    another; a median does not see it.
    """
    before = run.status().step
    time.sleep(seconds)
    if not (after := run.status()).active:
        raise SystemExit(f"The run ended before the measurement did: {after.message}")
    rows = [row for row in run.metrics()[0] if "d_loss" in row and row["step"] > before]
    pairs = zip(rows, rows[1:], strict=False)
    return statistics.median((b["step"] - a["step"]) / (b["seconds"] - a["seconds"]) for a, b in pairs)


def under_way(preset: str) -> RunFolder:
    """A run of a preset without an end, once it has trained for a while."""
    run = jobs.start(presets.get(preset).config.changed(**ENDLESS), preset)
    while run.status().step < WARM_STEPS:
        if not run.status().active:
            raise SystemExit(run.status().message)
        time.sleep(0.5)
    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each state in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--preset", default=presets.ONE_MINUTE, choices=presets.PRESETS)
    options = parser.parse_args()
    about = machine_class()
    with tempfile.TemporaryDirectory() as home:
        os.environ["GAN_EXPLORER_RUNS"] = home
        server, url = serve()
        run = under_way(options.preset)
        rows = []
        try:
            with sync_playwright() as playwright:
                for _ in range(options.rounds):
                    closed = steps_per_s(run, options.seconds)
                    browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.FLAGS)
                    page = browser.new_page(viewport={"width": 1600, "height": 1000})
                    page.goto(f"{url}/train?run={run.id}")
                    page.wait_for_selector(".js-plotly-plot")
                    page.wait_for_timeout(SETTLE_S * 1000)
                    watched = {"server": [psutil.Process(server.pid)], "browser": chromium_processes()}
                    before = {name: cpu_seconds(processes) for name, processes in watched.items()}
                    start = time.monotonic()
                    open_ = steps_per_s(run, options.seconds)
                    elapsed = time.monotonic() - start
                    shares = {name: (cpu_seconds(found) - before[name]) / elapsed for name, found in watched.items()}
                    browser.close()
                    rows.append({"closed": closed, "open": open_, "slow_down": 1 - open_ / closed, **shares})
                    print(", ".join(f"{name} {value:.3f}" for name, value in rows[-1].items()))
        finally:
            jobs.delete(run)
            server.terminate()
            server.wait(20)
    median = {name: round(statistics.median(row[name] for row in rows), 4) for name in rows[0]}
    print(f"\nServer: {median['server']:.1%} of one core with the page open on a live run; the browser itself takes "
          f"{median['browser']:.0%} of one.")  # fmt: skip
    print(f"Training: {median['closed']:.1f} steps/s alone, {median['open']:.1f} with the page open on the same cores, "
          f"{median['slow_down']:.0%} slower.")  # fmt: skip
    keep("viewer_cost", {**about, "preset": options.preset, "median": median, "rounds": rows})


if __name__ == "__main__":
    main()
