"""The step: who moves, what is counted, and that the same seed gives the same numbers."""

import copy

import pytest
import torch

from pipelines.errors import TrainingError
from pipelines.networks import NETWORKS
from pipelines.objectives import LOSSES
from pipelines.objectives._penalties import r1_penalty
from pipelines.training import loop
from pipelines.training.config import TrainConfig
from pipelines.training.machine import Machine, pick_device, resolve
from pipelines.training.trainer import R1_EVERY, Trainer, to_float, to_uint8

CPU = Machine("cpu", "fp32", 1)
IMAGES = torch.randint(0, 256, (40, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(40) % 4


def make(machine=CPU, images=IMAGES, **changes):
    torch.set_num_threads(1)
    given = {"network": "quick", "width": 4, "latent_size": 4, "batch_size": 8, "dropout": 0.0, **changes}
    return Trainer(TrainConfig(**given), images, machine, LABELS, 4)


def weights(network):
    return copy.deepcopy([weight.detach() for weight in network.parameters()])


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def test_a_discriminator_step_moves_only_the_discriminator():
    trainer = make()
    g, d = weights(trainer.generator), weights(trainer.discriminator)
    fake, y = trainer._draw_fakes(for_g=False)
    trainer._discriminator_step(fake, y, watch=False)
    assert same(g, weights(trainer.generator)) and not same(d, weights(trainer.discriminator))


def test_a_generator_step_moves_only_the_generator():
    trainer = make()
    g, d = weights(trainer.generator), weights(trainer.discriminator)
    trainer._generator_step(*trainer._draw_fakes(for_g=True), watch=False)
    assert not same(g, weights(trainer.generator)) and same(d, weights(trainer.discriminator))
    assert all(weight.requires_grad for weight in trainer.discriminator.parameters()), "D is thawed again"


@pytest.mark.parametrize("loss", LOSSES.names())
@pytest.mark.parametrize("network", NETWORKS.names())
@pytest.mark.parametrize("conditional", [False, True])
def test_one_step_of_every_pair_and_loss(loss, network, conditional):
    trainer = make(loss=loss, network=network, conditional=conditional, gradient_penalty=1.0)
    numbers = trainer.train_step(watch=True)
    assert set(numbers) == {"d_loss", "g_loss", "d_real", "d_fake", "grad_d", "grad_g", "penalty"}
    assert all(abs(number) < 1e6 for number in numbers.values()) and numbers["grad_g"] > 0 and numbers["grad_d"] > 0
    assert trainer.weights_finite() and trainer.first_bad_step() is None


def test_r1_is_paid_now_and_then_and_makes_d_flatter():
    early, slopes = [], []
    for weight in (0.0, 50.0):
        trainer = make(r1=weight, lr_d=1e-3)
        for _ in range(R1_EVERY - 1):
            trainer.train_step()
        early.append(weights(trainer.discriminator))
        for _ in range(2 * R1_EVERY + 1):
            trainer.train_step()
        slopes.append(r1_penalty(trainer.discriminator, to_float(IMAGES)).item())
    assert same(*early), "not paid before its step"
    assert slopes[1] < 0.5 * slopes[0]


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "nadam", "sgd"])
def test_every_optimizer_moves_with_its_own_rates(optimizer):
    trainer = make(optimizer=optimizer, lr_g=1e-2, lr_d=1e-7)
    g, d = weights(trainer.generator), weights(trainer.discriminator)
    for _ in range(3):
        trainer.train_step()
    moved_g = max((x - y).abs().max().item() for x, y in zip(g, weights(trainer.generator), strict=True))
    moved_d = max((x - y).abs().max().item() for x, y in zip(d, weights(trainer.discriminator), strict=True))
    assert moved_g > 100 * moved_d > 0
    trainer.set_rates(lr_d=0.5)
    assert trainer.rates == (1e-2, 0.5)


@pytest.mark.parametrize("machine", [CPU, Machine("cpu", "bf16", 1)])
def test_the_same_seed_gives_the_same_numbers(machine):
    runs = []
    for seed in (3, 3, 4):
        trainer = make(machine, seed=seed, dropout=0.3, conditional=True, network="dcgan")
        runs.append([trainer.train_step(watch=True) for _ in range(3)])
    assert runs[0] == runs[1] != runs[2]


