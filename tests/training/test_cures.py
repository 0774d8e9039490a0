"""The tricks against what goes wrong: each does what its paper says, alone and all together."""

import pytest
import torch

from pipelines.config.train_config import TrainConfig
from pipelines.networks._minibatch import KERNELS, Deviation, Discrimination
from pipelines.networks._norms import InstanceNorm
from pipelines.objectives._matching import feature_matching
from pipelines.registries import NETWORKS
from pipelines.training import checkpoint, loop
from pipelines.training.augment import augmented, cut_out, recolour
from pipelines.training.building import build
from pipelines.training.machine import Machine
from pipelines.training.pictures import to_float, to_uint8
from pipelines.training.replay import KEPT, SIZE, Replay
from pipelines.training.trainer import Trainer
from tests.families import FROM_Z, TRANSLATING, fields, spec_of, told

IMAGES = torch.randint(0, 256, (40, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(40) % 4
ALL = {
    "minibatch": "discrimination", "feature_matching": True, "replay": 0.5, "instance_noise": 0.3,
    "augment": "diffaugment", "label_smoothing": 0.1, "r1": 1.0, "dropout": 0.2,
}  # fmt: skip


def config(**changes):
    return TrainConfig(**{"network": "quick", "width": 4, "latent_size": 4, "batch_size": 8, "dropout": 0.0, **changes})


def make(precision="fp32", **changes):
    torch.set_num_threads(1)
    spec = spec_of(config(**changes).network, 4)
    return Trainer(
        config(**changes), IMAGES, Machine("cpu", precision, 1), LABELS, spec, fields=fields(spec, len(IMAGES))
    )


def picture_batch(count=6, channels=1, size=28):
    return torch.rand(count, channels, size, size, generator=torch.Generator().manual_seed(1)) * 2 - 1


# D's normalisations


@pytest.mark.parametrize("network", NETWORKS.names())
@pytest.mark.parametrize("size", [28, 64])
def test_spectral_norm_bounds_every_layer_of_d(network, size):
    torch.manual_seed(0)
    spec = spec_of(network, 3, size)
    _, d = build(config(network=network, size=size, d_norm="spectral"), spec)
    pictures, y = picture_batch(size=size), told(spec, torch.arange(6) % 3)
    with torch.no_grad():
        for _ in range(30):  # each looks at the weights once more, whatever the pictures
            d(pictures[:2], None if y is None else y[:2])
    layers = [m for m in d.modules() if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))]
    assert len(layers) >= 3 and not any(isinstance(m, torch.nn.BatchNorm2d) for m in d.modules())
    for layer in layers:
        assert torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2).item() == pytest.approx(1, abs=0.05)
    assert d.eval()(pictures, y).equal(d(pictures, y)), "looking does not change D"


@pytest.mark.parametrize("network", NETWORKS.names())
@pytest.mark.parametrize(("size", "norm"), [(64, "layer"), (28, "instance")])
def test_layer_and_instance_norm_make_no_picture_depend_on_the_others(network, size, norm):
    torch.manual_seed(0)
    spec = spec_of(network, size=size)
    _, d = build(config(network=network, size=size, d_norm=norm), spec)
    found = [m for m in d.modules() if isinstance(m, torch.nn.GroupNorm)]
    assert found or (network, norm) == ("mlp", "instance"), "where there are no maps there is none"
    assert all(isinstance(m, InstanceNorm) == (norm == "instance") for m in found)
    pictures, y = picture_batch(size=size), told(spec, torch.arange(6) if spec.conditional else None)
    alone = [d(one, None if y is None else y[row : row + 1]) for row, one in enumerate(pictures.split(1))]
    assert torch.allclose(d(pictures, y), torch.cat(alone), atol=1e-5)


# D looks at the batch


def test_the_deviation_of_a_batch_by_hand():
    features = torch.tensor([[0.0, 10.0], [2.0, 10.0]])  # deviations 1 and 0
    assert Deviation()(features)[:, 2].tolist() == pytest.approx([0.5 * 2**0.5] * 2, abs=1e-4)


