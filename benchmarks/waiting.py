"""What runs cost that wait their turn: the share of a processor core of so many processes that wait in one line.

python -m benchmarks.waiting [--runs 200] [--seconds 30]

Each does what ``python -m pipelines work`` does, behind one that holds the line and never ends. They are forked, so
that 200 need no minutes to start; this runs on Linux and macOS. Counted is the processor time that they take once all
have joined and settled.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
from pathlib import Path

import psutil

from pipelines.config.train_config import TrainConfig
from pipelines.runs import jobs, worker
from pipelines.runs.queue import QueuePlace

SETTLE_S = 15.0  # after the last has joined: each has then listed the line anew


def main() -> None:
    """Print the share, and what each waiting process takes of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["GAN_EXPLORER_RUNS"] = home
        head = QueuePlace("cpu")
        head.wait(lambda place: None)
        fork, children = multiprocessing.get_context("fork"), []
        try:
            for number in range(asked.runs):
                run = jobs.create(TrainConfig(device="cpu"), path=Path(home) / f"run-{number}")
                children.append(fork.Process(target=worker.work, args=(run,)))
                children[-1].start()
            while len(list((Path(home) / ".queue" / "cpu").glob("*.ticket"))) < asked.runs:
                time.sleep(0.5)
            time.sleep(SETTLE_S)
            before, start = _processor_s(children), time.monotonic()
            time.sleep(asked.seconds)
            spent, passed = _processor_s(children) - before, time.monotonic() - start
            places = sorted(run.status().place or 0 for run in jobs.runs())
            true = places == list(range(1, asked.runs + 1))
            print(
                f"{asked.runs} waiting runs take {100 * spent / passed:.2f} % of a core; places told are true: {true}"
            )
        finally:
            for child in children:
                child.kill()
            for child in children:
                child.join()
            head.leave()


def _processor_s(children: list[multiprocessing.Process]) -> float:
    return sum(sum(psutil.Process(child.pid).cpu_times()[:2]) for child in children)


if __name__ == "__main__":
    main()
