"""How a widget's script reaches the browser, and what it tells reaches the page.

Streamlit sends a component's inline script again with every message, so inline stands only a loader of a few lines.
The scripts are files in ``explorer/web``, a folder for each page and one for what they share, served once by a route
under an address that holds their common version (``explorer/scripts.py``).
They are plain modules that import each other by path, so each stays short and there is no build step.

What a script tells (a click, a wish) is noted by a callback, and the page is handed the note once. A page's run may be
cut short by the next one, as a training's state changes say, before it came to the widget; a trigger's value is then
gone, but callbacks have run already. After several such runs in a row Streamlit has forgotten the callback too, so the
script is told which wish was heard, and asks again until it was (telling.js).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from explorer import scripts

LATE_S = 30.0  # what was told longer ago is not meant any more: its page was left before it heard

# Where the app lies below the server's root is read from the address of Streamlit's own script, which is right under
# any base path and behind any proxy.
_LOADER = """
export default async function (component) {
  const own = document.querySelector('script[src*="static/js/"]');
  const root = own ? own.src.split("static/js/")[0] : new URL(".", document.baseURI).href;
  const widget = await import(root + component.data.assets + "/%s");
  return widget.mount(component, root);
}
"""


def component(path: str, label: str, *shared: str) -> Callable[..., dict[str, Any]]:
    """A component whose script and style are ``<path>.js`` and ``<path>.css`` in ``explorer/web``.

    Args:
        shared: names of further style sheets, in ``explorer/web/shared``, before its own.

    Returns:
        A function ``mount(key, data, *tells)`` that mounts it. ``tells``: names of what its script may tell, with a
        rerun of the page. It returns what was told and not yet handed out, by name.
    """
    name, sheets = Path(path).name, (*(f"shared/{sheet}" for sheet in shared), path)
    style = "\n".join((scripts.WEB / f"{sheet}.css").read_text("utf-8") for sheet in sheets)
    classes = " ".join([f"gx-{name.replace('_', '-')}", *(f"gx-{sheet}-page" for sheet in shared)])
    html = f'<div class="{classes}" role="group" aria-label="{label}"></div>'
    mounted = st.components.v2.component(
        f"gan_explorer.{name}", html=html, css=style, js=_LOADER % f"{path}.js", isolate_styles=False
    )

    def mount(key: str, data: dict[str, Any], *tells: str) -> dict[str, Any]:
        noting = {f"on_{told}_change": partial(_note, key, told) for told in tells}
        heard = st.session_state.get(_heard(key), {})
        mounted(key=key, data={**data, "assets": scripts.address(), "heard": heard}, **noting)
        now = time.monotonic()
        noted = st.session_state.pop(_notes(key), {})
        return {told: value for told, (value, at) in noted.items() if now - at < LATE_S}

    return mount


def _note(key: str, told: str) -> None:
    wish = st.session_state[key].get(told)
    heard = st.session_state.setdefault(_heard(key), {})
    if not isinstance(wish, dict) or "id" not in wish or heard.get(told) == wish["id"]:
        return
    heard[told] = wish["id"]
    st.session_state.setdefault(_notes(key), {})[told] = wish.get("value"), time.monotonic()


def _notes(key: str) -> str:
    """Where in the session is kept what a component has told and the page was not handed yet."""
    return f"told_{key}"


def _heard(key: str) -> str:
    """Where in the session is kept which wish of each name was heard last, by its id."""
    return f"heard_{key}"
