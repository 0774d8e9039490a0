"""Small pieces of text that several widgets need."""

from __future__ import annotations

import re

import streamlit as st


def literal(text: str) -> str:
    """A person's text so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]()#+!|$~<>:&-])", r"\\\1", text)


def duration(seconds: float) -> str:
    """A length of time without false digits: ``45 s``, ``12 min``, ``3.5 h``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def api_link(run_id: str, what: str) -> str:
    """Where the browser finds something of a run, also when the app lives below a path of its server."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}/api/runs/{run_id}/{what}"