def test_discrimination_is_the_mean_nearness_to_the_others_as_in_the_paper():
    torch.manual_seed(0)
    layer, features = Discrimination(7), torch.randn(5, 7)
    points = (features @ layer.projection).view(5, KERNELS, -1)
    for i in range(5):
        near = [torch.exp(-(points[i] - points[j]).abs().sum(1)) for j in range(5) if j != i]
        assert torch.allclose(layer(features)[i, 7:], torch.stack(near).mean(0), atol=1e-6)
    assert torch.allclose(layer(features[:1].expand(5, -1))[:, 7:], torch.ones(5, KERNELS)), (
        "all alike: as near as can be"
    )


@pytest.mark.parametrize("minibatch", ["stddev", "discrimination"])
@pytest.mark.parametrize("network", FROM_Z)
def test_a_d_that_looks_at_the_batch_judges_single_pictures_by_themselves(network, minibatch):
    trainer = make(network=network, minibatch=minibatch)
    trainer.train_step()
    d, pictures = trainer.network("discriminator"), picture_batch()
    together = d(pictures)
    assert not torch.allclose(together[:3], d(pictures[:3])), "in training it depends on the batch"
    d.eval()
    assert torch.allclose(d(pictures)[:3], d(pictures[:3]), atol=1e-5)
    assert d.minibatch.usual.abs().sum() > 0


@pytest.mark.parametrize("minibatch", ["stddev", "discrimination"])
def test_a_g_that_repeats_itself_is_caught(minibatch):
    """Two batches of the same kind of pictures, one of a single one over and over: D must see the batch to tell."""

    def both():
        varied = torch.rand(16, 1, 28, 28) * 2 - 1
        return d(varied).mean(), d(varied[:1].expand(16, -1, -1, -1)).mean()

    torch.manual_seed(0)
    _, d = build(config(minibatch=minibatch), 0)
    learn = torch.optim.Adam(d.parameters(), 5e-3)
    for _ in range(200):
        varied, repeated = both()
        learn.zero_grad()
        torch.nn.functional.softplus(repeated - varied).backward()
        learn.step()
    with torch.no_grad():
        found = [varied > repeated for varied, repeated in (both() for _ in range(40))]
    assert sum(found) >= 36


# Another aim for G


def test_feature_matching_is_the_squared_distance_of_means():
    real, fake = torch.tensor([[0.0, 2.0], [2.0, 4.0]]), torch.tensor([[1.0, 0.0], [1.0, 0.0]], requires_grad=True)
    found = feature_matching(real, fake)  # means (1, 3) and (1, 0)
    assert found.item() == pytest.approx(9)
    found.backward()
    assert fake.grad.tolist() == [[0.0, -3.0], [0.0, -3.0]]


def test_g_matches_features_and_not_ds_verdict():
    trainer = make(feature_matching=True, lr_d=1e-7, lr_g=1e-2, batch_size=40)
    losses = [trainer.train_step(watch=True)["g_loss"] for _ in range(60)]
    assert max(losses[-10:]) < 0.5 * min(losses[:2])
    with torch.no_grad():
        real = trainer.network("discriminator").features(to_float(IMAGES))
        fake = trainer.network("discriminator").features(trainer.network("generator")(torch.randn(40, 4)))
    assert 0 < feature_matching(real, fake).item() < losses[0]


# Experience replay


def shades(*values):
    """Pictures of one shade each; uint8 128 is 0.00392 in [-1, 1]."""
    return to_float(torch.tensor(values, dtype=torch.uint8)).view(-1, 1, 1, 1).expand(-1, 1, 2, 2)


