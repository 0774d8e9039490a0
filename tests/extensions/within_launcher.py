"""A launcher of ``own/``, where ``$GAN_EXPLORER_EXTENSIONS`` names it: a run shows its place, state and logs."""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette

from explorer.live.summaries import Summaries
from explorer.server.routes import ROUTES
from pipelines import launchers
from pipelines.errors import RunError
from pipelines.registry import Registry
from pipelines.runs import jobs, launched
from pipelines.runs.folder import FAILED, FINISHED, LOST, QUEUED, RUNNING, Status
from tests.explorer.train_pages import opened, words
from tests.extensions.within import settings

IN_PROCESS = launched.launcher("in-process")
PLACE = f"the process <{os.getpid()}>"


@pytest.fixture
def run(homes, tmp_path):
    """A run whose pictures are not there, so that it fails as soon as it is started."""
    return jobs.create(settings(folder=str(tmp_path / "nowhere")), path=homes.runs / "20260101-120000-elsewhere-abcd")


def told_to_a_browser(path):
    async def scene():
        transport = httpx.ASGITransport(Starlette(routes=ROUTES))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return (await client.get(path)).text

    return asyncio.run(scene())


def test_a_failed_run_shows_its_place_and_its_logs(run, type_in):
    jobs.launch(run)
    assert run.status().state == FAILED
    run.log_path.write_text("not what the launcher tells\n")
    page = words(opened(run.id))
    assert PLACE in page and "in process\nfailed" in page and "not what the launcher tells" not in page
    assert told_to_a_browser(f"/api/runs/{run.id}/log?lines=1") == "failed"
    (summary,) = json.loads(Summaries().get()[0])
    assert summary["where"] == PLACE
    assert f"failed, {PLACE}" in type_in("runs")[1]
    code, said = type_in("resume", run.id)
    assert code == 1 and "in process failed in process failed" in said, (
        "a command shows the logs of what failed elsewhere"
    )


def test_what_waits_elsewhere_says_where(run):
    IN_PROCESS.known[run.path] = launched.WAITING
    run.write_status(Status(QUEUED, message="3 jobs are before it.", heartbeat=time.time() - 3600))
    assert run.status().state == QUEUED, "its launcher says that it waits"
    page = words(opened(run.id))
    assert f"Waits at {PLACE} and starts by itself. 3 jobs are before it." in page
    with pytest.raises(RunError, match="is at work; stop it before"):
        jobs.prepare_resume(run, run.path)


def test_a_run_is_lost_when_its_launcher_says_that_it_has_ended(run, monkeypatch):
    status = Status(RUNNING, pid=1, step=7, heartbeat=time.time() - 3600)
    run.write_status(status)
    assert not run.is_held() and run.status() == status, "unknown: what the folder says stands"
    with pytest.raises(
        RunError, match=r"cannot be said whether the run .* still has a process \(the process <[0-9]+>\)"
    ):
        jobs.resume(run)
    IN_PROCESS.known[run.path] = launched.RUNNING
    assert run.status() == status, "no lock is asked for"
    IN_PROCESS.known[run.path] = launched.ENDED
    assert run.status().state == LOST
    monkeypatch.setattr(IN_PROCESS, "state", lambda folder: 1 / 0)
    monkeypatch.setattr(IN_PROCESS, "logs", lambda folder, lines: 1 / 0)
    run.log_path.write_text("in its folder\n")
    assert run.status() == status and launched.logs_of(run) == "in its folder", "a launcher that fails hides no run"
    monkeypatch.undo()


def test_the_local_launcher_tells_all_of_it_from_the_folder(run):
    run.write_record(replace(run.record(), config=run.record().config.changed(launcher="local")))
    assert launched.state_of(run) == launched.WAITING, "it was just made, and may be starting"
    run.write_status(Status(RUNNING, pid=1))
    assert launched.state_of(run) == launched.ENDED and run.status().state == LOST
    with run.hold():
        assert launched.state_of(run) == launched.RUNNING and run.status().state == RUNNING
        run.write_status(Status(QUEUED, pid=1))
        assert launched.state_of(run) == launched.WAITING
    run.write_status(Status(FINISHED, pid=1))
    assert launched.state_of(run) == launched.ENDED and run.status().state == FINISHED
    run.log_path.write_text("one\ntwo\n")
    assert (launched.place_of(run), launched.logs_of(run, 1)) == ("this computer", "two")
    assert json.loads(Summaries().get()[0])[0]["where"] == "", "the list names other places only"


def test_a_launcher_that_lacks_a_function_is_named(tmp_path, monkeypatch):
    (tmp_path / "launchers").mkdir()
    (tmp_path / "launchers" / "half.py").write_text("def submit(folder): pass\ndef cancel(folder): pass\n")
    monkeypatch.setenv("GAN_EXPLORER_EXTENSIONS", str(tmp_path))
    anew = Registry("pipelines.launchers", launchers.__file__, "launcher", RunError)
    monkeypatch.setattr(launched, "LAUNCHERS", anew)
    with pytest.raises(RunError, match="The launcher 'half' has no function state in .*half.py; add it"):
        launched.launcher("half")
