"""A believable run without training: writes a run folder at a chosen pace, for tests and for looking at the page.

By hand (the app then shows a run that lives for a minute; kill it to see a lost one)::

    python -m tests.fake_run --seconds 60 --pace 10
    python -m tests.fake_run --rows 100000 --state finished

Nothing here imports torch: the pictures are digits drawn by Pillow that come out of noise as the steps go by.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import random
import time
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipelines.config.train_config import TrainConfig
from pipelines.paths import runs_home
from pipelines.runs import recorded
from pipelines.runs.folder import FAILED, FINISHED, LOST, RUNNING, Record, RunFolder, Status

TILE, GAP, ROWS, COLUMNS = 28, 2, 10, 8
BATCH, DATA_COUNT = 64, 60_000
LABELS = [str(digit) for digit in range(ROWS)]


class FakeRun:
    """One run folder and the hand that writes it. A step is worth ten rows' distance, as in a real log."""

    def __init__(
        self,
        run_id: str,
        *,
        home: Path | None = None,
        conditional: bool = True,
        score: bool = False,
        preset: str = "first-digits",
        stride: int = 10,
        data_name: str = "digits",
        **settings,
    ) -> None:
        self.folder = RunFolder((home or runs_home()) / run_id)
        self.score, self.stride = score, stride
        self.step, self.seconds, self.attempt = 0, 0.0, 1
        self.quality: dict | None = None
        self.chance = random.Random(run_id)
        self._held = ExitStack()
        display = {
            "rows": ROWS,
            "columns": COLUMNS,
            "tile": TILE,
            "gap": GAP,
            "row_labels": LABELS if conditional else [],
            "d_output": "score" if score else "probability",
            "balance": 0.0 if score else 0.5,
        }
        data = {
            "name": data_name,
            "fingerprint": "fake",
            "count": DATA_COUNT,
            "class_names": LABELS,
            "source": "tests/fake_run.py",
            "notes": [],
        }
        config = TrainConfig(
            **{"network": "quick", "conditional": conditional, "seconds": 60.0, "data": data_name, **settings}
        )
        self.folder.create(
            Record(
                config=config,
                preset=preset,
                data=data,
                display=display,
                resolved={"device": "cpu", "precision": "fp32", "threads": 2},
            )
        )

    @property
    def images_seen(self) -> int:
        return self.step * BATCH

    def hold(self) -> FakeRun:
        """Take the worker's lock, as a living process does."""
        self._held.enter_context(self.folder.hold())
        return self

    def let_go(self) -> None:
        """Give the lock back, as a killed process does without another word."""
        self._held.close()

    def status(self, state: str = RUNNING, **changes) -> None:
        """Publish a status of this position."""
        values = {
            "state": state,
            "attempt": self.attempt,
            "pid": os.getpid(),
            "device": "CPU, 2 threads",
            "queued_at": time.time(),
            "heartbeat": time.time(),
            "step": self.step,
            "images_seen": self.images_seen,
            "epoch": self.images_seen / DATA_COUNT,
            "images_per_s": 5200.0,
            "seconds": self.seconds,
            "eta_s": max(0.0, 60.0 - self.seconds) if state == RUNNING else None,
            "lr_g": 1e-3,
            "lr_d": 1e-3,
            "quality": self.quality,
        }
        self.folder.write_status(Status(**{**values, **changes}))

    def row(self) -> dict:
        """The next row of curves, not yet written."""
        self.step += self.stride
        self.seconds += 0.1
        learnt = 1 - math.exp(-self.step / 1500)
        noise = self.chance.gauss
        d_real = min(0.98, 0.92 - 0.32 * learnt + noise(0, 0.04))
        d_fake = max(0.02, 0.06 + 0.32 * learnt + noise(0, 0.04))
        row = {
            "step": self.step,
            "seconds": round(self.seconds, 3),
            "images_seen": self.images_seen,
            "epoch": round(self.images_seen / DATA_COUNT, 5),
            "d_loss": -math.log(d_real) - math.log(1 - d_fake),
            "g_loss": -math.log(d_fake),
            "d_real": d_real,
            "d_fake": d_fake,
            "grad_d": abs(0.9 + 0.5 * learnt + noise(0, 0.2)),
            "grad_g": abs(1.8 - 0.9 * learnt + noise(0, 0.3)),
            "images_per_s": 5200 + noise(0, 160),
        }
        if self.score:
            row |= {"d_real": 4 - 3 * learnt + noise(0, 0.3), "d_fake": -4 + 3 * learnt + noise(0, 0.3)}
            row |= {"d_loss": row["d_fake"] - row["d_real"], "g_loss": -row["d_fake"]}
        return row

    def rows(self, count: int) -> None:
        """Append many rows at once."""
        for _ in range(count):
            self.folder.append_metrics(self.row())

    def rows_in_bulk(self, count: int) -> None:
        """Append very many rows by one write."""
        import json

        with self.folder.metrics_path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(self.row()) + "\n" for _ in range(count))

    def sample(self) -> None:
        """Publish a grid of this position."""
        self.folder.add_sample(
            _grid(1 - math.exp(-self.step / 900)), step=self.step, images_seen=self.images_seen, seconds=self.seconds
        )

    def measure(self, **changes) -> None:
        """Append a measure of quality, some of its values given; the next status tells it too."""
        learnt = 1 - math.exp(-self.step / 1500)
        self.quality = {
            "frechet": 160 * (1 - learnt) + 9 + self.chance.random(),
            "floor": 1.14,
            "features": "digit features",
            "samples": 2000,
            "clear": 0.35 + 0.6 * learnt,
            "as_asked": 0.2 + 0.78 * learnt,
            "precision": 0.3 + 0.5 * learnt,
            "real_precision": 0.82,
            "recall": 0.1 + 0.6 * learnt,
            "real_recall": 0.81,
            "coverage": 0.1 + 0.75 * learnt,
            "real_coverage": 0.97,
            "diversity": 6 + 3 * learnt,
            "real_diversity": 9.5,
            "modes": round(4 + 6 * learnt),
            "real_modes": 10,
            "combinations": None,
            "real_combinations": None,
            **changes,
        }
        self.folder.append_metrics(
            {"step": self.step, "seconds": self.seconds, "images_seen": self.images_seen, **self.quality}
        )

    def event(self, event: str, message: str) -> None:
        """Append an event row."""
        self.folder.append_metrics({"step": self.step, "seconds": self.seconds, "event": event, "message": message})

    def cut_and_resume(self, step: int) -> None:
        """What a resume from a checkpoint does: rows after it are cut off, the attempt grows."""
        recorded.cut_after(self.folder, step)
        self.step, self.attempt = step, self.attempt + 1
        self.status()

    def train(self, seconds: float, pace: float = 10.0, grid_every: int = 20, measure_every: int = 60) -> None:
        """Write rows at a pace a second in real time, with grids and measures between."""
        started = time.monotonic()
        self.sample()
        for number in range(1, int(seconds * pace) + 1):
            self.folder.append_metrics(self.row())
            if number <= 10 or number % grid_every == 0:
                self.sample()
            if number % measure_every == 0:
                self.measure()
            if number % max(1, round(pace / 2)) == 0:
                self.status()
            time.sleep(max(0.0, started + number / pace - time.monotonic()))

    def finished_quickly(self, rows: int, grids: int = 40) -> None:
        """A whole run at once: the rows, grids and measures between them."""
        self.sample()
        for _ in range(grids):
            self.rows_in_bulk(rows // grids)
            self.sample()
            self.measure()
        self.event("finished", "The run reached its end.")
        self.status(FINISHED, message="Finished.")


@cache
def _digits() -> np.ndarray:
    """Ten digits as pixels in [0, 1], [10, 28, 28]."""
    font = ImageFont.load_default(24)
    tiles = []
    for digit in LABELS:
        picture = Image.new("L", (TILE, TILE))
        ImageDraw.Draw(picture).text((TILE // 2, TILE // 2), digit, fill=255, font=font, anchor="mm")
        tiles.append(np.asarray(picture) / 255.0)
    return np.stack(tiles)


def _grid(clarity: float) -> bytes:
    """A grid as PNG: digits that come out of noise as clarity goes from 0 to 1."""
    noise = np.random.default_rng(0)
    pitch = TILE + GAP
    canvas = np.zeros((ROWS * pitch - GAP, COLUMNS * pitch - GAP))
    for row in range(ROWS):
        for column in range(COLUMNS):
            shifted = np.roll(_digits()[row], tuple(noise.integers(-2, 3, 2)), axis=(0, 1))
            speckle = np.clip(noise.normal(0.35, 0.35, (TILE, TILE)), 0, 1)
            tile = clarity * shifted + (1 - clarity) * speckle
            canvas[row * pitch : row * pitch + TILE, column * pitch : column * pitch + TILE] = np.clip(tile, 0, 1)
    buffer = io.BytesIO()
    Image.fromarray((canvas * 255).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def main() -> None:
    """Write one run, as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=None, help="folder of runs; the app's own by default")
    parser.add_argument("--id", default=f"{time.strftime('%Y%m%d-%H%M%S')}-fake")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pace", type=float, default=10.0, help="rows a second")
    parser.add_argument("--rows", type=int, default=0, help="write so many rows at once instead")
    parser.add_argument("--state", default=FINISHED, choices=(FINISHED, FAILED, LOST, RUNNING))
    parser.add_argument("--score", action="store_true", help="D gives scores, as in a Wasserstein GAN")
    parser.add_argument("--unconditional", action="store_true")
    asked = parser.parse_args()
    run = FakeRun(asked.id, home=asked.home, score=asked.score, conditional=not asked.unconditional).hold()
    print(run.folder.path, flush=True)
    if asked.rows:
        run.finished_quickly(asked.rows)
    else:
        run.train(asked.seconds, asked.pace)
    if asked.state != LOST:
        run.status(asked.state, message="It ended.")
    run.let_go()


if __name__ == "__main__":
    main()
