"""What one does with runs: make, start, list, find, pause, step, stop, resume, change rates, delete.

A run is one process, ``python -m pipelines work RUN``, which the launcher that its configuration names starts
(``pipelines/launchers``). Who steers it needs nothing of it but the folder.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType

from pipelines import data
from pipelines.config.checking import check
from pipelines.config.train_config import TrainConfig
from pipelines.errors import ConfigError, GanError, RunError
from pipelines.paths import runs_home
from pipelines.registries import LAUNCHERS
from pipelines.runs import launched
from pipelines.runs.facts import rate_problem
from pipelines.runs.folder import QUEUED, STOPPING, Record, RunFolder, Status
from pipelines.runs.names import RUN_ID, RUN_ID_WORDS
from pipelines.runs.place import Anchor

LOOK_S = 0.5  # between two looks at a run that is waited for
STOPS_S = 30.0  # a process that was asked to stop has this long to end before the run goes on


def runs() -> list[RunFolder]:
    """All runs, the newest first."""
    home = runs_home()
    if not home.is_dir():
        return []
    found = [RunFolder(path) for path in home.iterdir() if RUN_ID.fullmatch(path.name)]
    return sorted((run for run in found if run.exists()), key=lambda run: run.id, reverse=True)


def unlisted() -> list[str]:
    """The names of folders beside the runs that hold a run and are not listed, since no address can name them."""
    home = runs_home()
    names = (path.name for path in home.iterdir() if RunFolder(path).exists()) if home.is_dir() else ()
    return sorted(name for name in names if not RUN_ID.fullmatch(name) and not name.startswith("."))


def find(run: str | Path) -> RunFolder:
    """A run by its id or its folder.

    Raises:
        RunError: there is none.
    """
    text = str(run)
    folder = RunFolder(runs_home() / text if RUN_ID.fullmatch(text) and not Path(text).is_dir() else text)
    if not folder.exists():
        raise RunError(f"There is no run {text!r}; `python -m pipelines runs` lists those there are.")
    return folder


def create(config: TrainConfig, preset: str = "", *, path: Path | None = None, **branched: str) -> RunFolder:
    """Make a run's folder, not yet started.

    Args:
        branched: ``branched_from`` and ``branched_with`` of its record, if it is a branch.

    Raises:
        ConfigError: the configuration cannot be trained.
        RunError: the folder exists, cannot be written, or would lie among the runs with a name that is no id.
    """
    if path and not RUN_ID.fullmatch(path.name) and path.resolve().parent == runs_home().resolve():
        raise RunError(f"The run's folder is {str(path)!r}; among the runs its name may have {RUN_ID_WORDS}.")
    record = Record(config=check(config), preset=preset, **branched)
    return RunFolder(path or runs_home() / new_id(preset or config.network)).create(record)


def start(config: TrainConfig, preset: str = "") -> RunFolder:
    """Make a run and start its process in the background."""
    folder = create(config, preset)
    launch(folder)
    return folder


def launch(folder: RunFolder) -> None:
    """Have the run's process started: the end of this one does not end it.

    Raises:
        RunError: it cannot be started, or its configuration cannot be read.
    """
    _launcher(folder).submit(folder)


def _launcher(folder: RunFolder) -> ModuleType:
    """The launcher of a run."""
    return launched.launcher(folder.record().config.launcher)


def attend(folder: RunFolder, show: Callable[[Status], None]) -> str:
    """Start the run's process and wait until it ends; Ctrl-C stops it as ``stop`` does.

    Args:
        show: called with the status now and then.

    Returns:
        The state it ended in; ``deleted`` when its folder is gone.
    """
    launch(folder)
    anchor = Anchor(folder.path)
    try:
        while place := anchor.where():
            folder.path = place
            try:
                show(status := folder.status())
                if not status.active:
                    return status.state
                time.sleep(LOOK_S)
            except KeyboardInterrupt:
                stop(folder)
    finally:
        anchor.close()
    return "deleted"


def reap() -> None:
    """Collect children that have ended."""
    LAUNCHERS.get("local").reap()


def is_at_work(folder: RunFolder) -> bool:
    """Whether a run has a process, or waits for one.

    Raises:
        RunError: its launcher cannot say.
    """
    state = launched.state_of(folder)
    if state == launched.UNKNOWN:
        place = launched.place_of(folder) or "its place"
        raise RunError(
            f"It cannot be said whether the run {folder.id} still has a process ({place}); try again when its launcher "
            "answers."
        )
    return state != launched.ENDED


def resume(folder: RunFolder, pictures: str | Path | None = None) -> None:
    """Go on: wake a paused run, or start a process that goes on from the last checkpoint.

    Args:
        pictures: see ``prepare_resume``.

    Raises:
        DataError: see there.
        RunError: see there; or the run was asked to stop, and its process does not end.
    """
    _let_it_stop(folder)
    at_work = is_at_work(folder)
    prepare_resume(folder, pictures)
    if not at_work:
        launch(folder)


def _let_it_stop(folder: RunFolder) -> None:
    """Wait for the end of a process that was asked to stop: it would not hear that the run is to go on."""
    deadline = time.monotonic() + STOPS_S
    while (folder.control().want == "stop" or folder.told().state == STOPPING) and is_at_work(folder):
        if time.monotonic() > deadline:
            raise RunError(f"The run {folder.id} is still stopping; resume it when it has stopped.")
        time.sleep(LOOK_S / 10)


def prepare_resume(folder: RunFolder, pictures: str | Path | None = None) -> None:
    """Set a run up to go on, without starting a process.

    Args:
        pictures: the folder that a run's own pictures were moved to. The process finds out whether they are the same,
            and the run keeps the new folder if so. A run that has reached its end can be told it, too.

    Raises:
        DataError: there are no pictures in that folder.
        RunError: the run has reached the end that its configuration sets, or it cannot be told a folder: it learns from
            another data set, or is at work; or its launcher cannot say whether it is.
    """
    status, moved = folder.status(), {}
    if pictures is not None:
        moved["folder"] = str(_moved_to(folder, pictures))
    elif status.state == "finished":
        raise RunError(
            f"The run {folder.id} has reached its end; duplicate its settings with more epochs or seconds to go on."
        )
    at_work = is_at_work(folder)
    folder.ask(want="run", **moved)
    if not at_work:
        now = time.time()
        stored = {"state": QUEUED, "message": "Waiting to go on.", "pid": None, "queued_at": now, "heartbeat": now}
        try:
            folder.write_status(Status(**{**vars(status), **stored}))
        except OSError as error:
            raise RunError(f"The run folder {folder.path} cannot be written ({error.strerror or error}).") from None


def _moved_to(folder: RunFolder, pictures: str | Path) -> Path:
    config = folder.record().config
    if not data.DATA_SETS.get(config.data).NEEDS_FOLDER:
        raise RunError(
            f"The run {folder.id} learns from the data set {config.data!r}, which is in no folder of yours; leave out "
            "--folder."
        )
    if is_at_work(folder):
        raise RunError(f"The run {folder.id} is at work; stop it before you say where its pictures are now.")
    data.class_names_of(config.data, pictures)  # raises where there are none
    return data.folder_of(pictures)


def pause(folder: RunFolder) -> None:
    """Hold the run between two steps; its process waits."""
    folder.ask(want="pause")


def step(folder: RunFolder) -> None:
    """Do one step and hold again."""
    folder.ask(want="pause", single_steps=1)


def stop(folder: RunFolder) -> None:
    """End the run's process after a checkpoint; it can be resumed."""
    _launcher(folder).cancel(folder)


def set_rates(folder: RunFolder, lr_g: float | None = None, lr_d: float | None = None) -> None:
    """Change one learning rate or both, from the next step on.

    Raises:
        ConfigError: a rate is out of the range that the setting of its name allows.
        RunError: the run is gone, or its folder cannot be written.
    """
    changes = {name: rate for name, rate in (("lr_g", lr_g), ("lr_d", lr_d)) if rate is not None}
    if problems := [found for name, rate in changes.items() if (found := rate_problem(name, rate))]:
        raise ConfigError(" ".join(problems))
    folder.ask(**changes)


def delete(folder: RunFolder) -> None:
    """Delete the run, damaged ones too; its process, if there is one, is cancelled, or sees it and ends.

    Raises:
        RunError: the folder cannot be deleted.
    """
    with contextlib.suppress(GanError):
        if folder.status().active:
            _launcher(folder).cancel(folder)
    folder.remove()


def new_id(label: str) -> str:
    """An id that sorts by time: ``20260131-142530-first-digits-3fa``."""
    label = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:40]
    return f"{datetime.now():%Y%m%d-%H%M%S}-{label}-{secrets.token_hex(2)}"
