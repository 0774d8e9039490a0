"""How many runs pages start, whichever way they do it."""

from __future__ import annotations

import ast
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from explorer.live.summaries import Summaries
from explorer.server.guard import VISITOR
from explorer.widgets import failures, starting
from pipelines.config.presets import PRESETS
from pipelines.failures import live
from pipelines.paths import PROJECT
from pipelines.runs.folder import STOPPED, Status
from tests.explorer.train_pages import checked, choose, opened, said

STARTS = {
    "jobs": {"start", "launch", "resume", "prepare_resume", "attend"},
    "live": {"start"},
    "launched": {"launcher"},
}


def starts(text: str) -> set[str]:
    """What a module uses, or imports by name, of that which starts the process of a run."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found |= {f"{node.value.id}.{name}" for name in STARTS.get(node.value.id, set()) & {node.attr}}
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").rpartition(".")[2]
            found |= {f"{module}.{name.name}" for name in node.names if name.name in STARTS.get(module, ())}
            found |= {f"{name.name} as {name.asname}" for name in node.names if name.asname and name.name in STARTS}
    return found


def test_one_module_of_the_app_starts_runs() -> None:
    text = "from pipelines.runs import jobs as j\nfrom pipelines.failures.live import start\njobs.resume(1)"
    assert starts(text) == {"jobs as j", "live.start", "jobs.resume"}
    found = {
        file.relative_to(PROJECT).as_posix(): used
        for file in (PROJECT / "explorer").rglob("*.py")
        if (used := starts(file.read_text("utf-8")))
    }
    assert found.keys() == {"explorer/widgets/starting.py"}, "the others ask widgets/starting.py, which bounds it"


@pytest.fixture
def wanting_twins(homes, monkeypatch):
    """Opens the page of failures; a function that asks it for a live start, as its script does."""
    monkeypatch.setattr(failures, "failures", lambda live: asked.pop() if asked else None)
    monkeypatch.setattr(live, "_wait_for_place", lambda run: None)
    page, asked = AppTest.from_file(str(PROJECT / "explorer" / "main.py"), default_timeout=30), []
    checked(page.switch_page("pages/failures.py").run())

    def ask(entry: str) -> AppTest:
        asked.append({"verb": "live", "entry": entry})
        return checked(page.run())

    return ask


def test_both_twins_of_a_failure_need_room(wanting_twins, launched, monkeypatch):
    monkeypatch.setattr(starting, "MOST_OWN", 3)
    assert not wanting_twins("collapse-digits").error and len(launched) == 2
    (sentence,) = wanting_twins("vanishing-gradient").error
    assert said(sentence).startswith("2 runs that you started train or wait already, these would be 2 more, and 3 are")
    assert len(launched) == 2
    monkeypatch.setattr(starting, "MOST_OWN", 6)
    monkeypatch.setattr(starting, "MOST", 3)
    monkeypatch.setattr(starting, "SUMMARIES", Summaries())
    (sentence,) = wanting_twins("vanishing-gradient").error
    assert said(sentence).startswith("2 runs train or wait already, these would be 2 more") and len(launched) == 2


def test_one_visitor_leaves_room_for_the_others(launched, monkeypatch):
    monkeypatch.setattr(starting, "MOST_OWN", 1)
    page = opened()
    for preset in list(PRESETS)[:2]:
        page.query_params.pop("run", None)
        page.run()
        choose(page, preset)
        page.button(key="start").click()
        checked(page.run())
    assert len(launched) == 1 and "1 runs that you started train or wait already" in page.error[0].value
    other = opened()
    other.button(key="start").click()
    checked(other.run())
    assert len(launched) == 2, "another visitor has room"


def test_a_reload_is_no_new_visitor(launched, monkeypatch):
    cookies = {VISITOR: "one"}
    monkeypatch.setattr(starting, "st", SimpleNamespace(session_state={}, context=SimpleNamespace(cookies=cookies)))
    monkeypatch.setattr(starting, "MOST_OWN", 1)
    for allowed in (True, False):
        page = opened()  # a session of its own, as after a reload
        page.button(key="start").click()
        checked(page.run())
        assert bool(page.error) is not allowed
    assert len(launched) == 1 and "1 runs that you started train or wait already" in page.error[0].value
    cookies[VISITOR] = "another"
    starting.room()
    cookies[VISITOR] = "one"
    launched[0].write_status(Status(STOPPED))
    starting.room()
    assert "one" not in starting._started, "what has ended is forgotten"


def test_there_is_room_for_so_many_runs_in_all(launched, made, monkeypatch):
    monkeypatch.setattr(starting, "MOST", 1)
    monkeypatch.setattr(starting, "SUMMARIES", Summaries())
    made("paused")
    page = opened()
    page.button(key="start").click()
    checked(page.run())
    assert not launched and "1 runs train or wait already, and 1 are allowed" in page.error[0].value
