"""What samples are compared with the truth by: which conditions are asked for, and the measures that look at both."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from pipelines import data
from pipelines.config.train_config import TrainConfig
from pipelines.metrics import evaluate, measures, part_reader, truth
from pipelines.metrics.measures._seen import Reference, Seen
from pipelines.metrics.quality import QualityMeter
from pipelines.metrics.reader import Reader
from tests.metrics.made import NAMES, channels_last, stripes
from tests.metrics.made import Reader as Bars

BESIDE = Reference(None, None, None)


def seen(images: np.ndarray | torch.Tensor, true: np.ndarray | torch.Tensor) -> Seen:
    """Samples and true pictures, which nothing but their pixels is known of."""
    return Seen(torch.as_tensor(images), None, None, None, None, BESIDE, truth=torch.as_tensor(true))


def measure(name: str, of: Seen) -> float:
    return measures.MEASURES.get(name).measure(of)


def told(count: int, seed: int, name: str = "told", **changes: object) -> data.ImageSet:
    """Pictures of a bar, each with itself at half its size as its condition."""
    pictures = stripes(count, seed, name)
    small = np.ascontiguousarray(pictures.images[:, :, ::2, ::2])
    return replace(pictures, fields={"small": small}, condition="small", **changes)


def flat(*levels: int) -> np.ndarray:
    """Pictures of 12 x 12 pixels, each of one level."""
    return np.broadcast_to(np.array(levels, np.uint8)[:, None, None, None], (len(levels), 1, 12, 12)).copy()


def test_difference_and_signal_to_noise_are_those_computed_by_hand() -> None:
    true = flat(100, 100, 7)
    drawn = flat(101, 100, 7)
    drawn[1, 0, :6] = 120  # half of the pixels off by 20: a mean square of 200
    of = seen(drawn, true)
    assert measure("difference", of) == pytest.approx((1 + 10 + 0) / 3 / 255)
    decibels = [10 * np.log10(255**2 / 1), 10 * np.log10(255**2 / 200), 100]  # the last has no difference
    assert decibels[:2] == pytest.approx([48.1308, 25.1205], abs=1e-4)
    assert measure("psnr", of) == pytest.approx(np.mean(decibels))
    floats = seen(torch.from_numpy(drawn).float() / 127.5 - 1, true)
    assert measure("difference", floats) == pytest.approx(measure("difference", of), abs=1e-6)


def test_structural_similarity_is_that_computed_by_hand() -> None:
    ramp = np.broadcast_to(np.arange(0, 240, 20, dtype=np.uint8), (1, 1, 12, 12))
    c1, c2 = 6.5025, 58.5225
    expected = (2 * 100 * 120 + c1) / (100**2 + 120**2 + c1)  # of flat pictures there is only brightness to compare
    assert measure("ssim", seen(flat(100), flat(120))) == pytest.approx(expected)
    weights = np.exp(-((np.arange(11) - 5) ** 2) / 4.5)
    variance = 400 * (weights * (np.arange(11) - 5) ** 2).sum() / weights.sum()  # of a ramp, in each window
    mirrored = [
        (2 * m * (220 - m) + c1) / (m**2 + (220 - m) ** 2 + c1) * (c2 - 2 * variance) / (c2 + 2 * variance)
        for m in (100, 120)  # in the middles of the two windows that fit beside each other
    ]
    assert measure("ssim", seen(ramp.copy(), ramp[..., ::-1].copy())) == pytest.approx(np.mean(mirrored))
    assert measure("ssim", seen(flat(1)[..., :9], flat(2)[..., :9])) is None, "no window fits"


def test_both_agree_with_torchmetrics(public: SimpleNamespace) -> None:
    chance = np.random.default_rng(0)
    true = chance.integers(0, 256, (5, 3, 28, 20), np.uint8)
    drawn = np.clip(true + chance.normal(0, (5, 20, 40, 60, 80), (3, 28, 20, 5)).transpose(3, 0, 1, 2), 0, 255)
    of = seen(drawn.astype(np.uint8), true)
    one, other = of.levels, of.true_levels
    _, theirs = public.ssim(one, other, data_range=255.0, return_full_image=True)
    assert measure("ssim", of) == pytest.approx(theirs[..., 5:-5, 5:-5].mean().item(), abs=1e-5)  # without its padding
    theirs = public.psnr(one, other, data_range=255.0, dim=(1, 2, 3), reduction="elementwise_mean")
    assert measure("psnr", of) == pytest.approx(theirs.item(), abs=1e-3)


def test_what_is_kept_is_counted_by_picture_and_by_attribute() -> None:
    names = ("black hair", "red hair", "glasses")
    reader = Reader(names, (names[:2],), torch.nn.Identity(), exclusive=False)
    true = torch.tensor([[0.9, 0.1, 0.9], [0.9, 0.1, 0.1], [0.2, 0.3, 0.6], [0.1, 0.8, 0.1]])
    drawn = torch.tensor([[0.6, 0.55, 0.7], [0.4, 0.6, 0.1], [0.1, 0.1, 0.4], [0.7, 0.8, 0.4]])
    # Hair: black, black; black, red; none, none; red, red. Glasses: as, as, lost, as.
    of = replace(seen(flat(0), flat(0)), probabilities=drawn, true_probabilities=true, kind="attributes", reader=reader)
    assert of.has("verdicts") and measure("kept", of) == 2 / 4 and measure("attributes-kept", of) == 6 / 8
    digits = Reader(tuple("abc"), (tuple("abc"),), torch.nn.Identity(), exclusive=True)
    of = replace(of, kind="classes", reader=digits)  # the most probable: a a, a b, b a, b b
    assert measure("kept", of) == 2 / 4 and not of.has("attributes")


def test_intersection_over_union_is_that_computed_by_hand() -> None:
    wanted = torch.tensor([[[0, 0], [1, 1]], [[0, 0], [0, 3]]], dtype=torch.int8)
    found = torch.tensor([[[0, 1], [1, 1]], [[0, 0], [2, 3]]])
    each = part_reader.iou(wanted, found, 5)
    assert each[:2].tolist() == [3 / 5, 2 / 3] and each[3] == 1
    assert each.isnan().tolist() == [False, False, True, False, True], "no map has a 2 or a 4, wherever one is found"


def test_conditions_are_asked_for_that_nothing_was_learnt_from() -> None:
    train, test = told(40, 0), told(10, 1)
    found = truth.of(train, test)
    assert found.held_out and torch.equal(found.images, torch.from_numpy(test.images))
    assert torch.equal(found.told, torch.from_numpy(test.fields["small"]))
    for part in (None, stripes(10, 1)):
        found = truth.of(train, part)
        assert not found.held_out and len(found) == 40 and found.images is not None
    assert truth.of(stripes(40, 0)) is None, "it is told of classes"
    apart = replace(train, paired=False)
    assert truth.of(apart).images is None
    of_test = truth.of(apart, replace(test, paired=False))
    assert of_test.images is not None, "the test part of a set that is not paired knows the truth"
    own = truth.of(replace(apart, name="folder"), replace(test, name="folder", paired=False))
    assert own.held_out and own.images is None, "of a person's own pictures nobody knows it"
    assert truth.of(apart, replace(test, images=test.images[:9])).images is None


def test_draws_go_through_all_conditions_and_begin_again() -> None:
    known = truth.of(told(10, 0))
    rows = [known.rows(index, 4).tolist() for index in range(5)]
    assert sorted(rows[0] + rows[1] + rows[2][:2]) == list(range(10)) and rows[2][2:] + rows[3][:2] == rows[0]
    assert rows[0] != sorted(rows[0]) and known.rows(3, 4).tolist() == rows[3]
    assert torch.equal(known.evenly(4).told, known.told[[0, 3, 6, 9]])


def test_a_meter_measures_samples_beside_the_pictures_that_belong_to_their_conditions() -> None:
    train, test = told(80, 0), told(20, 1)
    meter = QualityMeter(train, test=test, truth=truth.of(train, test))
    assert meter.samples == 40 == len(meter.truth)
    true = torch.from_numpy(test.images)[torch.linspace(0, 19, 40, dtype=torch.float64).round().long()]
    assert torch.equal(meter.truth.images, true)
    brighter = (true.int() + 51).clamp(max=255).to(torch.uint8)
    found = meter.measure(brighter, told=True)
    off = (brighter.int() - true.int()).double()
    assert found.difference == pytest.approx(off.mean().item() / 255) and 0.15 < found.difference < 0.21
    assert found.psnr == pytest.approx(10 * (255**2 / (off**2).flatten(1).mean(1)).log10().mean().item(), rel=1e-5)
    assert found.kept is None and found.parts_iou is None, "nothing reads these"
    other = meter.measure(brighter)
    assert other.difference is None and other.frechet == found.frechet


class Told:
    """A perfect model of ``told``: it draws the picture whose condition it is given. Notes what it is asked for."""

    def __init__(self, *sets: data.ImageSet) -> None:
        self.known = {
            row.tobytes(): each for one in sets for row, each in zip(one.fields["small"], one.images, strict=True)
        }
        self.asked: list[np.ndarray] = []

    def __call__(self, count: int, labels: torch.Tensor, seed: int) -> tuple[np.ndarray, np.ndarray]:
        self.asked += list(labels.numpy())
        assert len(labels) == count
        return channels_last(np.stack([self.known[row.tobytes()] for row in labels.numpy()])), np.full(count, -1)


def test_the_full_measure_asks_for_the_conditions_of_test_pictures(
    asked: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = {"train": told(900, 1, "digits"), "test": told(600, 2, "digits")}
    monkeypatch.setattr(data, "load", lambda name, split, **options: parts[split])
    config, draw = TrainConfig(data="digits", conditional=True), Told(*parts.values())
    found = evaluate.evaluate(draw, config, ("example 1",), 300, times=2)
    assert {row.tobytes() for row in draw.asked} == {row.tobytes() for row in parts["test"].fields["small"]}, (
        "each once in two draws"
    )
    assert found.told_of == "test pictures" and found.as_asked is None
    assert (found.own["difference"].value, found.own["psnr"].value, found.own["ssim"].value) == (0, 100, 1)
    assert found.own["kept"].value == 1 and found.own["kept"].real is None
    told_by = {name: value for name, value, *_ in found.rows()}
    assert told_by["PSNR"].startswith("100") and told_by["kept"].startswith("100.00%")
    assert "for the conditions of test pictures" in found.rows()[0][3]


class HasBars(Bars):
    """Tells of each height whether there is a bar."""

    attribute_names = NAMES

    def head(self, features: torch.Tensor) -> torch.Tensor:
        return super().head(features + 0.6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.features(x))


def test_the_full_measure_tells_which_attributes_are_kept(asked: list, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {"train": told(900, 1, "digits"), "test": told(600, 2, "digits")}
    monkeypatch.setattr(data, "load", lambda name, split, **options: parts[split])
    of_bars = Reader(NAMES, (), HasBars(), exclusive=False)
    monkeypatch.setattr(Reader, "of", lambda name, fingerprint="": of_bars)
    monkeypatch.setattr(evaluate, "attribute_model", lambda name, fingerprint: of_bars.network)
    perfect = Told(*parts.values())

    def turned(count: int, labels: torch.Tensor, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Upside down: a low bar becomes a high one, and a middle one stays."""
        images, none = perfect(count, labels, seed)
        return images[:, ::-1].copy(), none

    config = TrainConfig(data="digits", conditional=True)
    found = evaluate.evaluate(turned, config, ("example 1",), 600, times=1)
    middle = float((parts["test"].labels == 1).mean())
    assert found.own["kept"].value == pytest.approx(middle, abs=0.01)
    kept = {name: share.value for name, share in found.kept_by_part.items()}
    assert kept == pytest.approx({"low": middle, "middle": 1, "high": middle}, abs=0.01)
    assert found.own["attributes_kept"].value == pytest.approx((1 + 2 * middle) / 3, abs=0.01)
    assert ("  middle kept", "100.00%", "", "") in found.rows()
