"""axe-core over every page, light and dark: no violations. Its version is pinned in requirements-dev.txt."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.fake_run import FakeRun
from tests.tabs import first_of_all

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed.")

pytestmark = pytest.mark.browser

OPEN_MS = 30_000
SETTLE_S = 5.0
FINISHED, RUNNING, FAILED = "20260101-120000-finished", "20260101-120001-running", "20260101-120002-failed"
# This rule is new in axe and off unless asked for: what a button is called holds what is written on it.
# Nothing but contrast depends on the colours, so that dark is looked at for that alone.
OPTIONS = {
    "light": {"resultTypes": ["violations"], "rules": {"label-content-name-mismatch": {"enabled": True}}},
    "dark": {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}},
}
# What is called nothing in any frame that is painted, also before a page has loaded what it shows.
UNNAMED = """
window.unnamed = new Set();
const named = (one) => ["aria-label", "aria-labelledby", "title", "alt"].some((name) => one.getAttribute(name)?.trim())
  || one.textContent.trim() || [...one.querySelectorAll("img, [role=img], [aria-label]")].some(named);
const look = () => {
  for (const one of document.querySelectorAll("[class*=gx-] :is([role=img], button, a[href])")) {
    if (one.checkVisibility() && !one.closest("[aria-hidden=true]") && !named(one)) {
      window.unnamed.add(one.outerHTML.slice(0, 160));
    }
  }
  asked = false;
};
let asked = false;  // only a change of the document can take a name away, and it is painted with the next frame
new MutationObserver(() => {
  if (!asked) requestAnimationFrame(look);
  asked = true;
}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
"""

AXE = axe.Axe()


@dataclass(frozen=True)
class View:
    """A page in a state."""

    name: str
    address: str
    ready: str  # a selector of what is there once it is drawn
    then: Callable[[Page], None] | None = None  # leads to a second state, which is looked at too
    server: str = "full"


def _delete(page: Page) -> None:
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog").get_by_text("gone for good")).to_be_visible(timeout=OPEN_MS)


def _rename(page: Page) -> None:
    page.locator("[data-model=tiny-faces]").get_by_role("button", name="Rename").click()
    expect(page.get_by_role("dialog").get_by_role("textbox", name="Name")).to_be_visible(timeout=OPEN_MS)


def _settings(page: Page) -> None:
    page.get_by_text("All settings", exact=True).click()
    expect(page.get_by_role("tab").first).to_be_visible(timeout=OPEN_MS)
    page.get_by_role("combobox", name="data").click(timeout=OPEN_MS)
    page.get_by_role("option", name="clothes", exact=True).click()
    expect(page.get_by_text("(preset: digits)")).to_be_visible(timeout=OPEN_MS)


VIEWS = [
    View("models and rename", "/", ".gx-step canvas", _rename),
    View("no models", "/", ".gx-step", server="empty_server"),
    View("latent", "/latent?model=tiny-faces", ".gx-sliders input"),
    View("no model", "/latent", "[data-testid=stAlert]", server="empty_server"),
    View("arithmetic", "/arithmetic?model=tiny-faces", ".gx-labels input"),
    View("digits", "/digits?model=tiny-classes", ".gx-keys canvas"),
    View("translate", "/translate?model=tiny-paint&d=1", ".gx-over:not([hidden])", server="translating"),
    View("sharpen", "/translate?model=tiny-sharpen&lens=0.5_0.5", ".gx-lens:not([hidden])", server="translating"),
    View("change style", "/translate?model=tiny-style", ".gx-figure-words:has-text('mean')", server="translating"),
    View("no translator", "/translate", "[data-testid=stAlert]", server="empty_server"),
    View("playground", "/playground", ".gx-playground canvas"),
    View("failures", "/failures", ".gx-failure"),
    View("failure", "/failures?entry=misleading-loss&at=50", ".gx-replay canvas[aria-label*='at step']"),
    View("train and settings", "/train", ".st-key-start button", _settings),
    View("first run", "/train", ".st-key-start button", server="empty_server"),
    View("running", f"/train?run={RUNNING}", ".gx-card .main-svg"),
    View("finished and delete", f"/train?run={FINISHED}", ".gx-card .main-svg", _delete),
    View("failed", f"/train?run={FAILED}", "[data-testid=stAlert]"),
    View("compare", f"/compare?runs={FINISHED},{RUNNING}", ".gx-card .main-svg"),
    View("compare nothing", "/compare", ".gx-notes p", server="empty_server"),
]


@pytest.fixture(scope="module")
def full(tiny_server):
    """A server with models, and runs at work and at rest."""
    made = [FakeRun(name, home=tiny_server.runs) for name in (FINISHED, RUNNING, FAILED)]
    finished, running, failed = made
    finished.finished_quickly(200, grids=12)
    running.hold()
    for one in (running, failed):
        one.sample()
        one.rows(40)
        one.sample()
        one.measure()
    running.status()
    failed.status("failed", message="A loss is not finite at step 400.")
    (failed.folder.path / "train.log").write_text("step 400\n", "utf-8")
    yield tiny_server
    running.let_go()


def violations(page: Page, scheme: str) -> list[str]:
    """What axe finds, a line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    found = page.evaluate("options => axe.run(options)", OPTIONS[scheme])["violations"]
    return [
        f"{one['id']}: {node['target'][-1]}: {node['html'][:160]} ({_why(node)})"
        for one in found
        for node in one["nodes"]
    ]


def _why(node: dict) -> str:
    return "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])[:200]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name.replace(" ", "-"))
def test_a_page_has_no_barriers(page, request, view):
    server = request.getfixturevalue(view.server)
    page.emulate_media(color_scheme="light")
    first_of_all(page, UNNAMED)
    page.goto(server.url + view.address)
    expect(page.locator(view.ready).first).to_be_visible(timeout=OPEN_MS)
    backgrounds, found = set(), []

    def look(state: str, scheme: str) -> None:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(
            "dark => { const [r] = getComputedStyle(document.querySelector('.stApp')).backgroundColor.match(/\\d+/g);"
            " return (Number(r) < 128) === dark && !document.querySelector('[data-stale=true]') }",
            arg=scheme == "dark", timeout=OPEN_MS,
        )  # fmt: skip
        page.wait_for_function(  # colours that change slowly have arrived
            "document.getAnimations().every((one) => !(one instanceof CSSTransition) || one.playState === 'finished')"
        )
        backgrounds.add(page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor"))
        end = time.monotonic() + SETTLE_S
        while (wrong := violations(page, scheme)) and time.monotonic() < end:
            page.wait_for_timeout(100)  # our own colours follow the theme when the page is drawn the next time
        found.extend(f"{state}, {scheme}: {line}" for line in wrong)

    look("at first", "light")
    look("at first", "dark")
    if view.then:
        view.then(page)
        look("then", "dark")
        look("then", "light")
    assert len(backgrounds) == 2, "the page was looked at in light and in dark"
    assert not found, "\n" + "\n".join(found)
    assert page.evaluate("[...window.unnamed]") == [], "named from the first frame on"
