"""A second click on the same is no second wish; another wish, or the same much later, is."""

import types

import pytest

from explorer.widgets import heard_twice


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A session of its own, and a clock that is set by hand."""
    now = types.SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(heard_twice, "st", types.SimpleNamespace(session_state={}))
    monkeypatch.setattr(heard_twice, "time", types.SimpleNamespace(monotonic=lambda: now.seconds))
    return now


def test_the_same_wish_gets_what_was_made_for_a_while(clock):
    assert heard_twice.made_just_now("run", {"width": 4}) is None
    heard_twice.remember("run", {"width": 4}, "run-1")
    clock.seconds += heard_twice.LONGEST_S - 0.1
    assert heard_twice.made_just_now("run", {"width": 4}) == "run-1"
    clock.seconds += 0.2
    assert heard_twice.made_just_now("run", {"width": 4}) is None


def test_another_wish_is_heard_at_once():
    heard_twice.remember("twins", "seed", "a")
    assert heard_twice.made_just_now("twins", "learning-rate") is None
    assert heard_twice.made_just_now("run", "seed") is None, "of another kind"


def test_what_is_forgotten_may_be_wished_again():
    heard_twice.remember("run", "seed", "a")
    heard_twice.forget("run")
    assert heard_twice.made_just_now("run", "seed") is None
    heard_twice.forget("run")
