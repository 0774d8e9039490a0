"""Where G is steepest is left out of what is drawn, by address as ever, and nothing else changes."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from explorer.model_cards import training
from pipelines.errors import ModelError
from pipelines.models import addresses, readings, registry, steepness, trained
from pipelines.models.publishing import publish

FIRST = [(0, index) for index in range(300)]


class Edge(torch.nn.Module):
    """A G that is black or white by the sign of z's first number, and between them for a short way only."""

    def forward(self, z, y=None):
        return torch.tanh(20 * z[:, :1])[:, :, None, None].expand(-1, 1, 28, 28)


@pytest.fixture
def few_readings(monkeypatch):
    monkeypatch.setattr(readings, "COUNT", 50)


@pytest.fixture
def run(make_run, few_readings):
    return make_run(conditional=False)


def limited(model: trained.Trained, limit: float) -> trained.Trained:
    return replace(model, entry=replace(model.entry, card={"steepest": limit}), redrawn={})


def test_steepness_is_the_slope_of_the_picture():
    z = torch.randn(40, 5)
    slope = torch.randn(7, 5)
    found = steepness.steepness(lambda z: (z @ slope.T).view(-1, 1, 1, 7), z)
    assert found.shape == (40,) and np.allclose(found, found[0], rtol=1e-3), "a plane is as steep everywhere"
    assert torch.linalg.matrix_norm(slope, 2) >= found[0] > 0
    assert np.allclose(steepness.steepness(lambda z: (2 * z @ slope.T).view(-1, 1, 1, 7), z), 2 * found, rtol=1e-3)
    assert steepness.steepness(lambda z: z, torch.zeros(0, 5)).shape == (0,)


def test_what_is_torn_between_two_kinds_is_not_drawn(run):
    model = replace(trained.load(run.id), generator=Edge())
    z, _ = model.draw(FIRST)
    torn = (torch.tanh(20 * z[:, 0]).abs() < 0.99).float().mean()
    steep = limited(model, float(np.quantile(model.steepness(z), 0.7)))
    gentle, _ = steep.draw(FIRST)
    assert torn > 0.08 and (torch.tanh(20 * gentle[:, 0]).abs() < 0.99).float().mean() < torn / 4
    same = (z == gentle).all(1)
    assert 0.6 < same.float().mean() < 0.8, "what is gentle stays what it was"
    assert (model.steepness(gentle) <= steep.entry.steepest).all()


def test_a_sample_is_the_same_whoever_is_drawn_with_it_and_known_or_not(run):
    model = trained.load(run.id)
    model = limited(model, float(np.quantile(model.steepness(model.draw(FIRST)[0]), 0.5)))
    together, _ = model.draw(FIRST[:40])
    again, _ = model.draw(FIRST[:40])
    model.redrawn.clear()
    alone = torch.cat([model.draw([address])[0] for address in reversed(FIRST[:40])]).flip(0)
    assert torch.equal(together, again) and torch.equal(together, alone)
    assert max(model.redrawn.values()) > 0


@pytest.mark.parametrize("repeats", [(3, 3), (3, 3, 3, 7, 3), (*range(12), *range(12)), (11, 3, 3, 0, 11)])
def test_a_sample_that_is_named_twice_is_drawn_once(run, repeats):
    model = trained.load(run.id)
    model = limited(model, float(np.quantile(model.steepness(model.draw(FIRST)[0]), 0.3)))
    alone = torch.cat([limited(model, model.entry.steepest).draw([(0, index)])[0] for index in range(12)])
    counted = limited(model, model.entry.steepest)
    counted.draw((0, index) for index in range(12))
    assert max(counted.redrawn.values()) > 1
    for _ in range(2):  # and what is kept of the first time is right
        together, _ = model.draw((0, index) for index in repeats)
        assert torch.equal(together, alone[list(repeats)])
    assert all(counted.redrawn[address] == times for address, times in model.redrawn.items())


