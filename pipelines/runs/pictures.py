"""The pictures that a run learns from: checked to be the same at each attempt, also after they were moved."""

from __future__ import annotations

import dataclasses

from pipelines import data
from pipelines.data import ImageSet
from pipelines.errors import DataError, RunError
from pipelines.runs.folder import PREPARING
from pipelines.runs.reporter import RunReporter, log


def load(reporter: RunReporter) -> ImageSet:
    """The run's data set, prepared now if it is not yet, and found to be that which the run began with.

    Where a person has said that the pictures were moved, they are read from there, and the run keeps that folder.

    Raises:
        DataError: they cannot be read.
        RunError: they are others than at the run's start.
    """
    folder, record, moved_to = reporter.folder, reporter.folder.record(), reporter.control.folder
    try:
        image_set = _read(reporter, moved_to or record.config.folder)
        if record.data.get("fingerprint", image_set.fingerprint) != image_set.fingerprint:
            raise RunError(
                f"The pictures in {data.shown(moved_to)} ({len(image_set):,}) are not those that the run began with "
                f"({record.data.get('count', 0):,}); give the folder that holds the same ones."
                if moved_to
                else f"The data set {image_set.name} has changed since the run began, so it cannot go on exactly; "
                "duplicate its settings into a new run."
            )
    except (DataError, RunError):
        if moved_to:  # the next attempt looks where the pictures were before
            folder.ask(folder=None)
        raise
    if moved_to:
        folder.write_record(dataclasses.replace(record, config=record.config.changed(folder=moved_to)))
        reporter.control = folder.ask(folder=None)
    return image_set


def _read(reporter: RunReporter, folder: str | None) -> ImageSet:
    config = reporter.folder.record().config

    def progress(share: float, message: str) -> None:
        reporter.asked()
        reporter.tell(at_once=False, state=PREPARING, progress=round(share, 3))
        reporter.status = dataclasses.replace(reporter.status, message=message)

    image_set = data.load(config.data, size=config.size, channels=config.channels, folder=folder, progress=progress)
    for note in image_set.notes:
        log.info("%s: %s.", image_set.name, note)
    if config.conditional:
        data.require_condition(image_set)
    return image_set
