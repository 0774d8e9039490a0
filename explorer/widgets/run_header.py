"""The top of a run's view: its name, its note, and one sentence on its state."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import streamlit as st

from explorer.messages import without_paths
from explorer.widgets import errors
from explorer.widgets.text import api_link, literal
from pipelines.config.presets import PRESETS, title_of
from pipelines.errors import GanError, printable
from pipelines.registries import launcher_traits
from pipelines.runs.folder import (
    FAILED,
    FINISHED,
    LOST,
    PAUSED,
    PREPARING,
    QUEUED,
    STOPPED,
    STOPPING,
    Notes,
    Record,
    RunFolder,
    Status,
)
from pipelines.runs.launched import logs_of, place_of
from pipelines.runs.queue import line_for

LOG_LINES = 10


def run_header(run: RunFolder, record: Record, status: Status) -> None:
    """Name, note, preset, time and place; name and note can be changed."""
    notes, preset = _notes(run), title_of(record.preset)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(literal(run_name(run, record)), anchor=False, width="content")
        with st.popover("Name and note", type="tertiary", icon=":material/edit:"):
            st.text_input(
                "Name", printable(notes.name), key=f"name_{run.id}", max_chars=80, on_change=_note, args=(run, "name"),
                placeholder=preset,
            )  # fmt: skip
            st.text_area(
                "Note", printable(notes.note), key=f"note_{run.id}", max_chars=2000, on_change=_note,
                args=(run, "note"), placeholder="What you tried, what you saw",
            )  # fmt: skip
        facts = [literal(preset)] if notes.name else []
        facts += [f"started {datetime.fromtimestamp(record.created_at):%d %b %Y, %H:%M}"]
        facts += [literal(place)] if (place := place_of(run)) else []
        facts += [literal(run.id)]
        st.caption(" · ".join(facts), width="content")
    if notes.note:
        st.text(printable(notes.note))


def run_message(run: RunFolder, record: Record, status: Status) -> None:
    """One sentence, always in this place: what to do next, or what to look for while it trains."""
    state, at, said = status.state, f"at step {status.step:,}", without_paths(status.message)
    if state in (FAILED, LOST):
        show = st.error if state == FAILED else st.warning
        show(literal(said or "The training ended without a message."), icon=":material/error:")
        end_of_log(run, expanded=True)
    elif state == QUEUED:
        st.info(_waits(run, record, status, said), icon=":material/hourglass_top:")
    elif state == PREPARING:
        st.info("Getting the data ready; this is done once for each set.", icon=":material/hourglass_top:")
    elif state == PAUSED:
        st.info(f"Paused {at}. Step does one update of G and pauses again, Resume goes on.", icon=":material/pause:")
    elif state == STOPPING:
        st.info("Saving a last checkpoint before it stops.", icon=":material/save:")
    elif state == STOPPED:
        st.info(f"Stopped {at}. Nothing is lost: Resume goes on from there.", icon=":material/stop_circle:")
    elif state == FINISHED:
        limit = "seconds" if record.config.seconds else "epochs"
        further = f"To go further, duplicate it, give it more {limit} and let it begin with this run's last step."
        ended = literal(said) if said.startswith("Finished after") else f"Finished {at}."
        st.success(f"{ended} {further}", icon=":material/check:")
    else:
        look_for = PRESETS[record.preset].look_for if record.preset in PRESETS else "Training."
        st.info(look_for, icon=":material/visibility:")


def end_of_log(run: RunFolder, *, expanded: bool = False) -> None:
    """The last lines of what a run's process said, and the way to all of it; nothing where it said nothing."""
    if log := without_paths(logs_of(run, LOG_LINES)):
        with st.expander("The end of its log", icon=":material/description:", expanded=expanded):
            st.code(printable(log), language=None, wrap_lines=True)
            st.markdown(f"[The whole log]({api_link(run.id, 'log')})")


def _waits(run: RunFolder, record: Record, status: Status, said: str) -> str:
    """What a run waits for that has not begun."""
    if not launcher_traits(record.config.launcher).here:
        return literal(f"Waits at {place_of(run) or record.config.launcher} and starts by itself. {said}")
    if status.place:
        line = line_for(record.config.device)
        return f"Place {literal(status.place)} in the queue for {line}: it starts by itself."
    return "Starting."


def run_name(run: RunFolder, record: Record) -> str:
    """What the person calls the run, or its preset's title."""
    return _notes(run).name or title_of(record.preset)


def _notes(run: RunFolder) -> Notes:
    """The person's words; an unreadable file of them must not hide the run."""
    try:
        return run.notes()
    except GanError:
        return Notes()


def _note(run: RunFolder, field: str) -> None:
    """Store what a field holds; the other may have been changed elsewhere."""
    with errors.noted("The note"):
        run.write_notes(replace(_notes(run), **{field: st.session_state[f"{field}_{run.id}"].strip()}))
