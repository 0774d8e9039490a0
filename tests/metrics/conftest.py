"""The made-up data set that the full measure is tried on, and the public implementations."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import pytest

from pipelines import data
from pipelines.metrics import evaluate, quality, reader
from tests.metrics.made import Reader, stripes


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """The made pictures in place of the data sets, a reader for digits; a list of what was loaded."""
    loaded = []

    def load(name: str, **options: object) -> data.ImageSet:
        loaded.append({"name": name, **options})
        return stripes(*{"train": (900, 1), "test": (600, 2)}[options["split"]], name)

    monkeypatch.setattr(data, "load", load)
    of_digits = reader.Reader(("a", "b", "c"), (), Reader(), exclusive=True)
    monkeypatch.setattr(reader.Reader, "of", lambda name, fingerprint="": of_digits if name == "digits" else None)
    monkeypatch.setattr(quality, "FEATURES", 6)
    monkeypatch.setattr(evaluate, "attribute_model", lambda name, fingerprint: None)
    return loaded


@pytest.fixture(scope="session")
def public() -> SimpleNamespace:
    """The public implementations, imported here, since that takes seconds and each process collects all tests."""
    with warnings.catch_warnings():  # what they have to say when they are imported is not about us
        warnings.simplefilter("ignore")
        import prdc
        from scipy import linalg
        from torchmetrics.functional.image import peak_signal_noise_ratio, structural_similarity_index_measure
        from torchmetrics.image.fid import FrechetInceptionDistance
        from torchmetrics.image.inception import InceptionScore
        from torchmetrics.image.kid import KernelInceptionDistance
    return SimpleNamespace(
        prdc=prdc,
        linalg=linalg,
        fid=FrechetInceptionDistance,
        score=InceptionScore,
        kid=KernelInceptionDistance,
        psnr=peak_signal_noise_ratio,
        ssim=structural_similarity_index_measure,
    )
