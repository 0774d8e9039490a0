"""Our numbers beside those of public implementations, on the same features: to a thousandth, or better.

Features and probabilities are given directly, so nothing is downloaded.
"""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from pipelines.metrics.frechet import frechet_distance
from pipelines.metrics.kernel import kernel_distance
from pipelines.metrics.neighbours import Neighbourhoods, precision, recall
from pipelines.metrics.score import inception_score


class Given(torch.nn.Module):
    """Features that are there already, in place of Inception's."""

    num_features = 12

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def clouds(kind: str, width: int = 12) -> tuple[torch.Tensor, torch.Tensor]:
    """Real features and samples': of the same kind, shifted, collapsed onto two spots, or of more points."""
    random = torch.Generator().manual_seed(7)
    mix = torch.randn(width, width, generator=random)
    real = torch.randn(500, width, generator=random) @ mix + 1
    fake = torch.randn(700 if kind == "more" else 500, width, generator=random) @ mix + 1
    if kind == "shifted":
        fake = 0.8 * fake + 0.6
    if kind == "collapsed":
        fake = real[:2].repeat(250, 1) + 0.3 * fake
    return real, fake


KINDS = pytest.mark.parametrize("kind", ["same", "shifted", "collapsed", "more"])


@KINDS
def test_the_frechet_distance_is_that_of_scipy_and_of_torchmetrics(public: SimpleNamespace, kind: str) -> None:
    real, fake = clouds(kind)
    means = [side.double().mean(0).numpy() for side in (real, fake)]
    covariances = [np.cov(side.double().numpy(), rowvar=False) for side in (real, fake)]
    root = public.linalg.sqrtm(covariances[0] @ covariances[1]).real
    expected = ((means[0] - means[1]) ** 2).sum() + np.trace(covariances[0] + covariances[1] - 2 * root)
    assert frechet_distance(real, fake) == pytest.approx(expected, rel=1e-6)
    theirs = public.fid(feature=Given(), input_img_size=(12,)).set_dtype(torch.float64)
    theirs.update(real.double(), real=True)
    theirs.update(fake.double(), real=False)
    assert frechet_distance(real, fake) == pytest.approx(theirs.compute().item(), rel=1e-3)


@KINDS
def test_the_kernel_distance_is_that_of_torchmetrics(public: SimpleNamespace, kind: str) -> None:
    real, fake = clouds(kind)
    fake = fake[:500]  # theirs draws as many of each
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = public.kid(feature=Given(), subsets=1, subset_size=500)
    theirs.update(real.double(), real=True)
    theirs.update(fake.double(), real=False)
    with torch.random.fork_rng(devices=[]):
        assert kernel_distance(real, fake) == pytest.approx(theirs.compute()[0].item(), rel=1e-3, abs=1e-9)


@pytest.mark.parametrize("sharpness", [0.0, 1.0, 5.0])
def test_the_inception_score_is_that_of_torchmetrics(public: SimpleNamespace, sharpness: float) -> None:
    logits = sharpness * torch.randn(400, 10, generator=torch.Generator().manual_seed(0)).double()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = public.score(feature=Given(), splits=1)
        theirs.update(logits)
        with torch.random.fork_rng(devices=[]):
            expected = theirs.compute()[0].item()
    assert inception_score(logits.softmax(1)) == pytest.approx(expected, rel=1e-6)


@KINDS
@pytest.mark.parametrize("k", [3, 5])
def test_the_neighbourhoods_are_those_of_prdc(public: SimpleNamespace, kind: str, k: int) -> None:
    real, fake = clouds(kind)
    theirs = public.prdc.compute_prdc(real.double().numpy(), fake.double().numpy(), nearest_k=k)
    for exact in (True, False):
        ours = Neighbourhoods.of(real, k, k, exact).compare(fake)
        for name, value in theirs.items():
            assert getattr(ours, name) == pytest.approx(value, rel=1e-3), name
    assert (precision(real, fake, k), recall(real, fake, k)) == pytest.approx((theirs["precision"], theirs["recall"]))
    assert 0 < theirs["coverage"] < 1 and theirs["density"] > 0
