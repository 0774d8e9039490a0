"""Measuring with Inception-v3: by a stand-in for the network, and what is told where it or its weights are missing."""

from __future__ import annotations

import hashlib
import json
import sys
import types
import urllib.error
from pathlib import Path

import numpy as np
import pytest
import torch

from pipelines import cli, data
from pipelines.config.train_config import TrainConfig
from pipelines.errors import ConfigError, ModelError
from pipelines.metrics import evaluate, inception, quality
from pipelines.models import trained

WIDTH = 6


class Network(torch.nn.Module):
    """Stands for Inception-v3: the brightness of six bands, and three classes. Takes what the true one takes."""

    def __init__(self, name: str, features_list: list[str], feature_extractor_weights_path: str) -> None:
        super().__init__()
        assert features_list == ["2048", "logits_unbiased"]
        self.load_state_dict(torch.load(feature_extractor_weights_path))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        assert x.dtype == torch.uint8 and x.shape[1] == 3
        features = x.float().mean((1, 3)).reshape(len(x), WIDTH, -1).mean(2)
        return features, features[:, ::2] / 10


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package with its network, and weights where they are looked for."""
    module = types.ModuleType("torch_fidelity.feature_extractor_inceptionv3")
    module.FeatureExtractorInceptionV3 = Network
    monkeypatch.setitem(sys.modules, "torch_fidelity", types.ModuleType("torch_fidelity"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(inception, "WIDTH", WIDTH)
    path = inception.weights_path()
    path.parent.mkdir()
    torch.save({}, path)
    monkeypatch.setattr(inception, "HASH", hashlib.sha256(path.read_bytes()).hexdigest()[:8])
    return path


def pictures(count: int, seed: int) -> np.ndarray:
    """Pictures of one of three bright bars, uint8 [count, 1, 24, 24]."""
    random = np.random.default_rng(seed)
    images = random.integers(0, 60, (count, 1, 24, 24), np.uint8)
    for image, bar in zip(images, random.integers(0, 3, count), strict=True):
        image[:, 8 * bar : 8 * bar + 4] += random.integers(60, 190, (4, 24), np.uint8)
    return images


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> TrainConfig:
    """A set of one's own, which has no classifier."""
    known = data.ImageSet("folder", pictures(600, 0), None, (), "", "")
    monkeypatch.setattr(data, "load", lambda name, **options: known)
    return TrainConfig(data="folder", folder="somewhere", held_out=0.0)


