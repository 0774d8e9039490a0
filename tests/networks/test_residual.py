"""Residual blocks and conditional batch norm against what their papers write, and the three families made of them."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks._conditional_norm import class_norm, linear_norm, plain_norm
from pipelines.networks._residual import DownBlock, SumPool, UpBlock, attended, maps_of
from pipelines.networks.biggan import EMBEDDED, chunks_of
from pipelines.registries import NETWORKS, network_traits
from pipelines.training.building import build

FAMILIES = ("sngan", "sagan", "biggan")


def config(network, **changes):
    return TrainConfig(**{"network": network, "width": 4, "latent_size": 8, "dropout": 0.0, **changes})


# Conditional batch norm


def test_each_class_has_its_own_scale_and_shift():
    torch.manual_seed(0)
    norm, x, y = class_norm(3, 4), torch.randn(6, 3, 5, 5), torch.tensor([0, 3, 1, 3, 2, 0])
    mean, variance = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), correction=0, keepdim=True)
    normal = (x - mean) / (variance + 1e-5).sqrt()
    expected = torch.stack(
        [
            (1 + norm.gain.rows[label])[:, None, None] * one + norm.shift.rows[label][:, None, None]
            for one, label in zip(normal, y, strict=True)
        ]
    )
    assert torch.allclose(norm(x, F.one_hot(y, 4).float()), expected, atol=1e-5)
    between = norm.eval()(x, torch.tensor([[0.3, 0.7, 0, 0]]).expand(6, -1))
    ends = [norm(x, F.one_hot(torch.full((6,), label), 4).float()) for label in (0, 1)]
    assert torch.allclose(between, 0.3 * ends[0] + 0.7 * ends[1], atol=1e-5), "of a mixture, the mixture"


def test_scale_and_shift_that_are_linear_in_a_condition():
    torch.manual_seed(0)
    norm, x, condition = linear_norm(3, 5), torch.randn(6, 3, 4, 4), torch.randn(6, 5)
    gain, shift = 1 + condition @ norm.gain.weight.T, condition @ norm.shift.weight.T
    normal = F.batch_norm(x, None, None, training=True)
    assert torch.allclose(norm(x, condition), gain[..., None, None] * normal + shift[..., None, None], atol=1e-5)


@pytest.mark.parametrize("norm", [class_norm(3, 0), linear_norm(3, 0), plain_norm(3)])
def test_without_a_condition_it_is_plain_batch_norm(norm):
    x = torch.randn(6, 3, 4, 4)
    assert torch.allclose(norm(x, None), nn.BatchNorm2d(3)(x)) and [*norm.state_dict()][:2] == [
        "norm.weight", "norm.bias",
    ]  # fmt: skip


# Blocks, written out


def conv(layer, x):
    return F.conv2d(x, layer.weight, layer.bias, padding=layer.kernel_size[0] // 2)


def doubled(x):
    return x.repeat_interleave(2, 2).repeat_interleave(2, 3)


def halved(x):
    return (x[..., ::2, ::2] + x[..., 1::2, ::2] + x[..., ::2, 1::2] + x[..., 1::2, 1::2]) / 4


def test_a_block_of_g_doubles_before_its_first_convolution_and_the_shortcuts():
    torch.manual_seed(0)
    block, x = UpBlock(5, 3, plain_norm), torch.randn(4, 5, 6, 6)
    h = conv(block.conv1, doubled(F.batch_norm(x, None, None, training=True).relu()))
    h = conv(block.conv2, F.batch_norm(h, None, None, training=True).relu())
    assert torch.allclose(block(x), h + conv(block.shortcut, doubled(x)), atol=1e-5)


@pytest.mark.parametrize("norm", ["none", "layer"])
@pytest.mark.parametrize("halves", [True, False])
def test_a_block_of_d_halves_after_its_second_convolution_and_the_shortcuts(norm, halves):
    torch.manual_seed(0)
    block, x = DownBlock(5, 5, norm, halves=halves), torch.randn(4, 5, 6, 6)

    def normed(h):
        return F.group_norm(h, 1) if norm == "layer" else h

    h = conv(block.conv2, normed(conv(block.conv1, normed(x).relu())).relu())
    expected = halved(h) + halved(conv(block.shortcut, x)) if halves else h + x
    assert torch.allclose(block(x), expected, atol=1e-5)


def test_the_first_block_of_d_takes_pictures_as_they_are():
    torch.manual_seed(0)
    block, x = DownBlock(1, 4, "spectral", first=True), torch.randn(3, 1, 8, 8)
    expected = halved(conv(block.conv2, conv(block.conv1, x).relu())) + conv(block.shortcut, halved(x))
    assert torch.allclose(block(x), expected, atol=1e-5)


def test_features_are_sums_over_all_places():
    _, d = build(config("sngan"), 0)
    x = torch.randn(2, 1, 28, 28)
    before = d.body[:-1](x)
    assert isinstance(d.body[-1], SumPool) and before.shape == (2, 8, 7, 7)
    assert torch.allclose(d.features(x), before.flatten(2).sum(2), rtol=1e-5) and before.min() >= 0


# Families


@pytest.mark.parametrize(
    ("size", "maps", "at"),
    [
        (16, [4, 8], 8),
        (28, [4, 8], 14),
        (32, [4, 8, 16], 16),
        (64, [4, 8, 16, 32], 32),
        (128, [4, 8, 16, 32, 64], 32),
        (256, [4, 8, 16, 32, 64, 64], 32),
    ],
)
def test_maps_double_as_the_resolution_halves_and_attention_has_its_place(size, maps, at):
    assert maps_of(config("sngan", size=size)) == maps and attended(size) == at
    for network in ("sagan", "biggan"):
        seen = []
        for each in build(config(network, size=size), 0):
            layer = each.attention if hasattr(each, "attention") else next(
                layer for layer in each.body if hasattr(layer, "gamma")
            )  # fmt: skip
            layer.register_forward_pre_hook(lambda _, given, seen=seen: seen.append(given[0].shape))
            each(torch.randn(2, 8) if not seen else torch.randn(2, 1, size, size))
        assert [(shape[2], shape[3]) for shape in seen] == [(at, at)] * 2


@pytest.mark.parametrize("network", FAMILIES)
def test_without_a_norm_ds_logits_begin_near_zero_though_features_are_sums(network):
    torch.manual_seed(0)
    _, d = build(config(network, width=16, d_norm="none"), 0)
    assert d(torch.rand(16, 1, 28, 28) * 2 - 1).abs().max() < 2


def test_sngan_has_the_papers_layers():
    """Miyato et al.'s networks for pictures of 128 x 128, tables 4 and 6, at a sixteenth of their width."""
    g, d = build(config("sngan", size=128, channels=3), 0)
    outputs = [block.conv2.out_channels for block in g.blocks]
    assert g.first.out_features == 4 * 4 * 64 and outputs == [64, 32, 16, 8, 4]
    blocks = [block for block in d.body if isinstance(block, DownBlock)]
    assert [block.conv2.out_channels for block in blocks] == [4, 8, 16, 32, 64, 64]
    assert [isinstance(block.halved, nn.AvgPool2d) for block in blocks] == [True] * 5 + [False]
    assert isinstance(blocks[-1].shortcut, nn.Identity)


