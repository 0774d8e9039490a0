"""What the doctor says reaches the live view, once for all viewers, and what a person asks for becomes a branch."""

from __future__ import annotations

import dataclasses
import json
from types import SimpleNamespace

import pytest

from explorer.live.findings import LiveDoctor
from explorer.live.hub import Watcher
from explorer.live.reader import Position, RunReader
from explorer.widgets.branching import wish_of
from pipelines import doctor
from pipelines.config.train_config import TrainConfig
from pipelines.methods._adversarial import SERIES, VIEWS
from pipelines.methods._translation import PAIRED_SERIES, PAIRED_VIEWS, STYLE_SERIES, STYLE_VIEW
from pipelines.runs import display
from tests.fake_run import FakeRun


@pytest.fixture
def run(tmp_path) -> FakeRun:
    made = FakeRun("20260101-000000-fake", home=tmp_path)
    yield made


HEALTHY = {"d_loss": 1.2, "g_loss": 1.1, "d_real": 0.58, "d_fake": 0.42, "grad_d": 2.0, "grad_g": 1.5}


def rows(run: FakeRun, first: int, last: int, healthy=HEALTHY, **numbers) -> None:
    for step in range(first, last, 10):
        run.folder.append_metrics({"step": step, "images_seen": 64 * step, "seconds": step / 100, **healthy, **numbers})


WON = {"d_loss": 0.02, "g_loss": 5.0, "d_real": 0.99, "d_fake": 0.01}


def sent(watcher: Watcher) -> list[tuple[str, dict]]:
    """What the watcher sends from now on."""
    messages: list[tuple[str, dict]] = []
    real = watcher._message

    def message(event, data, last=False):
        messages.append((event, data))
        return real(event, data, last)

    watcher._message = message
    return messages


def test_findings_come_with_the_stream_when_they_change_and_to_those_who_join_later(run, monkeypatch):
    monkeypatch.setattr("explorer.live.findings.SPACING_S", 0.0)
    monkeypatch.setattr("explorer.live.findings.SHARE", 1e9)
    watcher = Watcher(run.folder)
    rows(run, 1, 2000)
    watcher._look()
    messages = sent(watcher)
    watcher._look()
    assert messages == [("more", {"findings": []})], "once it has been examined, nothing is wrong"
    messages.clear()
    watcher._look()
    assert messages == [], "nothing new, nothing said"
    rows(run, 2000, 4000, **WON)
    watcher._look()
    ((event, data),) = messages
    assert event == "more" and len(data["rows"]) == 200
    (finding,) = json.loads(json.dumps(data["findings"]))
    assert finding["ailment"] == "discriminator-too-strong" and 1800 < finding["since"] <= 2000
    assert finding["remedies"]
    assert json.loads(watcher._everything().content.split(b"data: ")[1])["findings"] == [finding]
    rest = watcher._rest(Position(1, 0, 0))
    assert json.loads(rest.content.split(b"data: ")[1])["findings"] == [finding]


def test_a_long_history_is_looked_at_seldom_and_a_rest_not_at_all(run, monkeypatch):
    looked = []
    monkeypatch.setattr("explorer.live.findings.examine", lambda history: looked.append(history.step) or [])
    reader, doctor = RunReader(run.folder), LiveDoctor(run.folder)
    rows(run, 1, 500)
    reader.news()
    assert doctor.findings is None and doctor.look(reader) and doctor.findings == []
    rows(run, 500, 600)
    reader.news()
    assert not doctor.look(reader) and looked == [491], "not again at once"
    doctor._due = 0.0
    assert not doctor.look(reader) and looked == [491, 590], "a later look found nothing new to say"
    doctor._due = 0.0
    assert not doctor.look(reader) and len(looked) == 2, "and without new rows there is nothing to look at"


def test_a_history_that_cannot_be_examined_does_not_end_the_view(run, monkeypatch):
    def broken(history):
        raise ValueError("odd")

    monkeypatch.setattr("explorer.live.findings.examine", broken)
    reader, doctor = RunReader(run.folder), LiveDoctor(run.folder)
    rows(run, 1, 500)
    reader.news()
    assert doctor.look(reader) and doctor.findings == []


OWN = SimpleNamespace(views=VIEWS[1:2], series=[one for one in SERIES if one.name == "d_loss"])  # describes no more
PAIRED = SimpleNamespace(views=PAIRED_VIEWS, series=PAIRED_SERIES)
STYLES = SimpleNamespace(views=(*PAIRED_VIEWS, STYLE_VIEW), series=(*PAIRED_SERIES, *STYLE_SERIES))
WITHOUT_D = {"adversarial": 0.0, "reconstruction": 1.0}


@pytest.mark.parametrize(
    ("method", "settings", "numbers", "names"),
    [
        (OWN, {}, {"d_loss": 0.02, "g_loss": 5.0}, {"discriminator-too-strong"}),
        (OWN, {}, {"d_loss": 0.02}, {"discriminator-too-strong"}),
        (OWN, {}, WON, {"discriminator-too-strong"}),
        (OWN, {}, {"d_loss": 3.0}, {"discriminator-too-weak"}),
        (OWN, {}, {"d_loss": 1.2, "grad_g": 0.0}, set()),
        (PAIRED, {"method": "srgan", **WITHOUT_D}, {"reconstruction": 0.1, "grad_g": 1.0}, set()),
        (PAIRED, {"method": "pix2pix", **WITHOUT_D}, {"reconstruction": 0.1, "grad_g": 1.0}, set()),
        (STYLES, {"method": "spade", "kl": 0.05, **WITHOUT_D}, {"kl": 3.0, "grad_g": 1.0}, set()),
    ],
)
@pytest.mark.parametrize("ends", ["at its end", "not finite"])
def test_the_live_view_tells_what_the_command_tells_whatever_a_method_records(
    tmp_path, caplog, method, settings, numbers, names, ends
):
    run = FakeRun("20260101-000000-own", home=tmp_path, **settings)
    record = run.folder.record()
    described = display.described(method, TrainConfig(**settings))
    run.folder.write_record(dataclasses.replace(record, display={**record.display, **described}))
    rows(run, 1, 2000, {}, **numbers)
    run.folder.append_metrics({"step": 1000, "frechet": 20.0, "features": "digit features"})
    if ends == "not finite":
        run.folder.append_metrics({"step": 1991, "event": "not-finite", "message": "A loss was no longer finite."})
        names = names | {"not-finite"}
    reader, live = RunReader(run.folder), LiveDoctor(run.folder)
    reader.news()
    live.look(reader)
    assert not caplog.records and {one["ailment"] for one in live.findings} == names
    assert live.findings == [one.to_dict() for one in doctor.examine(doctor.of_run(run.folder))]
    for one in live.findings:
        assert "nan" not in one["means"]
        for line in one["evidence"]["lines"]:
            assert line["y"].count(None) < len(line["y"]), f"{line['name']} was never recorded"


@pytest.mark.parametrize(
    "asked",
    [None, "x", {}, {"run": "another", "step": 0, "changes": {}}, {"step": -1, "changes": {}},
     {"step": "3", "changes": {}}, {"step": True, "changes": {}}, {"step": 3, "changes": [1]}],
)  # fmt: skip
def test_a_wish_that_makes_no_sense_is_none(run, asked):
    asked = {"run": run.folder.id, **asked} if isinstance(asked, dict) and asked else asked
    assert wish_of(asked, run.folder) is None
    assert wish_of({"run": run.folder.id, "step": 3, "changes": {"r1": 0.1}}, run.folder) == (3, {"r1": 0.1})
