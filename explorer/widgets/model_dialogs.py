"""What one does with models: publish a run, rename a model of one's own, delete it. Each asks in a dialog.

Which dialog is open is noted in the session, so that it stays open, with what was typed, when the page reruns.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import streamlit as st

from explorer.background import publications
from explorer.messages import without_paths
from explorer.widgets import double_click, errors
from explorer.widgets.text import literal
from pipelines.errors import GanError, ModelError, printable
from pipelines.models import managing, registry
from pipelines.models.registry import Entry
from pipelines.runs import jobs
from pipelines.runs.folder import RunFolder

# In the session's notes.
OPEN = "model_dialog"  # (verb, what it is about), and where what goes wrong is shown
YES = "model_dialog_yes"  # that its main button was clicked, until the dialog has acted on it
SAID = "said"  # what was done, for the page to say once
CHECKPOINTS = {"best": "The best by its measures", "last": "The last"}


def open_dialog(verb: str, about: str, name: str = "") -> None:
    """Open a dialog (``publish`` a run, ``rename`` or ``delete`` a model) from the next call of ``show_dialog`` on."""
    for key in ("dialog_name", "dialog_title", "dialog_about", "dialog_checkpoint"):
        st.session_state.pop(key, None)
    if name:
        st.session_state["dialog_name"] = name
    kept = double_click.notes()
    kept.pop(YES, None)
    kept[OPEN] = verb, about


def show_dialog() -> None:
    """Show the dialog that is open, if one is."""
    verb, about = double_click.notes().get(OPEN, (None, ""))
    if verb is None:
        return
    with errors.noted(anew=True):
        try:
            entry = _explorable(about) if verb == "publish" else registry.find(about)
        except GanError:
            if verb == "delete" and managing.can_be_deleted(about):  # damaged
                _delete(about, about)
                return
            _close()
            raise  # gone meanwhile
    if verb == "delete":
        _delete(entry.id, entry.title)
    else:
        {"publish": _publish, "rename": _rename}[verb](entry)


def say_what_was_done() -> None:
    """Say once that a dialog did what it was asked for."""
    kept = double_click.notes()
    if said := kept.get(SAID):
        st.toast(literal(said), icon=":material/check:")
        kept.pop(SAID, None)


def _close() -> None:
    double_click.notes().pop(OPEN, None)


def _do(verb: Callable[[], None], said: str) -> None:
    """Do what the main button was clicked for, if it was, and close; where that fails the dialog stays and says why."""
    kept = double_click.notes()
    with errors.noted("It", where=OPEN, anew=True):
        if not kept.pop(YES, False):  # taken where nothing ends the page's run before it is acted on
            return
        verb()
        kept[SAID] = said
        kept.pop(OPEN, None)
        st.rerun()


def _name_field(value: str) -> str:
    if "dialog_name" not in st.session_state:
        st.session_state["dialog_name"] = value
    return st.text_input(
        "Name", key="dialog_name", max_chars=80, help="Small letters, digits and hyphens; it is in every link."
    ).strip()


def _warning(sentence: str = "") -> None:
    """What speaks against what was typed or done, in a place of its own: the buttons below stay what they are."""
    place = st.empty()
    if sentence:
        place.warning(literal(sentence), icon=":material/edit:")
    errors.show(OPEN, place)


def _buttons(label: str, icon: str, verb: Callable[[], None], said: str, disabled: bool = False) -> None:
    """Cancel, and the main button; what that was clicked for is done here."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel", key="dialog_no"):
            _close()
            st.rerun()
        st.button(
            label, key="dialog_yes", type="primary", icon=f":material/{icon}:", disabled=disabled, on_click=_said_yes
        )
    _do(verb, said)


def _said_yes() -> None:
    """Noted before the page runs, which may be cut short by its next run before it comes to the dialog."""
    double_click.notes()[YES] = True


@st.dialog("Publish this run", icon=":material/publish:", on_dismiss=_close)
def _publish(entry: Entry) -> None:
    run = RunFolder(entry.folder)
    title = printable(entry.title)
    st.text(f"{title} ({run.id}) becomes a model with a name of its own, and stays when the run is deleted.")
    name = _name_field(_free_name(entry.title))
    if "dialog_title" not in st.session_state:
        st.session_state["dialog_title"] = printable(entry.title)
    title = st.text_input("Title", key="dialog_title", max_chars=80).strip()
    about = st.text_input("One sentence on it", key="dialog_about", max_chars=300,
                          placeholder="Made from its settings if left empty").strip()  # fmt: skip
    steps = [registry.step_of(path) for path in run.checkpoints()]
    words = CHECKPOINTS | {"last": f"The last, step {steps[-1]:,}" if steps else "The last"}
    choices = ["best", *(["last"] if steps else [])]
    checkpoint = st.segmented_control("Checkpoint", choices, key="dialog_checkpoint", default="best", required=True,
                                      format_func=words.get)  # fmt: skip
    problem = _name_problem(name)
    _warning(problem)
    st.caption("10,000 samples are drawn and measured: about half a minute, in the background.")
    chosen = {"checkpoint": checkpoint or "best", "title": title, "about": about}
    _buttons("Publish", "publish", lambda: publications.start(run, name, **chosen), "", disabled=bool(problem))


@st.dialog("Rename this model", icon=":material/edit:", on_dismiss=_close)
def _rename(entry: Entry) -> None:
    st.text(f"{printable(entry.title)} has the name {entry.id} in links; links with the old name no longer work.")
    name = _name_field(entry.id)
    problem = "" if name == entry.id else _name_problem(name)
    _warning(problem)
    said = f"{entry.id} is now {name}."
    _buttons("Rename", "edit", lambda: managing.rename(entry.id, name), said, bool(problem) or name == entry.id)


@st.dialog("Delete this model?", icon=":material/delete:", on_dismiss=_close)
def _delete(name: str, title: str) -> None:
    st.text(printable(f"{title} ({name})" if title != name else name))
    st.text("Its weights, card and preview will be gone for good. The run that it came from is kept.")
    _warning()
    _buttons("Delete", "delete", lambda: managing.delete(name), f"{name} is deleted.")


def _explorable(run_id: str) -> Entry:
    """A run that can be published."""
    run = next((run for run in jobs.runs() if run.id == run_id), None)
    if run is None:
        raise ModelError(f"There is no run {run_id!r} any more; it may have been deleted.")
    registry.checkpoint_path(run)
    return registry.find(run.path)


def _name_problem(name: str) -> str:
    """What speaks against a name; empty where nothing does."""
    try:
        managing.free_place(name)
    except ModelError as error:
        return without_paths(str(error))
    return ""


def _free_name(title: str) -> str:
    """A name after a title that nobody has yet."""
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:70] or "model"
    names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, 1000))
    return next((name for name in names if not _name_problem(name)), stem)
