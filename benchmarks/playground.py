"""How fast is the playground: pictures a second in the browser, and does drawing slow down the training?

    python -m benchmarks.playground [--seconds 6] [--rounds 3]

A game of the playground (the ring, with its usual settings) plays in headless Chromium, which draws without a GPU, on
the same cores as its server. At each pace (steps a picture): pictures and steps a second as the page counts them, with
all layers drawn and with none, in turns; the medians over the rounds, and of each round's ratio. *Alone* is how many
steps a second the same game makes in this process, measured in the same run, with neither page nor pictures.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from typing import Any
from urllib.parse import urlencode

import torch
from playwright.sync_api import Page, sync_playwright

from benchmarks._machine import keep, machine_class
from benchmarks.pages import WINDOW, a_browser
from pipelines.playground.game import Game
from pipelines.playground.settings import from_dict

PACES, LAYERS, TARGET = (1, 4, 16), "surface,real,fake,push,net", 15
COUNT = """(seconds) => new Promise((resolve) => {
    const game = document.querySelector(".gx-game"), began = performance.now(), first = Number(game.dataset.step);
    let pictures = 0;
    const seen = new MutationObserver(() => { pictures += 1; });
    seen.observe(game, { attributes: true, attributeFilter: ["data-step"] });
    setTimeout(() => {
        const took = (performance.now() - began) / 1000;
        seen.disconnect();
        resolve({ pictures: pictures / took, steps: (Number(game.dataset.step) - first) / took });
    }, 1000 * seconds);
})"""


def played(page: Page, url: str, pace: int, hide: str, seconds: float) -> dict[str, float]:
    """Pictures and steps a second."""
    page.goto(f"{url}/playground?{urlencode({'pace': pace, 'hide': hide, 'story': '-'})}")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("Number(document.querySelector('.gx-game')?.dataset.step) > 50", timeout=60_000)
    found = page.evaluate(COUNT, seconds)
    page.get_by_role("button", name="Pause", exact=True).click()
    return found


def alone(seconds: float) -> float:
    """Steps a second of the game by itself."""
    game = Game(from_dict({}))
    steps, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        game.advance(PACES[-1])
        steps += PACES[-1]
    return steps / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=6.0, help="of each game in each round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    results: dict[str, Any] = {**machine_class(), "alone_steps_per_s": round(alone(options.seconds), 1), "paces": []}
    print(f"alone: {results['alone_steps_per_s']} steps/s\npace  pictures/s  steps/s  with nothing drawn  ratio")
    with sync_playwright() as playwright, a_browser(playwright, WINDOW) as (window, url):
        page = window.new_page()
        for pace in PACES:
            rounds = [
                [played(page, url, pace, hide, options.seconds) for hide in ("", LAYERS)] for _ in range(options.rounds)
            ]
            drawn, bare = ([each[at]["steps"] for each in rounds] for at in (0, 1))
            row = {
                "pace": pace,
                "pictures_per_s": round(statistics.median(each[0]["pictures"] for each in rounds), 1),
                "steps_per_s": round(statistics.median(drawn), 1),
                "bare_steps_per_s": round(statistics.median(bare), 1),
                "ratio": round(statistics.median(a / b for a, b in zip(drawn, bare, strict=True)), 3),
            }
            results["paces"].append(row)
            verdict = "reached" if row["pictures_per_s"] >= TARGET else "MISSED"
            print(f"{pace:4} {row['pictures_per_s']:11} {row['steps_per_s']:8} {row['bare_steps_per_s']:19} "
                  f"{row['ratio']:6}   target {TARGET} pictures/s: {verdict}", flush=True)  # fmt: skip
    keep("playground", results)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    torch.set_num_threads(1)
    main()
