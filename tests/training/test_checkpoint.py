"""Checkpoints: exact for every optimiser, atomic, and refused with a sentence when damaged."""

import errno
import math

import pytest
import torch

from pipelines.config.train_config import TrainConfig
from pipelines.errors import DamagedFile, ModelError
from pipelines.training import checkpoint
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer
from tests.wrong_files import with_header, with_state

IMAGES = torch.randint(0, 256, (40, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def make(images=IMAGES, **changes):
    torch.set_num_threads(1)
    given = {"network": "dcgan", "width": 4, "latent_size": 4, "batch_size": 8, "conditional": True, **changes}
    return Trainer(TrainConfig(**given), images, Machine("cpu", "bf16", 1), torch.arange(40) % 4, 4)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "nadam", "sgd"])
@pytest.mark.parametrize("size", [28, 64])
def test_training_goes_on_bit_for_bit(tmp_path, optimizer, size):
    images = IMAGES if size == 28 else torch.nn.functional.interpolate(IMAGES.float(), 64).byte()
    straight = make(images, optimizer=optimizer, size=size)
    for _ in range(3):
        straight.train_step()
    straight.seconds, straight.best = 1.25, 3.5
    straight.set_rates(lr_g=1e-4)
    straight.decay_rates(0.5)
    checkpoint.save(straight, tmp_path / "a.safetensors")
    expected = [straight.train_step(watch=True) for _ in range(4)]

    resumed = make(images, optimizer=optimizer, size=size)
    torch.manual_seed(999)
    checkpoint.load(resumed, tmp_path / "a.safetensors")
    assert (resumed.step, resumed.seconds, resumed.best) == (3, 1.25, 3.5)
    assert (resumed.rates, resumed.rates_in_force) == ((1e-4, 2e-4), (5e-5, 1e-4))
    assert [resumed.train_step(watch=True) for _ in range(4)] == expected
    for (name, mine), (_, theirs) in zip(resumed.named_parts(), straight.named_parts(), strict=True):
        for key, value in mine.state_dict().items():
            assert torch.equal(value, theirs.state_dict()[key]), f"{name}.{key}"


def test_a_damaged_or_foreign_file_is_one_sentence(tmp_path):
    trainer, path = make(), tmp_path / "a.safetensors"
    with pytest.raises(ModelError, match=r"There is no file .*a\.safetensors"):
        checkpoint.load(trainer, path)
    checkpoint.save(trainer, path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelError, match="is damaged or not a safetensors file"):
        checkpoint.load(trainer, path)
    checkpoint.save(make(width=8), path)
    with pytest.raises(ModelError, match="does not fit the run's configuration"):
        checkpoint.load(trainer, path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"step": None}, "step is null; it must be a whole number from 0 to 1,000,000,000,000"),
        ({"step": "x"}, "step is 'x'; it must be a whole number from 0 to 1,000,000,000,000"),
        ({"step": -5}, "step is -5; it must be a whole number from 0 to 1,000,000,000,000"),
        ({"d_batches": None}, "d_batches is null; it must be a whole number from 0"),
        ({"seconds": "x"}, "seconds is 'x'; it must be a number from 0"),
        ({"best": "x"}, "best is 'x'; it must be a number or null"),
        ({"rates": [None, "x"]}, r"rates\[0\] is null; it must be a number above 0 to 1"),
        ({"rates": [0.1]}, "rates is a list of 1; it must be a list of 2"),
        ({"threads": 0}, "threads is 0; it must be a whole number from 1 to 4,096"),
        ({"clear": "x"}, "clear is 'x'; it must be a number from 0 to 1"),
        ({"config": 5}, "config is 5; it must be an object"),
        ({"config": {"width": "x"}}, "The setting width is 'x'; it must be a whole number"),
        ({"generator_optimizer": [{"lr": None, "params": []}]}, r"generator_optimizer\[0\].lr is null; it must be"),
        ({"opt_d": 5}, "discriminator_optimizer is 5; it must be a list"),
    ],
)
def test_a_wrong_value_is_one_sentence_and_no_damaged_file(tmp_path, change, said):
    trainer, path = make(), tmp_path / "a.safetensors"
    checkpoint.save(trainer, path)
    path.write_bytes(with_state(path.read_bytes(), lambda state: {**state, **change}))
    with pytest.raises(ModelError, match=rf"^The state in the file {path}: {said}") as caught:
        checkpoint.load(trainer, path)
    assert not isinstance(caught.value, DamagedFile), "which would be set aside"
    path.write_bytes(with_state(path.read_bytes(), lambda state: {"best": None}))
    for load in (checkpoint.load, checkpoint.load_fitting):
        with pytest.raises(ModelError, match="step is missing; it must be a whole number"):
            load(trainer, path)


def test_what_an_optimiser_keeps_is_of_its_own_weights(tmp_path):
    trainer, path = make(), tmp_path / "a.safetensors"
    trainer.train_step()
    checkpoint.save(trainer, path)
    whole, name = path.read_bytes(), "generator_optimizer.0.exp_avg"

    def flat(header):
        return {**header, name: {**header[name], "shape": [math.prod(header[name]["shape"])]}}

    def whole_numbers(header):
        return {**header, name: {**header[name], "dtype": "I32"}}

    def nameless(header):
        return {f"{name}_" if key == name else key: value for key, value in header.items()}

    for change, reason in ((flat, "weight 0 is of another"), (whole_numbers, "weight 0 is of another"),
                           (nameless, "with another optimizer")):  # fmt: skip
        path.write_bytes(with_header(whole, change))
        with pytest.raises(ModelError, match=f"does not fit the run's configuration .*{reason}"):
            checkpoint.load(trainer, path)


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    trainer, path = make(), tmp_path / "a.safetensors"
    checkpoint.save(trainer, path)
    before = path.read_bytes()

    def full(tensors, name, metadata):
        name.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(OSError, match="No space left"):
        checkpoint.save(trainer, path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
