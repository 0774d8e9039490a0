"""What a new run begins with: new networks, those of a run whose settings were duplicated, or those of a model."""

from __future__ import annotations

import streamlit as st

from explorer.widgets.run_header import run_name
from pipelines.errors import GanError, printable
from pipelines.models import registry
from pipelines.models.registry import Entry
from pipelines.runs import jobs
from pipelines.runs.folder import RunFolder

KEY, ORIGIN = "draft_begin", "draft_origin"
NEW, OF_MODEL = 0, -1  # as a step: new networks, and those of a published model, which keeps no steps


def duplicated_from(run: RunFolder | None) -> None:
    """The draft has this run's settings, so a new run may begin with its networks; None: nobody's."""
    st.session_state[ORIGIN] = run.id if run else None
    st.session_state[KEY] = NEW


def further_from(entry: Entry) -> None:
    """The draft has this published model's settings, and a new run begins with its networks unless told otherwise."""
    st.session_state[ORIGIN] = entry.id
    st.session_state[KEY] = OF_MODEL


def offer(model: str) -> None:
    """A new run has new networks, or those of this published model where that is chosen; "": of none."""
    st.session_state[ORIGIN] = model or None
    st.session_state[KEY] = NEW


def chosen() -> tuple[RunFolder | Entry, int] | None:
    """The run and the step of its checkpoint that are chosen now, or the model; None: new networks."""
    step = st.session_state.get(KEY)
    origin = _origin() if step else None
    return (origin, step) if origin else None


def further_model() -> Entry | None:
    """The published model that a new run begins with, or None."""
    begin = chosen()
    return begin[0] if begin and isinstance(begin[0], Entry) else None


def begin_with() -> None:
    """Ask for it, where there is a choice."""
    origin = _origin()
    if origin is None:
        return
    try:
        steps = [NEW, *_steps(origin)]
        name = printable(origin.title if isinstance(origin, Entry) else run_name(origin, origin.record()))
    except GanError:  # deleted meanwhile
        return
    if st.session_state.get(KEY) not in steps:  # dropped meanwhile
        st.session_state[KEY] = NEW
    if len(steps) == 1:
        return
    words = {NEW: "new networks", OF_MODEL: f"the model {name}"}
    counted = "Steps, seconds and epochs count from 0." if OF_MODEL in steps else (
        "What was recorded up to it is copied; seconds and epochs count from the very start."
    )  # fmt: skip
    st.selectbox(
        "Begin with",
        steps,
        key=KEY,
        format_func=lambda step: words.get(step, f"{name}, step {step:,}"),
        help=f"Go on with trained networks; your changes take effect from there. {counted}",
        persist_state="session",
    )


def _steps(origin: RunFolder | Entry) -> list[int]:
    """What can be begun with, the newest first."""
    if isinstance(origin, Entry):
        return [OF_MODEL]
    return [step for step in reversed(origin.checkpoint_steps()) if step]  # its step 0 is what it began with itself


def _origin() -> RunFolder | Entry | None:
    name = st.session_state.get(ORIGIN)
    try:
        if not name:
            return None
        return registry.find(name, anywhere=False) if name in registry.published() else jobs.find(name)
    except GanError:  # deleted meanwhile
        return None
