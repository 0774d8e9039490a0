"""Precision and recall at several truncations: what the quick measure finds, once, part by part."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.model import Model
from pipelines import data
from pipelines.config.train_config import TrainConfig
from pipelines.errors import DataError
from pipelines.latent import neighbours, tradeoff
from pipelines.latent.neighbours import training_set
from pipelines.latent.tradeoff import TRUNCATIONS
from pipelines.metrics.quality import QualityMeter
from tests import own_pictures
from tests import tiny_models as tiny


@pytest.fixture
def trained_on_noise(homes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Writes a tiny model of a folder of 60 pictures, which it prepares, and loads it."""
    monkeypatch.setattr(neighbours, "_sets", type(neighbours._sets)())
    monkeypatch.setattr(tradeoff, "SAMPLES", 25)
    monkeypatch.setattr(tradeoff, "MANY", 10)
    from explorer.model import load

    def make(config: TrainConfig, prepare: bool = True) -> Model:
        config = config.changed(data="folder", folder=str(own_pictures.noise(tmp_path / "own", 30)))
        if prepare:
            data.load("folder", **config.pictures)
        return load(tiny.write(tmp_path / "noise", config, ("cats", "dogs")))

    return make


@pytest.mark.parametrize("config", [tiny.PLAIN, tiny.CLASSES], ids=["plain", "classes"])
def test_each_truncation_is_measured_once_as_by_the_quick_measure(trained_on_noise, config) -> None:
    gan = trained_on_noise(config)
    shares, found = [], gan.tradeoff.advance()
    while found.share < 1:
        shares.append(found.share)
        found = gan.tradeoff.advance()
    assert shares == sorted(set(shares)) and shares[0] > 0 and len(shares) == 4 * len(TRUNCATIONS)
    assert set(found.measured) == set(TRUNCATIONS) and found.samples == 25 and found.features == "pixel features"
    meter = QualityMeter(training_set(gan.trained.config).set, 25)
    z, y = gan.trained.draw((tradeoff.SEED, index) for index in range(25))
    quality = meter.measure(gan.drawn(z, y if y is None else meter.labels, 0.4))
    assert found.measured[0.4] == (quality.precision, quality.recall)
    assert found.real == (quality.real_precision, quality.real_recall)
    assert gan.tradeoff.advance() is found, "nothing is measured again"


def test_without_training_pictures_it_says_so_and_goes_on_once_they_are_there(trained_on_noise) -> None:
    gan = trained_on_noise(tiny.PLAIN, prepare=False)
    for _ in range(2):
        with pytest.raises(DataError, match="not on this machine yet"):
            gan.tradeoff.advance()
    data.load("folder", **gan.trained.config.pictures)
    assert 0 < gan.tradeoff.advance().share < 1