def test_old_fakes_come_again_with_what_d_was_told_of_them():
    torch.manual_seed(0)
    store = Replay(0.5, (1, 2, 2))
    first = shades(*[10] * 8)
    shown, told = store(first, torch.full((8,), 3), None)
    assert torch.equal(shown, first) and told[0].tolist() == [3] * 8 and told[1] is None, "there are no old ones yet"
    new = shades(*[200] * 8)
    shown, told = store(new, torch.full((8,), 5), None)
    assert torch.equal(shown[:4], first[:4]) and torch.equal(shown[4:], new[4:])
    assert told[0].tolist() == [3] * 4 + [5] * 4
    assert not shown.requires_grad and store.seen == 2 * max(1, 8 // KEPT)


def test_the_store_is_bounded_and_forgets_gradually():
    torch.manual_seed(0)
    store = Replay(1.0, (1, 1, 1))
    for shade in range(200):
        store(shades(*[shade] * 512)[..., :1, :1], None, None)
    kept = store.pictures.flatten()
    assert len(kept) == SIZE and store.seen == 200 * (512 // KEPT)
    assert kept.float().mean() > 110, "newer ones are more frequent"
    assert (kept < 100).sum() > 50, "and some old ones are left"
    shown, _ = store(shades(*[255] * 64)[..., :1, :1], None, None)
    assert (to_uint8(shown) < 255).all(), "all that D sees is old"


# What lies over the pictures


def test_instance_noise_lies_over_real_and_fake_and_fades_to_nothing():
    trainer = make(instance_noise=0.5, epochs=4)
    plain = torch.zeros(64, 1, 28, 28)
    assert trainer.method._shown(plain).std().item() == pytest.approx(0.5, rel=0.05)
    trainer.d_batches = 3 * trainer.batches_per_epoch
    assert loop.done(trainer) == 0.75
    trainer.fade(1 - loop.done(trainer))
    assert trainer.method._shown(plain).std().item() == pytest.approx(0.125, rel=0.05)
    trainer.d_batches = 5 * trainer.batches_per_epoch
    trainer.fade(1 - loop.done(trainer))
    assert torch.equal(trainer.method._shown(plain), plain)


def test_noise_stays_in_a_run_without_an_end():
    trainer = make(instance_noise=0.5)
    trainer.d_batches = 100
    assert loop.done(trainer) == 0


@pytest.mark.parametrize("channels", [1, 3])
def test_what_diffaugment_does_to_pictures(channels):
    torch.manual_seed(0)
    pictures = picture_batch(200, channels)
    cut = cut_out(pictures)
    gone = (cut == 0).all(1).sum((1, 2)).float()
    assert gone.max() == 14 * 14 and gone.min() >= 7 * 7 - 14 and len(gone.unique()) > 10, (
        "a square, also over the border"
    )
    assert torch.equal(cut[cut != 0], pictures[cut != 0]), "the rest stays as it is"
    lighter = recolour(pictures).mean((1, 2, 3)) - pictures.mean((1, 2, 3))
    assert -0.5 <= lighter.min() < -0.4 and 0.4 < lighter.max() <= 0.5
    stronger = recolour(pictures).std((1, 2, 3)) / pictures.std((1, 2, 3))
    assert stronger.min() > 0.25 and stronger.max() < 3 and stronger.std() > 0.1
    assert (
        len({tuple(one.flatten()[:9].tolist()) for one in augmented(pictures[:1].expand(8, -1, -1, -1), "diffaugment")})
        > 4
    )
    assert augmented(pictures, "none") is pictures


# All together


@pytest.mark.parametrize(("network", "d_norm", "precision"), [
    *((name, "layer", "fp32") for name in NETWORKS.names()), *((name, "spectral", "bf16") for name in NETWORKS.names()),
    ("dcgan", "none", "fp32"),
])  # fmt: skip
def test_steps_with_all_of_them(network, d_norm, precision):
    without = {"minibatch": "none", "feature_matching": False} if network in TRANSLATING else {}
    settings = {**ALL, **without}
    trainer = make(precision, network=network, d_norm=d_norm, conditional=True, size=28, penalty_every=2, **settings)
    for _ in range(3):  # past a step that pays R1
        numbers = trainer.train_step(watch=True)
    assert all(abs(number) < 1e6 for number in numbers.values()) and numbers["grad_g"] > 0 < numbers["grad_d"]
    assert trainer.weights_finite() and trainer.phases.first_bad_step() is None


@pytest.mark.parametrize("d_norm", ["layer", "spectral"])
def test_training_with_all_of_them_goes_on_bit_for_bit(tmp_path, d_norm):
    straight = make("bf16", d_norm=d_norm, conditional=True, **ALL)
    for _ in range(3):
        straight.train_step()
    checkpoint.save(straight, tmp_path / "a.safetensors")
    expected = [straight.train_step(watch=True) for _ in range(4)]
    resumed = make("bf16", d_norm=d_norm, conditional=True, **ALL)
    checkpoint.load(resumed, tmp_path / "a.safetensors")
    assert [resumed.train_step(watch=True) for _ in range(4)] == expected
