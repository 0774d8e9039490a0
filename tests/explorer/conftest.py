"""What several tests of the explorer share.

- ``address``: the routes on a real server, without Streamlit around them; ``client`` and ``ask`` speak to those of the
  models, with the tiny models as the published ones.
- ``trained_run``: a copy of ``trained``, a finished run of ``tests/tiny_run.py`` that is trained once.
- ``made``: runs in any state, without a training process; ``launched``: those whose process would have been started.
- ``components_found_once``: each AppTest would read the metadata of every installed package, a third of its time.
"""

from __future__ import annotations

import functools
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from streamlit.components.v2 import manifest_scanner

from explorer.live.hub import HUB
from explorer.server import routes
from pipelines.runs import jobs
from pipelines.runs.folder import PAUSED, PREPARING, QUEUED, RUNNING, STOPPING, RunFolder
from tests.explorer.train_pages import RUN
from tests.fake_run import FakeRun


@pytest.fixture(scope="session", autouse=True)
def components_found_once() -> Iterator[None]:
    """Streamlit looks for components among the installed packages once, and not for each AppTest."""
    with pytest.MonkeyPatch.context() as patch:
        scan = manifest_scanner.scan_component_manifests
        patch.setattr(manifest_scanner, "scan_component_manifests", functools.cache(scan))
        yield


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The routes on a real server, without Streamlit around them."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:  # of no protocol, it would have each answer wait 40 ms
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes.ROUTES), log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        HUB.drop_viewers()
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def client(address: str, homes, tiny_models: Path, request, monkeypatch) -> Iterator[httpx.Client]:
    # Without verify=False each client would read the authorities' certificates, which takes longer than most tests.
    if "own_models" not in request.fixturenames:  # then nothing is written, and what was loaded can be used again
        monkeypatch.setenv("GAN_EXPLORER_MODELS", str(tiny_models))
    with httpx.Client(base_url=f"{address}/api/models/", trust_env=False, verify=False, timeout=60) as made:
        yield made


@pytest.fixture
def ask(client: httpx.Client) -> Callable[..., httpx.Response]:
    """``ask(model, verb, **body)`` posts JSON; a verb with a slash before it is fetched."""

    def send(model: str, verb: str, **body) -> httpx.Response:
        if verb.startswith("/") or not verb:
            return client.get(f"{model}{verb}", params={"ask": json.dumps(body)} if body else None)
        return client.post(f"{model}/{verb}", json=body)

    return send


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished run; for reading only."""
    from tests import tiny_run  # only here: it loads torch

    home = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_EXPLORER_RUNS", str(home / "runs"))
        patch.setenv("GAN_EXPLORER_DATA", str(home / "data"))
        return tiny_run.train(home / "runs", home / "pictures")


@pytest.fixture
def trained_run(trained: RunFolder, homes) -> RunFolder:
    """That run in this test's own folder, to be measured, published and damaged."""
    return RunFolder(Path(shutil.copytree(trained.path, homes.runs / trained.id)))


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
