"""A double click acts once: what a click made is noted, and a second click of the same kind gets that.

A busy server may hear of the second click seconds after the first, so the two are told by what they ask for and by a
time that is long for a double click, and short for somebody who wants the same again. It may also hear of it while the
first one is at work. Streamlit then ends the run of the page at its next yield point, which each access of
``st.session_state`` is; so ``notes`` are fetched before something is made, and changed in place after.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")
LONGEST_S = 10.0


def notes() -> dict[str, Any]:
    """What this session notes of what it has made; to be fetched before, and changed in place after."""
    return st.session_state.setdefault("made", {})


def once(kind: str, asked: Any, make: Callable[[], T]) -> T:
    """What ``make`` makes, or what it made of the same wish a moment ago.

    Args:
        kind: of thing.
        asked: the wish, compared as a whole: another one is no second click.
        make: touches neither ``st.session_state`` nor the page once it has made something. What it raises is raised,
            and None is not noted.
    """
    kept = notes()
    last = kept.get(kind)
    if last and last["asked"] == asked and time.monotonic() - last["at"] < LONGEST_S:
        return last["made"]
    made = make()
    if made is not None:
        kept[kind] = {"asked": asked, "made": made, "at": time.monotonic()}
    return made


def forget(kind: str) -> None:
    """The next click is a new wish, whatever it asks for."""
    notes().pop(kind, None)
