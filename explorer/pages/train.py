"""Train a GAN and watch it learn: start a run, or look at one. The run's id is in the URL, its state is on disk."""

import streamlit as st

from explorer.widgets import double_click, errors
from explorer.widgets.branching import branch, forget_made, show_made, wish_of
from explorer.widgets.full_measure import full_measure
from explorer.widgets.live_run import live_run
from explorer.widgets.new_run import new_run
from explorer.widgets.own_pictures import moved_pictures, notes_on_pictures
from explorer.widgets.run_controls import run_controls
from explorer.widgets.run_header import run_header, run_message
from explorer.widgets.run_list import run_list
from explorer.widgets.run_settings import run_settings
from explorer.widgets.unread_run import unread_run
from pipelines.errors import GanError
from pipelines.paths import runs_home
from pipelines.runs import jobs
from pipelines.runs.folder import RunFolder
from pipelines.runs.names import RUN_ID

# Loaders


def find_run(run_id: str) -> RunFolder | None:
    """The run of that id; only an id counts, never a path."""
    run = RunFolder(runs_home() / run_id) if RUN_ID.fullmatch(run_id) else None
    return run if run and run.exists() else None


# Parts


def show_new_run() -> None:
    """Leave the selected run."""
    forget_made()
    st.query_params.pop("run", None)
    double_click.forget("run")  # the same settings again, if that is wanted


def list_of_runs(selected: str | None) -> None:
    """Every run there is, and the way to a new one."""
    st.button("New run", icon=":material/add:", width="stretch", disabled=selected is None, on_click=show_new_run)
    clicked = run_list(selected)
    if clicked and clicked != selected:
        forget_made()
        st.query_params["run"] = clicked
        st.rerun()


def one_run(run: RunFolder) -> None:
    """A run, at work or at rest."""
    try:
        run.check_rows()
        record, status = run.record(), run.status()
    except GanError as error:
        unread_run(run, error)
        return
    # Each part has a place of its own, so that one which grows by a line does not remount the live view below it.
    header, message = st.container(), st.container()
    with header:
        run_header(run, record, status)
        run_controls(run, record, status)
    with message:
        run_message(run, record, status)
        moved_pictures(run, record, status)
    asked = live_run(run.id, status.state, run.has_checkpoint)
    if wish := wish_of(asked, run):
        branch(run, *wish)
        st.rerun()
    full_measure(run)
    notes_on_pictures(record)
    run_settings(record)


# Layout

jobs.reap()
show_made()
selected = st.query_params.get("run")
if selected and selected == st.session_state.get("deleted_run") and not find_run(selected):
    # Here and not where it is deleted: the live view hears of that too, and asks for a rerun with the URL it still has.
    st.query_params.pop("run", None)
    double_click.forget("run")
    selected = None
with st.sidebar:
    list_of_runs(selected)
errors.show()
if selected is None:
    new_run(is_first=not jobs.runs())
elif run := find_run(selected):
    one_run(run)
else:
    st.warning(
        "There is no such run here; it may have been deleted. Choose one from the list, or start a new one.",
        icon=":material/search_off:",
    )
    st.button("Start a new run", icon=":material/add:", on_click=show_new_run)
