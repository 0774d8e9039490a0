"""What a hundred pictures are enough for: plain training beside what is for few pictures. See docs/RESULTS.md.

    python -m benchmarks.few_pictures [--ways plain few-pictures ...] [--images 64000] [--count 100] [--seed 0]

Draws a folder of faces and trains on it in each way on one thread, until D was shown equally many real pictures, so
that other programs on the machine change nothing; the processor seconds of the training steps are told. Told are also
the Fréchet distance, in face features, of 2,000 samples to 1,000 faces that nothing was learnt from, and the chance
that a sample lies nearer to its nearest training picture than a training picture to its own nearest other (``nearer``;
50 % of new pictures), in face features and in pixels. Beside them stand the same of other new faces, and of the
training pictures themselves, which a generator draws that copies all of them.

The model ``faces``, which two of the ways begin with, has learnt from 20,000 faces of the same drawing: it tells how
well such a beginning is kept, and not how pictures of another kind come out.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from rich.console import Console
from rich.table import Table
from torch import Tensor

from benchmarks._machine import keep, machine_class
from benchmarks._settings import add_settings
from pipelines import data
from pipelines.config import presets
from pipelines.config.checking import check
from pipelines.config.train_config import TrainConfig
from pipelines.data import _avataaars, faces
from pipelines.metrics import frechet
from pipelines.metrics.copying import ReferenceSet
from pipelines.metrics.quality import judge_of
from pipelines.models import fine_tuning, registry
from pipelines.networks._conditioning import draw_latent
from pipelines.training import checkpoint, machine
from pipelines.training.pictures import tensors_of
from pipelines.training.trainer import Trainer

PRESET, MODEL = "few-pictures", "faces"
SAMPLES = 2000
Watched = Callable[[Trainer], dict[str, float]]
# What the preset has for few pictures, and what plain training does instead.
PLAIN = {"augment": "none", "augment_target": 0.0, "lecam": 0.0, "freeze_d": 0, "held_out": 0.0}
WAYS = {
    "plain": (PLAIN, False),
    "plain, from the model": (PLAIN, True),
    "few-pictures": ({}, False),
    "few-pictures, from the model": ({"freeze_d": 2}, True),
}
"""By name: changes to the preset, and whether it begins with the shipped model."""


def drawn_folder(folder: Path, count: int, size: int) -> None:
    """A folder of the first faces of the data set ``faces``."""
    painter = _avataaars.painter(size, 3)
    for number, row in enumerate(faces.drawn_parts("train")[:count]):
        picture = painter.picture(*faces.shapes_and_colours(row))
        Image.fromarray(np.ascontiguousarray(picture.transpose(1, 2, 0))).save(folder / f"{number:04}.png")


class Ruler:
    """Measures samples beside pictures that nothing was learnt from.

    Args:
        training: the pictures that are learnt from.
        new: others of the same drawing; one half is compared with, the other stands beside the samples.
    """

    def __init__(self, training: Tensor, new: Tensor) -> None:
        self._judges = {"face": judge_of("faces", new), "pixel": judge_of("folder", new)}
        half = len(new) // 2
        self._target = frechet.Gaussian.of(self._judges["face"](new[:half])[0])
        self._copies = {}
        for name, judge in self._judges.items():
            features = judge(training)[0]
            shuffled = features[torch.randperm(len(features), generator=torch.Generator().manual_seed(0))]
            self._copies[name] = ReferenceSet.of(shuffled, shuffled, own=0)
        self.of_new = self.measure(new[half:])
        self.of_training = self.measure(training)

    def measure(self, pictures: Tensor) -> dict[str, float]:
        """The numbers of pictures, uint8 [N, 3, H, W]."""
        seen = {name: judge(pictures)[0] for name, judge in self._judges.items()}
        return {
            "frechet": frechet.distance(self._target, frechet.Gaussian.of(seen["face"])),
            "nearer": self._copies["face"].measure(seen["face"])[0],
            "nearer, pixels": self._copies["pixel"].measure(seen["pixel"])[0],
        }


def trained(config: TrainConfig, images_seen: int, begin: bool, home: Path, watched: Watched) -> dict[str, Any]:
    """Trains until D was shown so many real pictures; the numbers at each quarter, and a grid of samples.

    Args:
        begin: whether it begins with the shipped model's networks.
        watched: called at each quarter with the trainer, for the numbers of its samples.
    """
    image_set, test = data.load("folder", **config.pictures), data.test_part("folder", **config.pictures)
    images, labels, spec = tensors_of(image_set)
    where = machine.resolve(config)
    machine.set_up(where)
    trainer = Trainer(config, images, where, labels, spec, held_out=test and tensors_of(test)[:2])
    if begin:
        run = fine_tuning.begin(MODEL, _changes(config), path=home / f"begun-{time.time_ns()}")
        checkpoint.load_fitting(trainer, run.checkpoint_path(0))
    spent, rows, numbers = 0.0, [], {}
    for quarter in range(1, 5):
        while trainer.images_seen < images_seen * quarter / 4:
            start = time.process_time()
            numbers = trainer.train_step(watch=trainer.step % 50 == 0) or numbers
            spent += time.process_time() - start
        found = watched(trainer)
        told = {
            name: round(numbers[name], 3)
            for name in ("d_real", "d_fake", "augmented", "overfitting")
            if name in numbers
        }
        rows.append({"images": trainer.images_seen, "processor seconds": round(spent), **found, **told})
        print(rows[-1], flush=True)
    return {"rows": rows, "grid": trainer.sample(draw_latent(64, config, torch.Generator().manual_seed(1)))}


def _changes(config: TrainConfig) -> dict[str, Any]:
    """The settings in which a configuration differs from the model's."""
    before = registry.find(MODEL).config
    return {name: value for name, value in config.to_dict().items() if value != getattr(before, name)}


