"""Recording: a real run, and a game, come back as they were, small."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines import failures, paths
from pipelines.config.train_config import TrainConfig
from pipelines.errors import GanError
from pipelines.failures import Entry, recording
from pipelines.failures import record as recorder
from pipelines.playground.game import Game
from pipelines.playground.settings import PlaneConfig
from pipelines.runs.folder import RunFolder
from tests.failures.kept import stored

WORDS = {"place": 1, "sentence": "A.", "look": ("B.", "C."), "cause": "", "remedy": "", "source": "D"}


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, homes):
    """A function that makes an entry the only one, recorded in a folder of this test's."""
    monkeypatch.setattr(paths, "MODELS", tmp_path / "checkpoints")

    def make(entry: Entry) -> None:
        monkeypatch.setattr(failures, "get", lambda name: entry)

    return make


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """24 small pictures, noise."""
    noise, home = np.random.default_rng(0), tmp_path / "pictures"
    home.mkdir()
    for index in range(24):
        Image.fromarray(noise.integers(0, 255, (28, 28), dtype=np.uint8)).save(home / f"{index:02d}.png")
    return home


def test_a_run_comes_back_as_it_was(own, pictures: Path, tmp_path: Path) -> None:
    config = TrainConfig(
        data="folder", folder=str(pictures), network="quick", width=4, latent_size=4, batch_size=8, samples=9,
        threads=1, device="cpu", precision="fp32", log_every=2, epochs=10,
    )  # fmt: skip
    own(Entry(sick=config, cure={"lr_d": 1e-3}, curves=("losses", "outputs"), **WORDS))
    where = recorder.record("tiny", tmp_path / "kept")
    found = stored("tiny")["twins"]
    run = RunFolder(tmp_path / "kept" / "tiny-sick")
    rows = [row for row in run.metrics()[0] if "d_loss" in row]
    assert found["sick"]["columns"]["step"] == [row["step"] for row in rows]
    assert found["sick"]["columns"]["d_loss"] == pytest.approx([row["d_loss"] for row in rows], rel=1e-3)
    assert found["cured"]["settings"]["lr_d"] == 1e-3 and found["sick"]["steps"] == run.status().step
    with Image.open(where / "sick.webp") as strip, Image.open(run.sample_path(run.samples()[0][-1]["file"])) as grid:
        kept, shown = np.asarray(strip.convert("L"), float)[-84:], np.asarray(grid.convert("LA"), float)[..., 0]
    assert np.abs(kept[:28, :28] - shown[:28, :28]).mean() < 12, "the last grid, but for its compression"
    assert np.abs(kept[28:56, :28] - shown[30:58, :28]).mean() < 12

    before = (where / "recording.json").read_text()
    recorder.record("tiny", tmp_path / "kept")  # trains nothing: the runs are there
    assert (where / "recording.json").read_text() == before
    own(Entry(sick=config.changed(seed=7), cure={"lr_d": 1e-3}, curves=("losses", "outputs"), **WORDS))
    with pytest.raises(GanError, match="other settings"):
        recorder.record("tiny", tmp_path / "kept")
    assert (where / "recording.json").read_text() == before, "what was there stays"


def test_a_game_comes_back_as_it_was(own) -> None:
    config = PlaneConfig(g_width=8, d_width=8, batch=16)
    own(Entry(sick=config, cure={"seed": 1}, curves=("kinds", "losses"), steps=30, **WORDS))
    recorder.record("tiny")
    twin = stored("tiny")["twins"]["sick"]
    game = Game(config)
    for _ in range(3):
        game.advance(10)
    points = np.frombuffer(base64.b64decode(twin["fakes"][-1]), dtype=np.int8).reshape(-1, 2) / 127 * twin["reach"]
    assert np.abs(points - game.fake[: len(points)].numpy()).max() < 0.02
    assert twin["frames"] == [0, 10, 20, 30] and twin["columns"]["step"] == [10, 20, 30]
    assert twin["columns"]["g_loss"][-1] == pytest.approx(game.g_loss, rel=1e-3)
    assert recording.diagnoses("tiny") == {"sick": [[]] * 4, "cured": [[]] * 4}, "too short to be named"
