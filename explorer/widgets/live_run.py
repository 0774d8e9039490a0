"""The live view of a run: status line, samples and curves, fed by the run's event stream without reruns of the page."""

from __future__ import annotations

from explorer.look import palette
from explorer.widgets import assets

_component = assets.component("live_run", "Live view of the run")


def live_run(run_id: str, *, key: str = "live_run") -> str | None:
    """Mount the live view of a run.

    The page reruns exactly when the run's state changes (running to paused, say); everything else moves without it.

    Returns:
        The run's state as the browser last saw it, or None while it has seen none. ``deleted`` when the folder is gone.
    """
    data = {"run": run_id, "palette": palette(), "assets": assets.address()}
    result = _component(key=key, data=data, on_state_change=lambda: None)
    seen = result.state
    return seen["state"] if seen and seen["run"] == run_id else None  # of the run that was shown before it says nothing
