"""Makes the README's pictures: drives the app in Chromium, through a real one-minute run and the models that ship.

    python -m scripts.screenshots                       all of them
    python -m scripts.screenshots --only models,latent  some of: models, latent, arithmetic, digits,
                                                        translate, playground, failures, failure, train, doctor

The run gets a folder of its own and is thrown away; the data set is the project's own and is prepared first if need be.
A model that is not there is skipped with a sentence.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, TimeoutError, expect, sync_playwright

from pipelines import failures, paths
from pipelines.failures import live
from pipelines.models import registry
from pipelines.runs.folder import RunFolder
from scripts import chromium
from tests.conftest import Homes, Server, free_port

os.environ.pop("OMP_NUM_THREADS", None)  # set by tests.conftest for tests; pictures are of an app as it is started

IMAGES = paths.PROJECT / "docs" / "images"
WIDE, NARROW = (1600, 1000), (420, 900)
OPEN_S = 60.0  # the first model that is opened loads torch
START_S, RUN_S = 300.0, 480.0  # the first may download the data; a run on a slow machine takes up to 300 s
RUNNING_S = 25.0  # of training, when "running" is taken: digits to be seen, and far from the end
SETTLE_MS = 1500  # for fonts, charts and the last movement
SAMPLES = "img[alt^='Pictures by the generator']"


@dataclass(frozen=True)
class Shot:
    """A page with a model: wide in light and dark, and one of them narrow too."""

    name: str
    address: str
    model: str | None  # None: any
    drawn: str  # a selector of what shows that the page is there
    settle_ms: int = 5000  # until its last picture is there
    narrow: bool = False
    lively: str = ""  # a selector of what comes last, where the model can do it
    key: str = ""  # pressed once the page is there


EXPLORING = (
    Shot("models", "", None, ".gx-step canvas", settle_ms=2000, narrow=True, lively="[aria-label^='Five faces']"),
    Shot("latent", "latent", "faces", ".gx-latent canvas"),
    Shot("arithmetic", "arithmetic", "faces", ".gx-arithmetic canvas", settle_ms=8000),
    Shot("digits", "digits", "digits-by-class", ".gx-digits canvas"),
    Shot("translate", "translate", "paint-faces", ".gx-translate canvas:visible", narrow=True),
    Shot(
        "playground",
        "playground",
        None,
        ".gx-playground canvas",
        settle_ms=12_000,
        narrow=True,
        lively="text=/bits, real/",
        key="Space",
    ),
    Shot("failures", "failures", None, ".gx-failures canvas:visible", narrow=True),
    Shot("failure", "failures?entry=collapse-digits&at=60", None, ".gx-failures canvas:visible"),
)
TRAIN, DOCTOR = "train", "doctor"
PARTS = (*(shot.name for shot in EXPLORING), TRAIN, DOCTOR)


def main() -> None:
    """Take every picture, or those asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS), help=f"which, separated by commas: {', '.join(PARTS)}")
    wanted = parser.parse_args().only.split(",")
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; choose from {', '.join(PARTS)}")
    IMAGES.mkdir(parents=True, exist_ok=True)
    if not chromium.path():
        sys.exit("Screenshots need Chromium; install it and run this again.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        for name in ("runs", "saved"):
            (home / name).mkdir()
        homes = Homes(home / "runs", paths.data_home(), paths.models_home(), home / "saved")
        server = Server(paths.PROJECT / "streamlit_app.py", free_port(), homes, home / "log").start()
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.FLAGS)
        try:
            if TRAIN in wanted:  # first: the Models page shows what a run has learnt
                _training(browser, server.url, server.runs)
            if DOCTOR in wanted:
                _failing(browser, server.url, server.runs)
            for shot in EXPLORING:
                if shot.name in wanted:
                    _exploring(browser, server.url, shot)
        finally:
            browser.close()
            server.stop()


def _exploring(browser: Browser, url: str, shot: Shot) -> None:
    """The pictures of one page that explores a model."""
    published = registry.published()
    if shot.model not in published and (shot.model or not published):
        print(f"Skipped {shot.name}: the model {shot.model or 'to show'} is not in {paths.models_home()}.")
        return
    address = f"{url}/{shot.address}" + (f"?model={shot.model}" if shot.model else "")
    kinds = [(WIDE, False, ""), (WIDE, True, "-dark"), *([(NARROW, False, "-narrow")] if shot.narrow else [])]
    for size, dark, suffix in kinds:
        page = _open(browser, address, size, dark)
        expect(page.locator(shot.drawn).first).to_be_visible(timeout=1000 * OPEN_S)
        if shot.lively:
            with contextlib.suppress(TimeoutError):
                page.locator(shot.lively).wait_for(timeout=1000 * OPEN_S)
        if shot.key:
            page.keyboard.press(shot.key)
        page.wait_for_timeout(shot.settle_ms)
        _take(page, shot.name + suffix)
        page.context.close()


def _training(browser: Browser, url: str, runs: Path) -> None:
    """The Train page: empty, its settings, and a run of a minute."""
    page = _open(browser, f"{url}/train", WIDE)
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

    expect(page.get_by_text(re.compile("^Finished (at step|after)"))).to_be_visible(timeout=1000 * RUN_S)
    _take(page, "train-finished")
    _take(dark, "train-finished-dark")
    _take(_open(browser, page.url, NARROW), "train-narrow")


def _failing(browser: Browser, url: str, runs: Path) -> None:
    """A run that fails and its cured twin: what the doctor says, and both compared."""
    os.environ["GAN_EXPLORER_RUNS"] = str(runs)
    twins = live.start("collapse-digits")
    deadline = time.monotonic() + 2 * RUN_S
    while any(run.status().active for run in twins.values()):
        if time.monotonic() > deadline:
            sys.exit("The failing run and its cured twin did not end in time.")
        time.sleep(1)
    for dark, suffix in ((False, ""), (True, "-dark")):
        page = _open(browser, f"{url}/train?run={twins[failures.SICK].id}", WIDE, dark)
        page.locator(".gx-doctor-toggle").click(timeout=1000 * OPEN_S)
        _take(page, DOCTOR + suffix)
        ids = ",".join(run.id for run in twins.values())
        page = _open(browser, f"{url}/compare?runs={ids}", WIDE, dark)
        expect(page.locator(SAMPLES).first).to_be_visible(timeout=1000 * OPEN_S)
        page.wait_for_timeout(3000)
        _take(page, f"compare{suffix}")


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
