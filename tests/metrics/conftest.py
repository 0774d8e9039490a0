"""The made-up data set that the full measure is tried on."""

from __future__ import annotations

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
