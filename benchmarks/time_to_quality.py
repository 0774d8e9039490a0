"""How long until the pictures are good? Seconds of training from nothing until each of several marks is passed.

    python -m benchmarks.time_to_quality [--presets first-digits conditional-digits] [--seeds 0 1 2] [--limit 120]

Marks: 90, 95 and 98 % of 2,000 samples are the class asked for, by the classifier that ships; and the Fréchet distance
in its features is at most 10, 5 and 3 times that of two draws of real pictures (the floor). Only training counts, not
the measuring, which is done about every second at first and more seldom later (every twentieth of the time so far). A
mark counts when it is first passed. Told are the median over the seeds and the worst; a seed that never passes within
the limit counts as later than all. The machine should do nothing else.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time

import torch
from rich.console import Console
from rich.table import Table

from benchmarks._machine import keep, machine_class
from pipelines import data
from pipelines.config import presets
from pipelines.config.train_config import TrainConfig
from pipelines.metrics.quality import QualityMeter
from pipelines.networks._conditioning import draw_latent
from pipelines.training import loop, machine, probe
from pipelines.training.pictures import tensors_of
from pipelines.training.trainer import Trainer

SHARES, TIMES = (0.90, 0.95, 0.98), (10, 5, 3)


def marks_passed(config: TrainConfig, limit: float) -> dict[str, float | None]:
    """Seconds of training until each mark is passed; None for one that was not within the limit."""
    image_set = data.load(config.data, size=config.size, channels=config.channels)
    images, labels, classes = tensors_of(image_set)
    where = probe.settled(config, machine.resolve(config), classes)
    machine.set_up(where)
    trainer, meter = Trainer(config, images, where, labels, classes), QualityMeter(image_set, device=where.device)
    noise = torch.Generator().manual_seed(config.seed + 2)
    z = draw_latent(meter.samples, config, noise)
    y = torch.arange(meter.samples) % trainer.classes if trainer.classes else None
    passed: dict[str, float | None] = {
        **({f"{share:.0%} as asked": None for share in SHARES} if config.conditional else {}),
        **{f"Fréchet distance {times} x floor": None for times in TIMES},
    }
    seconds, next_look = 0.0, 1.0
    while seconds < limit and None in passed.values():
        start = time.perf_counter()
        while (now := seconds + time.perf_counter() - start) < next_look:
            trainer.train_step()
            if where.device == "cuda" and trainer.step % 20 == 0:
                torch.cuda.synchronize()
        seconds = now
        loop.raise_if_bad(trainer)
        found = meter.measure(trainer.sample(z, y), y)
        reached = (
            [found.as_asked is not None and found.as_asked >= share for share in SHARES] if config.conditional else []
        )
        reached += [found.frechet <= times * found.floor for times in TIMES]
        for name, is_there in zip(passed, reached, strict=True):
            if is_there and passed[name] is None:
                passed[name] = round(seconds, 1)
        next_look = seconds + max(1.0, seconds / 20)
    return passed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--presets", nargs="+", default=[presets.ONE_MINUTE, "conditional-digits"], choices=presets.PRESETS
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--limit", type=float, default=120.0, help="seconds of training, at most")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    options = parser.parse_args()
    about = machine_class(options.device)
    console, rows = Console(width=120), []
    console.print(about)
    for name in options.presets:
        base = presets.get(name).config.changed(device=options.device)
        runs = []
        for seed in options.seeds:
            runs.append(marks_passed(base.changed(seed=seed), options.limit))
            console.print(name, "seed", seed, runs[-1])
        table = Table(name, "median, s", "worst, s", box=None)
        for mark in runs[0]:
            each = [run[mark] if run[mark] is not None else math.inf for run in runs]
            middle, worst = statistics.median(each), max(each)
            rows.append({"preset": name, "mark": mark, "seconds": [run[mark] for run in runs]})
            late = f"over {options.limit:g}"
            table.add_row(mark, *(late if math.isinf(value) else f"{value:.1f}" for value in (middle, worst)))
        console.print(table)
    keep("time_to_quality", {**about, "limit": options.limit, "rows": rows})


if __name__ == "__main__":
    main()
