"""Several runs together: their curves in the same charts, pictures under one slider, settings that differ, results."""

import streamlit as st

from explorer.server.asked import MOST_RUNS
from explorer.widgets.stage import stage
from pipelines.config.train_config import SETTINGS, label_of

# Parts


def in_order() -> list[dict[str, str]]:
    """Every setting as the page's table names it, in the form's order."""
    return [{"name": name, "label": label_of(name), "about": rule.help} for name, rule in SETTINGS.items()]


# Layout

st.title("Compare", anchor=False)
stage("compare", "Comparison of runs", "charts")("", settings=in_order(), most=MOST_RUNS)
