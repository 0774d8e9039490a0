"""Every family that is registered, at every size it is offered for; and the papers' shapes."""

import pytest
import torch
from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.data import SIZES
from pipelines.networks._conditioning import centres, draw_latent, nearest_centre
from pipelines.networks._small_maps import HalvingConv2d
from pipelines.registries import NETWORKS, network_traits
from pipelines.training.building import advance, build
from pipelines.training.memory import AT_THE_END
from tests.families import ALONE, FROM_Z, TRANSLATING, spec_of, told


def count(network):
    return sum(weight.numel() for weight in network.parameters())


OFFERED = [(name, size) for name in NETWORKS.names() for size in network_traits(name).sizes or SIZES]


@pytest.mark.parametrize(("name", "size"), OFFERED)
@pytest.mark.parametrize(("channels", "classes"), [(1, 0), (3, 0), (1, 10)])
def test_shapes_and_ranges(name, size, channels, classes):
    if size > 64 and channels == 1:
        return  # large pictures take long, and differ in nothing else
    if classes and name in TRANSLATING:
        return  # it is told no classes
    spec = spec_of(name, classes, size)
    config = TrainConfig(network=name, size=size, channels=channels, width=8, latent_size=6, conditional=True)
    generator, discriminator = build(config, spec)
    count = 5 if size <= 64 else 2
    y = told(spec, torch.arange(count) if spec.conditional else None)
    images = generator(torch.randn(count, 6), y)
    assert images.shape == (count, channels, size, size)
    assert images.abs().max() <= 1 and images.std() > 0
    logits = discriminator(images, y)
    assert logits.shape[:1] == (count,) and torch.isfinite(logits).all() and (name in TRANSLATING or logits.ndim == 1)


@pytest.mark.parametrize("name", NETWORKS.names())
def test_the_label_reaches_both_networks(name):
    torch.manual_seed(0)
    spec = spec_of(name, 10)
    generator, discriminator = build(TrainConfig(network=name, width=8, latent_size=6, dropout=0.0), spec)
    z, (a, b) = torch.randn(4, 6), (told(spec, torch.full((4,), number)) for number in (3, 7))
    images = generator(z, a)
    assert not torch.allclose(images, generator(z, b))
    assert torch.allclose(discriminator(images, a), discriminator(images, b)) == (name in ALONE)


@pytest.mark.parametrize("name", NETWORKS.names())
def test_the_length_of_z_matters_where_no_trait_denies_it(name):
    torch.manual_seed(0)
    spec = spec_of(name)
    generator, _ = build(TrainConfig(network=name, width=8, latent_size=6), spec)
    z, y = torch.randn(4, 6), told(spec, torch.zeros(4, dtype=torch.int64) if spec.conditional else None)
    for layer in generator.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None  # the mean of what it sees
    generator(z, y)
    images = generator.eval()(z, y)
    far = ((images - generator(0.3 * z, y)).abs().max() / images.std()).item()
    assert far < 1e-3 if network_traits(name).z_norm else far > 0.1


@pytest.mark.parametrize("name", FROM_Z)
def test_a_mixture_of_classes_with_one_member_is_that_class(name):
    generator, _ = build(TrainConfig(network=name, width=8, latent_size=6), 10)
    z, weights = torch.randn(2, 6), torch.zeros(2, 10)
    weights[:, 4] = 1.0
    assert torch.equal(generator.eval()(z, weights), generator(z, torch.tensor([4, 4])))


@pytest.mark.parametrize("name", NETWORKS.names())
def test_bf16_is_near_full_precision(name):
    torch.manual_seed(0)
    spec = spec_of(name)
    pair = build(TrainConfig(network=name, width=8, latent_size=6, d_norm="none"), spec)
    z, y = torch.randn(8, 6), told(spec, torch.arange(8) if spec.conditional else None)
    for network, given in zip(pair, (z, torch.rand(8, 1, 28, 28) * 2 - 1), strict=True):
        advance(network.eval(), AT_THE_END)
        exact = network(given, y)
        with torch.autocast("cpu", torch.bfloat16):
            rough = network(given, y).float()
        assert (rough - exact).abs().mean() < 0.05 * exact.abs().mean() and not torch.equal(rough, exact)


