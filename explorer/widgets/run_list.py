"""The list of runs: pictures, states and quality so far, kept up to date without reruns of the page."""

from __future__ import annotations

from explorer.widgets import assets

_component = assets.component("train/run_list", "Runs")


def run_list(selected: str | None, *, key: str = "run_list") -> str | None:
    """Mount the list of runs, one of them marked as selected.

    Returns:
        The id of the run that was clicked in this rerun, or None.
    """
    return _component(key, {"selected": selected}, "selected").get("selected")
