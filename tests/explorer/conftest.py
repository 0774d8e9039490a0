"""Runs for the tests of the Train page: in any state, and without a training process."""

from __future__ import annotations

import pytest

from pipelines.runs import jobs
from pipelines.runs.folder import PAUSED, PREPARING, QUEUED, RUNNING, STOPPING, RunFolder
from tests.explorer.train_pages import RUN
from tests.fake_run import FakeRun


@pytest.fixture
def launched(homes, monkeypatch: pytest.MonkeyPatch) -> list[RunFolder]:
    """The runs whose process would have been started."""
    found: list[RunFolder] = []
    monkeypatch.setattr(jobs, "launch", found.append)
    return found


@pytest.fixture
def made(homes):
    """A function that makes a run in a state; a living process is feigned where the state needs one."""
    held: list[FakeRun] = []

    def make(state: str, run_id: str = RUN, **status) -> FakeRun:
        fake = FakeRun(run_id)
        if state in (QUEUED, PREPARING, RUNNING, PAUSED, STOPPING):
            held.append(fake.hold())
        fake.rows(20)
        fake.sample()
        fake.status(state, **status)
        return fake

    yield make
    for fake in held:
        fake.let_go()
