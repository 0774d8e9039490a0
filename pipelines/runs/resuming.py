"""How a run goes on: the checkpoint it goes on from, and what was recorded after it. Loads torch.

Nothing is deleted because it could not be loaded. A checkpoint that does not fit, holds a wrong value, cannot be read
or needs too much memory ends the attempt, since the next attempt may well load it. One that was truncated or
overwritten is renamed and kept, once the one before it was loaded.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.errors import DamagedFile, GanError, ModelError, RunError
from pipelines.files import clear_drafts
from pipelines.runs import recorded
from pipelines.runs.branching import branch_step
from pipelines.runs.folder import RunFolder
from pipelines.runs.reporter import RunReporter, log
from pipelines.training import checkpoint, loop
from pipelines.training.process_group import ProcessGroup
from pipelines.training.trainer import Trainer


@dataclass(frozen=True)
class Loaded:
    """What a run goes on from."""

    path: Path | None = None  # of the checkpoint; None begins anew
    branched: str | None = None  # of a branch's first checkpoint, another run's: what of its networks went on
    edits: checkpoint.Edits = field(default_factory=dict)  # settings that were edited since it was saved
    damaged: tuple[Path, ...] = ()  # newer ones


def go_on(reporter: RunReporter, trainer: Trainer, group: ProcessGroup | None) -> None:
    """Set a trainer, and those of its process group, to the newest checkpoint; then drop what was recorded after it.

    Raises:
        ModelError: a checkpoint does not fit, cannot be read or needs too much memory, here or in the group.
        RunError: all checkpoints are damaged.
    """
    folder = reporter.folder
    loaded = load_newest(folder, trainer)
    if group:
        group.tell({"checkpoint": loaded.path and loaded.path.name})
        group.agree()
    for path in loaded.damaged:
        set_aside(path)
    reporter.asked()  # also where the folder is now
    for drafts in (folder.checkpoints_path, folder.samples_index_path.parent):
        clear_drafts(drafts)
    if folder.metrics_path.exists() or folder.samples_index_path.exists():
        reporter.writing(recorded.cut_after, folder, trainer.step if loaded.path else -1)
        reporter.tell(attempt=reporter.status.attempt + 1, message=f"Going on from step {trainer.step}.")
    for path in loaded.damaged:
        _tell(reporter, trainer, "damaged", f"The checkpoint {path.name} is damaged and was set aside.")
    if loaded.edits:
        words = checkpoint.in_words(loaded.edits)
        _tell(reporter, trainer, "edited", f"config.json was edited since this checkpoint was saved: {words}.")
    if loaded.branched is not None:
        _tell_branched(reporter, trainer, loaded.branched)
    lr_g, lr_d = trainer.rates
    reporter.tell(device=trainer.machine.words, lr_g=lr_g, lr_d=lr_d)


def follow(folder: RunFolder, trainer: Trainer, group: ProcessGroup) -> bool:
    """Set the trainer of one that does not lead to the checkpoint that the leader has loaded.

    Returns:
        Whether all of the group have; else its work is over.
    """
    order = group.hear()
    if order is None:
        return False
    problem = None
    try:
        if order["checkpoint"]:
            _load(folder, trainer, folder.checkpoints_path / order["checkpoint"])
    except Exception as error:
        log.exception("This process of the group cannot go on.")
        problem = str(error) if isinstance(error, GanError) else f"{type(error).__name__}: {error}"
    try:
        group.agree(problem)
    except ModelError:  # the leader says so, and that it is over
        group.hear()
        return False
    return True


def load_newest(folder: RunFolder, trainer: Trainer) -> Loaded:
    """Set a trainer to the newest checkpoint that is not damaged: of a step, or else the best, which is kept besides.

    Raises:
        ModelError: the newest that is not damaged does not fit, cannot be read or needs too much memory.
        RunError: all are damaged.
    """
    damaged: list[Path] = []
    found = [*reversed(folder.checkpoints()), *([folder.best_path] if folder.best_path.is_file() else [])]
    for path in found:
        try:
            branched, edits = _load(folder, trainer, path)
        except DamagedFile as error:
            log.warning("%s Trying the one before.", error)
            damaged.append(path)
        else:
            return Loaded(path, branched, edits, tuple(damaged))
    if damaged:
        names = ", ".join(path.name for path in damaged)
        raise RunError(
            f"All checkpoints in {folder.checkpoints_path} are damaged ({names}), so the run cannot go on; nothing was "
            "changed. Put a copy of one back and Resume, or duplicate the settings into a new run."
        )
    return Loaded()


def set_aside(path: Path) -> Path:
    """Rename a damaged file so that nothing takes it for a checkpoint; it is kept."""
    target, number = path.with_name(f"{path.name}.damaged"), 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.damaged-{number}")
    os.rename(path, target)
    return target


def _load(folder: RunFolder, trainer: Trainer, path: Path) -> tuple[str | None, checkpoint.Edits]:
    """Set a trainer to a checkpoint; words on what went on of another run's, and the settings that were edited since.

    The first checkpoint of a branch is another run's: of that, what fits is taken.

    Raises:
        ModelError: as ``checkpoint.load``; or its name says another step than its state.
    """
    origin = branch_step(folder.record())
    if origin is not None and path == folder.checkpoint_path(origin):
        found: tuple[str | None, checkpoint.Edits] = checkpoint.load_fitting(trainer, path), {}
    else:
        found = None, checkpoint.load(trainer, path)
    if path != folder.best_path and path != folder.checkpoint_path(trainer.step):
        raise ModelError(
            f"The file {path} holds the state of step {trainer.step}; what was recorded after that would be lost. "
            f"Rename it to {folder.checkpoint_path(trainer.step).name}, or delete it, then Resume."
        )
    return found


def _tell(reporter: RunReporter, trainer: Trainer, event: str, message: str) -> None:
    log.warning("step %d: %s", trainer.step, message)
    reporter.writing(reporter.folder.append_metrics, {**loop.position(trainer), "event": event, "message": message})


def _tell_branched(reporter: RunReporter, trainer: Trainer, kept: str) -> None:
    """Write down, once, where a branch began, with which changes, and what of its networks went on."""
    record = reporter.folder.record()
    begun = f"Branched from {record.branched_from}{record.branched_with and ' with ' + record.branched_with}. "
    if not any(str(row.get("message")).startswith(begun) for row in reporter.folder.metrics()[0] if "event" in row):
        row = {**loop.position(trainer), "event": "branched", "message": begun + kept}
        reporter.writing(reporter.folder.append_metrics, row)
