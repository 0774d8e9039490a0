"""Behind a proxy that takes a path away before the server sees it, pages move and downloads come."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from pipelines.runs.folder import FAILED
from tests.fake_run import FakeRun

pytestmark = pytest.mark.browser

PREFIX = "/class/gan"
OPEN_MS = 30_000


class Proxy:
    """Forwards connections to a server; of each request's address it strips ``PREFIX``, and refuses those without."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.started = threading.Event()
        self.writers: list[asyncio.StreamWriter] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.url = ""

    def __enter__(self) -> Proxy:
        self.thread = threading.Thread(target=lambda: asyncio.run(self._listen()), daemon=True)
        self.thread.start()
        assert self.started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join(10)
        assert not self.thread.is_alive(), "the proxy ended"

    async def _listen(self) -> None:
        """Serve until the end is said; then every connection is closed, also one that has only just come."""
        self.loop, self.ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self.started.set()
        await self.ended.wait()
        server.close()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        for writer in self.writers:
            writer.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        self.tasks.append(asyncio.ensure_future(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            line, *fields = head.strip().split("\r\n")
            method, address, version = line.split(" ")
            if not address.startswith(f"{PREFIX}/"):
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            else:
                upgrades = any(field.lower().startswith("upgrade:") for field in fields)
                if not upgrades:  # one request a connection, so that each one's address passes here
                    fields = [field for field in fields if not field.lower().startswith("connection:")]
                    fields.append("Connection: close")
                lines = [f"{method} {address.removeprefix(PREFIX)} {version}", *fields, "", ""]
                other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self.port)
                self.writers.append(other_writer)
                other_writer.write("\r\n".join(lines).encode("latin-1"))
                await asyncio.gather(_pump(reader, other_writer), _pump(other_reader, writer))
        writer.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while part := await source.read(65536):
            sink.write(part)
            await sink.drain()
    sink.close()


@pytest.fixture
def run(shared_server) -> Iterator[FakeRun]:
    made = FakeRun("20260101-120000-behind", home=shared_server.runs)
    made.sample()
    made.rows(20)
    made.status(FAILED, message="It failed.")
    (made.folder.path / "train.log").write_text("all that it said\n", "utf-8")
    yield made
    made.folder.remove()


def test_downloads_and_pictures_come_through_a_proxy_that_strips_its_path(page: Page, shared_server, run):
    refused: list[str] = []
    page.on(
        "response", lambda answer: answer.status >= 400 and "/_stcore/" not in answer.url and refused.append(answer.url)
    )
    with Proxy(shared_server.port) as proxy:
        page.goto(f"{proxy.url}{PREFIX}/train?run={run.folder.id}")
        expect(page.locator(".gx-figure-step dd")).to_have_text(f"{run.step:,}", timeout=OPEN_MS)
        expect(page.locator("img[alt^='Pictures by the generator']").first).to_be_visible(timeout=OPEN_MS)
        download = page.get_by_role("link", name="Download")
        with page.expect_download() as waiting:
            download.evaluate("link => { link.removeAttribute('target'); link.click(); }")
        with zipfile.ZipFile(waiting.value.path()) as archive:
            assert f"{run.folder.id}/config.json" in archive.namelist()
        log = page.get_by_role("link", name="The whole log").evaluate("link => link.href")
        assert page.request.get(log).text().strip() == "all that it said"
        addresses = page.evaluate(
            "[...document.querySelectorAll('a[href], img[src]')].map((one) => one.href ?? one.src)"
        )
        lost = [one for one in addresses if one.startswith(proxy.url) and not one.startswith(f"{proxy.url}{PREFIX}/")]
        assert not lost, "addresses that the proxy does not know"
        page.goto("about:blank")
    assert not refused
