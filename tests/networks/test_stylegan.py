"""StyleGAN: modulated convolutions against one convolution a picture, the filter, noise, the mean of w, truncation."""

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from pipelines.config.train_config import TrainConfig
from pipelines.networks._equalised import LEAKY
from pipelines.networks._modulated import Modulated, Noise, Styled
from pipelines.networks._moving_mean import MovingMean
from pipelines.networks._resampling import Blur, doubled
from pipelines.training import checkpoint
from pipelines.training.building import build
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer

SMALL = TrainConfig(network="stylegan", size=16, width=4, latent_size=6)


def filtered(maps, up=1, down=1, pad=(2, 1), gain=1.0):
    """Zeros between the pixels and around them, the filter, every ``down``-th pixel: written out, in numpy."""
    count, channels, height, width = maps.shape
    spread = np.zeros((count, channels, height * up, width * up))
    spread[:, :, ::up, ::up] = maps
    padded = np.pad(spread, ((0, 0), (0, 0), pad, pad))
    taps = np.array([1, 3, 3, 1]) / 8
    rows, columns = padded.shape[2] - 3, padded.shape[3] - 3
    out = sum(
        gain * taps[i] * taps[j] * padded[:, :, i : i + rows, j : j + columns] for i in range(4) for j in range(4)
    )
    return out[:, :, ::down, ::down]


def test_the_filter_halves_and_doubles():
    maps = np.random.default_rng(0).standard_normal((2, 3, 8, 8)).astype(np.float32)
    x = torch.from_numpy(maps)
    assert np.allclose(Blur(3, stride=2)(x), filtered(maps, down=2, pad=(1, 1)), atol=1e-6)
    assert np.allclose(Blur(3, padding=2)(x), filtered(maps, pad=(2, 2)), atol=1e-6)
    inner = slice(1, -1)  # at the edge zeros would come in, instead of the outermost pixels again
    expected = filtered(maps, up=2, gain=4.0)
    assert np.allclose(doubled(x)[:, :, inner, inner], expected[:, :, inner, inner], atol=1e-6)


def test_halving_by_the_filter_computes_in_float32_also_where_the_rest_is_in_bf16():
    maps = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    blur, exact = Blur(3, stride=2), Blur(3, stride=2)(maps)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(blur(maps), exact)
        coarse = blur(maps.bfloat16())
    assert coarse.dtype == torch.bfloat16 and torch.equal(coarse, blur(maps.bfloat16().float()).bfloat16())
    assert blur.double()(maps.double()).dtype == torch.float64


