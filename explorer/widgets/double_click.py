"""A double click acts once: what a click made is remembered, and a second click of the same kind gets that.

A busy server may hear of the second click seconds after the first, so the two are told by what they ask for and by a
time that is long for a double click, and short for somebody who wants the same again.
"""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

LONGEST_S = 10.0


def made_just_now(key: str, asked: Any) -> Any | None:
    """What was made of the same wish a moment ago, or None.

    Args:
        key: the kind of thing.
        asked: the wish, compared as a whole: another one is no second click.
    """
    last = st.session_state.get(f"made_{key}")
    return last["made"] if last and last["asked"] == asked and time.monotonic() - last["at"] < LONGEST_S else None


def remember(key: str, asked: Any, made: Any) -> None:
    """Note what was made of a wish."""
    st.session_state[f"made_{key}"] = {"asked": asked, "made": made, "at": time.monotonic()}


def forget(key: str) -> None:
    """The next click is a new wish, whatever it asks for."""
    st.session_state.pop(f"made_{key}", None)
