"""A - B + C on samples' latent vectors, directions by label and by one's own marks, and what else they change."""

from typing import Any

import streamlit as st

from explorer import saved_directions
from explorer.widgets import errors
from explorer.widgets.model_picker import choose_model, no_model, told
from explorer.widgets.own_reader import own_reader
from explorer.widgets.stage import stage

# Parts


def grant(wish: dict[str, Any]) -> None:
    """Do what the person wants kept: save a direction, give it another name, or forget it.

    Raises:
        GanError: it cannot be done; one sentence.
    """
    model_id = str(wish.get("model"))
    if isinstance(one := wish.get("save"), dict):
        saved_directions.save(model_id, one.get("name"), one.get("definition"))
    elif isinstance(one := wish.get("rename"), dict):
        saved_directions.rename(model_id, str(one.get("name")), one.get("to"))
    elif isinstance(name := wish.get("delete"), str):
        saved_directions.delete(model_id, name)


# Layout

heading, picker = st.columns([1, 2], vertical_alignment="center")
heading.title("Arithmetic", anchor=False)
with picker:
    entry = choose_model("faces")
if isinstance(entry, str):
    no_model(entry)
else:
    reader = own_reader(entry)
    with errors.handed("arithmetic") as problem:
        wish = stage("arithmetic", "Arithmetic of latent vectors")(
            entry.id, size=entry.config.size, reader=reader, **told(entry),
            saved=saved_directions.directions(entry.id), problem=problem,
        )  # fmt: skip
    if wish:
        with errors.noted(where="arithmetic"):
            grant(wish)
        st.rerun()
