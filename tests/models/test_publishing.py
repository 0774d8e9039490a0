"""Publishing: the same pixels as the run, a card that tells the truth, and nothing half done."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from pipelines import paths
from pipelines.config.train_config import from_dict
from pipelines.errors import ModelError
from pipelines.models import publishing, readings, registry, trained
from pipelines.models.publishing import publish, write_npz
from pipelines.models.readings import Readings
from pipelines.networks._conditioning import centres, nearest_centre
from pipelines.runs.folder import RunFolder


@pytest.fixture(autouse=True)
def few_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "COUNT", 100)


def test_images_seen_of_a_set_that_is_smaller_than_the_batch_are_those_that_there_are(make_run) -> None:
    card = json.loads((publish(make_run(batch_size=64), "mine", samples=0) / "card.json").read_text())
    assert (card["step"], card["images_seen"], card["data"]["count"]) == (1, 40, 40)


@pytest.mark.parametrize(("checkpoint", "step"), [("best", 1), ("last", 2), ("2", 2)])
def test_a_published_model_draws_the_pixels_of_its_run(run: RunFolder, checkpoint: str, step: int) -> None:
    told: list[tuple[float, str]] = []
    folder = publish(run, "mine", checkpoint_name=checkpoint, title="Mine", about="A test.", samples=0,
                     progress=lambda share, words: told.append((share, words)))  # fmt: skip
    assert folder == paths.models_home() / "mine" and registry.published() == ["mine"]
    assert [path.name for path in paths.models_home().iterdir()] == ["mine"]  # the draft is gone
    mine, theirs = trained.load("mine"), trained.load(f"{run.id}@{checkpoint}")
    for wanted in (None, mine.labels("cycle", 20)):
        assert np.array_equal(mine.sample(20, wanted, seed=4)[0], theirs.sample(20, wanted, seed=4)[0])
    pictures, y = theirs.sample(8)
    assert np.array_equal(mine.sample(8)[1], y) and mine.discriminator is not None

    card = json.loads((folder / "card.json").read_text())
    assert (card["title"], card["about"], card["ships"], card["run"]) == ("Mine", "A test.", False, run.id)
    assert (card["step"], card["images_seen"], card["training_seconds"]) == (step, 8 * step, 1.5 * step)
    assert card["quality"] is None and card["data"]["name"] == "digits" and card["data"]["count"] == 40
    assert card["data"]["licence"] and card["data"]["citation"] and card["machine"] == "CPU, 1 thread"
    assert card["command"].startswith("python -m pipelines train conditional-digits --")
    assert "--width 4" in card["command"] and "--latent-size 8" in card["command"]
    assert card["sha256"] == {
        file: hashlib.sha256((folder / file).read_bytes()).hexdigest()
        for file in ("generator.safetensors", "discriminator.safetensors")
    }
    config = json.loads((folder / "config.json").read_text())
    assert config["class_names"] == list("0123456789")
    assert from_dict(config["config"]) == run.record().config.changed(device="auto", threads=0)
    preview = Image.open(io.BytesIO((folder / "preview.png").read_bytes()))
    assert preview.size == (2 * 30 - 2, 10 * 30 - 2)  # ten classes, two of each
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[-1] == 1.0 and all(words for _, words in told)


def test_what_only_training_uses_is_left_out_and_d_is_of_the_same_opinion(make_run) -> None:
    run = make_run(minibatch="discrimination")
    folder = publish(run, "mine", samples=0)
    names = load_file(folder / "discriminator.safetensors")
    assert "minibatch.usual" in names and "minibatch.projection" not in names
    assert (folder / "discriminator.safetensors").stat().st_size < run.checkpoint_path(2).stat().st_size / 3
    mine, theirs = trained.load("mine"), trained.load(f"{run.id}@best")
    pictures, y = torch.rand(8, 1, 28, 28) * 2 - 1, torch.arange(8)
    opinion = mine.discriminator(pictures, y)
    assert torch.equal(opinion, theirs.discriminator(pictures, y)) and opinion.std() > 0
    missing = {name: weight for name, weight in names.items() if name != "head.weight"}
    save_file(missing, folder / "discriminator.safetensors")
    card = json.loads((folder / "card.json").read_text())
    card["sha256"]["discriminator.safetensors"] = hashlib.sha256(
        (folder / "discriminator.safetensors").read_bytes()
    ).hexdigest()
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="do not fit the configuration"):
        trained.load("mine")


@pytest.mark.parametrize("prior", ["gaussian", "uniform", "mixture"])
def test_a_truncated_model_draws_every_z_nearer_to_the_middle(make_run, prior: str) -> None:
    run = make_run(prior=prior, centres=4)
    folder = publish(run, "mine", samples=0, truncation=0.5)
    assert json.loads((folder / "card.json").read_text())["truncation"] == 0.5
    (narrow, _), (wide, _) = (trained.load(name).draw([(0, i) for i in range(50)]) for name in ("mine", run.id))
    middle = centres(4, 8)[nearest_centre(wide, 4)] if prior == "mixture" else torch.zeros_like(wide)
    assert torch.allclose(narrow - middle, 0.5 * (wide - middle), atol=1e-6)
    assert not np.array_equal(trained.load("mine").sample(4)[0], trained.load(run.id).sample(4)[0])


@pytest.mark.parametrize("truncation", [0.0, -1.0, 1.5, float("nan")])
def test_a_truncation_out_of_range_is_one_sentence(run: RunFolder, truncation: float) -> None:
    with pytest.raises(ModelError, match="truncation is .* above 0 and at most 1"):
        publish(run, "mine", samples=0, truncation=truncation)
    assert registry.published() == []


def test_readings_are_published_with_it(run: RunFolder) -> None:
    folder = publish(run, "mine", samples=0)
    kept, made = readings.load(folder), readings.make(trained.load("mine"), 100)
    assert kept is not None and kept.names == tuple("0123456789") and kept.exclusive
    assert (
        kept.probabilities.shape == (100, 10)
        and np.abs(kept.probabilities - made.probabilities).max() <= 0.5 / 255 + 1e-6
    )


def test_a_title_is_that_of_the_run_where_none_is_given(run: RunFolder) -> None:
    assert json.loads((publish(run, "mine", samples=0) / "card.json").read_text())["title"] == "My digits"


def test_what_ships_is_marked(run: RunFolder) -> None:
    publish(run, "ours", ships=True, samples=0)
    assert registry.find("ours").ships


def test_a_run_is_published_though_a_model_is_named_like_its_folder(
    run: RunFolder, tmp_path: Path, monkeypatch
) -> None:
    publish(run, "other", checkpoint_name="last", samples=0)
    run.path.rename(tmp_path / "other")
    monkeypatch.chdir(tmp_path)
    publish(RunFolder("other"), "mine", checkpoint_name="1", samples=0)
    step_1, step_2 = trained.load("mine").sample(4)[0], trained.load("other").sample(4)[0]
    assert not np.array_equal(step_1, step_2)


@pytest.mark.parametrize(
    ("name", "words"), [("taken", "There is a model named 'taken' already"), ("Bad Name", "use small letters"),
                        ("20250101-000000-a-run", "There is a run named")]
)  # fmt: skip
def test_a_name_that_cannot_be_had(run: RunFolder, name: str, words: str) -> None:
    publish(run, "taken", samples=0)
    with pytest.raises(ModelError, match=words):
        publish(run, name, samples=0)
    assert registry.published() == ["taken"]


@pytest.mark.parametrize("checkpoint", ["7", "worst"])
def test_a_checkpoint_that_is_not_there(run: RunFolder, checkpoint: str) -> None:
    with pytest.raises(ModelError, match=r"no checkpoint"):
        publish(run, "mine", checkpoint_name=checkpoint, samples=0)
    assert not list(paths.models_home().iterdir())


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), SafetensorError("No space left on device")])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(run: RunFolder, monkeypatch, error: Exception) -> None:
    def full(*args, **kwargs):
        raise error

    monkeypatch.setattr(publishing, "save_file", full)
    with pytest.raises(ModelError, match=r"could not be written to .*No space left on device"):
        publish(run, "mine", samples=0)
    assert not list(paths.models_home().iterdir())


def test_nothing_is_left_when_it_is_interrupted(run: RunFolder, monkeypatch) -> None:
    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(publishing, "_preview", stop)
    with pytest.raises(KeyboardInterrupt):
        publish(run, "mine", samples=0)
    assert not list(paths.models_home().iterdir())


def test_a_deleted_run_is_one_sentence(homes) -> None:
    with pytest.raises(ModelError, match=r"has no checkpoint yet"):
        publish(RunFolder(homes.runs / "gone"), "mine", samples=0)


def test_too_few_pictures_to_measure_by_are_told_and_published_all_the_same(run: RunFolder, monkeypatch) -> None:
    def fail(*args, **kwargs):
        raise ModelError("Too few pictures.")

    monkeypatch.setattr(publishing, "evaluate", fail)
    card = json.loads((publish(run, "mine", samples=100) / "card.json").read_text())
    assert card["quality"] == {"problem": "Too few pictures."}


# Readings


def test_readings_are_written_and_read(tmp_path: Path) -> None:
    seen = np.array([[0, 0.5], [1, 0.25]], np.float32)
    readings.save(Readings(("open mouth", "ä"), seen, exclusive=False), tmp_path)
    again = readings.load(tmp_path)
    assert again.names == ("open mouth", "ä") and again.exclusive is False
    assert again.probabilities.dtype == np.float32 and np.abs(again.probabilities - seen).max() <= 0.5 / 255 + 1e-6


def test_readings_that_are_not_there_are_none(tmp_path: Path) -> None:
    assert readings.load(tmp_path) is None


def test_damaged_readings_are_one_sentence(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    path = tmp_path / "readings.safetensors"
    good = {"readings": json.dumps({"names": ["a", "b"], "exclusive": True})}
    table = torch.zeros(4, 2, dtype=torch.uint8)
    bad = [
        ({"probabilities": table}, {}),
        ({"probabilities": table}, {"readings": "{"}),
        ({"probabilities": table}, {"readings": "[]"}),
        ({"probabilities": table}, {"readings": '{"names": 3}'}),
        ({"other": table}, good),
        ({"probabilities": table[:, :1].contiguous()}, good),
        ({"probabilities": table[0]}, good),
        ({"probabilities": table[:0]}, good),
        ({"probabilities": table.float()}, good),
    ]
    for tensors, metadata in bad:
        save_file(tensors, path, metadata=metadata)
        with pytest.raises(ModelError, match=r"readings.safetensors is damaged"):
            readings.load(tmp_path)
    save_file({"probabilities": table}, path, metadata=good)
    assert readings.load(tmp_path).probabilities.shape == (4, 2)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(ModelError, match="damaged"):
        readings.load(tmp_path)
    path.write_bytes(b"")
    with pytest.raises(ModelError, match="damaged"):
        readings.load(tmp_path)


# Files of samples


def test_samples_are_written_for_other_programs(tmp_path: Path) -> None:
    images, labels = np.arange(2 * 28 * 28, dtype=np.int64).reshape(2, 28, 28, 1).astype(np.uint8), np.array([3, -1])
    write_npz(tmp_path / "new" / "s.npz", images, labels)
    with np.load(tmp_path / "new" / "s.npz", allow_pickle=False) as found:
        assert np.array_equal(found["images"], images) and found["labels"].tolist() == [3, -1]
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="choose another --out"):
        write_npz(tmp_path / "file" / "s.npz", images, labels)
