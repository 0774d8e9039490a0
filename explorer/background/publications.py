"""Models being published, in the background: half a minute of drawing and measuring samples."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.background.processes import FAILED, WORKING, Background, Job
from pipelines import paths
from pipelines.errors import ModelError
from pipelines.models import managing, registry
from pipelines.runs.folder import RunFolder

MOST_AT_ONCE = 2
PARTS = ("run", "title", "checkpoint")  # of what was asked

__all__ = ["FAILED", "WORKING", "Publication", "dismiss", "publications", "start"]


@dataclass(frozen=True)
class Publication:
    """One model on its way."""

    name: str
    run: str
    title: str
    checkpoint: str
    started_at: float
    state: str = WORKING
    share: float = 0.0
    message: str = "Starting"


def _is_done(job: Job) -> bool:
    return (paths.models_home() / job.name / "card.json").is_file()


BACKGROUND = Background("publishing", _is_done)


def start(run: RunFolder, name: str, *, checkpoint: str = "best", title: str = "", about: str = "") -> None:
    """Start to publish a run in the background.

    Raises:
        ModelError: the name is taken or not allowed, the run has no such checkpoint, or too many are under way.
    """
    with BACKGROUND.lock:
        managing.free_place(name)
        registry.checkpoint_path(run, checkpoint)
        under_way = [other for other in publications() if other.state == WORKING]
        if any(other.name == name for other in under_way):
            raise ModelError(f"A model named {name!r} is being published at this moment; choose another name.")
        if len(under_way) >= MOST_AT_ONCE:
            raise ModelError(f"{len(under_way)} models are being published already; wait half a minute and try again.")
        asked = {"name": name, "run": run.id, "title": title, "checkpoint": checkpoint}
        words = ["publish", run.path.resolve(), name, "--checkpoint", checkpoint]
        try:
            BACKGROUND.start(name, asked, [*words, f"--title={title}", f"--about={about}", "--lines"])
        except OSError as error:
            raise ModelError(f"Publishing could not be started ({error.strerror or error}).") from None


def publications() -> list[Publication]:
    """Those under way and those that failed, the oldest first; a model that is there already is published."""
    there = registry.published()
    return [
        Publication(
            job.name, *(str(job.asked[part]) for part in PARTS), job.started_at, job.state, job.share, job.message
        )
        for job in BACKGROUND.jobs()
        if all(part in job.asked for part in PARTS) and (job.state == FAILED or job.name not in there)
    ]


def dismiss(name: str) -> None:
    """Forget one that failed."""
    BACKGROUND.dismiss(name)
