"""A browser opens six connections to a server in all its tabs together: seven tabs on runs must all work."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from pipelines.runs.folder import FINISHED, RUNNING
from tests.fake_run import FakeRun

pytestmark = pytest.mark.browser

TABS = 7  # one more than these
OPEN_MS = 40_000
REST_MS = 15_000  # for a stream to be given back, and for a page to hear of a change in the list of runs
# Counts the streams that a page holds, and lets a test say whether the page can be seen, as a browser does.
PRELUDE = """
window.streams = new Set(); window.opened = [];
const Native = window.EventSource;
window.EventSource = class extends Native {
  constructor(...args) { super(...args); window.streams.add(this); window.opened.push(String(args[0])); }
  close() { super.close(); window.streams.delete(this); }
};
let hidden = false;
Object.defineProperty(Document.prototype, "hidden", { get: () => hidden });
Object.defineProperty(Document.prototype, "visibilityState", { get: () => (hidden ? "hidden" : "visible") });
window.hide = (value) => { hidden = value; document.dispatchEvent(new Event("visibilitychange")); };
"""


@pytest.fixture
def server(shared_server):
    return shared_server


@pytest.fixture
def tabs(browser):
    """One browser: what its pages share is the limit."""
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    context.add_init_script(PRELUDE)
    yield context
    context.close()


@pytest.fixture
def run(server):
    made = FakeRun("20260101-120000-long", home=server.runs)
    made.sample()
    made.rows(20)
    yield made
    made.let_go()
    made.folder.remove()


def opened(context: BrowserContext, server, path: str) -> Page:
    page = context.new_page()
    page.goto(server.url + path, timeout=OPEN_MS)
    return page


def streams(page: Page, count: int) -> None:
    page.wait_for_function("count => window.streams.size === count", arg=count, timeout=REST_MS)


def step(page: Page, value: int) -> None:
    expect(page.locator(".gx-figure-step dd")).to_have_text(f"{value:,}", timeout=REST_MS)


def test_seven_tabs_share_the_connections_of_a_browser(server, tabs, run):
    """Hidden tabs, and those in sight on runs that ended, hold no stream; all wake up and go on from what they had."""
    run.hold().status(RUNNING)
    other = FakeRun("20260101-120001-other", home=server.runs)
    other.rows(10)
    other.status(FINISHED)
    pages = [opened(tabs, server, f"/compare?runs={run.folder.id},{other.folder.id}")]
    expect(pages[0].locator(".gx-chip")).to_have_count(2, timeout=OPEN_MS)
    for _ in range(TABS - 1):
        pages[-1].evaluate("hide(true)")  # what the browser says as the next tab covers it
        pages.append(opened(tabs, server, f"/train?run={run.folder.id}"))
        step(pages[-1], run.step)
    compare, first, last = pages[0], pages[1], pages[-1]
    for page in pages[:-1]:
        streams(page, 0)
    streams(last, 1)
    grid = (
        "window.grid = document.querySelector('.gx-samples'); window.cards = [...document.querySelectorAll('.gx-card')]"
    )
    first.evaluate(grid)
    run.rows(10)
    run.status(RUNNING)
    step(last, run.step)
    first.evaluate("hide(false)")
    step(first, run.step)
    streams(first, 1)
    assert "after=1" in first.evaluate("opened.at(-1)"), "it goes on from what it had"
    assert first.evaluate("grid.isConnected && cards.every((card) => card.isConnected)"), "nothing was drawn anew"

    run.let_go()
    run.status(FINISHED)
    streams(last, 0)
    streams(first, 0)
    for page in pages[:-1]:
        page.evaluate("hide(false)")
    last.reload(timeout=OPEN_MS)
    for page in pages[1:]:
        step(page, run.step)
    for page in pages:
        streams(page, 0)
    for page in pages[1:-1]:
        page.evaluate("hide(true)")  # of runs at work no more tabs can be in sight than a browser has connections
    run.attempt += 1  # resumed from somewhere else
    run.hold()
    run.rows(10)
    run.status(RUNNING)
    step(last, run.step)
    streams(last, 1)
    streams(compare, 1)
    other.folder.remove()
