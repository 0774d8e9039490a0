"""The full measure of a run: a button, how far it is, and a table of what was found."""

from __future__ import annotations

from explorer.background import evaluations
from explorer.widgets import assets, errors
from pipelines.runs.folder import RunFolder

_component = assets.component("train/full_measure", "Full measure", "stage")


def full_measure(run: RunFolder, *, key: str = "full_measure") -> None:
    """Mount it; it asks by itself how far the measure is, and what it found."""
    asked = _component(key, {"run": run.id, "possible": run.has_checkpoint}, "asked").get("asked")
    if not isinstance(asked, dict) or asked.get("run") != run.id:
        return
    if asked.get("verb") == "dismiss":
        evaluations.dismiss(run)
    elif asked.get("verb") == "measure":
        evaluations.dismiss(run)  # of a try that failed
        with errors.noted(anew=True):
            evaluations.start(run)
