"""Back from a picture to z: a model's own pictures are found again."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.model import Model
from pipelines.errors import ModelError
from pipelines.latent.projection import STEPS, _loss, project
from pipelines.training.pictures import to_float


@pytest.mark.parametrize(("name", "far"), [("plain", 12.0), ("classes", 20.0)])
def test_a_sample_of_its_own_is_found_again(name: str, far: float, request) -> None:
    gan: Model = request.getfixturevalue(name)
    y = 4 if gan.class_names else None
    for picture in gan.sample(2, seed=7, y=y):
        states = list(project(gan, picture, y))
        assert [state.step for state in states] == list(range(10, STEPS + 1, 10)) and states[-1].steps == STEPS
        end = states[-1]
        assert end.z.shape == (gan.latent_size,) and end.z.dtype == np.float32
        drawn = gan.decode(end.z, y)[0]
        distance = np.sqrt(np.mean((drawn.astype(float) - picture) ** 2))
        others = np.sqrt(np.mean((gan.sample(64, y=y).astype(float) - picture) ** 2, (1, 2, 3)))
        assert end.distance < min(far, 0.5 * others.min())
        assert distance == pytest.approx(end.distance, abs=2)  # what is told is what is drawn


@pytest.mark.parametrize("steps", [1, 10, 37])
def test_the_distance_that_is_told_is_that_of_the_z_that_is_told_and_what_is_found_stays(linear, steps) -> None:
    gan = linear([3.0, 2.0, 4.0])
    picture = np.random.default_rng(0).integers(0, 256, gan.shape, np.uint8)
    told = list(project(gan, picture, steps=steps, report_every=5))
    assert told[-1].step == steps
    target, losses = to_float(torch.from_numpy(picture).permute(2, 0, 1)[None]), []
    for state in told:
        drawn = gan.trained.generator(torch.from_numpy(state.z)[None])
        assert state.distance == pytest.approx(127.5 * (drawn - target).square().mean().sqrt().item(), rel=1e-5)
        losses.append(_loss(drawn, target).item())
    assert all(after <= before + 1e-6 for before, after in zip(losses, losses[1:], strict=False))


def test_the_linear_model_is_inverted_exactly(linear) -> None:
    gan = linear([3.0, 2.0, 4.0])
    (picture,) = gan.sample(1, seed=3)
    *_, end = project(gan, picture)
    assert np.allclose(end.z, gan.z(1, seed=3)[0], atol=0.1) and end.distance < 1


def test_the_search_is_the_same_each_time_and_leaves_no_trace(plain: Model) -> None:
    (picture,) = plain.sample(1, seed=5)
    state = torch.get_rng_state()
    runs = [list(project(plain, picture, steps=20, seed=2))[-1] for _ in range(2)]
    assert np.array_equal(runs[0].z, runs[1].z) and torch.equal(torch.get_rng_state(), state)
    assert all(weight.grad is None and not weight.requires_grad for weight in plain.trained.generator.parameters())


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 3), (27, 28, 1), (1, 28, 28, 1)])
def test_a_picture_of_another_shape_is_one_sentence(plain: Model, shape) -> None:
    with pytest.raises(ModelError, match=r"The picture is .*\.$"):
        next(project(plain, np.zeros(shape, np.uint8)))
    with pytest.raises(ModelError, match="float"):
        next(project(plain, np.zeros((28, 28, 1))))


def test_a_conditional_model_wants_a_class(classes: Model) -> None:
    with pytest.raises(ModelError, match="give y"):
        next(project(classes, np.zeros((28, 28, 1), np.uint8)))
