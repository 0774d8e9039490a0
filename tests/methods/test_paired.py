"""Methods with pairs: what a fake is compared with, and each term of G's loss against a direct computation."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from pipelines.config.train_config import TrainConfig
from pipelines.errors import ConfigError
from pipelines.methods._content import Content
from pipelines.metrics import classifier
from pipelines.modalities.image import encode
from pipelines.networks._style_encoder import StyleEncoder, divergence
from pipelines.registries import METHODS, NETWORKS
from pipelines.runs import display
from tests.methods.conftest import Make, begun, noise

MAP = (noise(24, seed=1) % 3).to(torch.int8)
HALF = noise(24, side=6, seed=2)
METHOD = {
    "pix2pix": {"told": noise(24, seed=3), "reconstruction": 100.0, "layer_matching": 2.0},
    "spade": {"told": MAP, "loss": "hinge", "layer_matching": 10.0, "content": 0.5},
    "srgan": {"told": HALF, "adversarial": 0.25, "reconstruction": 3.0, "content": 2.0, "loss": "relativistic"},
}
OF_G = {  # of logits of fakes and of real pictures
    "pix2pix": lambda fake, real: F.softplus(-fake).mean(),
    "spade": lambda fake, real: -fake.mean(),
    "srgan": lambda fake, real: F.softplus(real - fake).mean(),
}


@pytest.mark.parametrize("name", METHOD)
def test_gs_loss_is_the_weighted_sum_of_its_terms(make: Make, name: str) -> None:
    trainer = begun(make(name, **METHOD[name]))
    method, config = trainer.method, trainer.config
    method._discriminator_loss(0, False)
    total, numbers = method._generator_loss(0, True)
    (fake, (y, _)), (real, _) = method._fake, method._real(0)
    with torch.no_grad():
        (logits, maps), (real_logits, wanted) = (method.discriminator.judged(x, y) for x in (fake, real))
        seen = classifier.load("digits").body[:14]  # to the last convolution, before the last pooling
        seen_fake, seen_real = (seen(F.interpolate(x, (28, 28), mode="bilinear", antialias=True)) for x in (fake, real))
    away = fake.detach() - real
    terms = {
        "g_loss": (config.adversarial, OF_G[name](logits, real_logits)),
        "reconstruction": (config.reconstruction, away.square().mean() if name == "srgan" else away.abs().mean()),
        "content": (config.content, (seen_fake - seen_real).square().mean()),
        "layer_matching": (
            config.layer_matching,
            sum((a - b).abs().mean() for a, b in zip(maps, wanted, strict=True)) / 2,  # D has two scales
        ),
    }
    assert seen_fake.shape == (8, 64, 7, 7)
    terms = {key: term for key, term in terms.items() if term[0]}
    assert numbers.keys() == terms.keys()
    for key, (_, value) in terms.items():
        assert numbers[key].item() == pytest.approx(value.item(), rel=1e-4), key
    assert total.item() == pytest.approx(sum(weight * value.item() for weight, value in terms.values()), rel=1e-4)
    total.backward()
    assert method.generator.layer.weight.grad.abs().sum() > 0 and all(w.grad is None for w in seen.parameters())


def test_g_draws_with_the_style_that_the_encoder_reads_from_the_true_picture(make: Make) -> None:
    trainer = begun(make("spade", MAP, loss="hinge", kl=0.5, ema=0.9, reconstruction=1.0))
    method, drawn = trainer.method, []
    method.generator.register_forward_pre_hook(lambda g, given: drawn.append(given))
    torch.manual_seed(4)
    method._discriminator_loss(0, False)
    torch.manual_seed(4)
    real, _ = method._real(0)
    mean, log_variance = method.encoder(real)
    z = mean + (0.5 * log_variance).exp() * torch.randn(8, 4)
    assert torch.allclose(drawn[0][0], z, atol=1e-6) and z.std() > 0.5
    total, numbers = method._generator_loss(0, True)
    wanted = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum() / 8
    assert numbers["kl"].item() == pytest.approx(wanted.item(), rel=1e-4)
    parts = numbers["g_loss"] + numbers["reconstruction"] + 0.5 * numbers["kl"]
    assert total.item() == pytest.approx(parts.item(), rel=1e-4)
    before = [weight.clone() for weight in method.encoder.parameters()]
    rows = [trainer.train_step(watch=True) for _ in range(3)]
    assert {"kl", "grad_s", "grad_g", "grad_d"} <= rows[0].keys()
    assert not any(map(torch.equal, before, method.encoder.parameters())), "it learns with G"
    average = trainer.method.players["encoder"].ema
    assert not any(map(torch.equal, average.parameters(), method.encoder.parameters()))
    assert {"kl", "grad_s"} <= set(display.columns(display.described(method, trainer.config)))
    assert not {"kl", "grad_s"} & set(display.columns(display.described(method, trainer.config.changed(kl=0.0))))


def test_the_divergence_from_the_normal_distribution() -> None:
    mean, log_variance = torch.tensor([[1.0, 0.0], [0.0, 0.0]]), torch.tensor([[math.log(4.0), 0.0], [0.0, 0.0]])
    assert divergence(mean, log_variance).item() == pytest.approx((1 + 4 - 1 - math.log(4)) / 2 / 2), "of two pictures"


def test_a_style_is_of_a_size_and_a_picture_says_it() -> None:
    for size in (16, 28, 64):
        encoder = StyleEncoder(TrainConfig(size=size, channels=3, width=4, latent_size=6))
        mean, log_variance = encoder(torch.rand(3, 3, size, size))
        assert mean.shape == log_variance.shape == (3, 6)
        assert not torch.allclose(mean[0], mean[1])


def test_a_fake_is_of_a_real_condition_and_compared_with_its_own_true_picture(make: Make) -> None:
    trainer = make("pix2pix", noise(24), reconstruction=1.0, flip=True, d_steps=2, instance_noise=0.1)
    straight = trainer.method.generator.layer  # conditions are the pictures themselves, and so is what G draws
    trainer.method.generator.forward = lambda z, y: y + 0 * straight(y)
    told = []
    trainer.method.discriminator.register_forward_pre_hook(lambda d, given: told.append(given[1]))
    for _ in range(3):
        assert trainer.train_step(watch=True)["reconstruction"] == 0.0, "mirrored together, in each turn"
    of_real, of_fake = told[0].chunk(2)
    assert torch.equal(of_real, of_fake) and len(told) == 9, "D compares the two under one condition"
    trainer.context.choose(20)
    trainer.phases.run(watch=False)
    assert not torch.equal(told[-1], told[-4]), "each pass through the phases reads anew, as one that a GPU records"
    stored = {picture.tobytes() for picture in noise(24).numpy()}
    seen = ((of_real + 1) * 127.5).round().to(torch.uint8)
    assert 0 < sum(picture.tobytes() in stored for picture in seen.numpy()) < 8, "some are mirrored, and some are not"


def test_without_ds_opinion_d_is_not_trained_and_nothing_of_it_is_told(make: Make) -> None:
    trainer = make("srgan", HALF, adversarial=0.0, reconstruction=1.0)
    before = [weight.clone() for weight in trainer.network("discriminator").parameters()]
    calls = []
    trainer.network("discriminator").register_forward_pre_hook(lambda *given: calls.append(given))
    rows = [trainer.train_step(watch=True) for _ in range(40)]
    assert rows[0].keys() == {"reconstruction", "grad_g"} and rows[-1]["reconstruction"] < rows[0]["reconstruction"]
    assert all(map(torch.equal, before, trainer.network("discriminator").parameters())) and not calls
    trainer.rehearse()
    assert not calls
    drawn = display.described(trainer.method, trainer.config)
    assert display.columns(drawn) == ("grad_g", "reconstruction", "images_per_s")
    assert [view["id"] for view in drawn["views"]] == ["reconstruction", "gradient norm", "speed"]


def test_each_step_without_ds_opinion_reads_other_pictures(make: Make) -> None:
    trainer, seen = begun(make("srgan", HALF, adversarial=0.0, reconstruction=1.0)), []
    trainer.network("generator").register_forward_pre_hook(lambda g, given: seen.append(given[1]))
    for first in (0, 1):
        trainer.context.choose(first)
        trainer.phases.run(watch=False)
    assert not torch.equal(*seen)


@pytest.mark.parametrize("name", ["pix2pix", "spade", "srgan", "cyclegan"])
def test_every_series_has_its_view_and_a_setting_that_the_method_uses(name: str) -> None:
    method = METHODS.get(name)
    drawn = display.described(method.Method, TrainConfig(reconstruction=1.0, content=1.0, layer_matching=1.0))
    assert {one["view"] for one in drawn["series"]} <= {view["id"] for view in drawn["views"]}
    optional = {one.setting for one in method.Method.series if one.setting} & {"reconstruction", "content", "identity"}
    assert optional >= set(method.USES) & {"reconstruction", "content", "identity"}


def test_content_is_seen_by_the_classifier_of_the_set_that_a_set_is_like(monkeypatch: pytest.MonkeyPatch) -> None:
    content = Content("faces", torch.device("cpu"))
    pictures = encode(noise(2, 3, 32))
    assert content.maps(pictures).shape == (2, 64, 8, 8) and content.difference(pictures, pictures) == 0
    with pytest.raises(ConfigError, match="none ships for the data set 'lfw': set content to 0, or choose another"):
        Content("lfw", torch.device("cpu"))


def test_what_does_not_fit_the_data_or_the_network_is_said_in_a_sentence(make: Make, monkeypatch) -> None:
    with pytest.raises(ConfigError, match="'pix2pix' compares each picture with its true one, .* choose a paired data"):
        make("pix2pix", noise(24), paired=False, reconstruction=1.0)
    make("pix2pix", noise(24), layer_matching=1.0)
    monkeypatch.delattr(NETWORKS.get("straight").Discriminator, "judged")
    with pytest.raises(ConfigError, match="'straight' gives no layers to be matched: set layer_matching to 0, or choo"):
        make("pix2pix", noise(24), layer_matching=1.0)
