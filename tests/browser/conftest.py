"""A server whose runs are this process's own too."""

import pytest

from pipelines.runs import jobs


@pytest.fixture(scope="module")
def shared_server(serve):
    return serve("streamlit_app.py")


@pytest.fixture
def own_server(shared_server, monkeypatch):
    """The server, its folders this process's own too; at the end its runs are deleted, and so their processes end."""
    monkeypatch.setenv("GAN_EXPLORER_RUNS", str(shared_server.runs))
    monkeypatch.setenv("GAN_EXPLORER_DATA", str(shared_server.data))
    yield shared_server
    for run in jobs.runs():
        jobs.delete(run)
