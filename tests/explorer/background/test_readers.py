"""Readers of one's own in the background, without a browser: what is offered, started, and known of them."""

from __future__ import annotations

import hashlib
import json
import random

import httpx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.background import readers
from explorer.model.library import Library
from pipelines import metrics
from pipelines.errors import ModelError
from pipelines.metrics import judge
from pipelines.metrics.own_reader import OwnReader
from pipelines.metrics.reader import Reader
from pipelines.models import registry
from tests import own_pictures
from tests.wrong_files import damaged, damaged_tensors

CARD = {
    "kind": "attributes", "layout": metrics.LAYOUT, "attribute_names": ["Bright above"], "groups": [],
    "balanced": {"Bright above": 0.97, "Noise": 0.5}, "unused": {"Noise": "not used, below 80 %"}, "notes": ["a note"],
    "checked_on": "30 held-out pictures", "trained_at": 1.0,
}  # fmt: skip


@pytest.fixture
def entry(homes, tmp_path) -> registry.Entry:
    own_pictures.model(homes.models / "own-halves", own_pictures.folder(tmp_path / "photos", 24))
    return registry.find("own-halves")


def keep(entry: registry.Entry) -> None:
    judge.publish(
        OwnReader(["Bright above"]), "folder", entry.fingerprint, **{**CARD, "data_fingerprint": entry.fingerprint}
    )


def test_labelled_pictures_are_offered_a_reader_and_what_was_trained_is_told(entry, address) -> None:
    ask = f"{address}/api/models/own-halves/reader"
    found = httpx.get(ask, trust_env=False).json()
    assert (found["labels"], found["why"], found["stamp"], found["work"]) == ("3 attributes", "", "", None)
    keep(entry)
    found = httpx.get(ask, trust_env=False).json()
    assert found["told"] == 1 and found["stamp"] and not found["problem"] and found["notes"][1:] == ["a note"]
    assert "trained by an older version" in found["notes"][0], "its card says nothing of a prior, and it still reads"
    assert [(row["name"], row["why"]) for row in found["rows"]] == [
        ("Bright above", ""), ("Noise", "not used, below 80 %"),
    ]  # fmt: skip
    (metrics.classifier_folder("folder", entry.fingerprint) / "weights.safetensors").write_bytes(b"another")
    (metrics.classifier_folder("folder", entry.fingerprint) / "card.json").touch()
    found = httpx.get(ask, trust_env=False).json()
    assert "are damaged" in found["problem"] and found["labels"] == "3 attributes", "it can be trained anew"
    assert httpx.get(f"{address}/api/models/none/reader", trust_env=False).status_code == 404


@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), which=st.sampled_from(["card", "weights", "signed"]))
def test_a_wrong_reader_reads_or_is_none_and_what_is_wrong_is_a_sentence(entry, seed: int, which: str) -> None:
    keep(entry)
    chance, folder = random.Random(seed), metrics.classifier_folder("folder", entry.fingerprint)
    card, weights = folder / "card.json", folder / "weights.safetensors"
    if which == "card":
        card.write_bytes(damaged(chance, card.read_bytes()))
    else:
        weights.write_bytes(damaged_tensors(chance, weights.read_bytes()))
        signed = {"weights_sha256": hashlib.sha256(weights.read_bytes()).hexdigest()} if which == "signed" else {}
        card.write_text(json.dumps({**json.loads(card.read_text()), **signed}))
    known, reader = readers.of_model(entry), Reader.of("folder", entry.fingerprint)
    assert "\n" not in known["problem"] and len(known["problem"]) < 1000
    assert not (known["problem"] and reader)
    if reader is not None:
        seen = reader.read(np.zeros((2, 28, 28, 1), np.uint8))
        assert seen.shape == reader.says(seen).shape == (2, known["told"])


def test_a_model_in_memory_has_the_new_reader_at_once(entry) -> None:
    library = Library()
    before = library.get("own-halves")
    assert before.reader is None and not before.labelled and library.get("own-halves") is before
    keep(entry)
    after = library.get("own-halves")
    assert after is not before and after.reader.names == ("Bright above",)
    assert after.readings.names == ("Bright above",)


def test_what_cannot_be_trained_says_why(entry, homes, tmp_path) -> None:
    own_pictures.model(homes.models / "plain", own_pictures.folder(tmp_path / "plain", 12, labelled=False))
    with pytest.raises(
        ModelError, match="have no labels.*attributes.csv into the folder.*one subfolder for each class"
    ):
        readers.start(registry.find("plain"))
    (tmp_path / "photos").rename(tmp_path / "moved")
    assert "photos does not exist" in readers.of_model(entry)["why"]
    assert not readers.concerns(registry.Entry("a", homes.models, entry.config.changed(data="digits"), (), "A"))


def test_one_is_trained_at_a_time_with_the_models_own_pictures(entry, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(readers.BACKGROUND, "start", lambda name, given, words: asked.append((name, words)))
    readers.start(entry)
    ((name, words),) = asked
    assert name == f"folder-{entry.fingerprint[:16]}"
    assert words[:6] == ["reader", "folder", "--size", 28, "--channels", 1]
    which = [f"--folder={entry.config.folder}", "--held-out", entry.config.held_out]
    assert words[6:] == [*which, "--fingerprint", entry.fingerprint, "--lines"]
    for under_way, sentence in ((name, "of these pictures is being"), ("folder-other", "other pictures is being")):
        monkeypatch.setattr(readers.BACKGROUND, "jobs", lambda name=under_way: [readers.Job(name)])
        with pytest.raises(ModelError, match=sentence):
            readers.start(entry)
