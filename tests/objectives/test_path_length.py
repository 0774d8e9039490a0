"""Path lengths and their penalty against whole Jacobians, and what a step of training pays."""

import pytest
import torch
from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.methods import gan
from pipelines.networks._conditioning import nearest_centre
from pipelines.objectives._path_length import PathLength, path_lengths
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer

IMAGES = torch.randint(0, 256, (40, 1, 16, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
SMALL = TrainConfig(network="stylegan", size=16, width=4, latent_size=6, batch_size=8, d_norm="none", threads=1)


@pytest.mark.parametrize("layers", [None, 3])
def test_lengths_are_those_of_whole_jacobians(layers):
    torch.manual_seed(0)
    shape = (4,) if layers is None else (layers, 4)
    body = nn.Sequential(nn.Flatten(), nn.Linear(4 * (layers or 1), 6), nn.Tanh(), nn.Linear(6, 12)).double()

    def draw(w):
        return body(w).view(len(w), 1, 3, 4)

    w, noise = torch.randn(5, *shape).double().requires_grad_(), torch.randn(5, 1, 3, 4).double()
    found = path_lengths(draw(w), w, noise)
    for index in range(5):
        jacobian = torch.autograd.functional.jacobian(draw, w[index : index + 1])[0, :, :, :, 0]  # [1, 3, 4, *shape]
        product = torch.einsum("chw...,chw->...", jacobian, noise[index]) / 12**0.5
        squares = product.square().sum(-1)
        assert torch.allclose(found[index], squares.mean().sqrt())
    found.square().mean().backward()
    numeric = []
    for sign in (1, -1):  # the slope of the penalty by a weight, by differences
        with torch.no_grad():
            body[1].weight[2, 1] += sign * 1e-5
        numeric.append(path_lengths(draw(w), w, noise).square().mean())
        with torch.no_grad():
            body[1].weight[2, 1] -= sign * 1e-5
    assert body[1].weight.grad[2, 1].item() == pytest.approx(((numeric[0] - numeric[1]) / 2e-5).item(), rel=1e-4)


def test_the_penalty_is_the_distance_from_a_moving_mean_of_all_processes():
    penalty = PathLength(lambda rows: torch.cat([rows, rows + 1]))
    lengths = torch.tensor([1.0, 3.0])
    mean = 0.01 * 2.5
    assert penalty(lengths).item() == pytest.approx(((1 - mean) ** 2 + (3 - mean) ** 2) / 2)
    mean = mean * 0.99 + 0.01 * 2.5
    assert penalty(lengths).item() == pytest.approx(((1 - mean) ** 2 + (3 - mean) ** 2) / 2)


def made(**changes):
    torch.set_num_threads(1)
    return Trainer(SMALL.changed(**changes), IMAGES, Machine("cpu", "fp32", 1), torch.arange(40) % 2, 2)


def test_gs_loss_has_it_every_eighth_step_with_eight_times_its_weight(monkeypatch):
    trainer, found, mean = made(path_length=2.0), [], 0.0
    monkeypatch.setattr(gan, "path_lengths", lambda *given: found.append(path_lengths(*given)) or found[-1])
    trainer.context.choose(0)
    trainer.method.phases[0].loss(0, False)
    for step in (7, 8, 16):
        trainer.method.begin(step)
        total, numbers = trainer.method.phases[1].loss(0, True)
        paid = (total - numbers["g_loss"]).item()
        if step == 7:
            assert paid == 0 and not found
            continue
        lengths = found[-1]
        mean = 0.99 * mean + 0.01 * lengths.mean().item()
        assert len(lengths) == 4, "of half a batch"
        assert paid == pytest.approx(8 * 2.0 * (lengths - mean).square().mean().item(), rel=1e-4)
        (slope,) = torch.autograd.grad(total, lengths)
        assert torch.allclose(slope, 8 * 2.0 * 2 * (lengths - mean) / 4)


def test_mixed_styles_are_those_of_two_latent_vectors_from_a_random_layer_on(monkeypatch):
    trainer = made(style_mixing=0.5, batch_size=32)
    method, given = trainer.method, {}
    generator = method.generator
    real_mapping, real_synthesis = generator.mapping.forward, generator.synthesis.forward
    given["w"] = []

    def mapping(z, y=None):
        given["w"].append(real_mapping(z, y))
        return given["w"][-1]

    def synthesis(w, noise=None):
        given["mixed"] = w
        return real_synthesis(w, noise)

    monkeypatch.setattr(generator.mapping, "forward", mapping)
    monkeypatch.setattr(generator.synthesis, "forward", synthesis)
    method._draw_fakes(0, for_g=True)
    first, second = given["w"]
    of_first, of_second = ((given["mixed"] == each).all(2) for each in (first, second))
    assert (of_first ^ of_second).all() and of_first[:, 0].all(), "the first layer has the first style"
    counts = of_first.sum(1)
    assert torch.equal(of_first, torch.arange(6) < counts[:, None]), "one crossover"
    assert 0.2 < (counts < 6).float().mean() < 0.8 and len(counts.unique()) > 3


def test_both_styles_are_of_the_group_that_d_is_told_of(monkeypatch):
    trainer = made(style_mixing=0.9, batch_size=32, prior="mixture", self_conditional=True, centres=4, latent_size=16)
    mapping, given = trainer.method.generator.mapping, []
    real = mapping.forward
    monkeypatch.setattr(mapping, "forward", lambda z, y=None: given.append(z) or real(z, y))
    _, (_, group) = trainer.method._draw_fakes(0, for_g=False)
    assert len(given) == 2 and not torch.equal(*given)
    for z in given:
        assert (nearest_centre(z, 4) == group).float().mean() > 0.95
