"""Progressive growing: its stages, what fades and how, what real pictures D is shown, and resuming in a fade."""

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from pipelines.config.train_config import TrainConfig
from pipelines.networks._resampling import AveragedConv2d, DoubledConv2d
from pipelines.networks._stages import maps, sides
from pipelines.training import checkpoint
from pipelines.training.building import build
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer

GROWTH = 64
SMALL = TrainConfig(network="progressive", size=16, width=4, latent_size=6, batch_size=8, growth=GROWTH, threads=1)


def enlarged(picture, times):
    return np.repeat(np.repeat(picture, times, 2), times, 3)


def averaged(picture, times):
    count, channels, height, width = picture.shape
    return picture.reshape(count, channels, height // times, times, width // times, times).mean((3, 5))


def pair(**changes):
    torch.manual_seed(0)
    return build(SMALL.changed(**changes), 0)


def test_sides_and_maps_of_the_stages():
    assert sides(28) == (7, 14, 28) and sides(16) == (4, 8, 16) and sides(256) == (4, 8, 16, 32, 64, 128, 256)
    of = SMALL.changed(size=64, width=64)
    assert [maps(of, side) for side in (64, 32, 16, 8, 4)] == [32, 64, 128, 256, 512], "as many as DCGAN has there"
    assert [maps(of.changed(width=16, size=256), side) for side in (256, 64, 16, 8, 4)] == [8, 32, 128, 128, 128]


@pytest.mark.parametrize("size", [16, 28])
def test_it_grows_by_the_pictures_shown_and_never_goes_back(size):
    generator, discriminator = pair(size=size)
    states, drawn = [], []
    for seen in (0, GROWTH - 1, GROWTH, GROWTH * 3 // 2, 2 * GROWTH, 3 * GROWTH, 4 * GROWTH, 0):
        anew = generator.advance(seen), discriminator.advance(seen)
        assert anew[0] == anew[1]
        states.append((generator.body.stage, generator.body.fading, float(generator.body.fade), anew[0]))
        drawn.append(generator.resolution)
    assert states == [
        (0, False, 1.0, False), (0, False, 1.0, False), (1, True, 0.0, True), (1, True, 0.5, False),
        (1, False, 1.0, True), (2, True, 0.0, True), (2, False, 1.0, True), (2, False, 1.0, False),
    ]  # fmt: skip
    first, second, third = sides(size)
    assert drawn == [first, first, first, (first + second) / 2, second, second, third, third]


def test_with_other_stages_it_stays_where_it_was():
    generator, _ = pair()
    generator.advance(GROWTH * 5 // 2)
    slower, _ = pair(growth=10 * GROWTH)
    slower.load_state_dict(generator.state_dict())
    assert not slower.advance(GROWTH * 5 // 2)
    assert (slower.body.stage, slower.body.fading) == (generator.body.stage, generator.body.fading) == (1, False)


def test_a_fade_mixes_the_pictures_of_two_stages():
    generator, _ = pair()
    z = torch.randn(3, 6)
    with torch.no_grad():
        generator.advance(GROWTH // 2)
        small = generator(z).numpy()
        assert np.array_equal(small, enlarged(small[:, :, ::4, ::4], 4)), "squares of 4 x 4 equal pixels"
        generator.advance(GROWTH)
        assert np.array_equal(generator(z).numpy(), small), "nothing of the next stage yet"
        generator.advance(GROWTH + GROWTH // 4)
        mixed, (first, second) = generator(z), generator.pictures_by_stage(z)
        assert torch.allclose(mixed, 0.75 * first + 0.25 * second, atol=1e-6) and not torch.allclose(first, second)
        before = copy.deepcopy(generator.state_dict())
        generator.pictures_by_stage(z)
        assert all(torch.equal(value, before[key]) for key, value in generator.state_dict().items())
        generator.advance(10 * GROWTH)
        stages = generator.pictures_by_stage(z)
        assert len(stages) == 3 and {picture.shape for picture in stages} == {(3, 1, 16, 16)}
        assert torch.equal(stages[-1], generator(z)) and torch.equal(stages[0], torch.from_numpy(small))


def test_d_averages_what_it_is_shown_and_real_pictures_fade():
    _, discriminator = pair()
    x = torch.rand(3, 1, 16, 16) * 2 - 1
    twin = torch.from_numpy(enlarged(averaged(x.numpy(), 4), 4))
    with torch.no_grad():
        assert torch.allclose(discriminator(x), discriminator(twin), atol=1e-5), "at 4 x 4 both are the same"
        assert torch.equal(discriminator.faded(x), x)
        discriminator.advance(GROWTH)
        assert torch.allclose(discriminator(x), discriminator(twin), atol=1e-5), "nothing of 8 x 8 yet"
        discriminator.advance(GROWTH + GROWTH // 4)
        assert not torch.allclose(discriminator(x), discriminator(twin), atol=1e-5)
        halves = averaged(x.numpy(), 2)
        expected = enlarged(0.75 * enlarged(averaged(halves, 2), 2) + 0.25 * halves, 2)
        assert np.allclose(discriminator.faded(x).numpy(), expected, atol=1e-6)
        discriminator.advance(10 * GROWTH)
        assert torch.equal(discriminator.faded(x), x)


def test_the_layers_that_it_names_are_those_that_draw():
    generator, _ = pair()
    for seen in (0, 2 * GROWTH, 4 * GROWTH):
        generator.advance(seen)
        layers, called = [generator.get_submodule(name) for name in generator.feature_info], set()
        hooks = [layer.register_forward_hook(lambda layer, *_, called=called: called.add(layer)) for layer in layers]
        generator(torch.randn(2, 6))
        assert called == set(layers) and len(layers) == generator.body.stage + 2
        for hook in hooks:
            hook.remove()
    assert generator.get_submodule(generator.z_layer).in_features == 6


def test_convolutions_of_doubled_and_to_averaged_maps_are_the_plain_ones_one_after_the_other():
    torch.manual_seed(0)
    x = torch.randn(2, 3, 6, 4).double().requires_grad_()
    for layer, plain in (
        (DoubledConv2d(3, 5), lambda layer: F.conv2d(F.interpolate(x, scale_factor=2), layer.weight, layer.bias, 1, 1)),
        (AveragedConv2d(3, 5), lambda layer: F.avg_pool2d(F.conv2d(x, layer.weight, layer.bias, 1, 1), 2)),
    ):
        found, expected = layer.double()(x), plain(layer)
        assert found.shape == expected.shape and torch.allclose(found, expected)
        slopes = [torch.autograd.grad(one.square().sum(), (x, layer.weight)) for one in (found, expected)]
        assert all(torch.allclose(mine, theirs) for mine, theirs in zip(*slopes, strict=True))


def trainer(config=SMALL, **settings):
    config = config.changed(minibatch="stddev", d_norm="none", conditional=True, **settings)
    chance = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (40, 1, config.size, config.size), dtype=torch.uint8, generator=chance)
    return Trainer(config, images, Machine("cpu", "fp32", 1), torch.arange(40) % 2, 2)


def test_a_run_stopped_in_a_fade_goes_on_bit_for_bit(tmp_path):
    torch.set_num_threads(1)
    whole = trainer()
    for step in range(20):
        if step == 12:
            checkpoint.save(whole, tmp_path / "fade.safetensors")
        whole.train_step()
    resumed = trainer()
    torch.manual_seed(999)
    checkpoint.load(resumed, tmp_path / "fade.safetensors")
    bodies = [resumed.network("generator").body, resumed.players["generator"].ema.body,
              resumed.network("discriminator").body]  # fmt: skip
    assert {(body.stage, body.fading, float(body.fade)) for body in bodies} == {(1, True, 3 / 8)}, "of its last step"
    for _ in range(8):
        resumed.train_step()
    assert (bodies[1].stage, bodies[1].fading, float(bodies[1].fade)) == (1, False, 1.0), "the average grows alike"
    for (name, mine), (_, other) in zip(whole.named_parts(), resumed.named_parts(), strict=True):
        for key, value in mine.state_dict().items():
            assert torch.equal(value, other.state_dict()[key]), (name, key)
