"""What several tests share: folders of one's own, the real Streamlit server, and a real browser.

- ``homes``: a test's own folders of runs, data, models and what is saved, also set in this process's environment.
- ``tiny_models``: a folder with the three small published models of ``tests/tiny_models.py``, made once; not to be
  written to. ``own_models``: a copy of it as this test's ``homes.models``; a server has one after
  ``shutil.copytree(tiny_models, server.models, dirs_exist_ok=True)``.
- ``tiny_translators``: small models that translate pictures, and their faces, made once; not to be written to.
- ``serve``: starts the Streamlit server on a script, on a free port with its own folders, and waits for it::

      server = serve("streamlit_app.py")
      page.goto(server.url)            # server.runs, .data, .models and .saved are its folders, empty at first
      server.restart()                 # breaks every line

- ``browser``, ``page`` and ``visitor``: Chromium by Playwright. ``page`` is an empty page that fails its test at the
  end when the page has logged an error to the console; ``visitor`` is one of somebody else, without that. Where no
  browser is found the test is skipped with a sentence, or fails when REQUIRE_BROWSER=1 is set. ``tests/tabs.py`` says
  what a test may do with them.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scripts import chromium
from tests.tabs import LEFT, Visitor

# Dozens of processes import the same modules: compiled once, they are kept, whatever the surroundings say.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Tests run two files at a time, and so do their servers and trainings: more threads would wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

PROJECT = Path(__file__).resolve().parents[1]
PATIENCE_MS = 15_000  # for what is expected of a page, on a machine that is busy with other tests
EXPECTED_NOISE = (
    "favicon",
    "/_stcore/",  # where a page is opened by its own address, Streamlit looks for its server below that first
)  # what a browser may say in any test
BROKEN_LINES = ("net::ERR_", "WebSocket connection to", "Streamlit server is not responding")  # after a restart


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright's event loop runs in this thread from then on, and asyncio allows only one."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@dataclass(frozen=True)
class Homes:
    """Folders of runs, of data, of published models, and of what a person saves while exploring."""

    runs: Path
    data: Path
    models: Path
    saved: Path

    @classmethod
    def under(cls, folder: Path) -> Homes:
        """Empty ones in a folder."""
        made = cls(*(folder / name for name in ("runs", "data", "models", "saved")))
        for path in vars(made).values():
            path.mkdir()
        return made

    def environment(self) -> dict[str, str]:
        """The variables that tell a process of them."""
        return {f"GAN_EXPLORER_{name.upper()}": str(path) for name, path in vars(self).items()}


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Homes:
    """A test's own folders."""
    made = Homes.under(tmp_path)
    for name, folder in made.environment().items():
        monkeypatch.setenv(name, folder)
    return made


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the models of ``tests/tiny_models.py``; for reading only."""
    from tests import tiny_models  # only here: it loads torch

    return tiny_models.write_all(tmp_path_factory.mktemp("tiny-models"))


@pytest.fixture(scope="session")
def tiny_translators(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``models``, those of ``tests/tiny_translators.py``, and ``data``, their faces; for reading only."""
    from tests import tiny_translators  # only here: it loads torch

    home = tmp_path_factory.mktemp("tiny-translators")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_EXPLORER_DATA", str(home / "data"))
        tiny_translators.write_all(home / "models")
    return home


@pytest.fixture
def own_models(homes: Homes, tiny_models: Path) -> Path:
    """The tiny models as this test's published models, to be read, renamed and damaged."""
    shutil.copytree(tiny_models, homes.models, dirs_exist_ok=True)
    return homes.models


@pytest.fixture
def type_in(homes: Homes, capfd):
    """Run a command as a person types it; returns its exit code and what it printed."""
    from pipelines import cli

    def run(*words):
        try:
            cli.main([str(word) for word in words])
            code = 0
        except SystemExit as end:
            code = end.code or 0
        text = "".join(capfd.readouterr())
        assert "Traceback" not in text
        return code, " ".join(text.split())

    return run


