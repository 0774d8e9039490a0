"""Loading networks: exact, and refused in one sentence, without anything in a file ever being executed."""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from pipelines.errors import ModelError
from pipelines.models import trained
from pipelines.models.weights import under
from pipelines.runs.folder import RunFolder
from pipelines.training import checkpoint
from pipelines.training.building import build
from pipelines.training.pictures import to_uint8
from tests import tiny_models as tiny

NETWORKS = ["generator", "discriminator"]


def stamped(folder: Path) -> None:
    """Make the card agree with the weights, as somebody would who has changed them on purpose."""
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps({**card, "sha256": tiny.sha256(folder)}))


def refused(reference, words: str) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        trained.load(reference)
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


def test_a_run_is_drawn_by_its_average_and_each_checkpoint_by_itself(run: RunFolder) -> None:
    tensors, _ = checkpoint.read(run.checkpoint_path(2))
    gan = trained.load(f"{run.id}@last")
    config = run.record().config
    average, _ = build(config, 10, only_generator=True)
    average.load_state_dict(under(tensors, "generator_ema."))
    z, y = gan.draw((0, index) for index in range(8))
    with torch.inference_mode():
        assert torch.equal(gan.decode(z, y), to_uint8(average.eval()(z, y)))
    for network in (gan.generator, gan.discriminator):
        assert not network.training and not any(weight.requires_grad for weight in network.parameters())
    drawn = {name: trained.load(f"{run.id}@{name}").sample(8)[0].tobytes() for name in ("best", "last", "1", "2")}
    assert drawn["best"] == drawn["1"] != drawn["2"] == drawn["last"]


def test_without_an_average_g_itself_draws(make_run) -> None:
    run = make_run(ema=0.0)
    tensors, _ = checkpoint.read(run.best_path)
    gan = trained.load(run.id)
    assert all(torch.equal(value, tensors[f"generator.{key}"]) for key, value in gan.generator.state_dict().items())


def test_samples_are_reproducible_and_labelled(tiny_models: Path) -> None:
    gan = trained.load(tiny_models / "tiny-classes")
    images, labels = gan.sample(20, seed=3)
    assert images.shape == (20, 28, 28, 1) and images.dtype == np.uint8 and labels.dtype == np.int64
    again, _ = gan.sample(5, seed=3)
    assert np.array_equal(again, images[:5]) and len(set(labels.tolist())) > 3
    asked, told = gan.sample(20, torch.from_numpy(labels), seed=3)
    assert np.array_equal(asked, images) and np.array_equal(told, labels)
    _, none = trained.load(tiny_models / "tiny-plain").sample(3)
    assert none.tolist() == [-1, -1, -1]


def test_many_samples_for_measuring_are_the_same_pictures_but_for_rounding(run: RunFolder) -> None:
    gan = trained.load(run.id)
    images, labels = gan.sample(20, seed=3)
    many, told = gan.sample_many(20, seed=3)
    assert many.shape == images.shape and many.dtype == images.dtype and np.array_equal(labels, told)
    assert np.abs(many.astype(int) - images.astype(int)).max() <= 1


def test_labels_of_a_wish(tiny_models: Path) -> None:
    gan = trained.load(tiny_models / "tiny-classes")
    assert gan.labels(None, 3) is None
    assert gan.labels("cycle", 12).tolist() == [*range(10), 0, 1] and gan.labels("7", 2).tolist() == [7, 7]
    for wrong in ("10", "-1", "x", "", "1.0", "²", "cycles"):
        with pytest.raises(ModelError, match="has the classes 0 to 9"):
            gan.labels(wrong, 2)
    plain = trained.load(tiny_models / "tiny-plain")
    assert plain.labels(None, 2) is None
    with pytest.raises(ModelError, match="not conditional"):
        plain.labels("1", 2)


def test_the_global_random_numbers_stay_as_they_are(tiny_models: Path) -> None:
    before = torch.get_rng_state()
    trained.load(tiny_models / "tiny-faces").sample(2)
    assert torch.equal(torch.get_rng_state(), before)


def test_without_a_discriminator_it_still_draws(own_models: Path) -> None:
    (own_models / "tiny-plain" / "discriminator.safetensors").unlink()
    gan = trained.load("tiny-plain")
    assert gan.discriminator is None and gan.sample(1)[0].shape == (1, 28, 28, 1)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("at", [0, 8, 100, -1])