def perfect(count: int, labels: torch.Tensor | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
    return np.ascontiguousarray(pictures(count, seed).transpose(0, 2, 3, 1)), np.full(count, -1)


def test_numbers_are_named_after_inception_only_where_it_has_looked(own: TrainConfig, weights: Path) -> None:
    found = evaluate.evaluate(perfect, own, (), 200, times=3, features=evaluate.INCEPTION)
    assert found.features == "Inception-v3 features" and found.scored_by == "Inception-v3"
    names = [row[0] for row in found.rows()]
    assert names[:2] == ["FID", "KID"] and "IS" in names and found.rows()[0][3].count("Inception-v3 features") == 1
    assert 0.3 < found.ratio < 3 and 1.5 < found.inception_score.value <= 3
    assert found.inception_score.value == pytest.approx(found.inception_score.real, rel=0.1)
    assert found.inception_score.real_spread > 0
    plain = evaluate.evaluate(perfect, own, (), 200, times=3)
    assert plain.features == "pixel features" and plain.inception_score is None
    assert not {"FID", "KID", "IS"} & {row[0] for row in plain.rows()}


def test_what_the_own_classifier_tells_is_told_all_the_same(own: TrainConfig, weights: Path) -> None:
    class Teller:
        attribute_names = ("upper",)

        def features(self, x: torch.Tensor) -> torch.Tensor:
            return x.mean((2, 3))

        def __call__(self, x: torch.Tensor) -> torch.Tensor:
            return 99 * (x[:, :, :8].mean((2, 3)) - x.mean((2, 3)))

    found = evaluate.evaluate(perfect, own, (), 200, times=2, features=evaluate.INCEPTION, teller=Teller())
    assert found.features == inception.NAME and found.inception_score is not None
    assert found.attribute_shares["upper"].value == pytest.approx(1 / 3, abs=0.1)


def test_pictures_are_looked_at_in_batches_and_grey_ones_as_three_equal_channels(weights: Path) -> None:
    seen = inception.Inception()(torch.from_numpy(pictures(inception.CHUNK + 7, 1)))
    assert seen[0].shape == (inception.CHUNK + 7, WIDTH) and seen[1] is None
    assert torch.allclose(seen[2].sum(1), torch.ones(inception.CHUNK + 7))


def test_without_the_package_one_sentence_says_how_to_get_it(own: TrainConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch_fidelity", None)
    with pytest.raises(ModelError, match=r"need the package torch-fidelity .*; install it with: pip install torch-fid"):
        evaluate.evaluate(perfect, own, (), 200, features=evaluate.INCEPTION)
    assert evaluate.evaluate(perfect, own, (), 200, times=1).frechet.value > 0, "nothing else needs it"


def test_weights_that_cannot_be_fetched_are_one_sentence(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights.unlink()

    def fetch(url: str, path: str, prefix: str, progress: bool) -> None:
        assert (url, path, prefix) == (inception.URL, str(weights), inception.HASH)
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(torch.hub, "download_url_to_file", fetch)
    with pytest.raises(ModelError, match=r"could not be fetched \(no network\); download https.*\.pth on a machine"):
        inception.Inception()


def test_weights_that_are_not_those_or_hold_code_are_refused(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save({"hook": print}, weights)  # a pickle that names a function
    with pytest.raises(ModelError, match="are damaged; delete them to have them fetched anew"):
        inception.Inception()
    monkeypatch.setattr(inception, "HASH", hashlib.sha256(weights.read_bytes()).hexdigest()[:8])
    with pytest.raises(ModelError, match="cannot be used"):
        inception.Inception()


def test_too_few_pictures_are_refused_before_any_is_looked_at(own: TrainConfig, weights: Path, monkeypatch) -> None:
    monkeypatch.setattr(inception, "WIDTH", 2048)
    monkeypatch.setattr(quality, "judge_of", None)
    with pytest.raises(
        ConfigError, match="FID needs more than 2,048 pictures of each side, .* and here are 200; set sam"
    ):
        evaluate.evaluate(perfect, own, (), 200, features=evaluate.INCEPTION)


def test_the_command_tells_them_and_writes_them(
    own: TrainConfig, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    model = types.SimpleNamespace(name="mine", config=own, class_names=(), sample_many=perfect)
    monkeypatch.setattr(trained, "load", lambda name: model)
    monkeypatch.setattr("pipelines.models.path_lengths.path_lengths", lambda gan, features, seed, count: {"z": 1.5})
    words = ["evaluate", "mine", "--samples", "200", "--draws", "2", "--features", "inception"]
    with pytest.raises(SystemExit) as end:
        cli.main([*words, "--json", str(tmp_path / "found.json")])
    text = capsys.readouterr().out
    assert (
        not end.value.code and "mine: 2 draws of 200 samples, seed 0, Inception-v3 features" in text and "FID" in text
    )
    found = json.loads((tmp_path / "found.json").read_text())
    assert (found["model"], found["features"], found["scored_by"]) == ("mine", "Inception-v3 features", "Inception-v3")
    assert {"value", "real", "spread"} <= set(found["kernel"])
    assert found["path_lengths"] == {"z": {"value": 1.5, "real": None, "spread": 0.0}}
    assert found["path_features"] == "pixel features", "Inception-v3 is not asked for these"


def test_unknown_features_are_refused(own: TrainConfig) -> None:
    with pytest.raises(ConfigError, match="features is 'vgg'; choose one of: own, inception"):
        evaluate.evaluate(perfect, own, (), 200, features="vgg")