def test_several_discriminator_steps_see_several_batches():
    trainer = make(d_steps=3)
    trainer.train_step()
    assert (trainer.step, trainer.d_batches, trainer.images_seen) == (1, 3, 24)
    assert trainer.batches_per_epoch == 5 and trainer.epoch == pytest.approx(0.6)


def test_an_epoch_shows_every_picture_once_and_the_next_in_another_order():
    numbered = torch.arange(40, dtype=torch.uint8).view(40, 1, 1, 1).expand(40, 1, 28, 28).contiguous()
    trainer = make(images=numbered)
    epochs = []
    for _ in range(2):
        batches = [trainer._next_real()[0] for _ in range(trainer.batches_per_epoch)]
        epochs.append([round((x + 1).item() * 127.5) for batch in batches for x in batch[:, 0, 0, 0]])
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(40)) and epochs[0] != epochs[1]


def test_labels_stay_with_their_pictures():
    numbered = torch.arange(40, dtype=torch.uint8).view(40, 1, 1, 1).expand(40, 1, 28, 28).contiguous()
    trainer = make(images=numbered, conditional=True)
    real, y = trainer._next_real()
    assert torch.equal(((real[:, 0, 0, 0] + 1) * 127.5).round().long() % 4, y)


def test_flipping_mirrors_about_half():
    half = torch.zeros(40, 1, 28, 28, dtype=torch.uint8)
    half[..., :14] = 255
    trainer = make(images=half, flip=True, batch_size=40, data="clothes")
    mirrored = trainer._next_real()[0][:, 0, 0, 0] < 0
    assert 5 < mirrored.sum() < 35


def test_the_average_follows_with_a_decay_that_grows():
    trainer = make(ema=0.9)
    before = weights(trainer.average)
    trainer.train_step()
    decay = 2 / 11  # (1 + 1) / (10 + 1)
    for mean, old, new in zip(weights(trainer.average), before, weights(trainer.generator), strict=True):
        assert torch.allclose(mean, decay * old + (1 - decay) * new, atol=1e-6)


def test_samples_do_not_depend_on_the_batch_nor_touch_the_training():
    trainer = make(conditional=True)
    trainer.train_step()
    z, y, state = torch.randn(9, 4), torch.arange(9) % 4, torch.get_rng_state()
    assert (trainer.sample(z, y).int() - trainer.sample(z, y, batch=2).int()).abs().max() <= 1
    assert trainer.sample(z, y).dtype == torch.uint8 and torch.equal(state, torch.get_rng_state())
    assert trainer.generator.training


def test_clipped_weights_stay_in_bounds():
    trainer = make(loss="wasserstein", weight_clip=0.01)
    trainer.train_step()
    assert max(weight.abs().max().item() for weight in trainer.discriminator.parameters()) <= 0.01


def test_smoothing_raises_the_loss_of_a_sure_d():
    plain, smooth = make(), make(label_smoothing=0.3)
    real, fake = torch.full((4,), 9.0), torch.full((4,), -9.0)
    assert smooth.d_loss(real, fake) > plain.d_loss(real, fake) + 1


def test_a_loss_that_is_not_finite_is_found_with_its_step():
    trainer = make()
    trainer.train_step()
    with torch.no_grad():
        trainer.generator.body[0].weight.fill_(float("nan"))
    for _ in range(3):
        trainer.train_step()
    assert trainer.first_bad_step() == 2 and not trainer.weights_finite()
    with pytest.raises(TrainingError, match="no longer a finite number at step 2.*lower the learning rates"):
        loop.raise_if_bad(trainer)


def test_bytes_and_floats_convert_back_and_forth():
    everything = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(to_uint8(to_float(everything)), everything)
    assert to_float(everything).min() == -1 and to_float(everything).max() == 1


def test_a_device_that_is_not_there_is_said():
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    from pipelines.errors import ConfigError

    with pytest.raises(ConfigError, match=r"device 'cuda' is not there; torch .* finds: cpu"):
        pick_device("cuda")
    assert resolve(TrainConfig(device="auto", threads=3)).threads == 3


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("network", NETWORKS.names())
def test_a_gpu_trains(network):
    trainer = make(Machine("cuda", "bf16", 1), network=network, conditional=True)
    numbers = [trainer.train_step(watch=True) for _ in range(3)][-1]
    assert all(abs(number) < 1e6 for number in numbers.values())
    assert trainer.sample(torch.randn(3, 4), torch.arange(3)).device.type == "cpu"
