"""The step: who moves, what is counted, and that the same seed gives the same numbers."""

import copy
import types

import pytest
import torch

from pipelines.config.train_config import TrainConfig
from pipelines.errors import ConfigError, TrainingError
from pipelines.objectives._penalties import r1_penalty
from pipelines.registries import LOSSES, NETWORKS
from pipelines.training import loop
from pipelines.training.machine import Machine, pick_device, resolve
from pipelines.training.pictures import to_float, to_uint8
from pipelines.training.trainer import Trainer
from tests.families import TRANSLATING, fields, spec_of

R1_EVERY = TrainConfig().penalty_every

CPU = Machine("cpu", "fp32", 1)
IMAGES = torch.randint(0, 256, (40, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(40) % 4


def make(machine=CPU, images=IMAGES, **changes):
    torch.set_num_threads(1)
    given = {"network": "quick", "width": 4, "latent_size": 4, "batch_size": 8, "dropout": 0.0, **changes}
    spec = spec_of(given["network"], 4)
    return Trainer(TrainConfig(**given), images, machine, LABELS, spec, fields=fields(spec, len(images)))


def weights(network):
    return copy.deepcopy([weight.detach() for weight in network.parameters()])


def next_real(trainer):
    trainer.feed.choose(trainer.d_batches)
    trainer.d_batches += 1
    return trainer.context.real(0)


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def test_a_discriminator_step_moves_only_the_discriminator():
    trainer = make()
    g, d = weights(trainer.network("generator")), weights(trainer.network("discriminator"))
    trainer.phases.run_one(trainer.method.phases[0], watch=False)
    assert same(g, weights(trainer.network("generator"))) and not same(d, weights(trainer.network("discriminator")))


def test_a_generator_step_moves_only_the_generator():
    trainer = make()
    g, d = weights(trainer.network("generator")), weights(trainer.network("discriminator"))
    trainer.method._fake = trainer.method._draw_fakes(0, for_g=True)
    trainer.phases.run_one(trainer.method.phases[1], watch=False)
    assert not same(g, weights(trainer.network("generator"))) and same(d, weights(trainer.network("discriminator")))
    assert all(weight.requires_grad for weight in trainer.network("discriminator").parameters()), "D is thawed again"


# A loss sees nothing but logits: each with one family, and each family with one.
PAIRS = [(loss, "quick") for loss in LOSSES.names()] + [("non-saturating", name) for name in NETWORKS.names()]


@pytest.mark.parametrize(("loss", "network"), PAIRS)
@pytest.mark.parametrize("conditional", [False, True])
def test_one_step_of_every_family_and_loss(loss, network, conditional):
    if network in TRANSLATING and not conditional:
        return  # it is always told something
    trainer = make(loss=loss, network=network, conditional=conditional, gradient_penalty=1.0)
    numbers = trainer.train_step(watch=True)
    assert set(numbers) == {"d_loss", "g_loss", "d_real", "d_fake", "grad_d", "grad_g", "penalty"}
    assert all(abs(number) < 1e6 for number in numbers.values()) and numbers["grad_g"] > 0 and numbers["grad_d"] > 0
    assert trainer.weights_finite() and trainer.phases.first_bad_step() is None


def test_r1_is_paid_now_and_then_and_makes_d_flatter():
    early, slopes = [], []
    for weight in (0.0, 50.0):
        trainer = make(r1=weight, lr_d=1e-3)
        for _ in range(R1_EVERY - 1):
            trainer.train_step()
        early.append(weights(trainer.network("discriminator")))
        for _ in range(2 * R1_EVERY + 1):
            trainer.train_step()
        slopes.append(r1_penalty(trainer.network("discriminator"), to_float(IMAGES)).item())
    assert same(*early), "not paid before its step"
    assert slopes[1] < 0.5 * slopes[0]


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "nadam", "sgd"])
def test_every_optimizer_moves_with_its_own_rates(optimizer):
    trainer = make(optimizer=optimizer, lr_g=1e-2, lr_d=1e-7)
    g, d = weights(trainer.network("generator")), weights(trainer.network("discriminator"))
    for _ in range(3):
        trainer.train_step()
    moved_g = max((x - y).abs().max().item() for x, y in zip(g, weights(trainer.network("generator")), strict=True))
    moved_d = max((x - y).abs().max().item() for x, y in zip(d, weights(trainer.network("discriminator")), strict=True))
    assert moved_g > 100 * moved_d > 0
    trainer.set_rates(lr_d=0.5)
    assert trainer.rates == trainer.rates_in_force == (1e-2, 0.5)
    trainer.decay_rates(0.5)
    assert trainer.rates == (1e-2, 0.5) and trainer.rates_in_force == (5e-3, 0.25)
    trainer.set_rates(lr_g=2e-2)
    assert trainer.rates_in_force == (1e-2, 0.25), "a decay goes on from what is set"


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
        batches = [next_real(trainer)[0] for _ in range(trainer.batches_per_epoch)]
        epochs.append([round((x + 1).item() * 127.5) for batch in batches for x in batch[:, 0, 0, 0]])
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(40)) and epochs[0] != epochs[1]


