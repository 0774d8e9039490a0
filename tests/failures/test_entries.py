"""The failures: each can be trained, differs from its cure in nothing else, and is complete."""

from __future__ import annotations

import pytest

from pipelines import failures
from pipelines.config.checking import problems
from pipelines.doctor import AILMENTS
from pipelines.errors import GanError
from pipelines.failures import CURVES, TWINS, live
from pipelines.playground.settings import from_dict
from pipelines.runs import jobs

NAMES = failures.names()
# The pathologies of the lecture notes.
ASKED = {
    "collapse-digits", "collapse-ring", "cycling-ring", "vanishing-gradient", "oscillating-losses", "misleading-loss",
    "learning-rate", "seed",
}  # fmt: skip


def test_every_pathology_of_the_notes_is_there_and_has_its_place() -> None:
    assert set(NAMES) >= ASKED
    assert [failures.get(name).place for name in NAMES] == list(range(1, len(NAMES) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_is_complete_and_can_be_trained(name: str) -> None:
    entry = failures.get(name)
    for twin in TWINS:
        settings = entry.settings(twin)
        if entry.in_plane:
            assert from_dict(settings.to_dict()) == settings and entry.steps > 0
        else:
            assert problems(settings) == []
            assert settings.epochs or settings.seconds, "a live run must come to an end by itself"
    assert entry.sick != entry.cured
    changed = {key for key, value in entry.sick.to_dict().items() if value != entry.cured.to_dict()[key]}
    assert changed == set(entry.cure), "what the cure names is what differs"
    assert "seed" not in changed or changed == {"seed"}, "twins share their seed, but where it is the point"
    assert len(entry.curves) == 2 and set(entry.curves) <= set(CURVES)
    assert not entry.ailment or entry.ailment in AILMENTS.names()
    assert 2 <= len(entry.look) <= 3 and entry.sentence.endswith(".") and entry.source and entry.seeds
    assert len(failures.ENTRIES.describe(name)) < 60, "a title is read from the last row"


def test_unknown_names_are_told_what_there_is() -> None:
    with pytest.raises(GanError, match="collapse-digits"):
        failures.get("colapse")
    with pytest.raises(GanError, match="sick, cured"):
        failures.get("seed").settings("healthy")


def test_live_starts_both_twins_the_sick_one_first(homes, monkeypatch: pytest.MonkeyPatch) -> None:
    launched = []
    waited = []
    monkeypatch.setattr(jobs, "launch", launched.append)
    monkeypatch.setattr(live, "_wait_for_place", lambda run: waited.append((run.id, len(launched))))
    runs = live.start("collapse-digits")
    entry = failures.get("collapse-digits")
    assert [run.id for run in launched] == [runs["sick"].id, runs["cured"].id]
    for twin, run in runs.items():
        assert run.record().config == entry.settings(twin)
        assert run.notes().name.startswith(twin.capitalize()) and run.status().state == "queued"
    assert waited == [(runs["sick"].id, 1)], "the second is started once the first has its place in the line"
    assert {run.id for run in jobs.runs()} == {run.id for run in runs.values()}


def test_a_game_in_the_plane_is_no_run(homes) -> None:
    with pytest.raises(GanError, match="playground"):
        live.start("collapse-ring")
    assert jobs.runs() == []
