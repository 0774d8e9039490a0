"""What goes wrong with GANs: each failure beside its cure, played again from a recording or trained now."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer.widgets import double_click, errors, starting
from explorer.widgets.failures import failures
from pipelines.paths import runs_home
from pipelines.runs import jobs
from pipelines.runs.folder import RunFolder

# Parts


def started() -> dict[str, dict[str, str]]:
    """The runs that were started here, by entry and twin; those that were deleted meanwhile are left out."""
    kept = st.session_state.setdefault("failures_live", {})
    return {
        name: runs for name, runs in kept.items() if all(RunFolder(runs_home() / run).exists() for run in runs.values())
    }


def start(name: str) -> None:
    """Train both twins of an entry, once, however often the button was hit."""
    kept = st.session_state["failures_live"]

    def make() -> dict[str, str]:
        return {twin: run.id for twin, run in starting.start_twins(name).items()}

    with errors.noted():
        kept[name] = double_click.once("twins", name, make)


def do(asked: dict[str, Any]) -> None:
    """What the person asked for."""
    if asked.get("verb") == "live":
        start(str(asked.get("entry", "")))
        st.rerun()


# Layout

jobs.reap()
st.title("Failures", anchor=False)
errors.show()
if asked := failures(started()):
    do(asked)
