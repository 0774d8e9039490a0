"""A public training script beside ours: the same digits, the same seconds, the same judge.

    git clone --depth 1 https://github.com/eriklindernoren/PyTorch-GAN
    python -m benchmarks.peer PyTorch-GAN/implementations/cgan/cgan.py [--seconds 60] [--preset first-digits]

    git clone --depth 1 https://github.com/pytorch/examples
    python -m benchmarks.peer examples/dcgan/main.py --preset dcgan-digits -- --dataset mnist --dataroot data/mnist

The script runs as it is, in a folder of its own where torchvision finds the digits in ``data/mnist`` and in
``../../data/mnist``, with its own defaults and what stands after ``--``. When its seconds are over it is interrupted,
and its generator, a global by the name of ``--generator``, draws 2,000 samples; ours does the same after as many
seconds. Both are judged by the digit classifier that ships, at 28 x 28: what a script draws larger is made smaller.
A script's seconds begin once its imports are done that ours needs, too, and include that it opens the data.
What the script prints is thrown away. It is a program of somebody else's: read it before you run it.
"""

from __future__ import annotations

import argparse
import contextlib
import inspect
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor
from torchvision.transforms.functional import resize

from benchmarks._machine import keep, machine_class
from pipelines import data
from pipelines.config import presets
from pipelines.data import ImageSet
from pipelines.metrics.quality import QualityMeter
from pipelines.networks._conditioning import draw_latent
from pipelines.training import machine, probe
from pipelines.training.pictures import tensors_of, to_uint8
from pipelines.training.trainer import Trainer

COLUMNS = ("images_seen", "images_per_s", "as_asked", "clear", "recall", "frechet")
HEADINGS = ("images seen", "images/s", "as asked", "clear", "recall", "Fréchet distance")


class Over(BaseException):
    """The seconds are over; no script catches it by mistake."""


def write_idx(folder: Path, digits: ImageSet) -> None:
    """The digits where torchvision's MNIST looks for them, in the format of the original files."""
    folder.mkdir(parents=True)
    for part, one in (("train", digits), ("t10k", data.load("digits", split="test"))):
        images, labels = one.images, one.labels
        assert labels is not None
        head = struct.pack(">4i", 2051, len(images), *images.shape[2:])
        (folder / f"{part}-images-idx3-ubyte").write_bytes(head + np.ascontiguousarray(images).tobytes())
        head = struct.pack(">2i", 2049, len(labels))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(head + labels.astype(np.uint8).tobytes())


def run_script(script: Path, words: list[str], seconds: float) -> dict[str, Any]:
    """The globals of a script that was interrupted after so many seconds."""

    def stop(*_: object) -> None:
        raise Over

    found: dict[str, Any] = {"__name__": "__main__", "__file__": str(script)}
    code = compile(script.read_text("utf-8"), str(script), "exec")
    sys.argv = [script.name, *words]
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    with contextlib.suppress(Over), Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        exec(code, found)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return found


@torch.no_grad()
def drawn_by(generator: torch.nn.Module, latent_size: int, y: Tensor) -> tuple[Tensor, Tensor | None]:
    """Pictures uint8 [B, 1, 28, 28] of somebody's generator, and their classes if it was asked for any."""
    generator.eval()
    z = torch.randn(len(y), latent_size, generator=torch.Generator().manual_seed(2))
    device = next(generator.parameters()).device
    asked = len(inspect.signature(generator.forward).parameters) > 1
    parts = []
    for some, classes in zip(z.to(device).split(250), y.to(device).split(250), strict=True):
        try:
            drawn = generator(some, classes) if asked else generator(some)
        except RuntimeError:  # it wants z as maps of a single pixel
            maps = some[:, :, None, None]
            drawn = generator(maps, classes) if asked else generator(maps)
        parts.append(to_uint8(resize(drawn.float(), [28, 28], antialias=True)).cpu())
    return torch.cat(parts), y if asked else None


