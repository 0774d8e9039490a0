"""Tabs of a browser that are used by one test after another.

A tab that is used again opens the app's page in less than half the time of a fresh one, since the engine still holds
the compiled scripts. Nothing else of a test stays in it: no storage, no history, no routes and no scripts of its own,
and the size, the colours and the pointer are those of a fresh tab. The tab of a test that fails is closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page  # where tests run without a browser, it may be missing

WIDE = {"width": 1600, "height": 1000}
LEFT: set[Page] = set()  # pages of tests that were left: what they still load is broken off
VISITED: dict[Page, set[str]] = {}  # the servers that each tab has shown since it was emptied
SCRIPTS: dict[Page, list] = {}  # the sessions that hold a tab's own scripts


def leave(page: Page) -> None:
    """Let a page ask for nothing more and keep nothing. Who removes what a test's page shows, leaves the page first."""
    if page.url.startswith("http"):
        page.evaluate("0")  # errors of before are told until this has an answer
    LEFT.add(page)
    if page in VISITED:
        page.route("**/empty-tab", lambda route: route.fulfill(content_type="text/html", body="Nothing"))
        for address in sorted(VISITED[page]):  # by now some of the servers may have ended
            page.goto(f"{address}/empty-tab")
            page.evaluate("localStorage.clear(); sessionStorage.clear()")
    page.goto("about:blank")
    VISITED.pop(page, None)


def first_of_all(page: Page, script: str) -> None:
    """Run a script in each document of a page before the document's own, until the test ends."""
    session = page.context.new_cdp_session(page)
    session.send("Page.enable")
    session.send("Page.addScriptToEvaluateOnNewDocument", {"source": script})
    SCRIPTS.setdefault(page, []).append(session)


class Visitor:
    """Somebody whose browser keeps the scripts that it has fetched, and one tab."""

    def __init__(self, browser: Browser) -> None:
        self.context = browser.new_context(viewport=WIDE)
        self.tab: Page | None = None

    def come(self) -> Page:
        """An empty tab, wide and light."""
        page, self.tab = self.tab, None
        if page is None:
            page = self.context.new_page()
            page.on("framenavigated", lambda frame: _note(page, frame.url))
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light")
        return page

    def go(self, page: Page, keep: bool) -> None:
        """Leave a tab, and keep it for the next test."""
        leave(page)
        if keep:
            page.unroute_all(behavior="ignoreErrors")
            page.mouse.move(-1, -1)
            for session in SCRIPTS.pop(page, ()):
                session.detach()
            session = self.context.new_cdp_session(page)
            session.send("Page.resetNavigationHistory")
            session.detach()
            self.tab = page
        else:
            page.close()
        LEFT.discard(page)


def _note(page: Page, url: str) -> None:
    """Remember which server a tab shows."""
    found = urlsplit(url)
    if found.scheme == "http":
        VISITED.setdefault(page, set()).add(f"http://{found.netloc}")
