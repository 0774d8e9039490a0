"""What does each system draw after equal seconds of training? The table of families in docs/RESULTS.md.

    python -m benchmarks.equal_budget [--presets first-digits sngan-digits ...] [--seconds 600] [--seeds 0 1] [--data X]
                                      [--set cycle=0 identity=0]

Each preset trains for so many seconds with each seed, one run after the other, in a folder of its own that is deleted
at the end, and is measured in full beside real pictures. Told are the mean over the seeds and, after ±, the standard
deviation; of networks that draw a picture of another one also how near that is to the truth. A column without any value
is left out. Presets of one data set stand in one table; ``--data`` trains all of them on another one. Seconds are those
of the run, with the measures that it takes of itself; with ``--processor`` they are seconds of the processor with one
thread, so that other programs on the same cores change little.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks._machine import keep, machine_class
from benchmarks._settings import add_settings
from pipelines.config import presets
from pipelines.config.checking import check
from pipelines.config.train_config import TrainConfig
from pipelines.metrics.evaluate import evaluate
from pipelines.models import trained
from pipelines.runs import jobs, worker
from pipelines.training import loop
from pipelines.training.building import build

MEASURES = ("frechet", "ratio", "precision", "recall", "variety", "clear", "stacked_modes", "stacked_divergence")
TRUTH = ("attributes_kept", "kept", "parts_iou", "difference", "psnr", "ssim")  # beside the true pictures
COLUMNS = (*MEASURES, *TRUTH, "images/s", "parameters")
GROUPS = tuple(presets.GROUPS)[:2]  # those for a GPU are asked for by name


def trained_for(config: TrainConfig, home: Path, samples: int, draws: int) -> dict[str, float | None]:
    """One run and its measures.

    Raises:
        RuntimeError: the run did not end well; the text is its message.
    """
    run = jobs.create(config, path=home / f"{config.network}-{config.seed}")
    if worker.work(run) != "finished":
        raise RuntimeError(run.status().message)
    model, status = trained.load(f"{run.id}@last"), run.status()
    found = evaluate(model.sample_many, model.config, model.class_names, samples, times=draws).to_dict()
    measures = {name: _value(found[name]) for name in MEASURES}
    measures |= {name: _value(found["own"].get(name)) for name in TRUTH}
    weights = sum(weight.numel() for network in build(config, model.entry.spec) for weight in network.parameters())
    return {**measures, "images/s": status.images_seen / status.seconds, "parameters": weights}


def _value(found: Any) -> float | None:
    return found["value"] if isinstance(found, dict) else found


def words(values: list[float | None]) -> str:
    """The mean of some values and their standard deviation; "" where there are none."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    if all(isinstance(value, int) for value in known) and len(set(known)) == 1:
        return f"{known[0]:,}"
    text = f"{statistics.mean(known):.4g}"
    return f"{text} ± {statistics.stdev(known):.2g}" if len(known) > 1 and len(set(known)) > 1 else text


def main() -> None:
    every = [name for group in GROUPS for name in presets.GROUPS[group]]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", nargs="+", default=every, choices=list(presets.PRESETS))
    parser.add_argument("--seconds", type=float, default=600.0, help="of training, for each run")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--data", help="the data set of all of them; default: each preset's own")
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--processor", action="store_true", help="count the processor's seconds, with one thread")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    add_settings(parser, "all of them")
    options = parser.parse_args()
    about, console = machine_class("cuda" if options.device == "cuda" else "cpu"), Console(width=160)
    console.print(about)
    rows: list[dict[str, Any]] = []
    length = {"seconds": options.seconds, "until_clear": None, "most_seconds": None, "epochs": None}
    if options.processor:
        loop.seconds_now, length["threads"] = time.process_time, 1
    for name in options.presets:
        base = presets.get(name).config.changed(**length, device=options.device, **options.set)
        base = check(base.changed(data=options.data) if options.data else base)
        for seed in options.seeds:
            with tempfile.TemporaryDirectory() as home:
                os.environ["GAN_EXPLORER_RUNS"] = home
                found = trained_for(base.changed(seed=seed), Path(home), options.samples, options.draws)
            rows.append({"preset": name, "network": base.network, "data": base.data, "seed": seed, **found})
            console.print(rows[-1])
    unit = "processor seconds, one thread" if options.processor else "s"
    for data in dict.fromkeys(row["data"] for row in rows):
        columns = [column for column in COLUMNS if any(row[column] is not None for row in rows if row["data"] == data)]
        table = Table("preset", *columns, title=f"{data}, {options.seconds:g} {unit}", box=None)
        for name in options.presets:
            of = [row for row in rows if (row["preset"], row["data"]) == (name, data)]
            if of:
                table.add_row(name, *(words([row[column] for row in of]) for column in columns))
        console.print(table)
    keep(
        "equal_budget",
        {**about, "seconds": options.seconds, "of_the_processor": options.processor, "set": options.set, "rows": rows},
    )


if __name__ == "__main__":
    main()
