"""Which model a page explores: chosen from a list, kept in the URL and from page to page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from explorer.messages import without_paths
from explorer.model_cards import published_models
from explorer.widgets.text import literal
from pipelines.errors import UNREAD, GanError, printable, why_unread
from pipelines.models import registry
from pipelines.models.registry import Entry

CHOSEN = "model"  # in the URL and in the session
BEST = "best"  # the checkpoint of a run that is explored where none is chosen
STAND_IN = "stand_in_model"  # what a page showed because nothing was chosen: no choice for the next page


def all_entries() -> tuple[list[Entry], dict[str, Exception]]:
    """Every model that can be explored: those that ship, those published here, then runs, the newest first; and
    by name what keeps others from being read.
    """
    found, unread = published_models()
    for run in registry.trained_runs():
        try:
            found.append(registry.find(run))
        except GanError as error:
            unread[run] = error
    return found, unread


def choose_model(default: str, fits: Callable[[Entry], bool] = lambda entry: True, without: str = "") -> Entry | str:
    """The picker, and the model that is chosen: the URL's, else the last one chosen anywhere, else ``default``.

    Says so where the one asked for is gone. A run that keeps several checkpoints has a picker of these beside it.

    Args:
        fits: whether a model that was chosen on another page is carried over to this one.
        without: where those that do not fit are of no use, so that they are not listed: why, as the end of a sentence
            that begins with a model's name.

    Returns:
        What is wrong with the one that is chosen, in a sentence, where it cannot be read; "" where there is no
        model at all, or none of use. ``no_model`` says either.
    """
    found, unread = all_entries()
    entries = {entry.id: entry for entry in found}
    asked = st.query_params.get(CHOSEN)
    last = st.session_state.get(CHOSEN)
    carried = last and (entry := entries.get(_parts(last, entries)[0])) and fits(entry)
    chosen, checkpoint = _parts(asked or (last if carried else ""), entries)
    if asked and chosen not in entries and chosen not in unread and not _found(chosen, entries, unread):
        chosen = ""
    if without:
        if asked and chosen in entries and not fits(entries[chosen]):
            st.warning(literal(f"{chosen} {without}. Choose another."), icon=":material/search_off:")
        entries = {id_: entry for id_, entry in entries.items() if fits(entry)}
        if not entries and chosen not in unread:
            return ""
    listed = [*entries, *unread]
    if not listed:
        return ""
    if chosen not in listed:
        chosen, checkpoint = default if default in entries else listed[0], BEST
        st.session_state[STAND_IN] = chosen
    steps = _steps(entries.get(chosen), checkpoint)
    of_model, of_checkpoint = st.columns([3, 1]) if steps else (st.container(), None)
    st.session_state["picked_model"] = chosen  # always: what another page's picker left is no choice of this one's
    of_model.selectbox(
        "Model", listed, key="picked_model", on_change=_picked, label_visibility="collapsed",
        format_func=lambda id_: _words(entries[id_]) if id_ in entries else f"⚠ {id_} · {why_unread(unread[id_])}",
    )  # fmt: skip
    if of_checkpoint is not None:
        st.session_state["picked_checkpoint"] = checkpoint
        of_checkpoint.selectbox(
            "Checkpoint", steps, key="picked_checkpoint", on_change=_picked_checkpoint, label_visibility="collapsed",
            format_func=lambda step: f"step {int(step):,}" if step.isdigit() else f"{step} step",
        )  # fmt: skip
    picked = _reference(chosen, checkpoint)
    if picked != st.session_state.get(STAND_IN):
        st.session_state[CHOSEN] = picked
    if st.query_params.get(CHOSEN) != picked:
        st.query_params[CHOSEN] = picked
    if chosen in entries:
        return entries[chosen] if picked == chosen else _at(entries[chosen], checkpoint)
    why = UNREAD[why_unread(unread[chosen])]
    return f"The model {chosen} {why} and cannot be used. {without_paths(str(unread[chosen]))}"


def _parts(reference: str, entries: dict[str, Entry]) -> tuple[str, str]:
    """What a reference names in the list, and of a run there the checkpoint."""
    name, _, checkpoint = reference.partition("@")
    if checkpoint and name in entries and entries[name].run and registry.REFERENCE.fullmatch(reference):
        return name, checkpoint
    return reference, BEST


def _reference(name: str, checkpoint: str) -> str:
    return name if checkpoint == BEST else f"{name}@{checkpoint}"


def _at(entry: Entry, checkpoint: str) -> Entry | str:
    """A run at one of its checkpoints, or why it cannot be explored there, in a sentence."""
    try:
        registry.checkpoint_path(entry.run, checkpoint)
        return registry.find(_reference(entry.id, checkpoint), anywhere=False)
    except GanError as error:
        return without_paths(str(error))


def _steps(entry: Entry | None, checkpoint: str) -> list[str]:
    """The checkpoints to choose from, the newest first; none where a run keeps one alone, as a published model does."""
    steps = [str(step) for step in reversed(entry.run.checkpoint_steps())] if entry and entry.run else []
    others = [BEST, *([] if checkpoint in (BEST, *steps) else [checkpoint])]
    return [*others, *steps] if len(steps) > 1 or checkpoint != BEST else []


def no_model(problem: str) -> None:
    """What a page says in the place of a model: what is wrong with it, or the way to a first one; see above."""
    if problem:
        st.error(literal(problem), icon=":material/error:")
        st.page_link("pages/models.py", label="All models", icon=":material/apps:")
        return
    st.info(
        "There is no model yet. Train one: it can be explored from its first checkpoint on.", icon=":material/info:"
    )
    st.page_link("pages/train.py", label="Train a GAN", icon=":material/model_training:")


def told(entry: Entry) -> dict[str, Any]:
    """What a page's script needs to know of what a model is asked for: ``classes``, the names of its classes or of its
    example conditions, [] of an unconditional one; and ``condition``, the field that these are of, "" of classes.
    """
    return {"classes": list(entry.class_names) if entry.config.conditional else [], "condition": entry.spec.condition}


def _found(asked: str, entries: dict[str, Entry], unread: dict[str, Exception]) -> bool:
    """Whether there is what an address asks for beside the list, as a run's step; else it is said to be gone."""
    try:
        if registry.REFERENCE.fullmatch(asked):
            entries[asked] = registry.find(asked, anywhere=False)
            return True
    except GanError as error:
        if not str(error).startswith("There is no model"):
            unread[asked] = error
            return True
    st.warning(
        literal(f"There is no model {asked[:80]!r} here any more; it may have been deleted. Choose another."),
        icon=":material/search_off:",
    )
    return False


def _picked() -> None:
    st.session_state[CHOSEN] = st.session_state["picked_model"]
    st.session_state[STAND_IN] = None
    st.query_params.from_dict({CHOSEN: st.session_state["picked_model"]})


def _picked_checkpoint() -> None:
    """Another checkpoint of the same run: the z and the view that the address holds stay."""
    picked = _reference(st.session_state["picked_model"], st.session_state["picked_checkpoint"])
    st.session_state[CHOSEN] = st.query_params[CHOSEN] = picked
    st.session_state[STAND_IN] = None


def _words(entry: Entry) -> str:
    kind = "no classes"
    if entry.config.conditional:
        kind = "attributes" if entry.spec.names else "conditions" if entry.spec.condition else "classes"
    whose = "ships" if entry.ships else "yours" if entry.run is None else "run"
    size = f"{entry.config.size} x {entry.config.size}"
    return f"{printable(entry.title)} · {entry.id} · {size}, {kind} · {whose}"
