"""What goes wrong with GANs: each failure beside its cure, played again from a recording or trained now."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from explorer.widgets.failures import failures
from pipelines.errors import GanError
from pipelines.gallery import live
from pipelines.paths import runs_home
from pipelines.runs import jobs
from pipelines.runs.folder import RunFolder

DOUBLE_CLICK_S = 10.0  # a busy server may hear of the second click long after the first

# Parts


def started() -> dict[str, dict[str, str]]:
    """The runs that were started here, by entry and twin; those that were deleted meanwhile are left out."""
    kept = st.session_state.setdefault("failures_live", {})
    return {
        name: runs for name, runs in kept.items() if all(RunFolder(runs_home() / run).exists() for run in runs.values())
    }


def start(name: str) -> None:
    """Train both twins of an entry, once, however often the button was hit."""
    last = st.session_state.get("failures_started_at", -DOUBLE_CLICK_S)
    if time.monotonic() - last < DOUBLE_CLICK_S:
        return
    try:
        runs = live.start(name)
    except GanError as error:
        st.session_state["problem"] = str(error)
        return
    st.session_state["failures_started_at"] = time.monotonic()
    st.session_state["failures_live"][name] = {twin: folder.id for twin, folder in runs.items()}


def do(asked: dict[str, Any]) -> None:
    """What the person asked for."""
    if asked.get("verb") == "live":
        start(str(asked.get("entry", "")))
        st.rerun()


# Layout

jobs.reap()
st.title("Failures", anchor=False)
if problem := st.session_state.pop("problem", None):
    st.error(problem, icon=":material/error:")
if asked := failures(started()):
    do(asked)