@pytest.mark.parametrize("size", [32, 64])
def test_d_without_norm_has_none_and_keeps_the_scale(size):
    _, plain = build(TrainConfig(network="dcgan", size=size, channels=3, width=8, d_norm="none"), 0)
    _, normed = build(TrainConfig(network="dcgan", size=size, channels=3, width=8), 0)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in plain.modules())
    assert sum(isinstance(layer, nn.BatchNorm2d) for layer in normed.modules()) == {32: 2, 64: 3}[size]
    assert plain.body(torch.randn(64, 3, size, size)).std().item() == pytest.approx(1.0, abs=0.4)


def test_the_lectures_dense_gan_has_the_lectures_layers():
    generator, discriminator = build(TrainConfig(network="mlp", width=100, latent_size=30), 0)
    assert count(generator) == (30 * 100 + 100) + (100 * 150 + 150) + (150 * 784 + 784)
    assert count(discriminator) == (784 * 150 + 150) + (150 * 100 + 100) + (100 + 1)


def test_the_lectures_dcgan_has_the_lectures_layers():
    generator, discriminator = build(TrainConfig(network="dcgan", width=64, latent_size=100), 0)
    dense, norms = 100 * 6272 + 6272, 2 * 128 + 2 * 64
    assert count(generator) == dense + norms + (128 * 64 * 25 + 64) + (64 * 25 + 1)
    assert count(discriminator) == (64 * 25 + 64) + (64 * 128 * 25 + 128) + (128 * 49 + 1)


@pytest.mark.parametrize("size", [32, 64])
def test_radfords_rules(size):
    generator, discriminator = build(TrainConfig(network="dcgan", size=size, channels=3, width=16), 0)
    kinds = [type(layer) for layer in generator.body]
    assert nn.Linear not in kinds and not any(isinstance(layer, nn.MaxPool2d) for layer in discriminator.modules())
    assert kinds[-2:] == [nn.ConvTranspose2d, nn.Tanh], "no batch norm at G's output"
    inner = [type(layer) for layer in discriminator.body]
    assert inner[:3] == [nn.Conv2d, nn.LeakyReLU, HalvingConv2d], "no batch norm at D's input"
    assert [type(layer) for layer in discriminator.modules()].count(nn.Linear) == 1, "only the output is dense"
    for network in (generator, discriminator):
        for layer in network.modules():
            if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
                assert layer.weight.std().item() == pytest.approx(0.02, rel=0.15)


def test_priors():
    noise, config = torch.Generator().manual_seed(0), TrainConfig(latent_size=5)
    uniform = draw_latent(4000, config.changed(prior="uniform"), noise)
    assert uniform.shape == (4000, 5) and uniform.abs().max() <= 1
    assert uniform.std().item() == pytest.approx(3**-0.5, abs=0.01)
    mixed = draw_latent(4000, config.changed(prior="mixture", centres=40), noise)
    assert mixed.std().item() == pytest.approx(1.0, abs=0.1)
    far = torch.cdist(mixed[:, :3], centres(40, 5)[:, :3]).min(1).values.square().mean().item() / 3
    assert far < 0.1, "each lies near one of the centres in the numbers that tell them apart"
    assert mixed[:, 3:].std().item() == pytest.approx(1.0, abs=0.03) and not centres(40, 5)[:, 3:].any()
    assert torch.equal(centres(40, 5), centres(40, 5)) and centres(40, 5).shape == (40, 5)
    assert torch.equal(nearest_centre(mixed, 40), torch.cdist(mixed, centres(40, 5)).argmin(1))
    assert draw_latent(4000, config, noise).std().item() == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("network", FROM_Z)
@pytest.mark.parametrize("classes", [0, 3])
def test_a_discriminator_that_is_told_of_groups(network, classes):
    config = TrainConfig(network=network, width=4, dropout=0.0, prior="mixture", centres=5, self_conditional=True)
    _, discriminator = build(config, classes)
    x, y = torch.randn(6, 1, 28, 28), torch.arange(6) % classes if classes else None
    each = torch.stack([discriminator(x, y, torch.full((6,), group)) for group in range(5)])
    assert each.std(0).min() > 0, "the group matters"
    assert torch.equal(discriminator(x, y), each.amax(0)), "without one, the group in which a picture looks most real"
    if classes:
        other = discriminator(x, (y + 1) % classes, torch.zeros(6, dtype=torch.int64))
        assert not torch.equal(other, each[0]), "and so does the class"
