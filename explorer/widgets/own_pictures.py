"""A person's own pictures: what is in their folder before a run, what was read of it, and where it was moved to."""

from __future__ import annotations

import os

import streamlit as st

from explorer.widgets import errors, starting
from explorer.widgets.text import literal
from pipelines import data
from pipelines.data import Overview
from pipelines.errors import GanError
from pipelines.runs.folder import FAILED, FINISHED, LOST, STOPPED, Record, RunFolder, Status

MOST_CLASSES = 12  # named with their counts; more are counted


def folder_summary(found: Overview) -> None:
    """What a folder holds: pictures, classes, and what is skipped with the reason."""
    counts = list(found.counts.items())
    words = f"{found.pictures:,} {'picture' if found.pictures == 1 else 'pictures'} in {found.folder}"
    if counts:
        named = ", ".join(f"{name} {count:,}" for name, count in counts[:MOST_CLASSES])
        more = f" and {len(counts) - MOST_CLASSES:,} more" if len(counts) > MOST_CLASSES else ""
        words += f" · {len(counts):,} {'class' if len(counts) == 1 else 'classes'}: {named}{more}"
    lines = [words, *found.notes]
    if not found.prepared:
        lines.append("Damaged pictures are found, and counted, when the set is prepared.")
    st.caption("  \n".join(literal(line) for line in lines))


def notes_on_pictures(record: Record) -> None:
    """What was read for a run, and what was not and why; nothing where there is nothing to say."""
    notes = record.data.get("notes") or ()
    if not notes:
        return
    remarks = f"{len(notes)} {'remark' if len(notes) == 1 else 'remarks'}"
    with st.expander(f"Pictures: {record.data.get('count', 0):,} read, {remarks}", icon=":material/photo_library:"):
        st.markdown("\n".join(f"- {literal(note)}" for note in notes))


def moved_pictures(run: RunFolder, record: Record, status: Status) -> None:
    """Asks where a run's own pictures are now, if they are not where they were or the run failed on them."""
    if status.state not in (FAILED, LOST, STOPPED, FINISHED) or not record.config.folder:
        return
    gone = _is_gone(os.fsencode(record.config.folder))
    if not gone and status.state != FAILED:
        return
    with st.expander(
        "Have the pictures moved?", icon=":material/drive_file_move:", expanded=gone and status.state != FINISHED
    ):
        if gone:
            st.text(f"There is no folder {data.shown(record.config.folder)} any more, which held this run's pictures.")
        with st.form(f"moved_{run.id}", border=False):
            st.text_input(
                "The folder that holds the same pictures now", key=f"moved_to_{run.id}", placeholder="/path/to/pictures"
            )
            verb = "Keep this folder" if status.state == FINISHED else "Resume with this folder"
            st.form_submit_button(verb, icon=":material/play_arrow:", on_click=_resume_from, args=(run,))


@st.cache_data(ttl=5, show_spinner=False, max_entries=50)
def _is_gone(path: bytes) -> bool:
    """Whether a folder is no more; its name may be no text that a cache's key can hold."""
    try:
        return not data.folder_of(os.fsdecode(path)).is_dir()
    except (GanError, OSError):
        return True


def _resume_from(run: RunFolder) -> None:
    with errors.noted("The run's folder"):
        starting.resume(run, st.session_state[f"moved_to_{run.id}"])