def theirs(options: argparse.Namespace, digits: ImageSet) -> dict[str, Any]:
    """What a script comes to."""
    script = Path(options.script).resolve()
    meter = QualityMeter(digits)
    y = torch.arange(meter.samples) % 10
    with tempfile.TemporaryDirectory() as home:
        work = Path(home) / "implementations" / "one"
        write_idx(Path(home) / "data" / "mnist" / "MNIST" / "raw", digits)
        work.mkdir(parents=True)
        (work / "data").symlink_to(Path(home) / "data")
        os.chdir(work)
        found = run_script(script, options.words, options.seconds)
        os.chdir(home)
    if options.generator not in found:
        raise SystemExit(f"{script.name} has no global {options.generator!r}; name its generator by --generator.")
    settings = vars(found["opt"])
    latent_size = settings.get("latent_dim") or settings["nz"]
    batch = settings.get("batch_size") or settings["batchSize"]
    seen = (found["epoch"] * len(found["dataloader"]) + found["i"] + 1) * batch
    return told(meter, seen, options.seconds, *drawn_by(found[options.generator], latent_size, y))


def ours(options: argparse.Namespace, digits: ImageSet) -> dict[str, Any]:
    """What a preset comes to."""
    config = presets.get(options.preset).config.changed(device="cuda" if torch.cuda.is_available() else "cpu")
    images, labels, classes = tensors_of(digits)
    where = probe.settled(config, machine.resolve(config), classes)
    machine.set_up(where)
    trainer, meter = Trainer(config, images, where, labels, classes), QualityMeter(digits, device=where.device)
    start = time.perf_counter()
    while time.perf_counter() - start < options.seconds:
        trainer.train_step()
    seconds = time.perf_counter() - start
    z = draw_latent(meter.samples, config, torch.Generator().manual_seed(2))
    y = torch.arange(meter.samples) % trainer.classes if trainer.classes else None
    return told(meter, trainer.images_seen, seconds, trainer.sample(z, y), y)


def told(meter: QualityMeter, seen: int, seconds: float, pictures: Tensor, y: Tensor | None) -> dict[str, Any]:
    """A row of the table."""
    found = meter.measure(pictures, y)
    return {
        "images_seen": seen, "images_per_s": round(seen / seconds), "as_asked": found.as_asked, "clear": found.clear,
        "recall": found.recall, "frechet": found.frechet, "floor": found.floor,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script", help="the public script")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each of the two")
    parser.add_argument("--preset", default=presets.ONE_MINUTE, choices=presets.PRESETS, help="of ours")
    parser.add_argument("--generator", default="generator", help="the script's global that draws")
    parser.add_argument("--side", choices=("ours", "theirs"), help=argparse.SUPPRESS)
    words = sys.argv[1:]
    mine = words.index("--") if "--" in words else len(words)
    options = parser.parse_args(words[:mine])
    options.words = words[mine + 1 :]
    digits = data.load("digits")
    if options.side:  # each in a process of its own
        print(json.dumps((ours if options.side == "ours" else theirs)(options, digits)))
        return
    about = machine_class("cuda" if torch.cuda.is_available() else "cpu")
    rows = {}
    for side in ("ours", "theirs"):
        words = [options.script, "--side", side, "--seconds", str(options.seconds), "--preset", options.preset]
        command = [sys.executable, "-m", "benchmarks.peer", *words, "--generator", options.generator, "--"]
        done = subprocess.run([*command, *options.words], stdout=subprocess.PIPE, check=True)
        rows[side] = json.loads(done.stdout.splitlines()[-1])
    table = Table("", *HEADINGS, title=f"{options.seconds:g} s each", box=None)
    for name, row in zip((options.preset, "/".join(Path(options.script).parts[-2:])), rows.values(), strict=True):
        floor = f"{row['frechet']:.2f} (real {row['floor']:.2f})"
        shares = ("" if row[key] is None else f"{row[key]:.1%}" for key in COLUMNS[2:5])
        table.add_row(name, f"{row['images_seen']:,}", f"{row['images_per_s']:,}", *shares, floor)
    Console(width=120).print(about, table)
    keep(
        f"peer_{Path(options.script).parent.name}", {**about, "script": options.script, "words": options.words, **rows}
    )


if __name__ == "__main__":
    main()
