"""The records of a run: cut off after a step, copied by a branch, and the full measures beside them."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

from pipelines.errors import RunError
from pipelines.files import publish_bytes, whole
from pipelines.runs import holding
from pipelines.runs.files import publish_json
from pipelines.runs.folder import RunFolder
from pipelines.runs.names import CONDITIONS, by_step, step_name
from pipelines.runs.rows import MetricsRow, SampleRow, read_rows


def cut_after(run: RunFolder, step: int) -> None:
    """Drop every row and grid after a step, before training goes on from a checkpoint of that step.

    Rows that cannot be read go, too.
    """
    for path, kind in ((run.metrics_path, MetricsRow), (run.samples_index_path, SampleRow)):
        if path.exists():
            rows, *_ = read_rows(path, 0, kind, step)
            kept = [row for row in rows if row["step"] <= step]
            publish_bytes(path, "".join(json.dumps(row) + "\n" for row in kept).encode())
    for at, grid in by_step(run.path / "samples", ".png").items():
        if at > step:
            grid.unlink()


def take_over(run: RunFolder, other: RunFolder, step: int) -> None:
    """Copy what another run recorded up to a step, with its checkpoint of that step and its example conditions.

    Raises:
        OSError: it cannot be copied; the checkpoint may be gone.
    """
    with whole(run.checkpoint_path(step)) as draft:
        shutil.copyfile(other.checkpoint_path(step), draft)
    if (other.path / CONDITIONS).exists():
        shutil.copyfile(other.path / CONDITIONS, run.path / CONDITIONS)
    for at, grid in by_step(other.path / "samples", ".png").items():
        if at <= step:
            shutil.copyfile(grid, run.path / "samples" / grid.name)
    for theirs, mine in ((other.metrics_path, run.metrics_path), (other.samples_index_path, run.samples_index_path)):
        if theirs.exists():
            shutil.copyfile(theirs, mine)
    cut_after(run, step)


def keep_evaluation(run: RunFolder, step: int, values: dict[str, Any]) -> Path:
    """Keep what was measured of the checkpoint of a step; an earlier measure of it goes.

    Raises:
        RunError: the run is gone, or its folder cannot be written.
    """
    holding.require(run.path)
    path = run.path / "evaluations" / step_name(step, ".json")
    try:
        path.parent.mkdir(exist_ok=True)
        publish_json(path, {"step": step, "measured_at": time.time(), **values})
    except OSError as error:
        raise RunError(f"{path} cannot be written ({error.strerror or error}).") from None
    return path
