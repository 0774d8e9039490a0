"""Makes the README's pictures: drives the app in Chromium through a real one-minute run.

    python -m scripts.screenshots

The run gets a folder of its own and is thrown away; the data set is the project's own and is prepared first if need be.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, expect, sync_playwright

from pipelines import paths
from pipelines.runs.folder import RunFolder
from tests.conftest import CHROMIUM_FLAGS, Server, free_port

IMAGES = paths.PROJECT / "docs" / "images"
WIDE, NARROW = (1600, 1000), (420, 900)
START_S, RUN_S = 300.0, 240.0  # the first may download the data
RUNNING_S = 25.0  # of training, when "running" is taken: digits to be seen, and far from the end
SETTLE_MS = 1500  # for fonts, charts and the last movement
SAMPLES = "img[alt^='Pictures by the generator']"


def main() -> None:
    """Take every picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("Screenshots need Chromium; install it and run this again.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        (home / "runs").mkdir()
        server = Server(paths.PROJECT / "streamlit_app.py", free_port(), home / "runs", paths.data_home(), home / "log")
        server.start()
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        try:
            _take_all(browser, server.url, server.runs)
        finally:
            browser.close()
            server.stop()


def _take_all(browser: Browser, url: str, runs: Path) -> None:
    page = _open(browser, url, WIDE)
    start = page.locator(".st-key-start").get_by_role("button")
    expect(start).to_be_enabled(timeout=30_000)
    _take(page, "train-empty")
    page.get_by_role("radio", name="All settings").click()
    page.get_by_role("tab", name="Networks").click()
    _take(page, "train-settings")

    clicked = time.monotonic()
    start.click()
    expect(page.locator(SAMPLES)).to_be_visible(timeout=1000 * START_S)
    print(f"The first picture was there {time.monotonic() - clicked:.1f} s after the click.")
    dark = _open(browser, page.url, WIDE, dark=True)
    run = RunFolder(runs / parse_qs(urlsplit(page.url).query)["run"][0])
    while run.status().seconds < RUNNING_S and run.status().active:
        time.sleep(0.2)
    _take(page, "train-running")
    _take(dark, "train-running-dark")

    expect(page.get_by_text("Finished at step")).to_be_visible(timeout=1000 * RUN_S)
    _take(page, "train-finished")
    _take(dark, "train-finished-dark")
    _take(_open(browser, page.url, NARROW), "train-narrow")


def _open(browser: Browser, url: str, size: tuple[int, int], dark: bool = False) -> Page:
    """A new page in a browser of its own, as another visitor has it."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=30_000)
    return page


def _take(page: Page, name: str) -> None:
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")
    print(IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
