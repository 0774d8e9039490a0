"""How long a visitor waits for a page: the first one on a server that has just started, and each change of page.

    python -m benchmarks.pages [--pages models latent ... crowded] [--rounds 5]

*Cold*: a new server process and a new browser each time, so that torch and the model are loaded while the page waits;
from the navigation until the page is drawn. *Warm*: a server and a browser that have seen every page once; a visitor in
a new tab goes from the first page to each other and back by clicks on the navigation, then the next visitor does; from
the click until the destination is drawn. *Drawn* means that the heading, the main picture and the controls are there:
all models' cards with their pictures, the large picture with its sliders, the result of the equation, the sheet of
digits, the Start button. On the Models page the lively tiles come later by design and are not waited for. Server and
headless Chromium run on the same cores, the models are those that ship, and there are no runs.

*Crowded*: the Train page with 200 runs in its list, all of which are there when it counts as drawn, and the page of a
run with 100,000 rows, drawn when all its curves are, in a window so tall that they are in sight; opened in a new tab
each time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from benchmarks._machine import keep, machine_class
from benchmarks.viewer_cost import serve
from pipelines.models import registry
from scripts import chromium
from tests.fake_run import FakeRun

TARGET_FIRST_MS, TARGET_CHANGE_MS = 3000, 1000
FIRST = "models"
LONGEST_MS = 60_000
WINDOW = {"width": 1280, "height": 720}
TALL = {"width": 1280, "height": 2400}

# The page's name in the navigation, its address, and what must be so when it is drawn.
PAGES = {
    "models": ("Models", "", """() => visible("h1") && cards.length >= %d
        && cards.every((card) => card.querySelector(".gx-contact canvas"))"""),
    "latent": ("Latent space", "latent", """() => visible("h1") && visible(".gx-latent input[data-direction]")
        && visible(".gx-latent .gx-large") && !visible(".gx-latent .gx-waiting")
        && document.querySelectorAll(".gx-latent .gx-left .gx-tile").length === 8"""),
    "arithmetic": ("Arithmetic", "arithmetic", """() => visible("h1") && visible(".gx-arithmetic[data-drawn]")
        && document.querySelector(".gx-arithmetic .gx-wall canvas")?.width === 64"""),
    "digits": ("Digits", "digits", """() => visible("h1") && visible(".gx-digits .gx-keys button")
        && visible(".gx-digits section[data-shown]")"""),
    "train": ("Train", "train", """() => visible(".gx-run-list") && [...document.querySelectorAll("button")].some(
        (button) => button.textContent.includes("Start:") && button.checkVisibility())"""),
}  # fmt: skip

ROWS, RUNS = 100_000, 200
CROWDED = "crowded"
# Of the crowded server: what is opened, its address, and what must be so when it is drawn.
CURVES = 4  # at least, of which the run has more
BUSY = {
    f"Train, {RUNS} runs": ("train", """() => visible("h1") && document.querySelectorAll(".gx-run-list li").length > 200
        && [...document.querySelectorAll("button")].some((button) => button.textContent.includes("Start:"))"""),
    f"curves, {ROWS:,} rows": ("train?run=%s", f"""() => {{
        const shown = [...document.querySelectorAll(".gx-curves .gx-card")].filter((card) => card.checkVisibility());
        return shown.length >= {CURVES} && shown.every((card) =>
           card.querySelector(".js-plotly-plot .trace path, .js-plotly-plot canvas")); }}"""),
}  # fmt: skip

# Waits, frame by frame, until the page is drawn: resolves to the page's own clock at that frame.
WAIT = """
() => new Promise((resolve, reject) => {
  const begun = performance.now();
  const visible = (selector) => [...document.querySelectorAll(selector)].some((one) => one.checkVisibility());
  const look = () => {
    const cards = [...document.querySelectorAll(".gx-card")];
    if ((%s)()) resolve(performance.now());
    else if (performance.now() - begun > LONGEST) reject(new Error("The page is not drawn."));
    else requestAnimationFrame(look);
  };
  look();
})
"""

# The same from a click on the navigation, in milliseconds.
CHANGE = """
async () => {
  const links = [...document.querySelectorAll('[data-testid="stTopNavLink"]')];
  const link = links.find((one) => one.textContent.endsWith("%s"));
  const start = performance.now();
  link.click();
  return await (%s)() - start;
}
"""


def drawn(page: str) -> str:
    """The script that waits for a page."""
    ready = PAGES[page][2]
    return WAIT.replace("LONGEST", str(LONGEST_MS)) % (ready % len(registry.published()) if page == "models" else ready)


def opened(window: BrowserContext, url: str, page: str) -> tuple[Page, float]:
    """A page in a tab of its own, and the ms from the navigation until it was drawn."""
    fresh = window.new_page()
    fresh.goto(f"{url}/{PAGES[page][1]}", wait_until="commit")
    return fresh, fresh.evaluate(drawn(page))


@contextmanager
def a_browser(playwright: Any, window: dict[str, int]) -> Iterator[tuple[BrowserContext, str]]:
    """A window of a new browser, and the address of a new server."""
    server, url = serve()
    browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.FLAGS)
    try:
        yield browser.new_context(viewport=window), url
    finally:
        browser.close()
        server.terminate()
        server.wait(20)


def cold(playwright: Any, page: str) -> float:
    """A page as the first one that a new server is asked for, by a new browser."""
    with a_browser(playwright, WINDOW) as (window, url):
        return opened(window, url, page)[1]


def warm(playwright: Any, pages: list[str], rounds: int) -> dict[str, list[float]]:
    """Changes of page by a visitor who has seen them all."""
    found: dict[str, list[float]] = {page: [] for page in dict.fromkeys([*pages, FIRST])}
    with a_browser(playwright, WINDOW) as (window, url):
        for number in range(rounds + 1):
            visitor, _ = opened(window, url, FIRST)
            for page in [*(one for one in pages if one != FIRST), FIRST]:
                visitor.wait_for_timeout(1500 if number else 5000)  # what a page still does after it is drawn
                took = visitor.evaluate(CHANGE % (PAGES[page][0], drawn(page)))
                if number:  # the first round only warms up
                    found[page].append(took)
            visitor.close()
    return found


def crowded(playwright: Any, home: Path, rounds: int) -> dict[str, list[float]]:
    """The Train page on a server with many runs, and a very long one."""
    for number in range(RUNS):
        FakeRun(f"20261121-{number:06d}-many", home=home).finished_quickly(40, grids=2)
    long = FakeRun("20261121-999999-long", home=home)
    long.finished_quickly(ROWS)
    found: dict[str, list[float]] = {name: [] for name in BUSY}
    with a_browser(playwright, TALL) as (window, url):
        for number in range(rounds + 1):
            for name, (address, ready) in BUSY.items():
                visitor = window.new_page()
                visitor.goto(f"{url}/{address.replace('%s', long.folder.id)}", wait_until="commit")
                took = visitor.evaluate(WAIT.replace("LONGEST", str(LONGEST_MS)) % ready)
                if number:  # the first round only warms up
                    found[name].append(took)
                visitor.close()
    return found


def say(page: str, kind: str, times: list[float], target: int | None) -> dict[str, Any]:
    """A line for a page."""
    median, worst = statistics.median(times), max(times)
    verdict = "" if target is None else f"target {target / 1000:.0f} s: {'reached' if median <= target else 'MISSED'}"
    print(f"{page:22} {kind:6} {median:8.0f} {worst:8.0f}   {verdict}", flush=True)
    return {"page": page, "kind": kind, "ms": [round(one) for one in times], "median_ms": round(median)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", nargs="+", choices=[*PAGES, CROWDED], default=[*PAGES, CROWDED])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    about = {**machine_class(), "cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 1)}
    print(f"{'page':22} {'kind':6} {'median':>8} {'worst':>8}   ms, of {options.rounds}")
    results = []
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        os.environ |= {f"GAN_EXPLORER_{name}": f"{home}/{name.lower()}" for name in ("RUNS", "SAVED")}
        pages = [page for page in options.pages if page != CROWDED]
        for page in pages:
            times = [cold(playwright, page) for _ in range(options.rounds)]
            results.append(say(page, "cold", times, TARGET_FIRST_MS if page == FIRST else None))
        for page, times in warm(playwright, pages, options.rounds).items() if pages else ():
            results.append(say(page, "warm", times, TARGET_CHANGE_MS))
        if CROWDED in options.pages:
            for page, times in crowded(playwright, Path(home) / "runs", options.rounds).items():
                results.append(say(page, "open", times, None))
    keep("pages", {**about, "rounds": options.rounds, "results": results})


if __name__ == "__main__":
    main()
