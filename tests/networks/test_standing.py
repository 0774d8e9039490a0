"""Standing statistics against means and variances over the batches, and that training never sees them."""

import pytest
import torch
from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec, class_names_of
from pipelines.modalities._conditions import encode
from pipelines.models import trained
from pipelines.models.registry import find
from pipelines.networks import _standing
from pipelines.networks._conditioning import draw_latent
from pipelines.networks._standing import BATCH, SEED, standing_statistics
from pipelines.registries import NETWORKS, network_traits
from pipelines.training import checkpoint
from pipelines.training.building import build
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer
from tests import tiny_models

IMAGES = torch.randint(0, 256, (16, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
WITH = [name for name in NETWORKS.names() if network_traits(name).standing_statistics]


def config(**changes):
    given = {"network": "biggan", "width": 4, "latent_size": 6, "batch_size": 8, "dropout": 0.0, "g_spectral": True}
    return TrainConfig(**{**given, **changes})


def make(**changes):
    return Trainer(config(conditional=True, **changes), IMAGES, Machine("cpu", "fp32", 1), torch.arange(16) % 4, 4)


def state(trainer):
    return {
        f"{name}.{key}": value.clone()
        for name, part in trainer.named_parts()
        for key, value in part.state_dict().items()
    }


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(value, second[key]) for key, value in first.items())


def test_they_are_the_means_over_the_batches_of_their_means_and_variances():
    """Of the first batch norm, whose input does not depend on any other's statistics."""
    torch.manual_seed(0)
    g, _ = build(config(), 4)
    g.eval()
    untouched = {key: value.clone() for key, value in g.state_dict().items() if "running" not in key}
    random = torch.get_rng_state()
    standing_statistics(g, config(), torch.arange(4), batches=3)
    assert torch.equal(torch.get_rng_state(), random)
    noise = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        z = torch.cat([draw_latent(BATCH, config(), noise) for _ in range(3)])
        h = g.to_maps(g.first(g.told(z, torch.arange(len(z)) % 4)[0]))  # what the first batch norm is given
    first = g.blocks[0].norm1.norm
    whole = h.transpose(0, 1).flatten(1)  # of equal batches the mean of means is the mean of all
    assert torch.allclose(first.running_mean, whole.mean(1), atol=1e-5)
    of_batches = [part.transpose(0, 1).flatten(1).var(1) for part in h.split(BATCH)]
    assert torch.allclose(first.running_var, torch.stack(of_batches).mean(0), rtol=1e-4)
    for key, value in g.state_dict().items():
        assert "running" in key or "tracked" in key or torch.equal(value, untouched[key]), key
    for layer in g.modules():
        assert not layer.training
        if isinstance(layer, nn.BatchNorm2d):
            assert layer.momentum == 0.1 and layer.num_batches_tracked == 3


@pytest.mark.parametrize("name", WITH)
def test_samples_of_the_average_are_drawn_with_them_and_its_state_stays(name):
    trainer = make(network=name, ema=0.99)
    for _ in range(3):
        trainer.train_step()
    before, random = state(trainer), torch.get_rng_state()
    z, y = torch.randn(5, 6, generator=torch.Generator().manual_seed(1)), torch.arange(5) % 4
    drawn, grid = trainer.sample(z, y), trainer.tiles(z, y)
    assert same(before, state(trainer)) and torch.equal(torch.get_rng_state(), random)
    average = trainer.players["generator"].ema
    with torch.no_grad():
        without = trainer.modality.decode(average(z, y))
        standing_statistics(average, trainer.config, torch.arange(4))
        expected = trainer.modality.decode(average(z, y))
    assert torch.equal(drawn, expected) and not torch.equal(drawn, without)
    assert torch.equal(grid, without), "grids come often, and have the averaged statistics"


def test_a_run_that_draws_samples_resumes_bit_for_bit(tmp_path):
    watched, plain, resumed = make(), make(), make()
    for number, trainer in enumerate((watched, plain)):
        torch.manual_seed(0)
        for _ in range(2):
            trainer.train_step()
            if not number:
                trainer.sample(torch.randn(3, 6, generator=torch.Generator()), torch.arange(3))
    assert same(state(watched), state(plain))
    checkpoint.save(watched, tmp_path / "a.safetensors")
    expected = [watched.train_step(watch=True) for _ in range(2)]
    checkpoint.load(resumed, tmp_path / "a.safetensors")
    resumed.sample(torch.randn(3, 6, generator=torch.Generator()), torch.arange(3))
    assert [resumed.train_step(watch=True) for _ in range(2)] == expected
    assert same(state(resumed), state(watched))


@pytest.mark.parametrize("name", WITH)
def test_of_networks_that_are_told_of_attributes_they_are_taken_with_the_first_rows(name):
    rows = (torch.arange(32).reshape(16, 2) % 3 == 0).float()
    spec = Spec(condition="attributes", condition_shape=(2,), condition_dtype="float32", names=("hat", "scarf"))
    own = config(network=name, ema=0.99, conditional=True)
    trainer = Trainer(own, IMAGES, Machine("cpu", "fp32", 1), None, spec, fields={"attributes": rows})
    trainer.train_step()
    z, average = torch.randn(5, 6, generator=torch.Generator().manual_seed(1)), trainer.players["generator"].ema
    drawn = trainer.sample(z, rows[:5])
    with torch.no_grad():
        without = trainer.modality.decode(average(z, encode(rows[:5])))
        standing_statistics(average, own, encode(rows))
        expected = trainer.modality.decode(average(z, encode(rows[:5])))
    assert torch.equal(drawn, expected) and not torch.equal(drawn, without)


def test_without_an_average_or_in_another_family_there_are_none():
    assert _standing.wanted(config()) and not _standing.wanted(config(ema=0.0))
    assert not _standing.wanted(config(network="sagan"))
    trainer = make(network="sagan")
    trainer.train_step()
    average, z = trainer.players["generator"].ema, torch.randn(3, 6)
    with torch.no_grad():
        expected = trainer.modality.decode(average(z, torch.arange(3)))
    assert torch.equal(trainer.sample(z, torch.arange(3)), expected)


def test_a_checkpoint_becomes_a_model_with_them_and_a_published_one_keeps_its_own(tmp_path):
    own = config(conditional=True, data="digits", samples=10)
    names = class_names_of("digits")
    folder = tiny_models.write(tmp_path / "big", own, names)
    published = trained.load_entry(find(folder))
    tensors, _ = checkpoint.read(folder / "generator.safetensors")
    assert all(torch.equal(value, tensors[key]) for key, value in published.generator.state_dict().items())
    of_run = {f"generator_ema.{key}": value for key, value in tensors.items()}
    of_run |= {f"discriminator.{key}": value for key, value in published.discriminator.state_dict().items()}
    loaded = trained.of_checkpoint(published.entry, of_run, folder)
    expected, _ = build(own, 10)
    expected.load_state_dict(tensors)
    standing_statistics(expected.eval(), own, torch.arange(10))
    assert all(torch.equal(value, loaded.generator.state_dict()[key]) for key, value in expected.state_dict().items())
    assert not torch.equal(loaded.generator.norm.norm.running_mean, published.generator.norm.norm.running_mean)
