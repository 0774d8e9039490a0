"""Limits how many runs that pages have started may train or wait, so that one visitor leaves room for the others.

Runs wait in a line, one trains at a time; each that waits holds a process, and a line of hundreds is of no use to
anybody. The command line has no such bound.
"""

from __future__ import annotations

import streamlit as st

from explorer.live.summaries import SUMMARIES
from pipelines.errors import RunError
from pipelines.paths import runs_home
from pipelines.runs import jobs
from pipelines.runs.folder import PAUSED, RunFolder

MOST = 40  # in all: a class of thirty, and some more
MOST_OWN = 6  # of one visit, as many as Compare shows
STARTED = "started_here"  # in the session: the ids of the runs that this visitor started


def room() -> None:
    """Make sure that this visitor may start one more run.

    Raises:
        RunError: too many of theirs, or of all, train or wait; one sentence.
    """
    own = [RunFolder(runs_home() / run_id) for run_id in st.session_state.get(STARTED, ())]
    own = [run.id for run in own if run.exists() and run.status().active]
    st.session_state[STARTED] = own
    if len(own) >= MOST_OWN:
        raise RunError(
            f"{len(own)} runs that you started train or wait already, and {MOST_OWN} are allowed at a time; "
            "stop one of them, or wait until one has ended."
        )
    living = SUMMARIES.living()
    if living >= MOST:
        raise RunError(
            f"{living} runs train or wait already, and {MOST} are allowed at a time; "
            "stop one of them, or wait until one has ended."
        )


def started(run_id: str) -> None:
    """Note that this visitor started a run."""
    st.session_state[STARTED] = list({*st.session_state.get(STARTED, ()), run_id})


def resume(run: RunFolder) -> None:
    """As ``jobs.resume``; a run that holds no process any more needs room for one."""
    if run.status().state == PAUSED:
        return jobs.resume(run)
    room()
    jobs.resume(run)
    started(run.id)