def grid(pictures: Tensor, path: Path, columns: int = 16) -> None:
    """Writes pictures, uint8 [N, 3, H, W], as one."""
    rows = pictures.split(columns)
    whole = torch.cat([torch.cat(list(row), 2) for row in rows], 1)
    Image.fromarray(whole.permute(1, 2, 0).contiguous().numpy()).save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=list(WAYS))
    parser.add_argument("--images", type=int, default=64_000, help="real pictures shown to D, in each way")
    parser.add_argument("--count", type=int, default=100, help="of the pictures")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--grids", type=Path, help="folder to write a grid of samples of each way to")
    add_settings(parser, "all ways")
    options = parser.parse_args()
    torch.set_num_threads(1)
    about, console, results = machine_class(), Console(width=140), {}
    new = torch.from_numpy(data.load(MODEL, size=64, channels=3, split="test").images)
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "faces"
        folder.mkdir()
        base = presets.get(PRESET).config
        drawn_folder(folder, options.count, base.size)
        given = {"folder": str(folder), "seed": options.seed, "threads": 1, "device": "cpu", **options.set}
        ruler = None
        for way in options.ways:
            changes, begin = WAYS[way]
            config = check(base.changed(**{**given, **changes}))
            training = torch.from_numpy(data.load("folder", **config.pictures).images)
            ruler = Ruler(training, new)

            def watched(trainer: Trainer, ruler: Ruler = ruler) -> dict[str, float]:
                z = draw_latent(SAMPLES, trainer.config, torch.Generator().manual_seed(2))
                return {name: round(value, 4) for name, value in ruler.measure(trainer.sample(z)).items()}

            console.print(f"{way}: {len(training)} pictures are learnt from")
            found = trained(config, options.images, begin, Path(home), watched)
            if options.grids:
                grid(found["grid"], options.grids / f"{way}.png")
            results[way] = found["rows"]
    table = Table("way", "processor seconds", "Fréchet", "nearer", "nearer, pixels", box=None)
    for way, rows in results.items():
        table.add_row(way, f"{rows[-1]['processor seconds']:,}", *_told(rows[-1]))
    table.add_row("other new faces", "", *_told(ruler.of_new))
    table.add_row("the training pictures", "", *_told(ruler.of_training))
    console.print(about, table)
    keep(
        "few_pictures", {**about, "images": options.images, "count": options.count, "set": options.set, "ways": results}
    )


def _told(row: dict[str, Any]) -> list[str]:
    return [f"{row['frechet']:.2f}", f"{row['nearer']:.1%}", f"{row['nearer, pixels']:.1%}"]


if __name__ == "__main__":
    main()
