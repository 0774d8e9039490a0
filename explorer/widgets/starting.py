"""Starts and resumes runs for pages, and limits how many may train or wait: one visitor leaves room for the others.

Runs wait in a line, one trains at a time; each that waits holds a process, and a line of hundreds is of no use to
anybody. The command line has no such bound. No other module of ``explorer`` starts the process of a run.

A visitor is a browser, known by a cookie that ``server/guard.py`` sets, so that neither a new tab nor a reload counts
anew; one that keeps no cookies is a visitor for as long as its page is open. Who has started what lies in the server's
memory: a restarted server counts anew.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable

import streamlit as st

from explorer.live.summaries import SUMMARIES
from explorer.visitors import VISITOR
from pipelines.errors import RunError
from pipelines.failures import TWINS, live
from pipelines.paths import runs_home
from pipelines.runs import jobs
from pipelines.runs.folder import PAUSED, RunFolder

MOST = 40  # in all: a class of thirty, and some more
MOST_OWN = 6  # of one visitor, as many as Compare shows

_started: dict[str, set[str]] = {}  # the ids of the runs that each visitor started, but for those that were seen ended
_lock = threading.Lock()


def start(make: Callable[[], RunFolder]) -> RunFolder:
    """Make a run and have its process started.

    Args:
        make: makes its folder; not called where there is no room.

    Raises:
        RunError: see ``room``; or its process cannot be started. What ``make`` raises is raised, too.
    """
    visitor = room()
    made = make()
    jobs.launch(made)
    _note(visitor, made)
    return made


def start_twins(entry: str) -> dict[str, RunFolder]:
    """As ``live.start``, where there is room for both twins of a failure."""
    visitor = room(len(TWINS))
    twins = live.start(entry)
    _note(visitor, *twins.values())
    return twins


def resume(run: RunFolder, pictures: str | None = None) -> None:
    """As ``jobs.resume``; a run that holds no process any more needs room for one."""
    if run.status().state == PAUSED:
        return jobs.resume(run, pictures)
    visitor = room()
    jobs.resume(run, pictures)
    _note(visitor, run)


def room(more: int = 1) -> str:
    """Make sure that this visitor may start so many ``more`` runs.

    Returns:
        Who that is: once there is a run, the page is not asked for it any more.

    Raises:
        RunError: too many of theirs, or of all, train or wait; one sentence.
    """
    visitor = _visitor()
    with _lock:
        begun = set(_started.get(visitor, ()))
    runs = [RunFolder(runs_home() / run_id) for run_id in begun]
    own = {run.id for run in runs if run.exists() and run.status().active}
    with _lock:
        _started[visitor] = _started.get(visitor, set()) - (begun - own)
        if not _started[visitor]:
            del _started[visitor]
    asked = f", these would be {more} more" if more > 1 else ""
    if len(own) + more > MOST_OWN:
        raise RunError(
            f"{len(own)} runs that you started train or wait already{asked}, and {MOST_OWN} are allowed at a time; "
            "stop one of them, or wait until one has ended."
        )
    living = SUMMARIES.living()
    if living + more > MOST:
        raise RunError(
            f"{living} runs train or wait already{asked}, and {MOST} are allowed at a time; "
            "stop one of them, or wait until one has ended."
        )
    return visitor


def _note(visitor: str, *runs: RunFolder) -> None:
    """Note that a visitor started runs."""
    with _lock:
        _started.setdefault(visitor, set()).update(run.id for run in runs)


def _visitor() -> str:
    """Whose browser shows the page."""
    cookie = st.context.cookies.get(VISITOR)
    kept = isinstance(cookie, str) and cookie  # tests of pages have another kind of context
    return cookie if kept else st.session_state.setdefault(VISITOR, secrets.token_urlsafe(16))
