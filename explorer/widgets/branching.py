"""Branches of a run: what the doctor's button asks for, and what a person chooses."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from explorer.widgets import errors, starting
from explorer.widgets.double_click import notes
from pipelines.runs import branching, jobs
from pipelines.runs.folder import PREPARING, RUNNING, RunFolder

MADE = "shown"  # in the notes: the run that was made last, and what it is shown in place of
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
    kept = notes()

    def make() -> RunFolder:
        saved = [saved for saved in run.checkpoint_steps() if saved <= step]
        made = branching.branch(run, max(saved, default=0), changes)
        # Noted now: as the run is paused its live view asks for a rerun, which may begin before this ends.
        to_be_shown(kept, made.id, in_place_of=run.id)
        if run.status().state in (PREPARING, RUNNING):
            jobs.pause(run)
        return made

    with errors.noted("The branch"):
        return starting.start(make).id
    kept.pop(MADE, None)
    return None


def to_be_shown(kept: dict[str, Any], run_id: str, in_place_of: str | None) -> None:
    """Note in ``notes()`` that a run was made just now.

    Args:
        in_place_of: the run in the URL; None, if it was the form of a new run.
    """
    kept[MADE] = {"of": in_place_of, "id": run_id, "at": time.monotonic()}


def show_made() -> None:
    """Put the run that was made just now into the URL; the page does it before all else.

    In place of the form it does so once, for whoever clicked elsewhere while the run was made. A branch is put in
    place of its origin more than once: as that is paused, its live view asks for reruns with the URL that the browser
    still has.
    """
    kept = notes()
    made = kept.get(MADE)
    if made and st.query_params.get("run") == made["of"] and time.monotonic() - made["at"] < STALE_S:
        st.query_params["run"] = made["id"]
    if made and made["of"] is None:
        kept.pop(MADE, None)


def forget_made() -> None:
    """A person chose what to see: what was made is not shown in place of it any more."""
    notes().pop(MADE, None)


def wish_of(asked: Any, run: RunFolder) -> tuple[int, dict[str, Any]] | None:
    """The step and the changes that the live view asked for, or None where it asked for nothing that makes sense."""
    if not isinstance(asked, dict) or asked.get("run") != run.id:
        return None
    step, changes = asked.get("step"), asked.get("changes")
    if isinstance(step, bool) or not isinstance(step, int) or step < 0 or not isinstance(changes, dict):
        return None
    return step, changes
