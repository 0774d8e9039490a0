"""The pictures that a run learns from: checked to be the same at each attempt, also after they were moved."""

from __future__ import annotations

from dataclasses import replace

from pipelines import data
from pipelines.config.train_config import TrainConfig
from pipelines.data import ImageSet, Progress
from pipelines.errors import DataError, RunError
from pipelines.registries import DATA_SETS
from pipelines.runs.folder import PREPARING
from pipelines.runs.reporter import RunReporter, log


def load(reporter: RunReporter) -> tuple[ImageSet, ImageSet | None]:
    """The run's data set, prepared now if it is not yet, and found to be that which the run began with.

    With it comes its test part, None where it has none or the run does not look at it.

    Where a person has said that the pictures were moved, they are read from there, and the run keeps that folder.

    Raises:
        DataError: they cannot be read.
        RunError: they are others than at the run's start.
    """
    folder, record, moved_to = reporter.folder, reporter.folder.record(), reporter.control.folder
    try:
        image_set, test = _read(reporter, moved_to or record.config.folder)
        same = record.data.get("fingerprint", image_set.fingerprint) == image_set.fingerprint
        if same and test is not None:
            same = record.data.get("test", {}).get("fingerprint", test.fingerprint) == test.fingerprint
        if not same:
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
        folder.write_record(replace(record, config=record.config.changed(folder=moved_to)))
        reporter.control = folder.ask(folder=None)
    return image_set, test


def test_part(config: TrainConfig, progress: Progress | None = None) -> ImageSet | None:
    """The test part of a run's data set, where the run looks at it.

    Of a person's own pictures it always does, and of a set with a condition, so that it is measured and shown on
    conditions that nothing was learnt from.

    Raises:
        DataError: it cannot be had or read.
    """
    says = DATA_SETS.constants(config.data)
    told = config.conditional and says.get("CONDITION")
    if not (config.augment_target or told or says.get("HOLDS_OUT")):
        return None  # it would have to be fetched, for what other pictures tell as well
    return data.test_part(config.data, **config.pictures, progress=progress)


def _read(reporter: RunReporter, folder: str | None) -> tuple[ImageSet, ImageSet | None]:
    config = reporter.folder.record().config.changed(folder=folder)

    def progress(share: float, message: str) -> None:
        reporter.asked()
        reporter.tell(at_once=False, state=PREPARING, progress=round(share, 3))
        reporter.status = replace(reporter.status, message=message)

    image_set, test = data.load(config.data, **config.pictures, progress=progress), test_part(config, progress)
    for note in _notes(image_set, test):
        log.info("%s: %s.", image_set.name, note)
    if config.conditional:
        data.require_condition(image_set)
    return replace(image_set, notes=_notes(image_set, test)), test


def _notes(image_set: ImageSet, test: ImageSet | None) -> tuple[str, ...]:
    """What is said of both parts, each sentence once."""
    return tuple(dict.fromkeys((*image_set.notes, *(test.notes if test else ()))))
