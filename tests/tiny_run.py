"""A finished run that trains in a second, on pictures of its own: what tests of publishing start from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from pipelines.config.train_config import TrainConfig
from pipelines.runs import jobs
from pipelines.runs.folder import RunFolder

RUN = "20260101-120000-tiny-abcd"


def train(home: Path, pictures: Path, run_id: str = RUN) -> RunFolder:
    """Train a conditional GAN for a few steps on 48 pictures, bright and dark noise, in this process.

    Args:
        home: folder of runs; $GAN_EXPLORER_RUNS should name it too.
        pictures: where the pictures are written.
    """
    from pipelines.runs import worker  # only here: it loads torch

    noise = np.random.default_rng(0)
    for label, low in (("bright", 150), ("dark", 0)):
        (pictures / label).mkdir(parents=True)
        for index in range(24):
            pixels = noise.integers(low, low + 100, (28, 28), dtype=np.uint8)
            Image.fromarray(pixels).save(pictures / label / f"{index:02d}.png")
    config = TrainConfig(
        data="folder", folder=str(pictures), network="quick", width=4, latent_size=4, batch_size=8, conditional=True,
        samples=20, threads=1, device="cpu", precision="fp32", log_every=2, epochs=4,
    )  # fmt: skip
    run = jobs.create(config, path=home / run_id)
    assert worker.work(run) == "finished", run.status().message
    return run
