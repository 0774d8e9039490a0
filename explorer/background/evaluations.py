"""Full measures of runs, in the background: some minutes of drawing and comparing samples.

Each is ``python -m pipelines evaluate RUN --keep``, which puts what it found into the run's folder. A run has one under
way at a time.
"""

from __future__ import annotations

import time
from typing import Any

from explorer.background.processes import WORKING, Background, Job
from pipelines.errors import ModelError
from pipelines.models import registry
from pipelines.paths import runs_home
from pipelines.runs.folder import RunFolder

MOST_AT_ONCE = 2


def _is_done(job: Job) -> bool:
    run = RunFolder(runs_home() / job.name)
    if not run.exists():
        return True  # deleted: nobody asks any more
    before = job.asked.get("before", [])  # those that were there when it was asked for, whatever the clock said then
    return any(found.get("measured_at") not in before for found in run.evaluations())


BACKGROUND = Background("measuring", _is_done)


def start(run: RunFolder, checkpoint: str = "best") -> None:
    """Start to measure a run's checkpoint in full.

    Raises:
        ModelError: the run has no such checkpoint, is being measured already, or too many are.
    """
    with BACKGROUND.lock:
        registry.checkpoint_path(run, checkpoint)
        under_way = [job.name for job in BACKGROUND.jobs() if job.state == WORKING]
        if run.id in under_way:
            raise ModelError("This run is being measured already.")
        if len(under_way) >= MOST_AT_ONCE:
            raise ModelError(f"{len(under_way)} runs are being measured already; wait some minutes and try again.")
        try:
            before = [found.get("measured_at") for found in run.evaluations()]
            BACKGROUND.start(
                run.id,
                {"checkpoint": checkpoint, "before": before},
                ["evaluate", f"{run.id}@{checkpoint}", "--keep", "--lines"],
            )
        except OSError as error:
            raise ModelError(f"Measuring could not be started ({error.strerror or error}).") from None


def of_run(run: RunFolder) -> dict[str, Any]:
    """What was measured of a run, the newest first, and what is under way: state, share and message, or None."""
    job = next((job for job in BACKGROUND.jobs() if job.name == run.id), None)
    work = job and {"state": job.state, "share": job.share, "message": job.message}
    found = sorted(run.evaluations(), key=lambda one: -one.get("measured_at", 0.0))  # after the jobs: one may just end
    return {"work": work, "evaluations": found, "now": time.time()}


def dismiss(run: RunFolder) -> None:
    """Forget why measuring failed."""
    BACKGROUND.dismiss(run.id)
