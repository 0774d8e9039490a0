"""What one does with a run: pause, step, resume, stop, learning rates, duplicate, download, delete.

Every control is always in its place; those that make no sense in the run's state are greyed out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import streamlit as st

from explorer.widgets import errors, starting
from explorer.widgets.begin_with import duplicated_from
from explorer.widgets.run_header import run_name
from explorer.widgets.settings_form import fill_draft
from explorer.widgets.text import api_link
from pipelines.config.presets import PRESETS
from pipelines.config.train_config import RATES, SETTINGS, TrainConfig, label_of
from pipelines.errors import printable
from pipelines.registries import network_traits
from pipelines.runs import jobs
from pipelines.runs.facts import rate_problem
from pipelines.runs.folder import (
    FAILED,
    FINISHED,
    LOST,
    PAUSED,
    PREPARING,
    QUEUED,
    RUNNING,
    STOPPED,
    Record,
    RunFolder,
    Status,
)

ASKED = "delete_asked"  # in the session: the run whose deletion is asked about
RESUMABLE = (PAUSED, STOPPED, FAILED, LOST)
TRAINING = (RUNNING, PAUSED)
EXPLORE = (
    ("latent", "Latent space", "tune"),
    ("arithmetic", "Arithmetic", "calculate"),
    ("digits", "Digits", "dialpad"),
)
TRANSLATE = ("translate", "Translate", "brush")  # a run whose network reads pictures
STOPPABLE = (QUEUED, PREPARING, RUNNING, PAUSED)


def run_controls(run: RunFolder, record: Record, status: Status) -> None:
    """One row of controls; on a narrow screen it wraps."""
    asked = run.control().want  # what was asked for and is not yet done cannot be asked for again
    state = status.state
    with st.container(horizontal=True, key="controls"):
        verb = partial(_verb, run=run)
        verb("Pause", "pause", jobs.pause, "Pause after this step.", possible=state == RUNNING and asked == "run")
        verb("Step", "skip_next", jobs.step, "One step (one update of G), then pause.", possible=state in TRAINING)
        verb("Resume", "play_arrow", starting.resume, "Go on from here, or from the last checkpoint.",
             possible=state in RESUMABLE, type="primary" if state in RESUMABLE else "secondary")  # fmt: skip
        verb("Stop", "stop", jobs.stop, "Save a checkpoint and end the process; Resume can go on later.",
             possible=state in STOPPABLE and asked != "stop")  # fmt: skip
        _rates(run, record, status)
        _explore(run, record)
        st.button(
            "Duplicate",
            icon=":material/content_copy:",
            help="Open these settings as a new run, to change and start, from nothing or from a checkpoint.",
            type="primary" if state == FINISHED else "secondary",
            on_click=_duplicate,
            args=(run, record),
        )
        st.link_button(
            "Download",
            api_link(run.id, "zip"),
            icon=":material/download:",
            help="The run's whole folder as one zip: settings, metrics, pictures, weights, log.",
        )
        delete_button(run, run_name(run, record), status)


def delete_button(run: RunFolder, name: str, status: Status | None = None) -> None:
    """The button that deletes a run once the person has said yes.

    Args:
        name: what the run is called in the question.
        status: where it stands; None where that cannot be said.
    """
    st.button("Delete", icon=":material/delete:", help="Asks first.", on_click=_ask, args=(run.id,))
    if st.session_state.get(ASKED) == run.id:
        _ask_to_delete(run, name, status)


def _verb(
    label: str,
    icon: str,
    verb: Callable[[RunFolder], None],
    help: str,
    *,
    run: RunFolder,
    possible: bool,
    type: Literal["primary", "secondary"] = "secondary",
) -> None:
    st.button(
        label, icon=f":material/{icon}:", key=f"do_{label.lower()}", help=help, type=type, disabled=not possible,
        on_click=_do, args=(verb, run),
    )  # fmt: skip


def _do(verb: Callable[..., None], run: RunFolder, *args: object) -> None:
    """Call a verb; what goes wrong is said at the top of the page."""
    if not run.exists():  # deleted by somebody else meanwhile, which the page says by itself
        return
    with errors.noted("The run's folder"):
        verb(run, *args)


def _rates(run: RunFolder, record: Record, status: Status) -> None:
    """The learning rates of G and D, changed together."""
    # What was asked for, what is in force, what it began with; where all were edited to what cannot be, the default.
    sources = (run.control(), status, record.config, TrainConfig())
    now = {
        name: next(rate for source in sources if not rate_problem(name, rate := getattr(source, name)))
        for name in RATES
    }
    rates = st.popover(
        "Learning rates",
        icon=":material/tune:",
        disabled=status.state == FINISHED,
        help="Size of the steps of G and D; a change takes effect with the next step.",
    )
    with rates, st.form("rates", border=False):
        with st.container(key="decimal_rates"):
            for name in now:
                st.number_input(
                    f"{label_of(name)}, now {now[name]:g}", SETTINGS[name].low, SETTINGS[name].high, now[name],
                    step=SETTINGS[name].step, format="%g", key=f"{name}_{run.id}",
                )  # fmt: skip
        st.form_submit_button("Apply", type="primary", icon=":material/check:", on_click=_apply_rates, args=(run,))


def _apply_rates(run: RunFolder) -> None:
    _do(jobs.set_rates, run, *(st.session_state[f"{name}_{run.id}"] for name in RATES))


def _explore(run: RunFolder, record: Record) -> None:
    """The ways to the pages that explore what the run has learnt so far."""
    possible = run.has_checkpoint
    why = "Open its best checkpoint so far in the exploring pages."
    not_yet = "Nothing to explore yet: wait for its first checkpoint, at the end of its first epoch, or stop it."
    pages = st.popover("Explore", icon=":material/travel_explore:", disabled=not possible, key="explore",
                       help=why if possible else not_yet)  # fmt: skip
    if possible:
        no_classes = None if record.config.conditional else "This run is trained without labels, so it has no classes."
        translates = network_traits(record.config.network).translates
        for page, label, icon in [TRANSLATE, *EXPLORE] if translates else EXPLORE:
            refused = no_classes if page == "digits" else None
            pages.page_link(f"pages/{page}.py", label=label, icon=f":material/{icon}:", query_params={"model": run.id},
                            disabled=bool(refused), help=refused)  # fmt: skip


def _duplicate(run: RunFolder, record: Record) -> None:
    """Open the run's settings as a draft."""
    fill_draft(record.config, record.preset if record.preset in PRESETS else "")
    duplicated_from(run)
    st.session_state["draft_view"] = "All settings"
    st.query_params.pop("run", None)


def _ask(run_id: str | None = None) -> None:
    """Open the question whether to delete a run, or close it; a rerun meanwhile, since its state changes, keeps it."""
    st.session_state[ASKED] = run_id


@st.dialog("Delete this run?", icon=":material/delete:", on_dismiss=_ask)
def _ask_to_delete(run: RunFolder, name: str, status: Status | None) -> None:
    st.text(printable(name))
    steps = f", {status.step:,} steps of training," if status else ""
    st.text(f"Its pictures, curves and weights{steps} will be gone for good.")
    if status and status.active:
        st.text("It is still training; its training ends.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep", key="delete_no", on_click=_ask):
            st.rerun()
        sure = {"type": "primary", "icon": ":material/delete:", "on_click": _delete, "args": (run,)}
        if st.button("Delete", key="delete_yes", **sure):
            st.rerun()


def _delete(run: RunFolder) -> None:
    _ask()
    # Noted first: the live view hears that the folder is gone and has the page drawn anew while this still deletes.
    st.session_state["deleted_run"] = run.id
    _do(jobs.delete, run)
