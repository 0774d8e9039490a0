"""The first page: what to try first, every model there is, and what was trained here. Loads no torch."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer.background import publications
from explorer.model_cards import model_cards
from explorer.widgets import errors
from explorer.widgets.begin_with import further_from
from explorer.widgets.gallery import explorable_runs, gallery
from explorer.widgets.model_dialogs import open_dialog, say_what_was_done, show_dialog
from explorer.widgets.settings_form import fill_draft
from explorer.widgets.text import literal
from pipelines.config.train_config import ENDLESS
from pipelines.models import registry

PAGES = ("latent", "arithmetic", "digits", "translate", "train")
MORE_EPOCHS = 5  # offered to train a model further; its own length was meant for new networks

# Parts


def open_page(page: str, query: dict[str, Any]) -> None:
    """Go to another page of the app with its parameters."""
    if page in PAGES and isinstance(query, dict):
        st.switch_page(f"pages/{page}.py", query_params={str(name): str(value) for name, value in query.items()})


def train_further(name: str) -> None:
    """Open the settings of a published model as a new run that begins with its networks."""
    with errors.noted(anew=True):  # deleted meanwhile
        entry = registry.find(name, anywhere=False)
    fill_draft(entry.config.changed(**ENDLESS | {"epochs": MORE_EPOCHS}), "")
    further_from(entry)
    st.session_state["draft_view"] = "All settings"
    st.switch_page("pages/train.py", query_params={})


def do(asked: dict[str, Any]) -> None:
    """What the person asked for in the gallery."""
    verb, about = asked["verb"], str(asked.get("id", ""))
    if verb == "open":
        open_page(asked.get("page", ""), asked.get("query", {}))
    elif verb == "further":
        train_further(about)
    elif verb in ("publish", "rename", "delete"):
        open_dialog(verb, about, str(asked.get("name", "")))
    elif verb == "dismiss":
        publications.dismiss(str(asked.get("name", "")))
        st.rerun()
    elif verb == "settled" and (name := str(asked.get("name", ""))) in registry.published():
        st.toast(literal(f"{name} is published."), icon=":material/check:")


# Layout

if run := st.query_params.get("run"):  # a link from when the Train page was the first
    open_page("train", {"run": run})
st.title("See what a GAN has learnt", anchor=False)
cards, unread = model_cards()
runs, under_way = explorable_runs(), publications.publications()
if cards or runs or under_way:
    st.markdown("Each of these takes a minute. Start with one, or explore any model below.")
else:
    st.info(
        "There is no model yet. Train one in a minute: it can be explored here from its first checkpoint on.",
        icon=":material/info:",
    )
errors.show()
say_what_was_done()
asked = gallery(cards, unread, runs, under_way)
if asked:
    do(asked)
show_dialog()
