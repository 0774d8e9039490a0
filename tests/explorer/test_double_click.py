"""A second click on the same is no second wish; another wish, or the same much later, is."""

import types

import pytest

from explorer.widgets import double_click
from pipelines.errors import RunError


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A session of its own, and a clock that is set by hand."""
    now = types.SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(double_click, "st", types.SimpleNamespace(session_state={}))
    monkeypatch.setattr(double_click, "time", types.SimpleNamespace(monotonic=lambda: now.seconds))
    return now


def test_the_same_wish_gets_what_was_made_for_a_while(clock):
    assert double_click.once("run", {"width": 4}, lambda: "run-1") == "run-1"
    clock.seconds += double_click.LONGEST_S - 0.1
    assert double_click.once("run", {"width": 4}, lambda: "run-2") == "run-1"
    clock.seconds += 0.2
    assert double_click.once("run", {"width": 4}, lambda: "run-3") == "run-3"


def test_another_wish_is_heard_at_once():
    assert double_click.once("twins", "seed", lambda: "a") == "a"
    assert double_click.once("twins", "learning-rate", lambda: "b") == "b"
    assert double_click.once("run", "seed", lambda: "c") == "c", "of another kind"


def test_what_is_forgotten_may_be_wished_again():
    assert double_click.once("run", "seed", lambda: "a") == "a"
    double_click.forget("run")
    assert double_click.once("run", "seed", lambda: "b") == "b"
    double_click.forget("twins")  # of which there were none


def test_what_was_not_made_may_be_wished_again():
    def fail():
        raise RunError("No room.")

    with pytest.raises(RunError):
        double_click.once("run", "seed", fail)
    assert double_click.once("run", "seed", lambda: None) is None
    assert double_click.once("run", "seed", lambda: "a") == "a"