def test_labels_stay_with_their_pictures():
    numbered = torch.arange(40, dtype=torch.uint8).view(40, 1, 1, 1).expand(40, 1, 28, 28).contiguous()
    trainer = make(images=numbered, conditional=True)
    real, (y, _) = next_real(trainer)
    assert torch.equal(((real[:, 0, 0, 0] + 1) * 127.5).round().long() % 4, y)


def test_flipping_mirrors_about_half():
    half = torch.zeros(40, 1, 28, 28, dtype=torch.uint8)
    half[..., :14] = 255
    trainer = make(images=half, flip=True, batch_size=40, data="clothes")
    mirrored = next_real(trainer)[0][:, 0, 0, 0] < 0
    assert 5 < mirrored.sum() < 35


@pytest.mark.parametrize("network", NETWORKS.names())
def test_a_step_with_everything_that_looks_at_ds_slope_and_augmentation(network):
    trainer = make(network=network, conditional=True, augment="translation", r1=1.0, d_norm="none", penalty_every=2)
    for _ in range(2):  # the second pays R1
        numbers = trainer.train_step(watch=True)
    assert numbers["grad_g"] > 0 and trainer.phases.first_bad_step() is None


@pytest.mark.parametrize("conditional", [False, True])
def test_a_self_conditioned_gan_tells_d_the_group_and_g_nothing(conditional):
    trainer = make(prior="mixture", centres=3, self_conditional=True, conditional=conditional)
    told = []
    trainer.network("discriminator").register_forward_pre_hook(lambda _, given: told.append(given), with_kwargs=False)
    for _ in range(3):
        numbers = trainer.train_step(watch=True)
    assert numbers["grad_g"] > 0 and trainer.phases.first_bad_step() is None
    for _, y, group in told:
        assert (y is not None) == conditional and group.min() >= 0 and group.max() < 3
    assert trainer.network("discriminator").head.out_features == 1 + 3 * (4 if conditional else 1)
    assert trainer.network("generator").classes == (4 if conditional else 0)


def test_rates_fall_over_the_last_part_of_a_run(monkeypatch):
    trainer, shares = make(epochs=4, decay=0.5, lr_g=1e-3, batch_size=4), {}
    monkeypatch.setattr(loop, "row_due", lambda step, config: True)

    class Hooks:
        before_step = staticmethod(lambda trainer: "go")
        row = grid = measured = staticmethod(lambda *_: None)

        def after_step(self, trainer, images_per_s, epoch_ended):
            shares[trainer.step] = trainer.rates_in_force[0] / 1e-3

    view = types.SimpleNamespace(picture=lambda trainer: b"")
    quality = types.SimpleNamespace(frechet=1.0)
    meter = types.SimpleNamespace(samples=1, selects=None, truth=None, measure=lambda *_, told: quality)
    assert loop.train(trainer, view, meter, Hooks()) and trainer.step == 40
    assert [shares[step] for step in (1, 20, 21)] == [1.0, 1.0, 1.0]
    assert shares[31] == pytest.approx(0.5) and shares[40] == pytest.approx(0.05)
    assert trainer.rates == (1e-3, 2e-4)


