"""How a widget's script reaches the browser.

Streamlit sends a component's inline script again with every message, so inline stands only a loader of a few lines.
The scripts are files beside their widgets, served once by a route under an address that holds their common version:
the browser keeps them for good, and a change of one is a new address. They are plain modules that import each other by
name, so each stays short and there is no build step.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).parent

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


def component(name: str, label: str, *shared: str):
    """A component whose script and style are ``<name>.js`` and ``<name>.css`` in this folder.

    Args:
        shared: names of further style sheets, before its own.
    """
    style = "\n".join((FOLDER / f"{sheet}.css").read_text("utf-8") for sheet in (*shared, name))
    classes = " ".join([f"gx-{name.replace('_', '-')}", *(f"gx-{sheet}-page" for sheet in shared)])
    html = f'<div class="{classes}" aria-label="{label}"></div>'
    mounted = st.components.v2.component(
        f"gan_explorer.{name}", html=html, css=style, js=_LOADER % f"{name}.js", isolate_styles=False
    )
    return mounted


def find(name: str) -> Path | None:
    """A script of this folder by its file name, or None where there is none of that name."""
    return next((path for path in _scripts() if path.name == name), None)


def version() -> str:
    """Changes when any script of this folder does."""
    return _hash(tuple((path.name, path.stat().st_mtime_ns) for path in _scripts()))


def address() -> str:
    """Where the scripts lie, below the app's root."""
    return f"assets/{version()}"


def _scripts() -> list[Path]:
    return sorted(FOLDER.glob("*.js"))


@cache
def _hash(stamps: tuple[tuple[str, int], ...]) -> str:
    digest = hashlib.sha256()
    for name, _ in stamps:
        digest.update((FOLDER / name).read_bytes())
    return digest.hexdigest()[:12]