@pytest.mark.parametrize(("kernel", "up", "demodulated"), [(3, False, True), (3, True, True), (1, False, False)])
def test_a_modulated_convolution_is_one_with_filters_of_its_own_for_each_picture(kernel, up, demodulated):
    torch.manual_seed(0)
    layer, x, w = Modulated(5, 4, kernel, 6, up, demodulated).double(), torch.randn(3, 5, 4, 4).double(), None
    w = torch.randn(3, 6).double().requires_grad_()
    h, factor = layer(x, w, 1.5)
    found = h if factor is None else h * factor
    style = F.linear(w, layer.style.weight, layer.style.bias)
    weight = layer.convolution.weight.transpose(0, 1) if up else layer.convolution.weight
    each = []
    for picture, scales in zip(x, style, strict=True):
        filters = weight * scales[None, :, None, None]  # [outputs, inputs, k, k]
        if demodulated:
            filters = 1.5 * filters / (filters.square().sum((1, 2, 3), keepdim=True) + 1e-8).sqrt()
        if up:  # a convolution of what was doubled: the filter and the convolution change places
            wide = torch.zeros(1, 5, 8, 8, dtype=torch.float64)
            wide[:, :, ::2, ::2] = picture
            taps = torch.tensor([1.0, 3, 3, 1], dtype=torch.float64) / 4
            blur = (taps[:, None] * taps).expand(4, 1, 4, 4)
            convolved = F.conv2d(wide, filters.flip(2, 3), padding=2)[:, :, :9, :9]  # as far as the pixels reach
            each.append(F.conv2d(convolved, blur, padding=1, groups=4))
        else:
            each.append(F.conv2d(picture[None], filters, padding=kernel // 2))
    expected = torch.cat(each)
    assert found.shape == expected.shape and torch.allclose(found, expected, atol=1e-10)
    slopes = [torch.autograd.grad(one.square().sum(), (w, layer.convolution.parametrizations.weight.original),
                                  retain_graph=True) for one in (found, expected)]  # fmt: skip
    assert all(torch.allclose(mine, theirs, atol=1e-9) for mine, theirs in zip(*slopes, strict=True))


def test_outputs_keep_their_scale_through_a_layer():
    torch.manual_seed(0)
    layer, x = Styled(32, 32, 16, 8), torch.randn(8, 32, 16, 16)
    assert layer(x, torch.randn(8, 8)).square().mean().item() == pytest.approx(1, rel=0.15)
    up = Styled(32, 32, 32, 8, up=True)
    assert 0.3 < up(x, torch.randn(8, 8)).square().mean().item() < 1.5


def test_noise_is_drawn_in_training_and_fixed_otherwise():
    noise = Noise(4)
    assert not noise(2).any(), "its strength begins at zero"
    with torch.no_grad():
        noise.strength.fill_(0.5)
    torch.manual_seed(3)
    drawn = noise(2)
    torch.manual_seed(3)
    assert torch.equal(drawn, 0.5 * torch.randn(2, 1, 4, 4)) and not torch.equal(noise(2), drawn)
    assert torch.equal(noise.eval()(2), 0.5 * noise.fixed) and noise.fixed.std() > 0.5


def noisy_pair(**changes):
    torch.manual_seed(0)
    generator, discriminator = build(SMALL.changed(**changes), 0)
    with torch.no_grad():
        for layer in generator.modules():
            if isinstance(layer, Noise):
                layer.strength.fill_(0.5)
    return generator, discriminator


def test_a_picture_is_the_same_in_any_company_and_after_it_was_saved():
    generator, _ = noisy_pair()
    other, _ = build(SMALL, 0)
    other.load_state_dict(generator.state_dict())
    z = torch.randn(5, 6)
    with torch.no_grad():
        assert not torch.equal(generator(z), generator(z)), "in training noise is drawn anew"
        together = generator.eval()(z)
        assert torch.allclose(together[3:4], generator(z[3:4]), atol=1e-6)
        assert torch.equal(together, generator(z)) and torch.equal(together, other.eval()(z))


def test_noise_can_be_switched_off_layer_by_layer():
    generator, _ = noisy_pair()
    w = generator.eval().mapping(torch.randn(2, 6))
    assert generator.layers == 6 and w.shape == (2, 6, 32)
    with torch.no_grad():
        assert torch.equal(generator.synthesis(w), generator.synthesis(w, noise=[True] * 5))
        without = generator.synthesis(w, noise=[False] * 5)
        twin = copy.deepcopy(generator)
        for number, layer in enumerate(twin.synthesis.convolutions):
            given = [True] * 5
            given[number] = False
            pictures = generator.synthesis(w, given)
            strength, layer.noise.strength.data = layer.noise.strength.data, torch.zeros(())
            assert torch.allclose(pictures, twin.synthesis(w), atol=1e-6) and not torch.allclose(pictures, without)
            layer.noise.strength.data = strength


def test_each_layer_has_a_style_of_its_own():
    generator, _ = noisy_pair()
    one, other = generator.eval().mapping(torch.randn(2, 6)).chunk(2)
    with torch.no_grad():
        whole = generator.synthesis(one)
        for layer in range(generator.layers):
            mixed = one.clone()
            mixed[:, layer] = other[:, layer]
            assert not torch.allclose(generator.synthesis(mixed), whole, atol=1e-5), layer


def test_the_mean_of_w_follows_the_training_and_truncation_leads_to_it():
    generator, _ = noisy_pair()
    z, mean = torch.randn(64, 6), torch.zeros(32)
    with torch.no_grad():
        for part in z.split(16):
            mean = 0.995 * mean + 0.005 * generator.mapping(part)[:, 0].mean(0)
        assert torch.allclose(generator.w_mean, mean, atol=1e-6) and mean.abs().max() > 0
        generator.eval()
        w = generator.mapping(z)
        assert torch.allclose(generator.w_mean, mean, atol=1e-6), "only in training"
        assert torch.allclose(generator.truncated(w, 1.0), w, atol=1e-6)
        assert torch.allclose(generator.truncated(w, 0.0), mean.expand_as(w), atol=1e-6)
        assert torch.allclose(generator.truncated(w, 0.25), mean + 0.25 * (w - mean), atol=1e-6)
        assert torch.equal(generator(z), generator.synthesis(w))


def test_a_moving_mean_sees_the_rows_of_all_processes():
    mean = MovingMean((2,), 0.1)
    mean.whole = lambda rows: torch.cat([rows, 3 * rows])
    rows = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert torch.allclose(mean(rows), 0.1 * torch.tensor([4.0, 6.0]))


def test_the_mapping_network_learns_at_a_hundredth_and_reads_classes():
    generator, _ = build(SMALL.changed(conditional=True), 3)
    dense = [layer for layer in generator.mapping.body if isinstance(layer, torch.nn.Linear)]
    assert len(dense) == 8 and dense[0].in_features == 6 + 32
    for layer in dense:
        scale = layer.parametrizations.weight[0].scale
        assert scale == pytest.approx(0.01 * LEAKY / layer.in_features**0.5)
    z = torch.randn(4, 6)
    assert torch.allclose(generator.mapping(3 * z, torch.arange(4) % 3), generator.mapping(z, torch.arange(4) % 3))
    with torch.no_grad():
        w = [generator.mapping(z, torch.full((4,), label)) for label in (0, 1)]
    assert not torch.allclose(*w)


def test_d_is_residual():
    _, discriminator = noisy_pair(d_norm="none")
    block, x = discriminator.body[2], torch.randn(2, 2, 16, 16)
    first, blur, half = (block.body[number] for number in (0, 2, 3))
    h = F.leaky_relu(F.conv2d(x, first.weight, first.bias, padding=1), 0.2)
    h = F.leaky_relu(F.conv2d(blur(h), half.weight, half.bias, stride=2), 0.2)
    skip = F.conv2d(torch.from_numpy(filtered(x.numpy(), down=2, pad=(1, 1))).float(), block.skip[1].weight)
    assert torch.allclose(block(x), h + skip, atol=1e-5) and block(x).shape == (2, 4, 8, 8)
    scales = [layer.parametrizations.weight[0].scale for layer in (first, half, block.skip[1])]
    assert scales == pytest.approx([(2 / 18) ** 0.5, (1 / 18) ** 0.5, (1 / 4) ** 0.5])


def test_a_run_that_mixes_styles_and_pays_path_lengths_goes_on_bit_for_bit(tmp_path):
    torch.set_num_threads(1)
    config = SMALL.changed(batch_size=8, d_norm="none", minibatch="stddev", path_length=2.0, style_mixing=0.5, r1=1.0)
    images = torch.randint(0, 256, (40, 1, 16, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    whole, resumed = (Trainer(config, images, Machine("cpu", "fp32", 1)) for _ in range(2))
    for _ in range(9):
        whole.train_step()
    checkpoint.save(whole, tmp_path / "a.safetensors")
    before = float(whole.method.parts["path_length"].usual.mean)
    for _ in range(8):
        whole.train_step()
    torch.manual_seed(999)
    checkpoint.load(resumed, tmp_path / "a.safetensors")
    assert float(resumed.method.parts["path_length"].usual.mean) == before > 0
    for _ in range(8):
        resumed.train_step()
    for (name, mine), (_, other) in zip(whole.named_parts(), resumed.named_parts(), strict=True):
        for key, value in mine.state_dict().items():
            assert torch.equal(value, other.state_dict()[key]), (name, key)
