"""``sample``, ``publish`` and ``evaluate`` as a person types them, on models and runs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from explorer.model import load
from pipelines import data
from pipelines.models import readings, registry
from pipelines.runs.folder import RunFolder


@pytest.fixture(autouse=True)
def few_readings(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readings, "COUNT", 50)


@pytest.mark.parametrize("name", ["tiny-classes", "tiny-faces", "tiny-plain"])
def test_the_command_draws_the_pixels_of_the_app_and_of_notebooks(type_in, own_models, tmp_path: Path, name) -> None:
    out = tmp_path / "s.npz"
    assert type_in("sample", name, "--count", 11, "--seed", 5, "--out", out)[0] == 0
    found, gan = np.load(out), load(name)
    assert np.array_equal(found["images"], gan.sample(11, seed=5))
    if gan.class_names:
        type_in("sample", name, "--count", 4, "--seed", 5, "--labels", 7, "--out", out)
        assert np.array_equal(np.load(out)["images"], gan.sample(4, seed=5, y=7))
        assert np.load(out)["labels"].tolist() == [7] * 4
    else:
        assert found["labels"].tolist() == [-1] * 11


def test_a_checkpoint_is_sampled_by_its_step(type_in, run: RunFolder, tmp_path: Path) -> None:
    drawn = {}
    for name in ("best", "last", "1", "2"):
        type_in("sample", f"{run.id}@{name}", "--count", 3, "--out", tmp_path / "s.npz")
        drawn[name] = np.load(tmp_path / "s.npz")["images"].tobytes()
    assert drawn["best"] == drawn["1"] != drawn["2"] == drawn["last"]


def test_publish_takes_a_checkpoint_and_words(type_in, run: RunFolder) -> None:
    code, text = type_in("publish", run.id, "mine", "--checkpoint", "last", "--title", "My own", "--about", "Mine.",
                         "--samples", 0)  # fmt: skip
    assert code == 0 and "Published" in text
    entry = registry.find("mine")
    assert (entry.title, entry.card["about"], entry.card["step"], entry.ships) == ("My own", "Mine.", 2, False)
    assert np.array_equal(load("mine").sample(3), load(f"{run.id}@last").sample(3))
    assert type_in("publish", run.path, "ours", "--ships", "--samples", 0)[0] == 0 and registry.find("ours").ships


def test_publish_and_evaluate_measure(type_in, run: RunFolder, tmp_path: Path, monkeypatch) -> None:
    """Against real pictures that are noise, since digits are not there to be measured by."""
    noise = np.random.default_rng(0)

    def known(name, **wanted):
        images = noise.integers(0, 256, (300, 1, 28, 28), dtype=np.uint8)
        return data.ImageSet("digits", images, np.arange(300) % 10, tuple("0123456789"), "noise", "a" * 64)

    monkeypatch.setattr(data, "load", known)
    assert type_in("publish", run.id, "mine", "--samples", 100)[0] == 0
    quality = registry.find("mine").card["quality"]
    assert quality["samples"] == 100 and quality["frechet"]["value"] > 0
    out = tmp_path / "measured.json"
    code, text = type_in("evaluate", "mine", "--samples", 100, "--json", out)
    assert code == 0 and "Fréchet distance" in text
    found = json.loads(out.read_text())
    assert found["model"] == "mine" and found["samples"] == 100 and set(quality) <= set(found)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["sample", "nobody", "--out", "x.npz"], "There is no model and no run 'nobody'"),
        (["sample", "tiny-plain@last", "--out", "x.npz"], "There is no model and no run 'tiny-plain@last'"),
        (["sample", "tiny-plain", "--seed", "-1", "--out", "x.npz"], "There is no sample 0 of seed -1"),
        (["sample", "tiny-plain", "--labels", "1", "--out", "x.npz"], "is not conditional"),
        (["sample", "tiny-classes", "--labels", "10", "--out", "x.npz"], "has the classes 0 to 9"),
        (["publish", "nobody", "mine"], "There is no run 'nobody'"),
        (["publish", "tiny-plain", "mine"], "There is no run 'tiny-plain'"),
        (["evaluate", "nobody"], "There is no model and no run 'nobody'"),
        (["evaluate", "tiny-faces@1"], "There is no model and no run 'tiny-faces@1'"),
    ],
)
def test_what_is_wrong_is_one_sentence(type_in, own_models, tmp_path: Path, monkeypatch, words, sentence) -> None:
    monkeypatch.chdir(tmp_path)
    code, text = type_in(*words)
    assert code == 1 and sentence in text and not (tmp_path / "x.npz").exists()


def test_a_checkpoint_that_is_not_there_is_one_sentence(type_in, run: RunFolder, tmp_path: Path) -> None:
    for words in (
        ["sample", f"{run.id}@9", "--out", tmp_path / "s.npz"],
        ["publish", run.id, "mine", "--checkpoint", "9"],
    ):
        code, text = type_in(*words)
        assert code == 1 and "keeps no checkpoint of step 9; it keeps those of 1, 2." in text
