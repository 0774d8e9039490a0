"""A tiny data set of one's own and runs that train in a moment."""

import time

import numpy as np
import pytest
from PIL import Image

from pipelines.config.train_config import TrainConfig
from pipelines.launchers import local
from pipelines.runs import jobs


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """A folder of 48 grey pictures in two classes: bright and dark noise."""
    home, noise = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for label, low in (("bright", 150), ("dark", 0)):
        (home / label).mkdir()
        for index in range(24):
            pixels = noise.integers(low, low + 100, (28, 28), dtype=np.uint8)
            Image.fromarray(pixels).save(home / label / f"{index:02d}.png")
    return home


@pytest.fixture(scope="session")
def tiny_config(pictures):
    """A configuration that trains at hundreds of steps a second, and begins without asking whether bf16 is faster."""
    return TrainConfig(
        data="folder", folder=str(pictures), network="quick", width=4, latent_size=4, batch_size=8, conditional=True,
        samples=8, threads=1, device="cpu", precision="fp32", log_every=2, epochs=10,
    )  # fmt: skip


@pytest.fixture
def tiny(homes, tiny_config):
    """That configuration, in the test's own folders."""
    return tiny_config


@pytest.fixture
def started(tiny):
    """Start a run in the background; whatever still runs at the end is stopped."""
    made = []

    def start(**changes):
        made.append(jobs.start(tiny.changed(**changes)))
        return made[-1]

    yield start
    for run in made:
        if run.exists():
            jobs.delete(run)
    for child in local.children:
        child.wait(20)


@pytest.fixture
def until():
    """Wait until something is true; fails with the last state after some time."""

    def wait(condition, seconds=60.0, what=""):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := condition():
                return found
            time.sleep(0.02)
        raise AssertionError(f"not within {seconds:g} s: {what or condition}")

    return wait
