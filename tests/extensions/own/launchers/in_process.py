"""The process that asks trains the run itself; what it was asked and whether a run trains is known to it alone."""

import os

from pipelines.runs import worker
from pipelines.runs.launched import ENDED, RUNNING, UNKNOWN

known = {}  # the state of each run that it was asked to train, by the run's folder
said = {}  # and what was said meanwhile


def submit(folder):
    said.setdefault(folder.path, []).append("in process")
    known[folder.path] = RUNNING
    try:
        said[folder.path].append(worker.work(folder))
    finally:
        known[folder.path] = ENDED


def cancel(folder):
    said.setdefault(folder.path, []).append("cancelled")
    folder.ask(want="stop")


def state(folder):
    return known.get(folder.path, UNKNOWN)


def place(folder):
    return f"the process <{os.getpid()}>"


def logs(folder, lines):
    return "\n".join(said.get(folder.path, [])[-lines:])