@dataclass
class Server:
    """A running Streamlit server."""

    script: Path
    port: int
    homes: Homes
    log: Path
    options: list[str] = field(default_factory=list)
    process: subprocess.Popen | None = None
    restarts: int = 0

    @property
    def runs(self) -> Path:
        return self.homes.runs

    @property
    def data(self) -> Path:
        return self.homes.data

    @property
    def models(self) -> Path:
        return self.homes.models

    @property
    def saved(self) -> Path:
        return self.homes.saved

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Server:
        """Start the process and wait until it answers."""
        environment = {**os.environ, **self.homes.environment(), "PYTHONPATH": str(PROJECT), "PYTHONFAULTHANDLER": "1"}
        command = [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            str(self.script),
            "--server.port",
            str(self.port),
            "--server.address",
            "127.0.0.1",
            "--server.headless",
            "true",
            "--browser.gatherUsageStats",
            "false",
            "--server.fileWatcherType",
            "none",
            *self.options,
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                    if answer.status == 200:
                        return self
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"The server did not start:\n{self.log.read_text('utf-8')[-4000:]}")

    def stop(self) -> None:
        """End the process."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.process = None

    def restart(self) -> None:
        """End it without ceremony and start it again on the same port and folders."""
        assert self.process is not None
        self.restarts += 1
        self.process.kill()
        self.process.wait(10)
        self.start()

    def check(self) -> None:
        """Fail with what its log says where the process has ended by itself, and start it again for the next test."""
        if self.process and (code := self.process.poll()) is not None:
            told = self.log.read_text("utf-8", "replace")[-6000:]
            self.start()
            pytest.fail(f"A server ended with {code}:\n{told}", pytrace=False)


SERVERS: list[Server] = []  # all that this session has started


def free_port() -> int:
    """A port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory):
    """A function that starts a server on a script; every server ends with the session.

    ``before`` is given its folders before it starts.
    """

    def start(script: str | Path, *options: str, before: Callable[[Homes], object] = lambda homes: None) -> Server:
        home = tmp_path_factory.mktemp("server")
        server = Server(PROJECT / script, free_port(), Homes.under(home), home / "server.log", list(options))
        before(server.homes)
        SERVERS.append(server.start())
        return server

    yield start
    for server in SERVERS:
        server.stop()


@pytest.fixture(scope="session")
def browser():
    """Chromium, headless."""
    found = chromium.path()
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        found = None
    if not found:
        reason = "Browser tests need Chromium and Playwright's Python package; install both to run them."
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=chromium.FLAGS)
        yield started
        started.close()


def _told(message) -> str:
    return f"{message.text} {message.location.get('url', '')}"


def _deleted(error: str) -> bool:
    """Whether that is a picture of a run that was deleted meanwhile."""
    picture = re.search(r"status of 404 .*/api/runs/([^/]+)/(?:samples/|thumbnail)", error)
    return bool(picture) and not any((server.runs / picture[1]).exists() for server in SERVERS)


@pytest.fixture(scope="session")
def people(browser):
    """Two visitors, each with storage and connections of its own."""
    found = Visitor(browser), Visitor(browser)
    yield found
    for one in found:
        one.context.close()


@pytest.fixture
def page(people, request):
    """An empty page of 1600 x 1000; errors on its console fail the test at the end."""
    errors: list[str] = []
    failed = request.session.testsfailed
    restarts = sum(server.restarts for server in SERVERS)
    opened = people[0].come()

    def hear(message) -> None:
        if message.type == "error" and not (opened in LEFT and "net::ERR_" in message.text):
            errors.append(_told(message))

    def catch(error) -> None:
        errors.append(str(error))

    opened.on("console", hear)
    opened.on("pageerror", catch)
    yield opened
    for server in SERVERS:
        server.check()
    people[0].go(opened, keep=request.session.testsfailed == failed)
    opened.remove_listener("console", hear)
    opened.remove_listener("pageerror", catch)
    noise = EXPECTED_NOISE
    if sum(server.restarts for server in SERVERS) > restarts:
        noise += BROKEN_LINES
    serious = [error for error in errors if not any(word in error for word in noise) and not _deleted(error)]
    assert not serious, f"The browser's console has errors: {serious}"


@pytest.fixture
def visitor(people, request):
    """A page of somebody else, whose console may tell of requests that a server refuses or does not answer."""
    failed = request.session.testsfailed
    opened = people[1].come()
    yield opened
    people[1].go(opened, keep=request.session.testsfailed == failed)
