"""How fast does each preset train? Images/s of ours beside a plain loop with the same networks, in one run.

    python -m benchmarks.train_speed [--seconds 4] [--rounds 3] [--device cpu|cuda] [PRESET ...]

The two take turns; each figure is the median over the rounds, the ratio the median of the rounds' ratios. The plain
loop always minimises cross-entropy: for `wgan` and `wgan-gp` it does less work than ours (no clipping, no penalty), and
the ratio says so.
"""

from __future__ import annotations

import argparse
import statistics
import time

import torch
from rich.console import Console
from rich.table import Table

from benchmarks._machine import keep, machine_class
from benchmarks.plain_loop import PlainLoop
from pipelines import data
from pipelines.training.machine import resolve
from pipelines.training.pictures import tensors_of
from pipelines.training.presets import PRESETS
from pipelines.training.trainer import Trainer


def images_per_s(loop: Trainer | PlainLoop, seconds: float, device: str) -> float:
    """Images a second over about so many seconds of steps."""
    start, seen = time.perf_counter(), loop.images_seen
    while time.perf_counter() - start < seconds:
        for _ in range(10 if device == "cuda" else 1):
            loop.train_step()
        if device == "cuda":
            torch.cuda.synchronize()
    return (loop.images_seen - seen) / (time.perf_counter() - start)


def measure(name: str, seconds: float, rounds: int, device: str) -> dict[str, float | str]:
    """Both loops on one preset, alternating."""
    config = PRESETS[name].config.changed(device=device)
    where = resolve(config)
    torch.set_num_threads(where.threads)
    images, labels, classes = tensors_of(data.load(config.data, size=config.size, channels=config.channels))
    ours = Trainer(config, images, where, labels, classes)
    plain = PlainLoop(config, images, labels, classes, where.device)
    figures: list[tuple[float, float]] = []
    for round_ in range(rounds + 1):  # the first warms up and is not counted
        pair = tuple(
            images_per_s(loop, seconds if round_ else min(2.0, seconds), where.device) for loop in (ours, plain)
        )
        figures += [pair] if round_ else []
    return {
        "preset": name,
        "precision": where.precision,
        "ours": round(statistics.median(f[0] for f in figures), 1),
        "plain": round(statistics.median(f[1] for f in figures), 1),
        "ratio": round(statistics.median(f[0] / f[1] for f in figures), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("presets", nargs="*", default=list(PRESETS), metavar="PRESET")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each loop in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    options = parser.parse_args()
    about = machine_class(options.device)
    console, table = (
        Console(),
        Table("preset", "precision", "ours, images/s", "plain loop, images/s", "ratio", box=None),
    )
    console.print(about)
    rows = []
    for name in options.presets or list(PRESETS):
        rows.append(measure(name, options.seconds, options.rounds, options.device))
        table.add_row(*(str(value) for value in rows[-1].values()))
    console.print(table)
    keep("train_speed", {**about, "rows": rows})


if __name__ == "__main__":
    main()
