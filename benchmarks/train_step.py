"""How fast is a training step? Images/s of ours beside a plain loop with the same networks, in one run.

    python -m benchmarks.train_step [--what presets families scaling] [--seconds 4] [--rounds 3] [--device cpu|cuda]

*presets* are those of the app that draw from z; *families* is each such network at 28, 32 and 64 pixels with its usual
width; *scaling* doubles batch, width and resolution of one of them. The two loops take turns; each figure is the median
over the rounds, the ratio the median of the rounds' ratios. The plain loop always minimises cross-entropy: for `wgan`
and `wgan-gp` it does less work than ours (no clipping, no penalty), and the ratio says so. *peak* is the share of the
matrix product's speed, measured in the same run and precision, that our step reaches; counted are the operations of
matrix products and convolutions, forward and backward, as torch counts them. *memory* is what the step's process grew
by. Each case is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import torch
from rich.console import Console
from rich.table import Table
from torch.utils.flop_counter import FlopCounterMode

from benchmarks._machine import keep, machine_class
from benchmarks.plain_loop import PlainLoop
from pipelines.config.presets import PRESETS
from pipelines.config.train_config import TrainConfig, from_dict
from pipelines.registries import NETWORKS, network_traits
from pipelines.training import machine
from pipelines.training.trainer import Trainer

PICTURES, CLASSES = 2048, 10  # random ones: what they show does not matter for the time
COLUMNS = ("case", "precision", "ours", "plain", "ratio", "gflops", "peak", "memory_mb")
HEADINGS = ("case", "precision", "ours, images/s", "plain, images/s", "ratio", "GFLOP/s", "of peak", "memory, MB")


def cases(what: str) -> Iterator[tuple[str, TrainConfig]]:
    """What is measured under a name of ``--what``."""
    if what == "presets":
        every = ((name, preset.config) for name, preset in PRESETS.items())
        yield from ((name, config) for name, config in every if not network_traits(config.network).translates)
    elif what == "families":
        widths = {"mlp": 100}
        for name in (name for name in NETWORKS.names() if not network_traits(name).translates):
            for size in (28, 32, 64):
                config = TrainConfig(network=name, size=size, width=widths.get(name, 64), batch_size=64)
                yield f"{name} {size} x {size}", config
    else:
        base = TrainConfig(network="dcgan", size=32, width=32, batch_size=32)
        yield "dcgan 32 x 32, width 32, batch 32", base
        yield "... twice the batch", base.changed(batch_size=64)
        yield "... twice the width", base.changed(width=64)
        yield "... twice the resolution", base.changed(size=64)


def images_per_s(loop: Trainer | PlainLoop, seconds: float, device: str) -> float:
    """Images a second over about so many seconds of steps."""
    start, seen = time.perf_counter(), loop.images_seen
    while time.perf_counter() - start < seconds:
        for _ in range(10 if device == "cuda" else 1):
            loop.train_step()
        if device == "cuda":
            torch.cuda.synchronize()
    return (loop.images_seen - seen) / (time.perf_counter() - start)


def measure(config: TrainConfig, seconds: float, rounds: int) -> dict[str, Any]:
    """Both loops on one configuration, alternating."""
    where = machine.resolve(config)
    machine.set_up(where)
    images = torch.randint(0, 256, (PICTURES, config.channels, config.size, config.size), dtype=torch.uint8)
    labels = torch.arange(PICTURES) % CLASSES
    ours = Trainer(config, images, where, labels, CLASSES)
    before = _memory(where.device)
    ours.train_step()
    flops = operations(ours)
    grown = _memory(where.device) - before
    plain = PlainLoop(config, images, labels, CLASSES, where.device)
    figures: list[tuple[float, float]] = []
    for round_ in range(rounds + 1):  # the first warms up and is not counted
        long = seconds if round_ else min(2.0, seconds)
        pair = images_per_s(ours, long, where.device), images_per_s(plain, long, where.device)
        figures += [pair] if round_ else []
    speed = statistics.median(f[0] for f in figures)
    return {
        "precision": where.precision,
        "ours": round(speed, 1),
        "plain": round(statistics.median(f[1] for f in figures), 1),
        "ratio": round(statistics.median(f[0] / f[1] for f in figures), 2),
        "gflops": None if flops is None else round(speed * flops / 1e9, 1),
        "memory_mb": round(grown / 1e6),
    }


def operations(trainer: Trainer) -> float | None:
    """Floating-point operations of a step for each picture that D is shown; None where torch cannot count them."""
    config = trainer.config
    if config.gradient_penalty or config.r1:  # the counter's hooks do not bear a gradient within a step
        trainer.train_step()
        return None
    with FlopCounterMode(display=False) as counter:
        trainer.train_step()
    return counter.get_total_flops() / (config.batch_size * config.d_steps)


def in_a_process(config: TrainConfig, seconds: float, rounds: int) -> dict[str, Any]:
    """``measure`` in a process of its own."""
    task = json.dumps([config.to_dict(), seconds, rounds])
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.train_step", "--case", task], stdout=subprocess.PIPE, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def _memory(device: str) -> float:
    if device == "cuda":
        return torch.cuda.max_memory_allocated()
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--what", nargs="+", choices=("presets", "families", "scaling"), default=["presets"])
    parser.add_argument("--seconds", type=float, default=4.0, help="of each loop in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        values, seconds, rounds = json.loads(options.case)
        print(json.dumps(measure(from_dict(values), seconds, rounds)))
        return
    about = machine_class(options.device)
    console, rows = Console(width=120), []
    console.print(about)
    for what in options.what:
        table = Table(*HEADINGS, box=None, title=what)
        for name, config in cases(what):
            found = in_a_process(config.changed(device=options.device), options.seconds, options.rounds)
            peak = about["peak_gflops"][found["precision"]]
            share = None if found["gflops"] is None else round(found["gflops"] / peak, 3)
            rows.append({"what": what, "case": name, **found, "peak": share})
            table.add_row(
                *(
                    f"{value:.0%}" if key == "peak" and value is not None else str(value or "–")
                    for key, value in ((column, rows[-1][column]) for column in COLUMNS)
                )
            )
        console.print(table)
    keep("train_step", {**about, "rows": rows})


if __name__ == "__main__":
    main()