def test_the_average_follows_with_a_decay_that_grows():
    trainer = make(ema=0.9)
    before = weights(trainer.players["generator"].ema)
    trainer.train_step()
    decay = 2 / 11  # (1 + 1) / (10 + 1)
    for mean, old, new in zip(
        weights(trainer.players["generator"].ema), before, weights(trainer.network("generator")), strict=True
    ):
        assert torch.allclose(mean, decay * old + (1 - decay) * new, atol=1e-6)


def test_samples_do_not_depend_on_the_batch_nor_touch_the_training():
    trainer = make(conditional=True)
    trainer.train_step()
    z, y, state = torch.randn(9, 4), torch.arange(9) % 4, torch.get_rng_state()
    assert (trainer.sample(z, y).int() - trainer.sample(z, y, batch=2).int()).abs().max() <= 1
    assert trainer.sample(z, y).dtype == torch.uint8 and torch.equal(state, torch.get_rng_state())
    assert trainer.network("generator").training


def test_clipped_weights_stay_in_bounds():
    trainer = make(loss="wasserstein", weight_clip=0.01)
    trainer.train_step()
    assert max(weight.abs().max().item() for weight in trainer.network("discriminator").parameters()) <= 0.01


def test_smoothing_raises_the_loss_of_a_sure_d():
    plain, smooth = make(), make(label_smoothing=0.3)
    real, fake = torch.full((4,), 9.0), torch.full((4,), -9.0)
    assert smooth.method.d_loss(real, fake) > plain.method.d_loss(real, fake) + 1


def test_a_loss_that_is_not_finite_is_found_with_its_step():
    trainer = make()
    trainer.train_step()
    with torch.no_grad():
        trainer.network("generator").body[0].weight.fill_(float("nan"))
    for _ in range(3):
        trainer.train_step()
    assert trainer.phases.first_bad_step() == 2 and not trainer.weights_finite()
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


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"r1": 1.0, "augment": "translation", "prior": "mixture"},
        {"network": "dcgan", "conditional": True, "dropout": 0.4, "d_steps": 2},
        {"network": "mlp", "optimizer": "rmsprop", "gradient_penalty": 10.0, "loss": "wasserstein"},
        {"optimizer": "nadam"},
        {"optimizer": "sgd", "label_smoothing": 0.1},
    ],
)
def test_a_replayed_step_computes_what_the_plain_one_does(changes):
    told = []
    for graphs in (False, True):
        trainer = make(Machine("cuda", "fp32", 1, graphs), **changes)
        numbers = [trainer.train_step(watch=True) for _ in range(10)]
        trainer.set_rates(lr_g=1e-5)
        told.append(numbers + [trainer.train_step(watch=True) for _ in range(3 * R1_EVERY)])
        assert trainer.phases.first_bad_step() is None and trainer.images_seen == 8 * trainer.d_batches
    for plain, replayed in zip(*told, strict=True):
        assert replayed == pytest.approx(plain, rel=1e-3, abs=1e-4)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_replayed_step_that_goes_wrong_is_known_by_its_number():
    trainer = make(Machine("cuda", "fp32", 1, graphs=True))
    for _ in range(5):
        trainer.train_step()
    with torch.no_grad():
        next(trainer.network("discriminator").parameters()).fill_(float("nan"))
    for _ in range(3):
        trainer.train_step()
    assert trainer.phases.first_bad_step() == 6


