"""The attribute classifier: the pictures that it learns from, and how well the one that ships reads faces.

What it shares with the classifier of classes is in test_judges.py.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pipelines import data
from pipelines.data import faces
from pipelines.errors import DataError
from pipelines.metrics import attributes
from tests.drawn_faces import styles_checked_once


def test_a_set_with_other_attributes_than_the_classifier_is_refused() -> None:
    having = np.zeros((4, 2), np.uint8)
    pictures = np.zeros((4, 3, 64, 64), np.uint8)
    other = data.ImageSet("mine", pictures, None, (), "", "", (), having, ("above", "below"))
    model = attributes.AttributeClassifier(["above", "beside"]).eval()
    with pytest.raises(DataError, match="has the attributes above, below, and the classifier reads above, beside"):
        attributes.accuracy(model, other)


def test_alterations_are_small_and_leave_the_pictures_given_as_they_are() -> None:
    x = torch.full((90, 3, 64, 64), -0.5)
    x[:, :, 24:40, 8:24] = 0.5  # a block on the left
    before = x.clone()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        seen = attributes.altered(x)
    assert torch.equal(x, before)
    assert seen.shape == x.shape and seen.min() >= -1 and seen.max() <= 1
    brightness = (seen.mean(1) > 0).float()  # [90, 64, 64]
    middles = (brightness * torch.arange(64.0)).sum((1, 2)) / brightness.sum((1, 2))
    mirrored = middles > 31.5
    assert 25 < mirrored.sum() < 65
    assert (torch.where(mirrored, 63 - middles, middles) - 15.5).abs().max() < 6
    assert (seen.mean((1, 2, 3)) - x.mean()).abs().max() < 0.3


def test_the_one_that_ships_for_faces_reads_faces_that_it_has_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "COUNTS", {"train": 20_000, "test": 300})
    model = attributes.load("faces")
    quiet = {"folder": None, "progress": lambda share, message: None}
    with styles_checked_once():
        both = {size: faces.read(size=size, channels=3, split="test", **quiet) for size in (64, 32)}
    for size, seen in both.items():
        right = attributes.accuracy(model, seen)
        assert min(right.values()) >= (0.99 if size == 64 else 0.97), right