@pytest.mark.parametrize("network", FAMILIES)
def test_components_and_closed_form_have_their_layers(network):
    g, _ = build(config(network), 3)
    z, found = torch.randn(2, 8), {}
    for name in g.feature_info:
        g.get_submodule(name).register_forward_hook(lambda _, __, h, name=name: found.update({name: h.shape}))
    g(z, torch.tensor([0, 2]))
    assert [*found] == [*g.feature_info] and len(found) == 4 and found["last"] == (2, 1, 28, 28)
    first = g.get_submodule(g.z_layer)
    assert torch.allclose(first(z[:, : first.in_features]), z[:, : first.in_features] @ first.weight.T + first.bias)


# BigGAN


def test_z_is_split_as_evenly_as_can_be():
    assert chunks_of(9, 3) == [3, 3, 3] and chunks_of(8, 3) == [3, 3, 2] and chunks_of(2, 3) == [1, 1, 0]


@pytest.mark.parametrize("classes", [0, 3])
def test_each_block_of_biggan_is_told_its_chunk_and_the_embedded_class(classes):
    torch.manual_seed(0)
    g, _ = build(config("biggan"), classes)
    z, y = torch.randn(2, 8), torch.tensor([2, 0]) if classes else None
    told = []
    for block in g.blocks:
        block.register_forward_pre_hook(lambda _, given: told.append(given[1]))
    g(z, y)
    assert g.first.in_features == 3
    rows = g.embedding.rows[y] if classes else torch.zeros(2, 0)
    assert rows.shape[1] == (EMBEDDED if classes else 0)
    for condition, chunk in zip(told, (z[:, 3:6], z[:, 6:]), strict=True):
        assert torch.equal(condition, torch.cat([chunk, rows], 1))
    if classes:
        between = g.told(z[:1], torch.tensor([[0.25, 0.0, 0.75]]))[1][0][:, 3:]
        assert torch.allclose(between, 0.25 * g.embedding.rows[:1] + 0.75 * g.embedding.rows[2:], atol=1e-6)


def test_every_number_of_z_reaches_the_picture():
    g, _ = build(config("biggan", latent_size=7), 0)
    z = torch.randn(1, 7, requires_grad=True)
    g.eval()(z).square().sum().backward()
    assert (z.grad != 0).all()


def test_biggan_begins_with_orthogonal_weights():
    g, d = build(config("biggan", width=8), 3)
    for layer in (*g.modules(), *d.modules()):
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            matrix = layer.weight.detach().flatten(1) * (49 if layer is d.head else 1)
            matrix = matrix if len(matrix) <= matrix.shape[1] else matrix.T
            assert torch.allclose(matrix @ matrix.T, torch.eye(len(matrix)), atol=1e-5)


@pytest.mark.parametrize("family", [name for name in NETWORKS.names() if network_traits(name).class_embedding])
def test_a_mixture_of_classes_is_a_point_on_the_line_between_their_embeddings(family):
    torch.manual_seed(0)
    config = TrainConfig(network=family, width=4, latent_size=6, conditional=True)
    generator = build(config, 3, only_generator=True)[0].eval()
    table = generator.embedding.rows.T if family == "biggan" else None
    if table is None:  # as a parameter that is scaled when it is used
        table = generator.mapping.embedding.parametrizations.weight.original  # [size, classes]
    z, t = torch.randn(4, 6), 0.3
    with torch.inference_mode():
        mixed = generator(z, torch.tensor([[1 - t, 0.0, t]]).expand(4, -1))
        ends = [generator(z, torch.full((4,), label)) for label in (0, 2)]
    with torch.no_grad():
        table[:, 1] = torch.lerp(table[:, 0], table[:, 2], t)
    with torch.inference_mode():
        between = generator(z, torch.full((4,), 1))
    assert torch.allclose(mixed, between, atol=1e-5)
    assert all((mixed - end).abs().max() > 1e-3 for end in ends), "it is no end of the line"
