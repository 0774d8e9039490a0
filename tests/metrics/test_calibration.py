"""Calibration: probabilities that are true, with and without how often each outcome comes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pipelines.metrics.calibration import balanced_accuracy, equally, halves, platt, temperature


def test_the_temperature_makes_probabilities_true() -> None:
    chance = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn(5_000, 5, generator=chance)
    labels = torch.multinomial(logits.softmax(1), 1, generator=chance).squeeze(1)
    for degree in (0.5, 1.0, 3.0):  # as a network that doubts too much, is right, and is too sure of itself
        assert temperature(degree * logits, labels) == pytest.approx(degree, rel=0.03)
    some = logits[:200] + torch.randn(200, 5, generator=chance), labels[:200]
    more = [torch.cat([part, part[some[1] == 0], part[some[1] == 0]]) for part in some]
    assert temperature(*some, torch.tensor([3.0, 1, 1, 1, 1]).double()) == temperature(*more) != temperature(*some)


def test_slope_and_offset_have_the_least_weighted_log_loss() -> None:
    chance = np.random.default_rng(0)
    truth = torch.from_numpy(np.stack([np.arange(12) < 3, np.arange(12) < 6], 1)).double()
    logits, weights = truth + torch.from_numpy(chance.normal(0, 1, (12, 2))), equally(truth)
    assert weights[:, 0].tolist() == pytest.approx([1 / 6] * 3 + [1 / 18] * 9)
    slope, offset = platt(logits, truth, weights)
    wanted = torch.where(truth > 0, torch.tensor([4 / 5, 7 / 8]), torch.tensor([1 / 5, 1 / 8]))  # of 3 and 6 pictures
    over = weights * ((logits * slope + offset).sigmoid() - wanted)  # the gradient of the loss by each logit
    assert torch.stack([over.sum(0), (over * logits).sum(0)]).abs().max() < 1e-5
    among = torch.arange(12)[:, None].expand(12, 2) % 3 > 0
    alone = platt(logits[among[:, 0]], truth[among[:, 0]], equally(truth[among[:, 0]]))
    assert torch.allclose(torch.stack(platt(logits, truth, equally(truth, among))), torch.stack(alone), atol=1e-5)


def test_weights_take_back_how_often_an_attribute_comes_and_nothing_else() -> None:
    chance = np.random.default_rng(0)
    true_logits = torch.from_numpy(chance.normal(-2, 2, (20_000, 2)))
    truth = (torch.from_numpy(chance.random((20_000, 2))) < true_logits.sigmoid()).double()
    usual = truth.mean(0).logit().tolist()
    assert max(usual) < -1
    logits = (true_logits - 0.5) / 0.25
    for weights, taken in ((torch.ones_like(truth), [0.0, 0.0]), (equally(truth), usual)):
        slope, offset = platt(logits, truth, weights / weights.sum(0))
        assert slope.tolist() == pytest.approx([0.25, 0.25], rel=0.1)
        assert offset.tolist() == pytest.approx([0.5 - each for each in taken], abs=0.1)


def test_halves_have_as_many_of_both_outcomes() -> None:
    truth = torch.zeros(11, 2)
    truth[[0, 2, 4, 6], 0] = 1  # every second picture: halves by the row would have all of them and none
    truth[10, 1] = 1
    half = halves(truth)
    assert half[truth[:, 0] == 1, 0].tolist() in ([0, 1, 0, 1], [1, 0, 1, 0])
    assert 3 <= half[truth[:, 0] == 0, 0].sum() <= 4 and half[truth[:, 1] == 0, 1].sum() == 5


def test_balanced_accuracy_counts_both_sides_the_same() -> None:
    truth = torch.tensor([[1, 1], [0, 1], [0, 1], [0, 1]])
    said = torch.tensor([[0, 1], [0, 1], [0, 1], [0, 1]])
    found = balanced_accuracy(said, truth).tolist()
    assert found[0] == 0.5 and np.isnan(found[1])
