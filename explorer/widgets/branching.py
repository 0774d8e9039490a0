"""Branches of a run: what the doctor's button asks for, and what a person chooses."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pipelines.errors import GanError
from pipelines.runs import jobs
from pipelines.runs.folder import PREPARING, RUNNING, RunFolder


def branch(run: RunFolder, step: int, changes: dict[str, Any]) -> None:
    """Make a branch, start it and show it; the run it comes from is held, so that the branch need not wait for it.

    What goes wrong is said at the top of the page.

    Args:
        step: of a kept checkpoint; where that has gone meanwhile, the newest before it is taken. 0: from the start.
        changes: settings by name.
    """
    try:
        kept = [kept for kept in run.checkpoint_steps() if kept <= step]
        made = jobs.branch(run, max(kept, default=0), changes)
        if run.status().state in (PREPARING, RUNNING):
            jobs.pause(run)
        jobs.launch(made)
    except GanError as error:
        st.session_state["problem"] = str(error)
        return
    except OSError as error:
        st.session_state["problem"] = f"The branch cannot be written ({error.strerror or error})."
        return
    st.query_params["run"] = made.id


def wish_of(asked: Any, run: RunFolder) -> tuple[int, dict[str, Any]] | None:
    """The step and the changes that the live view asked for, or None where it asked for nothing that makes sense."""
    if not isinstance(asked, dict) or asked.get("run") != run.id:
        return None
    step, changes = asked.get("step"), asked.get("changes")
    if isinstance(step, bool) or not isinstance(step, int) or step < 0 or not isinstance(changes, dict):
        return None
    return step, changes
