"""The live view of a run: status, doctor, samples and curves, fed by the event stream without reruns of the page."""

from __future__ import annotations

from typing import Any

from explorer.theme import palette
from explorer.widgets import assets

_component = assets.component("train/live_run", "Live view of the run", "charts", "findings")


def live_run(run_id: str, drawn_for: str, explorable: bool = True, *, key: str = "live_run") -> Any:
    """Mount the live view of a run.

    The page reruns exactly when the run's state changes (running to paused, say); everything else moves without it.

    Args:
        drawn_for: the state that the rest of the page was drawn for. Where the event stream stays of another opinion
            (a short state can fall between two of its looks), the page reruns too.
        explorable: whether the page was drawn for a run that can be explored; it reruns once more when it can be.

    Returns:
        The branch that a person asked for in this rerun, as the browser told it (see ``branching.wish_of``), or None.
    """
    data = {"run": run_id, "drawnFor": drawn_for, "explorable": explorable, "palette": palette()}
    return _component(key, data, "state", "branch").get("branch")
