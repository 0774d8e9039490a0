"""Networks that are told numbers, such as attributes, instead of a class."""

from __future__ import annotations

import pytest
import torch

from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.errors import ConfigError
from pipelines.networks._conditioning import ConditionalDiscriminator, class_weights
from pipelines.training.building import build

SPEC = Spec(condition="attributes", condition_shape=(3,), names=("hat", "tie", "bow"))
FAMILIES = ["mlp", "quick", "dcgan", "sngan", "sagan", "progressive", "stylegan", "r3gan"]
TINY = {"conditional": True, "size": 16, "width": 4, "latent_size": 4, "d_norm": "none"}


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_of_classes_takes_numbers_as_their_weights(name: str) -> None:
    torch.manual_seed(0)
    generator, discriminator = (network.eval() for network in build(TrainConfig(network=name, **TINY), SPEC))
    z, y = torch.randn(2, 4), torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    drawn = generator(z, y)
    assert drawn.shape == (2, 1, 16, 16) and discriminator(drawn, y).shape == (2,)
    assert torch.equal(generator(z, torch.tensor([1, 2])), generator(z, torch.eye(3)[[1, 2]])), "a class is one of them"
    told = discriminator(drawn, torch.eye(3)[[1, 2]])
    assert torch.allclose(told, discriminator(drawn, torch.tensor([1, 2])), atol=1e-6)


def test_each_number_weighs_its_own_term_of_the_projection() -> None:
    network = ConditionalDiscriminator(torch.nn.Identity(), 2, 3)
    with torch.no_grad():
        network.head.weight.copy_(torch.tensor([[1.0, 0.0], [2.0, 0.0], [0.0, 3.0], [5.0, 5.0]]))
        network.head.bias.copy_(torch.tensor([0.5, 0.0, 0.0, 1.0]))
    x = torch.tensor([[1.0, 2.0]])
    assert network(x, torch.tensor([[1.0, 0.0, 0.0]])).item() == 1.5 + 2.0
    assert network(x, torch.tensor([[1.0, 1.0, 1.0]])).item() == 1.5 + 2.0 + 6.0 + 16.0
    assert network(x, torch.tensor([[0.5, 0.0, float("nan")]])).item() == 1.5 + 1.0, "a list that has ended weighs 0"
    assert class_weights(torch.tensor([[float("nan"), 2.0]]), 2).tolist() == [[0.0, 2.0]]


def test_what_needs_classes_is_refused_in_a_sentence() -> None:
    with pytest.raises(ConfigError, match="self_conditional divides classes into groups, and the networks are told of"):
        build(TrainConfig(network="quick", prior="mixture", self_conditional=True, **TINY), SPEC)


def test_a_picture_is_refused_by_a_family_of_classes() -> None:
    spec = Spec(condition="edges", condition_shape=(1, 16, 16), condition_dtype="uint8")
    with pytest.raises(ConfigError, match="'quick' can be told of classes only, and the data set 'digits' has another"):
        build(TrainConfig(network="quick", **TINY), spec)