def test_one_changed_byte_is_noticed(own_models: Path, network: str, at: int) -> None:
    path = own_models / "tiny-plain" / f"{network}.safetensors"
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    refused("tiny-plain", "SHA-256 differs")


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_file_that_was_cut_off_is_refused(own_models: Path, network: str, share: float) -> None:
    folder = own_models / "tiny-plain"
    path = folder / f"{network}.safetensors"
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    refused("tiny-plain", "SHA-256 differs")
    stamped(folder)
    refused("tiny-plain", "damaged or not a safetensors file")


@pytest.mark.parametrize("sums", [None, {}, [], "x", {"generator.safetensors": None}])
def test_a_card_without_sums_is_refused(own_models: Path, sums) -> None:
    card = json.loads((own_models / "tiny-plain" / "card.json").read_text())
    (own_models / "tiny-plain" / "card.json").write_text(json.dumps({**card, "sha256": sums}))
    refused("tiny-plain", "SHA-256 differs")


@pytest.mark.parametrize("network", NETWORKS)
def test_a_pickle_under_the_name_of_weights_is_never_opened(own_models: Path, tmp_path: Path, network: str) -> None:
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "executed"),)

    folder = own_models / "tiny-plain"
    path = folder / f"{network}.safetensors"
    for content in (pickle.dumps(Bomb()), b"PK\x03\x04" + pickle.dumps(Bomb())):
        path.write_bytes(content)
        refused("tiny-plain", "SHA-256 differs")
        stamped(folder)
        refused("tiny-plain", "damaged or not a safetensors file")
    torch.save({"weight": torch.zeros(3), "bomb": Bomb()}, path)
    stamped(folder)
    refused("tiny-plain", "damaged or not a safetensors file")
    assert not (tmp_path / "executed").exists()


def test_weights_of_another_model_are_refused(own_models: Path) -> None:
    folder = own_models / "tiny-plain"
    original = load_file(folder / "generator.safetensors")
    first = next(iter(original))
    for weights in (
        load_file(own_models / "tiny-classes" / "generator.safetensors"),
        {"a": torch.zeros(3)},
        {**original, "more": torch.zeros(1)},
        {key: value for key, value in original.items() if key != first},
        {**original, first: torch.zeros(*original[first].shape, 2)},
    ):
        save_file(weights, folder / "generator.safetensors")
        stamped(folder)
        refused("tiny-plain", "do not fit the configuration")


@pytest.mark.parametrize(
    "changes", [{"width": 9}, {"latent_size": 7}, {"channels": 3}, {"network": "quick"}, {"size": 32}]
)
def test_a_configuration_of_another_shape_is_refused(own_models: Path, changes) -> None:
    path = own_models / "tiny-plain" / "config.json"
    values = json.loads(path.read_text())
    path.write_text(json.dumps({**values, "config": {**values["config"], **changes}}))
    refused("tiny-plain", "do not fit the configuration")


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(own_models: Path, network: str, number: float) -> None:
    folder = own_models / "tiny-classes"
    path = folder / f"{network}.safetensors"
    weights = load_file(path)
    next(value for value in weights.values() if value.is_floating_point()).flatten()[0] = number
    save_file(weights, path)
    stamped(folder)
    refused("tiny-classes", "not finite")


def test_a_damaged_checkpoint_of_a_run_is_one_sentence(run: RunFolder) -> None:
    whole = run.best_path.read_bytes()
    run.best_path.write_bytes(whole[:1000])
    refused(run.id, "damaged or not a safetensors file")
    save_file({"x": torch.zeros(1)}, run.best_path)
    refused(run.id, "do not fit the configuration")
    record = run.record()
    run.best_path.write_bytes(whole)
    run.write_record(type(record)(record.config, data={}))
    refused(run.id, "its classes are not known")


def test_a_picture_that_is_not_finite_is_a_sentence_and_no_noise(tiny_models: Path) -> None:
    class Overflowing(torch.nn.Module):
        def forward(self, z, y=None):
            return (z[:, :1] * 1e30 * 1e30 - z[:, :1] * 1e30 * 1e30)[:, :, None, None].expand(-1, 1, 28, 28)

    model = dataclasses.replace(trained.load(tiny_models / "tiny-plain"), generator=Overflowing())
    with pytest.raises(ModelError, match="draws a picture with numbers that are not finite here"):
        model.sample(3)
