"""Centres that D believes least are left out of what is drawn, and nothing else changes."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.model_cards import training
from pipelines.errors import ModelError
from pipelines.models import readings, registry, trained
from pipelines.models.publishing import publish
from pipelines.models.rejection import beliefs, least_believed
from pipelines.networks._conditioning import nearest_centre

CENTRES = 6


class Opinion(torch.nn.Module):
    """A D that believes bright pictures."""

    def forward(self, x, y=None):
        return x.flatten(1).mean(1)


class Brightness(torch.nn.Module):
    """A G whose pictures are as bright as their centre's number in a list."""

    def __init__(self, bright: list[float]) -> None:
        super().__init__()
        self.bright = torch.tensor(bright)

    def forward(self, z, y=None):
        return self.bright[nearest_centre(z, CENTRES)][:, None, None, None].expand(-1, 1, 28, 28)


@pytest.fixture
def mixture(make_run, monkeypatch):
    monkeypatch.setattr(readings, "COUNT", 50)
    return make_run(prior="mixture", centres=CENTRES, conditional=False)


def around(model: trained.Trained, count: int = 200) -> np.ndarray:
    z, _ = model.draw((3, index) for index in range(count))
    return nearest_centre(z, CENTRES).numpy()


def test_the_centres_whose_pictures_d_believes_least_are_chosen(mixture):
    bright = [0.5, -0.9, 0.8, 0.1, -0.2, 0.9]
    model = replace(trained.load(mixture.id), generator=Brightness(bright), discriminator=Opinion())
    found = beliefs(model)
    expected = 1 / (1 + np.exp(-(np.round((np.array(bright) + 1) * 127.5) / 127.5 - 1)))
    assert np.allclose(found, expected, atol=0.01)
    assert least_believed(model, 2) == [1, 4] and least_believed(model, 0) == []


def test_a_published_model_draws_from_the_other_centres_alone(mixture):
    folder = publish(mixture, "mine", samples=0, reject=2)
    card, model = json.loads((folder / "card.json").read_text()), trained.load("mine")
    assert (
        card["rejected"]
        == least_believed(trained.load(f"{mixture.id}@best"), 2)
        == list(registry.find("mine").rejected)
    )
    assert set(around(model)) == set(range(CENTRES)) - set(card["rejected"])
    assert set(around(trained.load(mixture.id))) == set(range(CENTRES)), "the run itself draws from all"
    assert ["Rejected", "2 of the prior's centres, by D's opinion"] in training(card)


def test_nothing_rejected_draws_as_ever(mixture):
    publish(mixture, "mine", samples=0)
    assert np.array_equal(trained.load("mine").sample(8)[0], trained.load(mixture.id).sample(8)[0])
    assert not any(name == "Rejected" for name, _ in training(registry.find("mine").card))


@pytest.mark.parametrize("damaged", [None, "all", 3, [True, "1", None, -1, CENTRES, 2.0], list(range(CENTRES))])
def test_a_card_that_rejects_nonsense_or_everything_rejects_nothing(mixture, damaged):
    entry = replace(registry.find(mixture.id), card={"rejected": damaged})
    assert entry.rejected == ()


@pytest.mark.parametrize("count", [CENTRES, -1])
def test_at_least_one_centre_stays(mixture, count):
    with pytest.raises(ModelError, match=f"reject is {count}; of 6 centres at most 5 can be rejected"):
        publish(mixture, "mine", samples=0, reject=count)
    assert registry.published() == []


def test_a_prior_without_centres_has_none_to_reject(make_run):
    run = make_run()
    with pytest.raises(ModelError, match="is gaussian; only a mixture has centres to reject"):
        publish(run, "mine", samples=0, reject=1)


def test_without_d_there_is_no_opinion(mixture):
    with pytest.raises(ModelError, match="without its discriminator"):
        beliefs(replace(trained.load(mixture.id), discriminator=None))
