"""A process of this computer, which goes on when the one that started it ends."""

from __future__ import annotations

import os
import subprocess
import sys

from pipelines.errors import RunError
from pipelines.paths import PROJECT
from pipelines.runs.folder import QUEUED, RunFolder
from pipelines.runs.holding import is_fresh
from pipelines.runs.launched import ENDED, RUNNING, WAITING

HERE = True

children: list[subprocess.Popen] = []  # reaped as they end, so that none stays a zombie


def submit(folder: RunFolder) -> None:
    """Start the run's process, detached.

    Raises:
        RunError: it cannot be started.
    """
    reap()
    try:
        with folder.log_path.open("ab") as log:
            detach = {"creationflags": 0x00000008 | 0x00000200} if os.name == "nt" else {"start_new_session": True}
            child = subprocess.Popen(
                _command(folder), cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, **detach
            )
    except OSError as error:
        raise RunError(f"The training process cannot be started ({error.strerror}).") from None
    children.append(child)


def cancel(folder: RunFolder) -> None:
    """Ask the process to end after a checkpoint; it reads that in the folder.

    Raises:
        RunError: the run is gone, or its folder cannot be written.
    """
    folder.ask(want="stop")


def state(folder: RunFolder) -> str:
    """Whether a process holds the run, or was just started and does not yet.

    One that has said its end is at work no more, though it holds the run for a moment: the next one waits for it.
    """
    held, told = folder.is_held(), folder.told()
    if held:
        return WAITING if told.state == QUEUED else RUNNING if told.active else ENDED
    starting = told.active and told.pid is None and is_fresh(told.heartbeat)
    return WAITING if starting else ENDED


def place(folder: RunFolder) -> str:
    """Here."""
    return "this computer"


def logs(folder: RunFolder, lines: int) -> str:
    """The end of the log in the run's folder, which the process writes itself."""
    return folder.log_tail(lines)


def reap() -> None:
    """Collect children that have ended."""
    children[:] = [child for child in children if child.poll() is None]


def _command(folder: RunFolder) -> list[str]:
    """What trains a run: one process, or torchrun with one for each GPU."""
    work = ["-m", "pipelines", "work", str(folder.path.resolve())]
    gpus = folder.record().config.gpus
    if gpus == 1:
        return [sys.executable, *work]
    return [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(gpus), *work]
