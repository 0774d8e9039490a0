"""Of how many faces is the classifier sure after the preset first-faces? Its three minutes, in docs/RESULTS.md.

    python -m benchmarks.first_faces [--seeds 0 1 2] [--seconds 180] [--network dcgan]

Each seed trains in a folder of its own that is deleted at the end. 2,000 samples of the last checkpoint are drawn for
the attributes of as many real test pictures. The included classifier of attributes looks at both, and is sure of a part
(hair, glasses, background, ...) where it gives one of its states more than 0.9. Shown are the share of faces with all
parts sure, that of each part, and the share of samples on which all parts are as they were asked for.
``--unconditional`` trains without the attributes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from torch import Tensor

from benchmarks._machine import keep, machine_class
from pipelines import data
from pipelines.config import presets
from pipelines.config.checking import check
from pipelines.config.train_config import TrainConfig
from pipelines.metrics.parts import parts_of, sure, verdicts
from pipelines.metrics.reader import Reader
from pipelines.models import trained
from pipelines.runs import jobs, worker

SAMPLES = 2_000


def shares(reader: Reader, images: NDArray[np.uint8]) -> dict[str, float]:
    """The share of pictures, [N, H, W, C], of which all parts are sure, and of each part."""
    found = sure(reader, reader.read(images))
    each = zip((part.label for part in parts_of(reader)), found.mean(0).tolist(), strict=True)
    return {"all parts": float(found.all(1).mean()), **dict(each)}


def drawn(config: TrainConfig, home: Path, told: Tensor) -> tuple[NDArray[np.uint8], float]:
    """Samples of a run that is trained now, and how many real pictures it was shown a second.

    Args:
        told: the attributes that they are drawn for, float32 [SAMPLES, A], where the run is told some.
    """
    run = jobs.create(config, path=home / f"seed-{config.seed}")
    if worker.work(run) != "finished":
        raise RuntimeError(run.status().message)
    status = run.status()
    labels = told if config.conditional else None
    samples, _ = trained.load(f"{run.id}@last").sample_many(SAMPLES, labels, seed=1)
    return samples, status.images_seen / status.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--seconds", type=float, default=180.0, help="of training, for each seed")
    parser.add_argument("--network", default=presets.get("first-faces").config.network)
    parser.add_argument("--unconditional", action="store_true", help="train without the attributes")
    options = parser.parse_args()
    about, console, reader = machine_class(), Console(width=160), Reader.of("faces")
    console.print(about)
    config = presets.get("first-faces").config.changed(
        seconds=options.seconds, network=options.network, conditional=not options.unconditional
    )
    test = data.load("faces", size=config.size, channels=config.channels, split="test")
    real = test.images[:SAMPLES].transpose(0, 2, 3, 1)
    told, asked = torch.from_numpy(test.fields[data.ATTRIBUTES][:SAMPLES]), verdicts(reader, test.attributes[:SAMPLES])
    rows: dict[str, dict[str, Any]] = {"real": shares(reader, real)}
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as home:
            os.environ["GAN_EXPLORER_RUNS"] = home
            samples, speed = drawn(check(config.changed(seed=seed)), Path(home), told)
        as_asked = float((verdicts(reader, reader.read(samples)) == asked).all(1).mean())
        rows[f"seed {seed}"] = {**shares(reader, samples), "as asked": as_asked, "images/s": speed}
        console.print(rows[f"seed {seed}"])
    columns = [*rows["real"], "as asked", "images/s"]
    table = Table("", *columns, title=f"{options.network}, {options.seconds:g} s", box=None)
    for name, row in rows.items():
        shown = [f"{row[column]:.3f}" if column in row else "" for column in columns[:-1]]
        table.add_row(name, *shown, f"{row['images/s']:,.0f}" if "images/s" in row else "")
    console.print(table)
    keep("first_faces", {**about, "seconds": options.seconds, "network": options.network, "rows": rows})


if __name__ == "__main__":
    main()
