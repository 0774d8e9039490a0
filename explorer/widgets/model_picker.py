"""Which model a page explores: chosen from a list, kept in the URL and from page to page."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.widgets.text import literal
from pipelines.errors import GanError, printable
from pipelines.models import registry
from pipelines.models.registry import Entry

CHOSEN = "model"  # in the URL and in the session
STAND_IN = "stand_in_model"  # what a page showed because nothing was chosen: no choice for the next page


def all_entries() -> list[Entry]:
    """Every model that can be explored: those that ship, those published here, then runs, the newest first."""
    found = []
    for reference in [*registry.published(), *registry.trained_runs()]:
        try:
            found.append(registry.find(reference))
        except GanError:
            continue  # one damaged folder must not hide the others; the Models page names it
    return sorted(found, key=lambda entry: (not entry.ships, entry.run is not None))


def choose_model(default: str, fits: Callable[[Entry], bool] = lambda entry: True) -> Entry | None:
    """The picker, and the model that is chosen: the URL's, else the last one chosen anywhere, else ``default``.

    Says so where the one asked for is gone; None where there is no model at all, which ``no_model`` tells.

    Args:
        fits: whether a model that was chosen on another page is carried over to this one.
    """
    entries = {entry.id: entry for entry in all_entries()}
    asked = st.query_params.get(CHOSEN)
    last = st.session_state.get(CHOSEN)
    chosen = asked or (last if last in entries and fits(entries[last]) else None)
    if asked and asked not in entries:
        try:
            entries[asked] = registry.find(asked) if registry.REFERENCE.fullmatch(asked) else entries[asked]
        except (GanError, KeyError):
            st.warning(
                literal(f"There is no model {asked[:80]!r} here any more; it may have been deleted. Choose another."),
                icon=":material/search_off:",
            )
            chosen = None
    if not entries:
        return None
    if chosen not in entries:
        chosen = default if default in entries else next(iter(entries))
        st.session_state[STAND_IN] = chosen
    st.session_state["picked_model"] = chosen  # always: what another page's picker left is no choice of this one's
    st.selectbox(
        "Model", list(entries), key="picked_model", format_func=lambda id_: _words(entries[id_]), on_change=_picked,
        label_visibility="collapsed",
    )  # fmt: skip
    entry = entries[st.session_state["picked_model"]]
    if entry.id != st.session_state.get(STAND_IN):
        st.session_state[CHOSEN] = entry.id
    if st.query_params.get(CHOSEN) != entry.id:
        st.query_params[CHOSEN] = entry.id
    return entry


def no_model() -> None:
    """What a page says in the place of a model, and the way to one."""
    st.info(
        "There is no model yet. Train one: it can be explored from its first checkpoint on.", icon=":material/info:"
    )
    st.page_link("pages/train.py", label="Train a GAN", icon=":material/model_training:")


def _picked() -> None:
    st.session_state[CHOSEN] = st.session_state["picked_model"]
    st.session_state[STAND_IN] = None
    st.query_params.from_dict({CHOSEN: st.session_state["picked_model"]})


def _words(entry: Entry) -> str:
    kind = "classes" if entry.config.conditional else "no classes"
    whose = "ships" if entry.ships else "yours" if entry.run is None else "run"
    size = f"{entry.config.size} x {entry.config.size}"
    return f"{printable(entry.title)} · {entry.id} · {size}, {kind} · {whose}"
