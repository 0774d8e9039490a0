"""A second click on the same is no second wish; another wish, or the same much later, is."""

import types

import pytest

from explorer.widgets import double_click


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A session of its own, and a clock that is set by hand."""
    now = types.SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(double_click, "st", types.SimpleNamespace(session_state={}))
    monkeypatch.setattr(double_click, "time", types.SimpleNamespace(monotonic=lambda: now.seconds))
    return now


def test_the_same_wish_gets_what_was_made_for_a_while(clock):
    assert double_click.made_just_now("run", {"width": 4}) is None
    double_click.remember("run", {"width": 4}, "run-1")
    clock.seconds += double_click.LONGEST_S - 0.1
    assert double_click.made_just_now("run", {"width": 4}) == "run-1"
    clock.seconds += 0.2
    assert double_click.made_just_now("run", {"width": 4}) is None


def test_another_wish_is_heard_at_once():
    double_click.remember("twins", "seed", "a")
    assert double_click.made_just_now("twins", "learning-rate") is None
    assert double_click.made_just_now("run", "seed") is None, "of another kind"


def test_what_is_forgotten_may_be_wished_again():
    double_click.remember("run", "seed", "a")
    double_click.forget("run")
    assert double_click.made_just_now("run", "seed") is None
    double_click.forget("run")
