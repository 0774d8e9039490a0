"""Self-attention against numpy, and the maps of where each place looks."""

import numpy as np
import pytest
import torch

from pipelines.config.train_config import TrainConfig
from pipelines.errors import ModelError
from pipelines.networks._attention import SelfAttention, attention_maps
from pipelines.registries import NETWORKS, network_traits
from pipelines.training.building import build
from tests.families import spec_of

WITH = [name for name in NETWORKS.names() if network_traits(name).attention]
WITHOUT = [name for name in NETWORKS.names() if not network_traits(name).attention]


def by_hand(layer, x):
    """The output for maps [C, H, W] and the weights [H, W, H / 2, W / 2], place by place."""
    maps, height, width = x.shape
    q, k, v, o = (
        np.asarray(each.weight.detach())[..., 0, 0] for each in (layer.query, layer.key, layer.value, layer.out)
    )

    def pooled(matrix):
        all_places = np.einsum("oc,chw->ohw", matrix, x)
        return all_places.reshape(len(matrix), height // 2, 2, width // 2, 2).max((2, 4))

    keys, values = pooled(k), pooled(v)
    out, weights = x.copy(), np.zeros((height, width, height // 2, width // 2), np.float32)
    for row in range(height):
        for column in range(width):
            match = np.einsum("o,ohw->hw", q @ x[:, row, column], keys)
            weights[row, column] = np.exp(match - match.max()) / np.exp(match - match.max()).sum()
            seen = (weights[row, column] * values).sum((1, 2))
            out[:, row, column] += layer.gamma.item() * (o @ seen)
    return out, weights


@pytest.mark.parametrize("maps", [4, 16])
def test_each_place_sees_all_others(maps):
    torch.manual_seed(0)
    layer, x = SelfAttention(maps), torch.randn(2, maps, 4, 6)
    assert torch.equal(layer(x), x), "gamma begins at 0"
    assert layer.query.out_channels == max(1, maps // 8) and layer.value.out_channels == maps // 2
    torch.nn.init.constant_(layer.gamma, 0.7)
    for laid in (x, x.to(memory_format=torch.channels_last)):
        for got, weights, one in zip(layer(laid), layer.weights(laid), x.numpy(), strict=True):
            expected, looks = by_hand(layer, one)
            assert np.allclose(got.detach(), expected, atol=1e-5)
            assert np.allclose(weights.detach().view(looks.shape), looks, atol=1e-6)


@pytest.mark.parametrize("name", WITH)
@pytest.mark.parametrize("classes", [0, 3])
def test_the_maps_are_those_that_a_picture_is_drawn_with(name, classes):
    torch.manual_seed(0)
    g, _ = build(TrainConfig(network=name, width=4, latent_size=6, g_spectral=True), classes)
    z, y, given = torch.randn(2, 6), torch.tensor([0, 2]) if classes else None, []
    before = {key: value.clone() for key, value in g.state_dict().items()}
    maps = attention_maps(g, z, y)
    assert maps.shape == (2, 14, 14, 7, 7) and maps.dtype == torch.float32
    assert torch.allclose(maps.sum((3, 4)), torch.ones(2, 14, 14), atol=1e-5) and maps.min() >= 0
    assert all(torch.equal(value, before[key]) for key, value in g.state_dict().items()) and g.training
    g.eval().attention.register_forward_pre_hook(lambda _, args: given.append(args[0].detach()))
    g(z, y)
    for found, x in zip(maps, given[0], strict=True):
        assert np.allclose(found, by_hand(g.attention, x.numpy())[1], atol=1e-5)
    assert maps.std() > 0


def test_only_families_with_attention_have_maps():
    assert {"sagan", "biggan"} <= set(WITH) and "dcgan" in WITHOUT
    g, _ = build(TrainConfig(network="sngan", width=4, latent_size=6), 0)
    with pytest.raises(ModelError, match="This generator has no self-attention: choose a model"):
        attention_maps(g, torch.randn(1, 6))


@pytest.mark.parametrize("name", WITHOUT)
def test_what_says_nothing_of_attention_has_none(name):
    size = (network_traits(name).sizes or (28,))[0]
    for network in build(TrainConfig(network=name, width=4, latent_size=6, size=size), spec_of(name, size=size)):
        assert not any(isinstance(layer, SelfAttention) for layer in network.modules())
