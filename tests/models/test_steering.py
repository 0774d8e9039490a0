"""Directions that hold the other attributes: on a world whose right directions are known, where none fits all."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.errors import ModelError
from pipelines.metrics.parts import memberships, parts_of, spans, sure
from pipelines.metrics.reader import Reader
from pipelines.models import steering, steering_fit
from pipelines.models.registry import STEERING, Entry, check_hash, find
from pipelines.models.steering import Steering
from pipelines.models.trained import Trained, load
from pipelines.networks._conditioning import ConditionalGenerator
from pipelines.runs.folder import RunFolder

NAMES = ("smile", "open mouth", "red hair", "blue hair")


class World(nn.Module):
    """Reads four attributes off pictures whose six rows of pixels are the six numbers of z.

    An open mouth is z2 > 0. A smile is z0 > 0 where the mouth is open, and z0 < 0 where it is closed, so that no one
    direction leads to it from everywhere. Red hair is z3 > 1, blue hair z3 < -1; z1, z4 and z5 are not to be seen.
    """

    def prepared(self, pictures: Tensor) -> Tensor:
        return pictures.float() / 127.5 - 1 if pictures.dtype == torch.uint8 else pictures

    def forward(self, x: Tensor) -> Tensor:
        z = 4 * x.float().mean((1, 3))[:, :24].unflatten(1, (6, 4)).mean(2)
        opened = (6 * z[:, 2]).sigmoid()
        smile = (2 * opened - 1) * z[:, 0]
        return 6 * torch.stack([smile, z[:, 2], z[:, 3] - 1, -z[:, 3] - 1], 1)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Trained:
    """A G that draws each number of z as four rows of pixels, and its reader."""
    rows = torch.zeros(28, 6)
    rows[torch.arange(24), torch.arange(24) // 4] = 0.25
    body = nn.Sequential(nn.Linear(6, 784, bias=False), nn.Unflatten(1, (1, 28, 28)))
    body[0].weight.data = rows.repeat_interleave(28, 0)
    reader = Reader(NAMES, (("red hair", "blue hair"),), World(), exclusive=False)
    monkeypatch.setattr(Reader, "of", staticmethod(lambda name, fingerprint="": reader))
    generator = ConditionalGenerator(body, 0).eval().requires_grad_(False)
    return Trained(Entry("world", Path("nowhere"), TrainConfig(latent_size=6), (), "World"), generator, None)


def faces_of(world: Trained, count: int) -> tuple[np.ndarray, np.ndarray]:
    """z of samples that nothing was learnt from, and what is to be seen on them."""
    z, _ = world.draw((9, index) for index in range(count))
    return z.numpy(), Reader.of("").read(world.decode(z).permute(0, 2, 3, 1))


def test_the_states_of_each_part_sum_to_one(world: Trained) -> None:
    reader = Reader.of("")
    _, seen = faces_of(world, 50)
    found = memberships(reader, seen)
    assert found.shape == (50, 2 + 2 + 3) and [part.label for part in parts_of(reader)] == [
        "smile",
        "open mouth",
        "hair",
    ]
    for span in spans(reader):
        assert np.allclose(found[:, span].sum(1), 1, atol=1e-5) and (found[:, span] >= 0).all()
    assert np.allclose(found[:, spans(reader)[0]][:, 1], seen[:, 0], atol=1e-6)


def test_a_reader_is_sure_of_a_part_where_one_of_its_states_has_nearly_everything(world: Trained) -> None:
    seen = np.array([[0.95, 0.04, 0.97, 0.01], [0.08, 0.5, 0.45, 0.45], [0.2, 0.01, 0.03, 0.04]], np.float32)
    assert sure(Reader.of(""), seen).tolist() == [[True, True, True], [True, False, False], [False, True, True]]


@pytest.mark.parametrize("steps", [0, 400])  # the slopes alone, and learnt through G
def test_the_direction_to_a_smile_is_the_opposite_where_the_mouth_is_closed(world: Trained, steps: int) -> None:
    told: list[float] = []
    found = steering_fit.fit(
        world, names=["smile"], count=3000, steps=steps, progress=lambda share, words: told.append(share)
    )
    assert told == sorted(told) and told[-1] == 1 and found.learnt == ("smile",)
    z, seen = faces_of(world, 400)
    ways, taking = (found.directions(Reader.of(""), "smile", z, seen, up=up) for up in (True, False))
    assert ways.dtype == np.float32 and (np.linalg.norm(ways, axis=1) <= 1 - seen[:, 0] + 1e-4).all()
    assert (np.linalg.norm(taking, axis=1) <= seen[:, 0] + 1e-4).all()  # what is so already stays
    ways = ways + taking
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    sure = np.abs(z[:, 2]) > 0.7  # the mouth is surely open, or surely closed
    opened = sure & (z[:, 2] > 0)
    closed = sure & (z[:, 2] < 0)
    assert (ways[opened, 0] > 0.75).all() and (ways[closed, 0] < -0.75).all()


def test_it_gives_and_takes_and_holds_all_else(world: Trained) -> None:
    reader = Reader.of("")
    found = steering_fit.fit(world, count=2000, steps=200)
    z, seen = faces_of(world, 500)
    told = np.abs(z[:, 2]) > 0.3  # a mouth that is half open neither smiles nor does not
    z, seen = z[told], seen[told]
    before = reader.says(seen)
    for column, name in enumerate(NAMES):
        wanted = 1 - before[:, column]
        given, taken = (found.directions(reader, name, z, seen, up=up) for up in (True, False))
        moved = z + steering.LENGTH * np.where(wanted[:, None], given, -taken)
        after = reader.says(reader.read(world.decode(torch.from_numpy(moved.astype(np.float32))).permute(0, 2, 3, 1)))
        own = {2, 3} if "hair" in name else {column}
        others = [other for other in range(4) if other not in own]
        assert (after[:, column] == wanted).mean() > 0.97, name
        assert (after[:, others] != before[:, others]).mean(0).max() < 0.05, name


def test_what_is_not_held_changes_no_direction(world: Trained) -> None:
    reader, found = Reader.of(""), steering_fit.fit(world, names=["smile"], count=3000, steps=0)
    z, seen = faces_of(world, 200)
    free = found.directions(reader, "smile", z, seen, held=["red hair"])
    opened = z[seen[:, 0] < 0.2, 2] > 0  # of those that do not smile
    free = free[seen[:, 0] < 0.2]
    assert abs(free[opened, 0].mean() - free[~opened, 0].mean()) < 0.3
    held = found.directions(reader, "smile", z, seen, held=["open mouth", "red hair"])
    lacking = held[seen[:, 0] < 0.2]
    assert lacking[opened, 0].mean() - lacking[~opened, 0].mean() > 1
    # A name of a group holds the whole group.
    assert np.array_equal(held, found.directions(reader, "smile", z, seen, held=["open mouth", "blue hair"]))


@pytest.mark.parametrize(
    ("misses", "kept"), [([0.05], 0), ([0.5, 0.2, 0.3], 1), ([0.5, 0.06], 1), ([0.5, 0.5, 0.5], 0)]
)
def test_the_best_attempt_is_kept(world: Trained, monkeypatch: pytest.MonkeyPatch, misses: list, kept: int) -> None:
    order = []

    def descended(task, plain, added, steps, seed):
        order.append(seed)
        return np.full_like(plain, seed), np.full_like(added, seed)

    monkeypatch.setattr(steering_fit._Task, "descended", descended)
    monkeypatch.setattr(steering_fit._Task, "misses", lambda task, own, beside: misses[int(own[0, 0])])
    found = steering_fit.fit(world, names=["smile"], count=300, steps=1)
    assert order == list(range(len(misses))) and (found.own[0, 0] == kept).all()


def test_what_misses_is_counted(world: Trained) -> None:
    sampled = steering_fit._Sampled.of(world, Reader.of(""), 600, lambda share: None)
    task = steering_fit._Task(world, sampled, "open mouth")
    own, beside = np.zeros((2, 6)), np.zeros((2, sampled.terms.shape[1], 6))
    assert task.misses(own, beside) == pytest.approx(1, abs=0.02)  # nothing is moved
    own[:, 2] = steering.LENGTH  # opens and closes all mouths, and turns each smile that is told by the mouth
    assert task.misses(own, beside) == pytest.approx(1, abs=0.05)
    own[:] = 0
    own[:, 3] = steering.LENGTH  # turns hair alone
    assert 1.2 < task.misses(own, beside) < 2


def test_the_same_again(world: Trained) -> None:
    one, other = (steering_fit.fit(world, names=["smile"], count=300, steps=5) for _ in range(2))
    assert np.array_equal(one.own, other.own) and np.array_equal(one.beside, other.beside)


def test_written_and_read_again(world: Trained, tmp_path: Path) -> None:
    reader, found = Reader.of(""), steering_fit.fit(world, count=300, steps=2)
    steering.save(found, tmp_path)
    read = steering.load(tmp_path / STEERING)
    assert read.names == NAMES and read.fits(reader, 6) and not read.fits(reader, 7)
    z, seen = faces_of(world, 20)
    ways, again = (one.directions(reader, "smile", z, seen) for one in (found, read))
    assert np.allclose(ways, again, atol=5e-3)


@pytest.mark.parametrize("damage", ["cut", "shape", "infinite", "names", "missing"])
def test_damage_is_one_sentence(tmp_path: Path, damage: str) -> None:
    good = Steering(NAMES, np.zeros((4, 6)), np.zeros(11), np.ones((4, 3, 6)), np.ones((4, 3, 11, 6)))
    steering.save(good, tmp_path)
    path = tmp_path / STEERING
    tensors, words = load_file(path), {"names": json.dumps(NAMES)}
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-7])
    else:
        if damage == "shape":
            tensors["beside"] = tensors["beside"][:, :, :-1].contiguous()
        elif damage == "infinite":
            tensors["own"][0, 0, 0] = torch.inf
        elif damage == "missing":
            del tensors["usual"]
        else:
            words = {"names": json.dumps(NAMES[:3])}
        save_file(tensors, path, metadata=words)
    with pytest.raises(ModelError, match=r"steering.safetensors is damaged \(.+\); learn the model's directions anew"):
        steering.load(path)


def test_a_model_without_attributes_cannot_be_steered(tiny_models: Path) -> None:
    with pytest.raises(ModelError, match="There is no classifier of attributes for the pictures of tiny-classes"):
        steering_fit.fit(load(tiny_models / "tiny-classes"))


def test_the_command_keeps_what_was_learnt_beside_the_weights(type_in, own_models: Path, monkeypatch) -> None:
    monkeypatch.setattr(steering_fit, "COUNT", 40)
    monkeypatch.setattr(steering_fit, "STEPS", 1)
    monkeypatch.setattr(steering_fit, "JUDGED", 10)
    monkeypatch.setattr(steering_fit, "ATTEMPTS", 1)
    given = {**steering_fit.fit.__kwdefaults__, "count": 40, "steps": 1}
    monkeypatch.setattr(steering_fit.fit, "__kwdefaults__", given)
    code, text = type_in("steer", "tiny-faces")
    assert code == 0 and "steering.safetensors" in text
    entry = find("tiny-faces")
    assert (
        entry.steers and entry.card["steering"]["samples"] == 40 and entry.card["about"] == "Random weights, for tests."
    )
    check_hash(entry.folder / STEERING, entry)
    assert sorted(path.name for path in own_models.iterdir() if path.name.startswith(".")) == []
    assert steering.load(entry.folder / STEERING).learnt == Reader.of("faces").names
    (entry.folder / STEERING).write_bytes(b"another")
    with pytest.raises(ModelError, match="is not the one that was published as tiny-faces"):
        check_hash(entry.folder / STEERING, entry)


def test_a_run_is_published_first(type_in, run: RunFolder) -> None:
    code, text = type_in("steer", run.id)
    assert code == 1 and f"{run.id} is a run; publish it first, and steer the model." in " ".join(text.split())
