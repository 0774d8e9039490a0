"""Families that draw a picture of another: what their papers' parts compute, beside numbers computed by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from pipelines.config.checking import problems
from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.errors import ConfigError
from pipelines.networks import resnet, srresnet
from pipelines.networks._latent_dropout import LatentDropout
from pipelines.networks._norms import InstanceNorm
from pipelines.networks._planes import Planes
from pipelines.networks._spade import Spade, SpadeBlock
from pipelines.networks._subpixel import subpixel
from pipelines.training.building import build
from tests.families import ALONE, TRANSLATING, spec_of, tells, told


def config(network, **changes):
    return TrainConfig(**{"network": network, "width": 4, "latent_size": 6, "conditional": True, **changes})


def pair(network, paired=True, **changes):
    torch.manual_seed(0)
    made = config(network, **changes)
    spec = spec_of(network, size=made.size, paired=paired)
    return (*build(made, spec), spec)


def box(gradient):
    """Rows from the first to the last and columns likewise where a gradient [C, H, W] is not zero."""
    seen = gradient.abs().sum(0).nonzero()
    return (seen.amax(0) - seen.amin(0) + 1).tolist()


# D


@pytest.mark.parametrize(("size", "patch"), [(28, 16), (64, 34), (128, 34), (256, 70)])
def test_a_logit_sees_a_patch_of_the_picture_and_of_what_d_is_told(size, patch):
    _, d, spec = pair("unet", size=size, d_norm="none")
    x, y = torch.randn(1, 1, size, size, requires_grad=True), told(spec, torch.zeros(1).long()).requires_grad_()
    logits = d(x, y)
    assert logits.shape[1] == 1 and size % logits.shape[2] == 0
    middle = logits.shape[2] // 2
    for gradient in torch.autograd.grad(logits[0, 0, middle, middle], (x, y)):
        at = gradient[0].abs().sum(0).nonzero().amin(0)
        assert box(gradient[0]) == [min(patch, size - int(start)) for start in at]
    assert box(torch.autograd.grad(d(x, y)[0, 0, middle, middle], x)[0][0]) in ([patch] * 2, [size - int(at[0])] * 2)


@pytest.mark.parametrize("network", ["unet", "resnet"])
def test_with_image_gan_one_logit_sees_all_of_the_picture(network):
    for size in (28, 32):
        _, d, spec = pair(network, size=size, d_norm="none", image_gan=True)
        x = torch.randn(2, 1, size, size, requires_grad=True)
        logits = d(x, told(spec, torch.arange(2)))
        assert logits.shape == (2,)
        (gradient,) = torch.autograd.grad(logits[1], x)
        assert box(gradient[1]) == [size, size] and not gradient[0].any(), "each picture by itself"
    wrong = problems(config("spade", method="spade", data="face-maps", image_gan=True))
    assert any("'spade' has no such D: switch it off, or choose the network 'resnet' or 'unet'" in one for one in wrong)


def test_the_smaller_scale_sees_patches_twice_as_large_and_weighs_as_much_as_the_larger():
    _, d, spec = pair("spade", size=64, d_norm="none")
    x, y = torch.randn(2, 1, 64, 64, requires_grad=True), told(spec, torch.arange(2))
    logits = d(x, y)
    assert logits.shape == (2, 2, 16, 16)
    boxes = [box(torch.autograd.grad(logits[0, k, 8, 8], x, retain_graph=True)[0][0]) for k in (0, 1)]
    # 34 places of the half size, 2 apart, each the mean of 3, of which the last end at the border
    assert boxes[0] == [34, 34] and all(34 < side <= 2 * 33 + 3 for side in boxes[1])
    half = F.avg_pool2d(torch.cat([x, d.planes(y)], 1), 3, 2, 1, count_include_pad=False)
    assert torch.allclose(logits[:, 1, ::2, ::2], d.scales[1](half)[:, 0], atol=1e-6)
    assert torch.equal(logits[:, 1, ::2, ::2], logits[:, 1, 1::2, 1::2]), "each is repeated as often"
    with torch.no_grad():
        for scale, value in zip(d.scales, (1.0, 4.0), strict=True):
            scale.head[-1].weight.zero_()
            scale.head[-1].bias.fill_(value)
    assert d(x, y).mean().item() == pytest.approx(2.5)


@pytest.mark.parametrize("network", TRANSLATING)
def test_the_maps_of_ds_layers_come_with_the_logits_of_the_same_pass(network):
    _, d, spec = pair(network, size=32, d_norm="instance")
    x, y = torch.randn(3, 1, 32, 32, requires_grad=True), told(spec, torch.arange(3))
    logits, maps = d.judged(x, y)
    assert torch.equal(logits, d(x, y)) and len(maps) >= 2
    first = F.leaky_relu(next(m for m in d.modules() if isinstance(m, nn.Conv2d))(d_input(d, x, y)), 0.2)
    assert torch.allclose(maps[0], first, atol=1e-6)
    assert all(torch.autograd.grad(one.mean(), x, retain_graph=True)[0].abs().sum() > 0 for one in maps)


def d_input(d, x, y):
    return x if d.planes is None else torch.cat([x, d.planes(y)], 1)


@pytest.mark.parametrize("network", TRANSLATING)
def test_without_pairs_d_takes_the_picture_alone(network):
    _, d, _ = pair(network, paired=False)
    assert d.planes is None and torch.isfinite(d(torch.randn(2, 1, 28, 28), None)).all()
    _, d, _ = pair(network)
    assert (d.planes is None) == (network in ALONE)


def test_spectral_norm_of_spades_d_goes_with_instance_norm_and_that_of_others_does_not():
    for network, norms in (("spade", 2), ("unet", 0), ("resnet", 0)):
        _, d, _ = pair(network, d_norm="spectral")
        assert sum(isinstance(layer, InstanceNorm) for layer in d.modules()) == norms
        assert all(hasattr(layer, "parametrizations") for layer in d.modules() if isinstance(layer, nn.Conv2d))


# Norms


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_instance_norm_by_hand_and_its_slopes_as_those_of_torchs_own(layout):
    torch.manual_seed(0)
    x = torch.randn(3, 2, 4, 5, dtype=torch.float64).to(memory_format=layout).requires_grad_()
    found = InstanceNorm(2)(x)
    values = x.detach().numpy()
    mean, variance = values.mean((2, 3), keepdims=True), values.var((2, 3), keepdims=True)
    assert np.allclose(found.detach(), (values - mean) / np.sqrt(variance + 1e-5), atol=1e-9)
    weights, slopes = torch.randn_like(x), []
    for out in (found, F.instance_norm(x)):
        (once,) = torch.autograd.grad((out * weights).sum(), x, create_graph=True)
        slopes.append((once, torch.autograd.grad(once.square().sum(), x)[0]))
    for mine, theirs in zip(*slopes, strict=True):
        assert torch.allclose(mine, theirs, atol=1e-8)
    assert not list(InstanceNorm(2).parameters()) and InstanceNorm(2).eval()(x).equal(found)


def test_spade_normalises_over_the_batch_and_modulates_each_place_by_its_label():
    torch.manual_seed(0)
    layer, x = Spade(2, 3), torch.randn(2, 2, 3, 3)
    labels = torch.tensor([[[0, 1, 2], [2, 0, 1], [1, 1, 0]], [[2, 2, 2], [0, 1, 0], [1, 0, 2]]])
    seen = F.one_hot(labels, 3).permute(0, 3, 1, 2).float()
    found, values = layer(x, seen).detach().numpy(), x.numpy()
    scale, shift = ([part.detach().numpy() for part in (each.weight[:, :, 0, 0], each.bias)]
                    for each in (layer.scale, layer.shift))  # fmt: skip
    for c in range(2):
        mean, deviation = values[:, c].mean(), np.sqrt(values[:, c].var() + 1e-5)
        for b, row, column in np.ndindex(2, 3, 3):
            label = labels[b, row, column]
            gain, add = (1 + scale[0][c, label] + scale[1][c]), shift[0][c, label] + shift[1][c]
            expected = (values[b, c, row, column] - mean) / deviation * gain + add
            assert found[b, c, row, column] == pytest.approx(expected, abs=1e-5)


def test_spades_block_sees_the_map_around_each_place_and_adds_what_it_was_given():
    torch.manual_seed(0)
    block, x = SpadeBlock(4, 4, 3, 8), torch.randn(2, 4, 9, 9)
    planes = torch.zeros(2, 3, 9, 9, requires_grad=True)
    block.conv1.register_forward_pre_hook(lambda _, given: setattr(block, "given", given[0]))
    out = block(x, planes)
    assert box(torch.autograd.grad(block.given[0, :, 4, 4].sum(), planes, retain_graph=True)[0][0]) == [3, 3]
    with torch.no_grad():
        block.conv2.weight.zero_()
    assert torch.equal(block(x, planes), x) and not torch.equal(out, x)
    assert SpadeBlock(4, 2, 3, 8)(x, planes).shape == (2, 2, 9, 9)


# What G reads


def test_a_map_becomes_one_plane_a_label_of_the_nearest_places_and_a_picture_is_averaged():
    labels = torch.tensor([[[[0, 1, 2, 2], [1, 1, 0, 0], [2, 0, 1, 1], [0, 0, 2, 5]]]], dtype=torch.int8)
    planes = Planes(Spec(condition="map", condition_shape=(1, 4, 4), condition_dtype="int8", labels=3))
    for label in range(3):
        assert planes(labels)[0, label].tolist() == (labels[0, 0] == label).float().tolist()
    assert planes(labels).sum(1)[0, 3, 3] == 0, "5 is no label of this set"
    assert planes(labels, 2).argmax(1)[0].tolist() == [[0, 2], [2, 1]] and planes(labels, 2).unique().tolist() == [0, 1]
    picture = torch.arange(16.0).view(1, 1, 4, 4)
    of_pictures = Planes(Spec(condition="small", condition_shape=(1, 4, 4), condition_dtype="uint8"))
    assert of_pictures(picture).equal(picture) and of_pictures(picture, 2).flatten().tolist() == [2.5, 4.5, 10.5, 12.5]


def test_sub_pixels_lie_in_the_order_of_the_paper_and_numbers_below_zero_have_a_slope():
    up = subpixel(2)
    with torch.no_grad():
        up[0].weight.zero_()
        up[0].bias.copy_(torch.arange(8.0) - 4)
    out = up(torch.zeros(1, 2, 3, 3))
    assert out.shape == (1, 2, 6, 6)
    for c, i, j in np.ndindex(2, 2, 2):
        value = 4 * c + 2 * i + j - 4
        assert (out[0, c, i::2, j::2] == (value if value > 0 else 0.25 * value)).all()


def test_unets_skips_pass_what_the_middle_does_not_and_nothing_else_does():
    g, _, spec = pair("unet", dropout=0.0)
    z, y = torch.randn(2, 6), told(spec, torch.arange(2))
    g.eval().middle.register_forward_hook(lambda *given: torch.zeros_like(given[-1]))
    a, b = g(z, y)
    assert (a - b).abs().max() > 0.5 * a.std(), "past the middle the skips tell the pictures apart"
    with torch.no_grad():
        for layer in [*(up[0] for up in g.up), g.last]:  # transposed: inputs first, and skips are their second half
            layer.weight[len(layer.weight) // 2 :].zero_()
    assert torch.equal(*g(z, y))


def test_unet_has_the_maps_of_the_paper():
    g, _, _ = pair("unet", size=256)
    read = [g.first.out_channels, *(layer[0].out_channels for layer in g.down)]
    assert read == [4, 8, 16, 32, 32, 32], "C64-C128-C256-C512-C512-C512 of width 4 in place of 64"
    assert [up[0].in_channels for up in g.up] == [64, 64, 64, 32, 16] and g.last.in_channels == 8
    assert [one.shape for one in g.dropout] == [(32, 4, 4), (32, 8, 8)]


def test_masks_follow_z():
    torch.manual_seed(0)
    layer, z = LatentDropout(0.3, 8, (16, 8, 8)), torch.randn(50, 8)
    kept = layer.kept(z)
    assert kept.shape == (50, 16, 8, 8) and (kept.flatten(1).float().mean(1) - 0.7).abs().max() < 0.06
    row = (3 * 8 + 5) * 16 + 7  # of the map 7 at (3, 5)
    turned = (z[4].double() @ layer.w[row].double() + layer.b[row].double()) % 1
    assert kept[4, 7, 3, 5].item() == (turned.item() >= 0.3)
    assert layer.eval().kept(z[4:5]).equal(kept[4:5]), "in any company, in training or not"
    same = (kept[:25] == kept[25:]).float().mean().item()
    assert same == pytest.approx(0.7**2 + 0.3**2, abs=0.02), "those of two z are independent"
    assert (layer.kept(z * 1.01) == kept).float().mean() > 0.95, "and of nearly the same z nearly the same"
    x = torch.randn(50, 16, 8, 8)
    assert torch.allclose(layer(x, z), x * kept / 0.7)
    with torch.autocast("cpu", torch.bfloat16):
        assert layer.kept(z).equal(kept)
    assert LatentDropout(0.3, 8, (16, 8, 8)).kept(z).equal(kept), "whatever the random state"
    assert not LatentDropout(0.3, 8, (16, 8, 8), 1).kept(z).equal(kept)


@pytest.mark.parametrize("network", TRANSLATING)
def test_a_picture_follows_from_its_z_and_what_is_told(network):
    g, _, spec = pair(network, dropout=0.5)
    z, y = torch.randn(1, 6).expand(2, -1), told(spec, torch.tensor([1, 1]))
    for _ in range(20):
        g(torch.randn(4, 6), told(spec, torch.arange(4)))  # statistics
    one, other = g.eval()(z, y)
    assert torch.allclose(one, other, atol=1e-6)
    varied = g(torch.stack([z[0], -z[0]]), y)
    assert torch.allclose(*varied, atol=1e-4) == (network in ("srresnet", "resnet")), "these have no noise"


# Forms


def test_a_global_residual_adds_the_enlarged_picture():
    told = Spec(condition="s", condition_shape=(3, 8, 8), condition_dtype="uint8")
    g, _ = build(config("srresnet", size=32, channels=3, global_residual=True), told)
    y = torch.rand(2, 3, 8, 8) * 2 - 1
    enlarged = F.interpolate(y, (32, 32), mode="bicubic")
    z = torch.zeros(2, 6)
    assert torch.allclose(g.train()(z, y), enlarged, atol=1e-6)
    assert torch.allclose(g.eval()(z, y), enlarged.clamp(-1, 1), atol=1e-6)
    same = replace(told, condition_shape=(3, 32, 32))
    g, _ = build(config("resnet", size=32, channels=3, global_residual=True), same)
    y = torch.rand(2, 3, 32, 32) * 2 - 1
    assert torch.allclose(g(z, y), y, atol=1e-6), "at first nothing is changed"
    with pytest.raises(ConfigError, match="no picture with as many channels .3.: switch"):
        build(config("srresnet", size=32, channels=3, global_residual=True), replace(told, condition_shape=(1, 8, 8)))
    wrong = problems(config("unet", method="pix2pix", data="face-outlines", reconstruction=1.0, global_residual=True))
    assert any("'unet' does not: switch it off, or choose the network 'srresnet' or 'resnet'" in one for one in wrong)


@pytest.mark.parametrize(("side", "doublings"), [(32, 0), (16, 1), (8, 2), (4, 3)])
def test_srresnet_takes_any_size_that_doubles_to_the_pictures(side, doublings):
    g, _ = build(config("srresnet", size=32), Spec(condition="s", condition_shape=(3, side, side)))
    assert len(g.up) == doublings and g(torch.zeros(1, 6), torch.zeros(1, 3, side, side)).shape == (1, 1, 32, 32)


def test_residual_blocks_are_as_many_as_in_the_papers():
    assert [resnet.blocks(size) for size in (28, 64, 128, 256)] == [3, 4, 6, 9]
    assert [srresnet.blocks(size) for size in (28, 64, 128, 256)] == [4, 8, 16, 16]
    g, _, _ = pair("resnet", size=64)
    first = [layer for layer in g.modules() if isinstance(layer, nn.Conv2d)][0]
    assert first.kernel_size == (7, 7) and any(isinstance(layer, nn.ReflectionPad2d) for layer in g.modules())


# What does not go together


@pytest.mark.parametrize(("spec", "words"), [
    (Spec(), "with the data set 'digits' it is told nothing"),
    (Spec(10), "with the data set 'digits' it is told classes"),
    (Spec(condition="list", condition_shape=(5,)), r"it is told lists of numbers \('list'\): choose a set whose"),
])  # fmt: skip
def test_a_condition_that_is_no_picture_is_refused(spec, words):
    for network in TRANSLATING:
        with pytest.raises(ConfigError, match=words):
            build(config(network), spec)


def test_a_condition_of_a_size_that_does_not_double_is_refused():
    with pytest.raises(ConfigError, match="no doubling makes 28 pixels of the 9 .* is 28 or 14 or 7 pixels high"):
        build(config("srresnet"), Spec(condition="s", condition_shape=(1, 9, 9), condition_dtype="uint8"))


@pytest.mark.parametrize("network", TRANSLATING)
def test_what_a_family_that_translates_cannot_be_told_is_said_before_a_run(network, monkeypatch):
    (sentence,) = problems(config(network, data="digits"))
    assert "the data set 'digits' has none: choose a set with such a condition (" in sentence
    tells(monkeypatch, "digits")
    assert problems(config(network, data="digits")) == []
    (sentence,) = problems(config(network, data="digits", conditional=False))
    assert "switch conditional on" in sentence
    for name, value in (("minibatch", "stddev"), ("feature_matching", True)):
        (sentence,) = problems(config(network, data="digits", **{name: value}))
        assert sentence.startswith(f"{name} is for networks that draw without a picture")
