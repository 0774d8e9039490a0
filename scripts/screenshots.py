"""Makes the README's pictures: drives the app in Chromium, through a real one-minute run and the models that ship.

    python -m scripts.screenshots                       all of them
    python -m scripts.screenshots --only models,latent  some of: models, latent, arithmetic, digits,
                                                        translate, playground, failures, failure, train, doctor,
                                                        truncation, attention, styles, stages, singular-values,
                                                        reader

Runs get a folder of their own and are thrown away; data sets are the project's own and are prepared first if need be.
A model that is not there is skipped with a sentence. What only some network families have is drawn of your last run of
a preset (in ``GAN_EXPLORER_RUNS``); where you have none, of one of three minutes, which is too short for good pictures.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page, TimeoutError, expect, sync_playwright

from pipelines import data, failures, paths
from pipelines.config.presets import PRESETS
from pipelines.errors import GanError
from pipelines.failures import live
from pipelines.models import fine_tuning, registry
from pipelines.runs import jobs
from pipelines.runs.folder import RunFolder
from scripts import chromium
from tests.conftest import Homes, Server, free_port

os.environ.pop("OMP_NUM_THREADS", None)  # set by tests.conftest for tests; pictures are of an app as it is started

IMAGES = paths.PROJECT / "docs" / "images"
WIDE, NARROW = (1600, 1000), (420, 900)
OPEN_S = 60.0  # the first model that is opened loads torch
START_S, RUN_S = 300.0, 480.0  # the first may download the data; a run on a slow machine takes up to 300 s
FAMILY_S, GROWTH = 180.0, 4000  # of training, and pictures of each stage of it, where a preset has not been run yet
LABELLED, LEARNT_S = 400, 20.0  # pictures of a folder with labels, and of training on them
RUNNING_S = 25.0  # of training, when "running" is taken: digits to be seen, and far from the end
SETTLE_MS = 1500  # for fonts, charts and the last movement
SAMPLES = "img[alt^='Pictures by the generator']"


@dataclass(frozen=True)
class Shot:
    """A page with a model, or with a run of a preset: wide in light and dark, and one of them narrow too."""

    name: str
    address: str  # with {model} where it names the model, or the run of the preset
    model: str | None  # None: any, or that run
    drawn: str  # a selector of what shows that the page is there
    settle_ms: int = 5000  # until its last picture is there
    narrow: bool = False
    lively: str = ""  # a selector of what comes last, where the model can do it
    key: str = ""  # pressed once the page is there
    choice: tuple[str, str] = ("", "")  # a selector, and what is chosen there once the page is there
    part: str = ""  # a selector of what is pictured alone
    preset: str = ""


EXPLORING = (
    Shot("models", "", None, ".gx-step canvas", settle_ms=2000, narrow=True, lively="[aria-label^='Five faces']"),
    Shot("latent", "latent?model={model}", "faces", ".gx-latent canvas"),
    Shot("truncation", "latent?model={model}&psi=0.6", "digits-by-class", ".gx-latent canvas",
         lively=".gx-tradeoff:has-text('features')"),
    Shot("arithmetic", "arithmetic?model={model}", "faces", ".gx-arithmetic canvas", settle_ms=8000),
    Shot("digits", "digits?model={model}", "digits-by-class", ".gx-digits canvas"),
    Shot("translate", "translate?model={model}", "paint-faces", ".gx-translate canvas:visible", narrow=True),
    Shot("playground", "playground", None, ".gx-playground canvas", settle_ms=12_000, narrow=True,
         lively="text=/bits, real/", key="Space"),
    Shot("failures", "failures", None, ".gx-failures canvas:visible", narrow=True),
    Shot("failure", "failures?entry=collapse-digits&at=60", None, ".gx-failures canvas:visible"),
)  # fmt: skip
FAMILIES = (
    Shot("attention", "latent?model={model}&tab=attention&place=0.33_0.45", None, ".gx-heat", preset="sagan-faces"),
    Shot("styles", "latent?model={model}&tab=styles&mix=1_m_", None, ".gx-mixed canvas", preset="stylegan-digits"),
    Shot("stages", "latent?model={model}&tab=stages", None, ".gx-stages canvas", preset="progressive-faces"),
    Shot("singular-values", "train?run={model}", None, "[data-chart=steep]", part=".gx-cards",
         choice=("[data-chart=steep] select", "singular value"), preset="stylegan-digits"),
)  # fmt: skip
TRAIN, DOCTOR, READER = "train", "doctor", "reader"
PARTS = (*(shot.name for shot in EXPLORING), TRAIN, DOCTOR, *(shot.name for shot in FAMILIES), READER)


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
    kept = jobs.runs()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        for name in ("runs", "saved"):
            (home / name).mkdir()
        homes = Homes(home / "runs", paths.data_home(), paths.models_home(), home / "saved")
        os.environ |= homes.environment()
        server = Server(paths.PROJECT / "streamlit_app.py", free_port(), homes, home / "log").start()
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.FLAGS)
        try:
            if TRAIN in wanted:  # first: the Models page shows what a run has learnt
                _training(browser, server.url, server.runs)
            if DOCTOR in wanted:
                _failing(browser, server.url)
            for shot in EXPLORING:
                if shot.name in wanted:
                    _exploring(browser, server.url, shot)
            run_of = cache(lambda preset: _run_of(preset, kept))
            for shot in FAMILIES:
                if shot.name in wanted:
                    run = run_of(shot.preset)
                    _drawn(browser, f"{server.url}/{shot.address.format(model=run.id)}", shot)
            if READER in wanted and _is_there("faces", READER):
                _reading(browser, home)
        finally:
            browser.close()
            server.stop()


def _exploring(browser: Browser, url: str, shot: Shot) -> None:
    """The pictures of one page that explores a model."""
    if _is_there(shot.model, shot.name):
        _drawn(browser, f"{url}/{shot.address.format(model=shot.model)}", shot)


def _is_there(model: str | None, name: str) -> bool:
    """Whether a model, or any, is published; if not, a sentence says what is skipped."""
    published = registry.published()
    found = model in published if model else bool(published)
    if not found:
        print(f"Skipped {name}: the model {model or 'to show'} is not in {paths.models_home()}.")
    return found


def _drawn(browser: Browser, address: str, shot: Shot) -> None:
    kinds = [(WIDE, False, ""), (WIDE, True, "-dark"), *([(NARROW, False, "-narrow")] if shot.narrow else [])]
    for size, dark, suffix in kinds:
        page = _open(browser, address, size, dark)
        drawn = page.locator(shot.drawn).first
        expect(drawn).to_be_visible(timeout=1000 * OPEN_S)
        drawn.scroll_into_view_if_needed()
        if shot.lively:
            with contextlib.suppress(TimeoutError):
                page.locator(shot.lively).wait_for(timeout=1000 * OPEN_S)
        if shot.choice[0]:
            page.locator(shot.choice[0]).select_option(label=shot.choice[1])
        if shot.key:
            page.keyboard.press(shot.key)
        page.wait_for_timeout(shot.settle_ms)
        _take(page, shot.name + suffix, shot.part)
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


def _failing(browser: Browser, url: str) -> None:
    """A run that fails and its cured twin: what the doctor says, and both compared."""
    twins = live.start("collapse-digits")
    _ended(*twins.values())
    for dark, suffix in ((False, ""), (True, "-dark")):
        page = _open(browser, f"{url}/train?run={twins[failures.SICK].id}", WIDE, dark)
        page.locator(".gx-doctor-toggle").click(timeout=1000 * OPEN_S)
        _take(page, DOCTOR + suffix)
        ids = ",".join(run.id for run in twins.values())
        page = _open(browser, f"{url}/compare?runs={ids}", WIDE, dark)
        expect(page.locator(SAMPLES).first).to_be_visible(timeout=1000 * OPEN_S)
        page.wait_for_timeout(3000)
        _take(page, f"compare{suffix}")


def _run_of(preset: str, kept: list[RunFolder]) -> RunFolder:
    """A copy of the newest kept run of a preset that can be explored, or else a run of it of three minutes."""
    for run in kept:
        with contextlib.suppress(GanError):
            if run.record().preset == preset and run.has_checkpoint and not run.status().active:
                return RunFolder(shutil.copytree(run.path, paths.runs_home() / run.id))
    print(f"You have no run of {preset}: it is trained for {FAMILY_S:.0f} s.")
    return _ended(jobs.start(PRESETS[preset].config.changed(seconds=FAMILY_S, growth=GROWTH), preset))


def _ended(*runs: RunFolder) -> RunFolder:
    """Wait until runs have ended; returns the first."""
    deadline = time.monotonic() + 2 * RUN_S
    while any(run.status().active for run in runs):
        if time.monotonic() > deadline:
            sys.exit("A run did not end in time.")
        time.sleep(1)
    return runs[0]


def _reading(browser: Browser, home: Path) -> None:
    """A folder of labelled pictures, of which a model is trained further for a moment: its reader, by a click."""
    faces = data.load("faces", size=64, channels=3)
    pictures = home / "my-faces"
    pictures.mkdir()
    for number, image in enumerate(faces.images[:LABELLED]):
        Image.fromarray(image.transpose(1, 2, 0)).save(pictures / f"{number}.png")
    with (pictures / "attributes.csv").open("w", encoding="utf-8", newline="") as file:
        rows = ([f"{number}.png", *row] for number, row in enumerate(faces.attributes[:LABELLED]))
        csv.writer(file).writerows([["file", *faces.attribute_names], *rows])
    (home / "reading").mkdir()
    homes = replace(Homes.under(home / "reading"), models=paths.models_home())  # no reader is left beside your data
    os.environ |= homes.environment()
    run = fine_tuning.begin("faces", {"data": "folder", "folder": str(pictures), "seconds": LEARNT_S})
    jobs.launch(run)
    _ended(run)
    server = Server(paths.PROJECT / "streamlit_app.py", free_port(), homes, home / "reading.log").start()
    try:
        for dark, suffix in ((False, ""), (True, "-dark")):
            page = _open(browser, f"{server.url}/latent?model={run.id}&group=label", WIDE, dark)
            reader = page.locator(".gx-own-reader")
            summary = reader.get_by_text("Your reader tells")
            if not dark:
                reader.get_by_role("button", name="Train a reader").click(timeout=1000 * OPEN_S)
            summary.click(timeout=1000 * RUN_S)
            expect(page.get_by_role("slider", name="Glasses", exact=True)).to_be_visible(timeout=1000 * OPEN_S)
            page.wait_for_timeout(2000)
            _take(page, READER + suffix)
    finally:
        server.stop()


def _open(browser: Browser, url: str, size: tuple[int, int], dark: bool = False) -> Page:
    """A new page in a browser of its own, as another visitor has it."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=30_000)
    return page


def _take(page: Page, name: str, part: str = "") -> None:
    if part:  # whole below the page's bar, which stays where it is
        page.set_viewport_size({"width": WIDE[0], "height": 2 * WIDE[1]})
    page.wait_for_timeout(SETTLE_MS)
    pictured = page.locator(part) if part else page
    pictured.screenshot(path=IMAGES / f"{name}.png", animations="disabled")
    print(IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
