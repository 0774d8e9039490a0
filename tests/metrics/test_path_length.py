"""Perceptual path length of linear generators, whose value is known in closed form."""

import copy
import math

import pytest
import torch
from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.metrics.classifier import Classifier
from pipelines.metrics.path_length import EPSILON, features_of, path_length, slerp
from pipelines.models import registry, trained
from pipelines.models.path_lengths import path_lengths
from pipelines.training.building import build
from tests import tiny_models as tiny


class Linear(nn.Module):
    """Pictures of 2 x 2 pixels that are a matrix times w; w is a matrix times z."""

    def __init__(self, mapped, drawn):
        super().__init__()
        self.mapped, self.drawn = mapped, drawn

    def mapping(self, z, y=None):
        return z @ self.mapped.T

    def synthesis(self, w):
        return (w @ self.drawn.T).view(len(w), 1, 2, 2)

    def forward(self, z, y=None):
        return self.synthesis(self.mapping(z, y))


def made(seed=0):
    chance = torch.Generator().manual_seed(seed)
    draw = [
        torch.randn(*shape, generator=chance, dtype=torch.float64) for shape in ((3, 5), (4, 3), (300, 5), (300, 5))
    ]
    return Linear(*draw[:2]), tuple(draw[2:]), chance


def test_in_w_a_step_is_the_share_of_the_way():
    generator, ends, chance = made()
    ways = (ends[1] - ends[0]) @ generator.mapped.T @ generator.drawn.T
    expected = ways.square().sum(1).sort().values[3:-3].mean().item()
    assert path_length(generator, nn.Flatten(), ends, chance=chance, space="w") == pytest.approx(expected, rel=1e-6)


def test_in_z_a_step_is_the_share_of_the_angle():
    generator, ends, chance = made()
    orthonormal = torch.linalg.qr(torch.randn(5, 5, generator=chance, dtype=torch.float64))[0]
    turn = Linear(orthonormal[:4], torch.eye(4, dtype=torch.float64))
    turn.synthesis = lambda w: w.view(len(w), 1, 1, -1)
    turn.mapping = lambda z, y=None: z @ orthonormal.T  # keeps lengths: what is seen moves as far as z
    cosines = torch.cosine_similarity(*ends)
    moved = 2 * math.sqrt(5) * (cosines.acos() * EPSILON / 2).sin() / EPSILON  # the chord of the step
    expected = moved.square().sort().values[3:-3].mean().item()
    assert path_length(turn, nn.Flatten(), ends, chance=chance) == pytest.approx(expected, rel=1e-6)


def test_a_great_circle_has_its_ends_and_turns_evenly():
    a, b = torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 0.2]])
    for t in (0.0, 0.25, 1.0):
        expected = torch.tensor([[math.cos(t * math.pi / 2), math.sin(t * math.pi / 2)]])
        assert torch.allclose(slerp(a, b, torch.tensor([[t]])), expected, atol=1e-6)


def test_each_way_has_its_class():
    class Classes(Linear):
        def forward(self, z, y=None):
            return super().forward(z) * (1 + y.double())[:, None, None, None]

    generator, ends, _ = made()
    both = Classes(generator.mapped, generator.drawn)
    lengths = [
        path_length(both, nn.Flatten(), ends, torch.full((300,), label), torch.Generator().manual_seed(1))
        for label in (0, 1)
    ]
    assert lengths[1] == pytest.approx(4 * lengths[0])


@pytest.mark.parametrize("space", ["z", "w"])
def test_of_real_networks_single_precision_is_enough(space):
    torch.manual_seed(0)
    generator, _ = build(TrainConfig(network="stylegan", width=4, latent_size=6), 0)
    judge, ends = Classifier().eval(), (torch.randn(50, 6), torch.randn(50, 6))
    chance = torch.Generator().manual_seed(1)
    single = path_length(generator.eval(), features_of(judge), ends, None, chance, space)
    generator, judge = copy.deepcopy(generator).double(), copy.deepcopy(judge).double()
    doubled = tuple(end.double() for end in ends)
    double = path_length(generator, judge.features, doubled, None, chance.manual_seed(1), space)
    assert single == pytest.approx(double, rel=0.05) and double > 0


def test_a_model_has_the_lengths_of_its_spaces_on_ways_within_a_class(tmp_path):
    cases = {"both": (tiny.CLASSES.changed(network="stylegan"), ["z", "w"]), "one": (tiny.CLASSES, ["z"]),
             "none": (tiny.CLASSES.changed(prior="uniform"), [])}  # fmt: skip
    for name, (config, spaces) in cases.items():
        gan = trained.load_entry(
            registry.find(tiny.write(tmp_path / name, config, [str(digit) for digit in range(10)]))
        )
        found = path_lengths(gan, nn.Flatten(), 3, 30)
        assert list(found) == spaces and all(length > 0 for length in found.values())
        assert path_lengths(gan, nn.Flatten(), 3, 30) == found and (
            not spaces or path_lengths(gan, nn.Flatten(), 4, 30) != found
        )
        for space in spaces:
            z, y = gan.draw((3, index) for index in range(60))
            chance = torch.Generator().manual_seed(3)
            ends = z[:30], z[30:]
            assert found[space] == path_length(gan.generator, nn.Flatten(), ends, y[:30], chance, space)


def test_where_pictures_do_not_follow_z_little_by_little_there_is_no_length(tiny_translators):
    for name, spaces in {"tiny-paint": ["z"], "tiny-draw": [], "tiny-sharpen": [], "tiny-style": []}.items():
        gan = trained.load_entry(registry.find(tiny_translators / "models" / name))
        assert list(path_lengths(gan, nn.Flatten(), 3, 8)) == spaces
