"""A branch: a run that goes on from a checkpoint of another with some settings changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.config.checking import check, placed
from pipelines.config.presets import title_of
from pipelines.config.train_config import BEGIN_ANEW, RATES, SETTINGS, TrainConfig, label_of
from pipelines.errors import ConfigError, RunError
from pipelines.metrics import clear_wanted
from pipelines.runs import recorded
from pipelines.runs.folder import Notes, Record, RunFolder
from pipelines.runs.jobs import create


def branch(
    folder: RunFolder, step: int = 0, changes: dict[str, Any] | None = None, *, path: Path | None = None
) -> RunFolder:
    """Make a run that goes on from a checkpoint of another with some settings changed; not yet started.

    What was recorded up to that step is copied, so that its curves begin where the other run's did. Networks that the
    changes leave alone go on as they are; of a D that they change, what fits is kept (``checkpoint.load_fitting``).

    Args:
        step: of a checkpoint that the run keeps; 0 begins anew with the same seed.
        changes: settings by name; learning rates that were changed while it trained stay as they are.

    Raises:
        ConfigError: the changed settings cannot be trained.
        RunError: there is no such checkpoint, or the changes need a run of their own.
    """
    folder.check_rows()
    record, control, changes = folder.record(), folder.control(), changes or {}
    before = placed(record.config)
    rates = {name: rate for name in RATES if (rate := getattr(control, name)) is not None}
    if unknown := [name for name in changes if name not in SETTINGS]:
        raise ConfigError(f"There is no setting named {unknown[0]!r}; the settings are: {', '.join(SETTINGS)}.")
    config = check(record.config.changed(**{**rates, **changes}))
    rows = [row for row in folder.metrics()[0] if row.get("step", 0) <= step]
    if step:
        _can_go_on(folder, step, config, rows)
    title = folder.notes().name or title_of(record.preset)
    differing = [name for name in SETTINGS if getattr(config, name) != getattr(before, name)]
    words = ", ".join(label_of(name) for name in differing) or "unchanged"
    changed = [f"{name} {getattr(before, name)} to {getattr(config, name)}" for name in differing]
    branched = {"branched_from": f"{folder.id}@{step}", "branched_with": ", ".join(changed)}
    made = create(config, record.preset, path=path, **branched)
    if not record.resolved.keys() & set(differing):  # else a branch computes other numbers for no reason
        made.write_record(replace(made.record(), resolved=record.resolved))
    made.write_notes(Notes(name=f"{title}: {words}"[:80]))
    if step:
        known = {name: record.data[name] for name in ("class_names", "spec") if name in record.data}
        made.write_record(replace(made.record(), data=known))  # explorable at once
        try:
            recorded.take_over(made, folder, step)
        except OSError as error:
            made.remove()
            raise RunError(
                f"The checkpoint of step {step} of {folder.id} cannot be copied ({error.strerror}); choose another."
            ) from None
    return made


def branch_step(record: Record) -> int | None:
    """The step that a run was branched at, or None of a run that began by itself."""
    _, mark, step = record.branched_from.rpartition("@")
    return int(step) if mark and step.isdigit() else None


def _can_go_on(folder: RunFolder, step: int, config: TrainConfig, rows: list[dict[str, Any]]) -> None:
    """Whether a run can go on from a step with another configuration.

    Raises:
        RunError: it cannot.
    """
    kept = folder.checkpoint_steps()
    if step not in kept:
        steps = ", ".join(map(str, kept)) or "none"
        raise RunError(f"The run {folder.id} keeps no checkpoint of step {step}; it keeps: {steps}. 0 begins anew.")
    if anew := misfit(folder.record().config, config):
        moved = f" If its pictures were moved, first say where: `resume {folder.id} --folder NEW`."
        raise RunError(
            f"With another {anew} nothing that was learnt fits: begin with new networks (step 0)."
            + (moved if anew.startswith("folder") else "")
        )
    seconds = max((row.get("seconds", 0.0) for row in rows), default=0.0)
    images = max((row.get("images_seen", 0) for row in rows), default=0)
    record = folder.record()
    per_epoch = record.config.epoch_of(record.data.get("count") or 0)
    epochs = images / per_epoch if per_epoch else 0.0
    by_time = "most_seconds" if clear_wanted(config) or config.seconds is None else "seconds"
    for name, done in ((by_time, seconds), ("epochs", epochs)):
        end = getattr(config, name)
        if end is not None and done >= end:
            of = f" {name.removeprefix('most_')}"
            raise RunError(f"At step {step} the run has reached its {end:g}{of} already: give the branch more{of}.")


def misfit(before: TrainConfig, config: TrainConfig, free: tuple[str, ...] = ()) -> str | None:
    """In words, the first setting with which nothing of what was learnt with another configuration fits; else None.

    Args:
        free: settings of ``BEGIN_ANEW`` that may differ all the same.
    """
    before = placed(before)
    anew = (name for name in BEGIN_ANEW if name not in free and getattr(config, name) != getattr(before, name))
    return next((f"{label_of(name).lower()} ({name})" for name in anew), None)
