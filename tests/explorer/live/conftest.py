"""A run that another hand writes, and a page that shows it live."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from pipelines.runs.folder import RUNNING
from tests.explorer.live.looks import DRAWN
from tests.fake_run import FakeRun


@pytest.fixture(scope="module")
def server(serve):
    return serve("tests/explorer/live/live_app.py")


@pytest.fixture
def run(server, request) -> Iterator[FakeRun]:
    """A run that is at work, with thirty rows and a grid."""
    made = FakeRun(f"run-{time.time_ns()}", home=server.runs).hold()
    made.sample()
    made.rows(30)
    made.sample()
    made.status(RUNNING)
    yield made
    made.let_go()
    if made.folder.exists():
        made.folder.remove()


@pytest.fixture
def opened(page, server, run):
    """The page that shows the run, with its first chart drawn."""
    page.goto(f"{server.url}/?run={run.folder.id}")
    page.wait_for_function(DRAWN, arg="outputs")
    page.get_by_text("reruns 1").wait_for()
    return page
