"""Servers: one with the tiny models that no test changes, one that is emptied for each test, one whose runs end."""

import shutil
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest

from explorer.live.summaries import FRESH_S
from pipelines.runs import jobs
from tests.conftest import Homes
from tests.tabs import leave


@pytest.fixture(scope="session")
def shared_server(serve):
    return serve("streamlit_app.py")


@pytest.fixture(scope="session")
def empty_server(serve):
    """A server without models and runs, to which no test adds any."""
    return serve("streamlit_app.py")


@pytest.fixture(scope="session")
def tiny_server(serve, tiny_models: Path):
    """A server with the tiny models."""
    started = serve("streamlit_app.py")
    shutil.copytree(tiny_models, started.models, dirs_exist_ok=True)
    return started


@pytest.fixture(scope="session")
def translating(serve, tiny_translators: Path, tiny_models: Path):
    """A server with models that translate pictures, their faces, and models that do not translate."""

    def fill(homes: Homes) -> None:
        shutil.copytree(tiny_translators / "data", homes.data, dirs_exist_ok=True)
        for models in (tiny_translators / "models", tiny_models):
            shutil.copytree(models, homes.models, dirs_exist_ok=True)

    return serve("streamlit_app.py", before=fill)


@pytest.fixture
def opened(translating, page):
    """Opens the page Translate of that server on a model; ``model`` and what else its address says."""
    from tests.browser.translate_page import OPEN_MS, settled  # only here: it loads torch

    def open_page(**asked: object):
        page.goto(f"{translating.url}/translate?{urlencode(asked)}")
        settled(page, OPEN_MS)
        return page

    return open_page


@pytest.fixture
def steered(tiny_server, page):
    """The name of a model of that server, the tiny faces with directions that were learnt."""
    from tests import tiny_models as tiny  # only here: it loads torch

    made = Path(shutil.copytree(tiny_server.models / "tiny-faces", tiny_server.models / "tiny-steered"))
    yield tiny.steer(made).name
    leave(page)
    shutil.rmtree(made)


@pytest.fixture
def model_server(shared_server, tiny_models: Path, monkeypatch):
    """A server with the tiny models, and nothing of an earlier test; its folders are this process's own too."""
    listed = any(shared_server.runs.iterdir())
    for folder in (shared_server.models, shared_server.runs, shared_server.saved):
        shutil.rmtree(folder)
        folder.mkdir()
    if listed:
        time.sleep(FRESH_S)  # until the server has forgotten the runs
    shutil.copytree(tiny_models, shared_server.models, dirs_exist_ok=True)
    for name, folder in shared_server.homes.environment().items():
        monkeypatch.setenv(name, folder)
    return shared_server


@pytest.fixture
def own_server(shared_server, page, monkeypatch):
    """The server, its folders this process's own too; at the end its runs are deleted, and so their processes end."""
    monkeypatch.setenv("GAN_EXPLORER_RUNS", str(shared_server.runs))
    monkeypatch.setenv("GAN_EXPLORER_DATA", str(shared_server.data))
    yield shared_server
    leave(page)
    for run in jobs.runs():
        jobs.delete(run)
