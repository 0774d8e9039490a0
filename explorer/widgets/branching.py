"""Branches of a run: what the doctor's button asks for, and what a person chooses."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from explorer.widgets import starting
from explorer.widgets.double_click import notes
from pipelines.errors import GanError
from pipelines.runs import branching, jobs
from pipelines.runs.folder import PREPARING, RUNNING, RunFolder

MADE = "branch"  # in the notes: the branch that was made last, and the run that it is shown in place of
STALE_S = 10.0  # for so long a rerun may come with the URL that the browser had before


def branch(run: RunFolder, step: int, changes: dict[str, Any]) -> str | None:
    """Make a branch, start it and have it shown; its origin is held, so that the branch need not wait for it.

    What goes wrong is said at the top of the page.

    Args:
        step: of a kept checkpoint; where that has gone meanwhile, the newest before it is taken. 0: from the start.
        changes: settings by name.

    Returns:
        Its id, or None where it could not be made.
    """
    noted = notes()
    try:
        visitor = starting.room()
        kept = [kept for kept in run.checkpoint_steps() if kept <= step]
        made = branching.branch(run, max(kept, default=0), changes)
        # Noted now: as the run is paused its live view asks for a rerun, which may begin before this ends.
        noted[MADE] = {"of": run.id, "id": made.id, "at": time.monotonic()}
        if run.status().state in (PREPARING, RUNNING):
            jobs.pause(run)
        jobs.launch(made)
        starting.started(visitor, made.id)
    except GanError as error:
        return _refused(str(error))
    except OSError as error:
        return _refused(f"The branch cannot be written ({error.strerror or error}).")
    return made.id


def _refused(sentence: str) -> None:
    forget_branch()
    st.session_state["problem"] = sentence


def show_branch() -> None:
    """Put the branch that was made just now into the URL in place of its origin; the page does it before all else.

    Not once only: as its origin is paused, the live view asks for reruns with the URL that the browser still has.
    """
    made = notes().get(MADE)
    if made and st.query_params.get("run") == made["of"] and time.monotonic() - made["at"] < STALE_S:
        st.query_params["run"] = made["id"]


def forget_branch() -> None:
    """A person chose what to see: the branch is not shown in place of its origin any more."""
    notes().pop(MADE, None)


def wish_of(asked: Any, run: RunFolder) -> tuple[int, dict[str, Any]] | None:
    """The step and the changes that the live view asked for, or None where it asked for nothing that makes sense."""
    if not isinstance(asked, dict) or asked.get("run") != run.id:
        return None
    step, changes = asked.get("step"), asked.get("changes")
    if isinstance(step, bool) or not isinstance(step, int) or step < 0 or not isinstance(changes, dict):
        return None
    return step, changes
