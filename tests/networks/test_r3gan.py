"""R3GAN's blocks: nothing at the start, the scale of the paper, and what they compute written out."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks.r3gan import BLOCKS, Block, Bounded, Down, FromVector, Up
from pipelines.training.building import build


def test_a_block_is_the_identity_at_the_start_and_learns_to_be_another():
    block, x = Block(8, depth=6), torch.randn(3, 8, 5, 5)
    assert torch.equal(block(x), x) and not block.last.weight.any()
    block(x).square().sum().backward()
    assert block.last.weight.grad.abs().sum() > 0


def test_a_block_written_out():
    block, x = Block(16, depth=4), torch.randn(2, 16, 4, 4)
    nn.init.normal_(block.last.weight, std=0.1)
    nn.init.normal_(block.first.bias)
    assert block.second.groups == 2 and block.second.weight.shape == (32, 16, 3, 3), "groups of 16 maps"
    wide = torch.einsum("oi,bihw->bohw", block.first.weight[:, :, 0, 0], x) + block.first.bias[:, None, None]
    wide = torch.where(wide > 0, wide, 0.2 * wide)
    halves = [
        F.conv2d(part, weight, bias, padding=1)
        for part, weight, bias in zip(
            wide.chunk(2, 1), block.second.weight.chunk(2), block.second.bias.chunk(2), strict=True
        )
    ]
    inner = torch.cat(halves, 1)
    inner = torch.where(inner > 0, inner, 0.2 * inner)
    expected = x + torch.einsum("oi,bihw->bohw", block.last.weight[:, :, 0, 0], inner)
    assert torch.allclose(block(x), expected, atol=1e-5)


@pytest.mark.parametrize("depth", [2, 16])
def test_the_scale_of_the_first_two_layers(depth):
    torch.manual_seed(0)
    block = Block(64, depth)
    gain = math.sqrt(2 / 1.04) * depth ** (-1 / 4)  # L^(-1 / (2 m - 2)), m = 3
    for layer, fan in ((block.first, 64), (block.second, 16 * 9)):
        assert layer.weight.std().item() == pytest.approx(gain / math.sqrt(fan), rel=0.03)
        assert not layer.bias.any()


def test_maps_are_doubled_and_halved_bilinearly():
    x = torch.randn(1, 2, 4, 4)
    assert torch.allclose(Down(2, 2)(x), F.interpolate(x, scale_factor=0.5, mode="bilinear"))
    up = Up(2, 2)(torch.tensor([0.0, 4.0]).expand(1, 2, 2, 2))
    assert torch.equal(up[0, 0, 0], torch.tensor([0.0, 1.0, 3.0, 4.0]))


def test_a_cut_number_can_come_back_and_cannot_go_further():
    x = torch.tensor([-3.0, -3.0, 0.5, 0.5, 2.0, 2.0], requires_grad=True)
    cut = Bounded()(x)
    assert torch.equal(cut, torch.tensor([-1.0, -1.0, 0.5, 0.5, 1.0, 1.0]))
    cut.backward(torch.tensor([4.0, -4.0, 4.0, -4.0, 4.0, -4.0]))  # a step goes against it
    assert torch.equal(x.grad, torch.tensor([0.0, -4.0, 4.0, -4.0, 4.0, 0.0]))


def test_each_number_scales_a_pattern_of_its_own():
    first, x = FromVector(3, 2), torch.randn(4, 3)
    assert torch.equal(first(x)[1, 2], x[1, 2] * first.patterns[2])


@pytest.mark.parametrize(("size", "sizes"), [(28, 3), (16, 3), (64, 5)])
def test_d_is_g_reversed_without_any_norm(size, sizes):
    networks = build(TrainConfig(network="r3gan", size=size, width=4, latent_size=6), 0)
    blocks = [[layer for layer in network.modules() if isinstance(layer, Block)] for network in networks]
    maps = [[block.first.in_channels for block in each] for each in blocks]
    assert maps[0] == maps[1][::-1] == [8] * BLOCKS * (sizes - 1) + [4] * BLOCKS
    norms = (nn.BatchNorm2d, nn.GroupNorm)
    assert not any(isinstance(layer, norms) for network in networks for layer in network.modules())
    assert [type(layer).__name__ for layer in networks[0].modules()].count("Up") == sizes - 1


def test_spectral_norm_finds_no_weight_of_zeros():
    config = TrainConfig(network="r3gan", width=4, latent_size=6, d_norm="spectral", g_spectral=True)
    generator, discriminator = build(config, 0)
    images = generator(torch.randn(3, 6))
    assert torch.isfinite(images).all() and torch.isfinite(discriminator(images)).all()


def test_z_and_the_class_weigh_alike_in_the_first_layer():
    torch.manual_seed(0)
    generator, _ = build(TrainConfig(network="r3gan", width=200, latent_size=32), 10)
    weight = generator.get_submodule(generator.z_layer).weight
    from_z = torch.randn(50, 32) @ weight[:, :32].T
    assert from_z.std().item() == pytest.approx(0.5**0.5, rel=0.1)
    assert weight[:, 32:].std().item() == pytest.approx(0.5**0.5, rel=0.1)
