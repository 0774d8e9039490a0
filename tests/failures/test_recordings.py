"""The recordings that ship: they are of the entries as they are, small, and show what their page says."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipelines import failures, paths
from pipelines.errors import GanError
from pipelines.failures import MOST_SECONDS, TWINS, recording
from pipelines.models import registry
from tests.failures.kept import stored
from tests.wrong_files import damaged

NAMES = failures.names()
IN_PICTURES = [name for name in NAMES if not failures.get(name).in_plane]
MOST_BYTES = 3_000_000  # of all recordings


def kinds(twin: dict, share: float = 1.0) -> int:
    """How many kinds are drawn at a share of the run, each by 2 % of the fakes at least."""
    steps = np.array(twin["kinds"]["steps"])
    at = np.flatnonzero(steps <= share * twin["steps"])[-1]
    return sum(one >= 2 for one in twin["kinds"]["shares"][at])


def last(twin: dict, column: str, rows: int = 20) -> np.ndarray:
    return np.array(twin["columns"][column][-rows:], dtype=float)


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_is_of_its_entry_as_it_is(name: str) -> None:
    entry, twins = failures.get(name), stored(name)["twins"]
    for which in TWINS:
        twin = twins[which]
        now = entry.settings(which).to_dict()
        assert {key: now[key] for key in twin["settings"]} == twin["settings"], "record it anew"
        assert twin["frames"][0] == 0 and twin["frames"][-1] == twin["steps"]
        assert 0 <= twin["steps"] - twin["columns"]["step"][-1] < 10
        assert len({len(column) for column in twin["columns"].values()}) == 1
        assert len(twin["kinds"]["steps"]) == len(twin["kinds"]["shares"])
        if entry.in_plane:
            assert len(twin["fakes"]) == len(twin["frames"])
            continue
        assert twin["seconds"] <= MOST_SECONDS, "too long for a lesson"
        display = twin["display"]
        with Image.open(recording.picture_path(name, which)) as strip:
            edge = display["tile"]
            assert strip.size == (display["columns"] * edge, len(twin["frames"]) * display["rows"] * edge)


def test_the_gallery_is_small_and_no_model() -> None:
    home = paths.MODELS / "recordings"
    assert sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) < MOST_BYTES
    assert {path.name for path in home.iterdir()} == set(NAMES), "a recording of no entry, or an entry without one"
    assert not {"recordings", *NAMES} & set(registry.published())


@pytest.mark.parametrize("name", [name for name in NAMES if failures.get(name).ailment])
def test_the_doctor_names_it_in_the_recording(name: str) -> None:
    named = recording.diagnoses(name)
    assert failures.get(name).ailment in {one["ailment"] for findings in named["sick"] for one in findings}
    assert failures.get(name).ailment not in {one["ailment"] for findings in named["cured"] for one in findings}


def test_the_pictures_show_what_the_entries_say() -> None:
    twins = {name: stored(name)["twins"] for name in NAMES}

    for name, kept in (("collapse-digits", 8), ("collapse-loss", 10)):
        collapse = twins[name]
        assert kinds(collapse["sick"]) <= 4 and kinds(collapse["cured"]) >= kept
        assert collapse["sick"]["kinds"]["shares"][-1][1] > 60, "ones"

    ring = twins["collapse-ring"]
    assert kinds(ring["sick"]) <= 2 and kinds(ring["sick"], 0.5) <= 2 and kinds(ring["cured"]) == 8

    shares = np.array(twins["cycling-ring"]["sick"]["kinds"]["shares"])
    leaders = shares.argmax(1)[shares.max(1) >= 20]
    assert len(set(leaders)) >= 4, "it comes round"
    assert (np.diff(leaders) != 0).sum() >= 6, "and jumps"
    assert kinds(twins["cycling-ring"]["cured"]) == 8

    vanishing = twins["vanishing-gradient"]
    assert np.median(last(vanishing["sick"], "grad_g")) < 0.01 * np.median(last(vanishing["cured"], "grad_g"))
    assert kinds(vanishing["sick"]) == 0 and kinds(vanishing["cured"]) >= 3

    swing = {which: twin["columns"]["g_loss"] for which, twin in twins["oscillating-losses"].items()}
    assert np.std(swing["sick"]) > 5 * np.std(swing["cured"][20:])

    misled = twins["misleading-loss"]["sick"]
    loss, distances = np.array(misled["columns"]["g_loss"]), [row["frechet"] for row in misled["measures"]]
    assert np.median(loss[-60:]) > 1.2 * np.median(loss[60:120]) and distances[-1] < 0.5 * distances[0]

    for name in ("learning-rate", "seed"):
        sick, cured = (min(row["frechet"] for row in twins[name][which]["measures"]) for which in TWINS)
        ends = [twins[name][which]["measures"][-1]["frechet"] for which in TWINS]
        assert ends[0] > 1.5 * sick, f"{name}: it was better before"
        assert ends[1] < 0.5 * ends[0] and ends[1] < 1.5 * cured, f"{name}: the other one ends well"


def test_what_is_missing_or_damaged_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(paths, "MODELS", tmp_path)
    with pytest.raises(GanError, match="pipelines record seed"):
        recording.load("seed")
    with pytest.raises(GanError, match="no pictures"):
        recording.picture_path("seed", "sick")
    with pytest.raises(GanError, match="choose one of"):
        recording.path_of("../../etc")
    (tmp_path / "recordings" / "seed").mkdir(parents=True)
    for content in ("", "[]", "{}", json.dumps({"format": "another", "twins": {}})):
        (tmp_path / "recordings" / "seed" / "recording.json").write_text(content)
        with pytest.raises(GanError, match="is no recording"):
            recording.load("seed")


@cache
def short(name: str) -> bytes:
    """The beginning of a recording."""
    kept = stored(name)
    for twin in kept["twins"].values():
        twin["columns"] = {column: values[:40] for column, values in twin["columns"].items()}
        twin["frames"] = twin["frames"][:4]
    return json.dumps(kept).encode()


@settings(max_examples=60, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32), name=st.sampled_from(["seed", "collapse-ring"]))
def test_a_wrong_recording_is_a_sentence_or_has_findings(tmp_path_factory, seed: int, name: str) -> None:
    home = tmp_path_factory.mktemp("models")
    (home / "recordings" / name).mkdir(parents=True)
    path = home / "recordings" / name / "recording.json"
    path.write_bytes(damaged(random.Random(seed), short(name)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(paths, "MODELS", home)
        try:
            found = recording.diagnoses(name)
        except GanError as error:
            assert f"{name}/recording.json" in str(error) and "\n" not in str(error) and len(str(error)) < 700
        else:
            assert set(found) == set(TWINS)