def test_a_limit_that_nothing_keeps_ends_and_what_is_known_is_bounded(run, monkeypatch):
    monkeypatch.setattr(addresses, "MOST_KNOWN", 3)
    model = limited(trained.load(run.id), 1e-12)
    z, _ = model.draw(FIRST[:3])
    assert list(model.redrawn.values()) == [steepness.MOST] * 3 and torch.isfinite(z).all()
    model.draw([(5, 5)])
    assert len(model.redrawn) == 3


def test_a_published_model_leaves_them_out_and_knows_its_first_samples(run):
    folder = publish(run, "mine", samples=0, steep=0.4)
    card, model, plain = json.loads((folder / "card.json").read_text()), trained.load("mine"), trained.load(run.id)
    assert card["steep"] == 0.4 and card["steepest"] == registry.find("mine").steepest == model.entry.steepest
    assert len(model.redrawn) == 50 and 0.1 < np.mean([times > 0 for times in model.redrawn.values()]) < 0.8
    assert (model.steepness(model.draw(FIRST)[0]) <= card["steepest"]).all()
    assert (plain.steepness(plain.draw(FIRST)[0]) > card["steepest"]).mean() == pytest.approx(0.4, abs=0.1)
    assert ["Left out", "40 % of z, where the picture changes fastest with z"] in training(card)
    first = model.draw(FIRST[:50])[0]
    (folder / steepness.FILE).unlink()
    assert torch.equal(first, trained.load("mine").draw(FIRST[:50])[0]), "it is found out again"


def test_a_damaged_or_foreign_file_of_redraws_is_one_sentence(run):
    folder = publish(run, "mine", samples=0, steep=0.4)
    path = folder / steepness.FILE
    save_file({"redraws": torch.zeros(50, dtype=torch.uint8)}, path)
    with pytest.raises(ModelError, match="is not the one that was published"):
        trained.load("mine")
    for tensors in ({"other": torch.zeros(2)}, {"redraws": torch.zeros(2)}):
        save_file(tensors, path)
        with pytest.raises(ModelError, match=r"redraws\.safetensors is damaged .*publish the model anew\."):
            steepness.load(path)
    path.write_bytes(b"no tensors")
    with pytest.raises(ModelError, match="damaged"):
        steepness.load(path)


def test_nothing_left_out_draws_as_ever(run):
    folder = publish(run, "mine", samples=0)
    assert not (folder / steepness.FILE).exists()
    assert np.array_equal(trained.load("mine").sample(8)[0], trained.load(run.id).sample(8)[0])
    assert not any(name == "Left out" for name, _ in training(registry.find("mine").card))


@pytest.mark.parametrize("damaged", [None, "all", 3, True, -1.0, 0.0, float("nan"), float("inf"), [1.0]])
def test_a_card_with_a_nonsensical_limit_has_none(run, damaged):
    assert replace(registry.find(run.id), card={"steepest": damaged}).steepest is None


@pytest.mark.parametrize("share", [-0.1, 0.95, float("nan")])
def test_a_share_out_of_range_is_refused(run, share):
    with pytest.raises(ModelError, match=r"steep is .*; it must be from 0 to 0\.9"):
        publish(run, "mine", samples=0, steep=share)
    assert registry.published() == []


def test_a_model_with_classes_and_one_that_draws_one_picture_are_refused(make_run, few_readings, monkeypatch):
    with pytest.raises(ModelError, match="has classes; z can be left out by steepness of a model without classes only"):
        publish(make_run(conditional=True), "mine", samples=0, steep=0.2)
    monkeypatch.setattr(trained.Trained, "steepness", lambda self, z: np.zeros(len(z), np.float32))
    with pytest.raises(ModelError, match="draws the same picture everywhere"):
        publish(make_run("20250101-000000-other", conditional=False), "mine", samples=0, steep=0.2)
    assert registry.published() == []