def test_compiling_is_left_out_on_a_cpu_and_refused_without_its_package(monkeypatch):
    config = TrainConfig(compiled=True)
    assert not resolve(config.changed(device="cpu")).compiled
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    monkeypatch.setattr("pipelines.training.machine.computes_bf16", lambda device: True)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="switch compiled off"):
        resolve(config.changed(device="cuda"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: "there")
    assert resolve(config.changed(device="cuda")).compiled


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # torch looks at what is not a leaf
def test_compiled_networks_learn_the_same():
    """Needs a C++ compiler, and half a minute."""
    told = {}
    for compiled in (False, True):
        trainer = make(Machine("cpu", "fp32", 1, compiled=compiled), conditional=True)
        told[compiled] = [trainer.train_step(watch=True) for _ in range(10)]
        assert all(not key.startswith("_orig_mod") for key in trainer.network("generator").state_dict())
    for plain, compiled in zip(told[False], told[True], strict=True):
        assert compiled == pytest.approx(plain, rel=1e-4, abs=1e-4)


def test_bf16_that_a_processor_only_emulates_says_so(monkeypatch):
    asked = TrainConfig(device="cpu", precision="bf16")
    for native, words in ((True, "bf16"), (False, "bf16 (emulated by this processor, which is very slow)")):
        monkeypatch.setattr("pipelines.training.machine.computes_bf16", lambda device, native=native: native)
        assert resolve(asked).words.endswith(words)
        assert not resolve(asked.changed(precision="fp32")).verdict


def test_fakes_have_the_classes_of_the_data_as_often_as_real_pictures():
    unequal = torch.tensor([0] * 36 + [2] * 4)  # nine tenths, none of class 1, a tenth, none of class 3
    trainer = make(conditional=True)
    trainer = Trainer(trainer.config, IMAGES, CPU, unequal, 4)
    asked = torch.cat([trainer.method._draw_fakes(0, for_g=False)[1][0] for _ in range(250)])
    assert asked.bincount(minlength=4).div(2000).tolist() == pytest.approx([0.9, 0, 0.1, 0], abs=0.02)


def test_equal_classes_are_drawn_as_torch_draws_them():
    """So that runs on such sets compute what they did before shares counted."""
    trainer = make(conditional=True)
    state = torch.get_rng_state()
    (fake, (y, _)), after = trainer.method._draw_fakes(0, for_g=False), torch.get_rng_state()
    torch.set_rng_state(state)
    assert torch.equal(y, torch.randint(4, (8,)))
    assert torch.equal(fake, trainer.network("generator")(torch.randn(8, 4), y)) and torch.equal(
        torch.get_rng_state(), after
    )


@pytest.mark.parametrize("channels", [1, 3])
def test_instance_noise_is_drawn_as_torch_draws_it_for_pictures_laid_out_so(channels):
    trainer = make(instance_noise=0.5)
    pictures = torch.zeros(8, channels, 28, 28).to(memory_format=torch.channels_last)
    state = torch.get_rng_state()
    shown = trainer.method._shown(pictures)
    torch.set_rng_state(state)
    assert torch.equal(shown, 0.5 * torch.randn_like(pictures))


def test_pictures_that_are_not_finite_are_found_before_they_become_bytes():
    trainer = make()
    with torch.no_grad():
        trainer.players["generator"].ema.body[0].weight.fill_(float("nan"))
    with pytest.raises(TrainingError, match=r"pictures held numbers that are not finite at step 0: lower the learning"):
        trainer.sample(torch.randn(3, 4))
    assert trainer.weights_finite(), "the average alone has them"


def test_images_and_the_time_left_of_a_set_that_is_smaller_than_the_batch():
    trainer = make(images=IMAGES[:20], batch_size=64, epochs=10, d_steps=2)
    for _ in range(2):
        trainer.train_step()
    assert (trainer.batches_per_epoch, trainer.epoch, trainer.images_seen) == (1, 4.0, 80)
    assert loop.seconds_left(trainer, images_per_s=10.0) == pytest.approx(6 * 20 / 10)
    for _ in range(3):
        trainer.train_step()
    assert loop.is_over(trainer) and loop.seconds_left(trainer, 10.0) == 0
