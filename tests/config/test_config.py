"""What can be trained, and what a person is told when it cannot."""

import dataclasses

import pytest
from torch import nn

from pipelines.config import presets
from pipelines.config.checking import batch_norm_in_d, check, problems
from pipelines.config.train_config import GROUPS, SETTINGS, TrainConfig, from_dict
from pipelines.errors import ConfigError
from pipelines.registries import NETWORKS
from pipelines.training.building import build
from tests.families import spec_of, tells


@pytest.mark.parametrize("name", presets.PRESETS)
def test_every_preset_can_be_trained_and_says_what_to_look_for(name):
    preset = presets.get(name)
    own = {"folder": "/pictures"} if preset.config.data == "folder" else {}
    assert problems(preset.config.changed(**own)) == []
    assert preset.config.seconds or preset.config.epochs, "a preset has an end"
    assert preset.look_for.endswith(".") and len(preset.look_for) > 30


def test_the_presets_that_the_design_names_are_there():
    assert set(presets.PRESETS) >= {
        "first-digits", "first-faces", "lecture-mlp", "dcgan-digits", "conditional-digits", "clothes", "wgan",
        "wgan-gp", "dcgan-64",
        "sngan-digits", "sagan-faces", "biggan-digits", "sngan-clothes",
        "sngan-clothes-gpu", "sagan-faces-gpu", "biggan-faces-gpu",
        "progressive-faces", "progressive-faces-gpu", "stylegan-digits", "stylegan-faces", "stylegan-faces-gpu",
        "r3gan-digits", "stacked-digits", "r3gan-faces-gpu", "few-pictures",
        "edges-to-digits", "edges-to-clothes", "outline-faces", "paint-faces", "sharper-faces", "sharper-digits",
        "coloured-digits", "two-styles",
    }  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_explained(name):
    rule = SETTINGS[name]
    assert rule.group in GROUPS and rule.help.strip().endswith((".", ")"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"width": 0}, r"width is 0; it must lie between 4 and 1024"),
        ({"lr_g": float("nan")}, "lr_g is nan; it must be a finite number"),
        ({"size": 30}, "size is 30; choose one of: 16, 28, 32, 64, 128, 256"),
        ({"loss": "cross"}, "loss is 'cross'; choose one of: hinge"),
        ({"batch_size": "64"}, "batch_size is '64'; it must be a whole number"),
        ({"epochs": 1.5}, "epochs is 1.5; it must be a whole number or nothing"),
        ({"conditional": 1}, "conditional is 1; it must be true or false"),
        ({"data": "folder"}, "needs the folder of your pictures"),
        ({"data": "pairs"}, "'pairs' needs the folder of your pictures"),
        ({"folder": "/tmp"}, "the data set is 'digits': set data to 'folder' or 'pairs'"),
        ({"flip": True}, "Mirrored digits are not digits"),
        ({"loss": "hinge", "label_smoothing": 0.1}, "Label smoothing moves the target of a cross-entropy"),
        ({"loss": "wasserstein"}, "holds only for a D of bounded slope"),
        ({"loss": "wasserstein", "weight_clip": 0.01, "gradient_penalty": 10.0}, "do the same job"),
        ({"size": 64, "r1": 1.0}, "set d_norm to 'none', 'layer' or 'spectral', or r1 to 0"),
        (
            {"size": 32, "gradient_penalty": 1.0, "r1": 1.0},
            "with batch norm D's output .* gradient_penalty and r1 to 0",
        ),
        ({"weight_clip": 0.01}, "belongs to the Wasserstein loss"),
        (
            {"loss": "wasserstein", "weight_clip": 0.01, "d_norm": "spectral"},
            "Weight clipping and spectral norm both bound D's weights",
        ),
        ({"loss": "wasserstein", "gradient_penalty": 10.0, "feature_matching": True}, "switch feature_matching off"),
        ({"batch_size": 64, "gpus": 3}, "set batch_size to a multiple of 3, or gpus to 1"),
        ({"gpus": 2, "cuda_graphs": True}, "switch cuda_graphs off"),
        ({"compiled": True, "r1": 1.0}, "switch compiled off"),
        ({"instance_noise": -0.1}, "instance_noise is -0.1; it must lie between 0 and 2"),
        ({"device": "mps", "precision": "bf16"}, "not supported on mps"),
        ({"cycle": 10.0}, r"method 'gan' does not use cycle: set it to 0, or choose a method that does \(cyclegan\)"),
        ({"method": "srgan", "augment": "translation"}, r"'srgan' does not use augment: set it to none, .*\(gan\)"),
        ({"method": "pix2pix"}, "the network 'dcgan' reads none: choose one that does"),
        (
            {"method": "spade", "data": "two-styles", "network": "spade", "conditional": True},
            r"'two-styles' no picture belongs to a condition: choose another data set, or .* no pairs \(cyclegan\)",
        ),
        (
            {"method": "spade", "data": "face-maps", "network": "unet", "conditional": True, "kl": 0.05},
            "pictures of 'unet' do not change with z little by little: set kl to 0, or choose the network 'spade'",
        ),
        ({"method": "cyclegan", "adversarial": 0.0}, "Without D's opinion the method 'cyclegan' does not learn what"),
        ({"method": "spade", "adversarial": 0.0}, "neither reconstruction nor content has a weight"),
        (
            {"method": "spade", "adversarial": 0.0, "content": 1.0, "layer_matching": 1.0, "d_steps": 2},
            "With adversarial 0 D is not trained, and d_steps and layer_matching would change nothing: set it back",
        ),
    ],
)
def test_what_cannot_be_trained_is_said_in_one_sentence(changes, sentence):
    with pytest.raises(ConfigError, match=sentence):
        check(TrainConfig(**changes))


@pytest.mark.parametrize("network", NETWORKS.names())
@pytest.mark.parametrize("size", [28, 32])
@pytest.mark.parametrize("norm", SETTINGS["d_norm"].choices)
def test_penalties_are_refused_where_d_has_batch_norm_and_nowhere_else(network, size, norm, monkeypatch):
    tells(monkeypatch, "digits")
    config = TrainConfig(network=network, size=size, d_norm=norm, width=4, latent_size=4, conditional=True)
    _, discriminator = build(config, spec_of(network, size=size))
    has = any(isinstance(layer, nn.modules.batchnorm._BatchNorm) for layer in discriminator.modules())
    assert batch_norm_in_d(config) == has and problems(config) == []
    assert bool(problems(config.changed(r1=1.0))) == bool(problems(config.changed(gradient_penalty=1.0))) == has


def test_a_configuration_survives_being_written_and_read():
    config = TrainConfig(loss="hinge", lr_g=3e-4, seconds=20)
    assert from_dict(config.to_dict()) == config


def test_an_unknown_setting_is_named():
    with pytest.raises(ConfigError, match="no setting named 'learning_rate'"):
        from_dict({"learning_rate": 0.1})
    with pytest.raises(ConfigError, match="The setting width is 'wide'; it must be a whole number"):
        from_dict({"width": "wide"})


def test_it_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        TrainConfig().width = 5


def test_an_unknown_preset_is_named_with_the_choices():
    with pytest.raises(ConfigError, match="no preset named 'mnist'; choose one of: first-digits"):
        presets.get("mnist")
