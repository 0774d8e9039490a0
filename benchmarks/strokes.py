"""From a stroke on the page Translate to the new picture: one visitor who paints.

    python -m benchmarks.strokes [--model paint-faces ...] [--seconds 5]

The real server and headless Chromium run on the same cores. The page of each model that reads a map or a drawing is
opened, and the pointer paints to and fro at 60 movements a second. For each movement that changes the map the time is
taken from the pointer event's own time stamp to the first picture of that map or of a later one (``drawn``), and to the
frame of the screen in which it is shown (``shown``). At the end the picture must be that of the last map.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import time
from typing import Any

import numpy as np
from playwright.async_api import Browser, async_playwright

from benchmarks._machine import keep, machine_class
from benchmarks.drag import AWAKE, RATE, TARGET_ALONE_MS, latencies
from benchmarks.viewer_cost import serve
from pipelines.models import registry
from scripts import chromium

# The page counts what it wants drawn in ``data-wanted``, and says in ``data-shown`` which of these is shown.
HOOK = """
() => {
  const place = document.querySelector(".gx-translate"), first = Number(place.dataset.wanted);
  const log = (window.gxStrokes = { moves: [], drawn: [], shown: [] });
  let pointer = 0;
  document.addEventListener("pointermove", (event) => {
    pointer = (event.getCoalescedEvents()[0] ?? event).timeStamp;
  }, true);
  document.addEventListener("pointermove", () => {
    while (log.moves.length < Number(place.dataset.wanted) - first) log.moves.push(pointer);
  });
  new MutationObserver(() => {
    const upTo = JSON.parse(place.dataset.shown).wanted - first;
    log.drawn.push([upTo, performance.now()]);
    requestAnimationFrame(() => log.shown.push([upTo, performance.now()]));
  }).observe(place, { attributeFilter: ["data-shown"] });
}
"""
SETTLED = """() => {
  const { shown, wanted } = document.querySelector(".gx-translate")?.dataset ?? {};
  return shown && String(JSON.parse(shown).wanted) === wanted;
}"""


async def painted(browser: Browser, url: str, model: str, seconds: float) -> dict[str, Any]:
    """One visitor's strokes on the map of a model, measured."""
    page = await browser.new_page(viewport={"width": 1600, "height": 1000})
    await page.goto(f"{url}/translate?model={model}", timeout=120_000)
    await page.wait_for_function(SETTLED, timeout=120_000)
    await page.wait_for_timeout(1000)
    await page.evaluate(HOOK)
    box = await page.locator(".gx-paint-canvas canvas").bounding_box()
    start, sent = time.monotonic(), []
    for number in range(int(seconds * RATE)):  # a spiral, so that nearly each movement reaches new cells
        turn, reach = number / 40, 0.1 + 0.3 * (number / RATE / seconds)
        at = [0.5 + reach * math.cos(turn), 0.5 + reach * math.sin(turn)]
        place = box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"]
        sent.append(asyncio.create_task(page.mouse.move(*place)))
        if not number:
            await asyncio.gather(*sent)
            await page.mouse.down()
        await asyncio.sleep(max(0.0, start + (number + 1) / RATE - time.monotonic()))
    await asyncio.gather(*sent)
    lasted = time.monotonic() - start
    await page.mouse.up()
    await page.wait_for_timeout(1500)
    log, right = await page.evaluate("window.gxStrokes"), await page.evaluate(SETTLED)
    found = {kind: latencies(log["moves"], log[kind]) for kind in ("drawn", "shown")}
    await page.close()
    return {
        "model": model,
        "changes": len(log["moves"]),
        "pictures_per_s": round(len(log["drawn"]) / lasted, 1),
        "ends_right": right,
        **{
            f"{kind}_ms": [round(float(np.percentile(ms, share)), 1) for share in (50, 95)]
            for kind, ms in found.items()
        },
    }


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", nargs="+", help="models to paint for; otherwise all that ship and are painted for")
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    entries = [registry.find(name) for name in registry.published()]
    models = options.model or [one.id for one in entries if one.ships and one.translates and one.spec.paired and (
        one.spec.condition_shape[-1] == one.config.size)]  # fmt: skip
    if not models:
        raise SystemExit("No model that is painted for ships here yet; name one with --model.")
    about = {**machine_class(), "cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 1)}
    server, url = serve()
    print(f"{'model':20} {'changes':>8} {'median':>8} {'p95':>8} {'shown':>8} {'pictures/s':>10}   ms")
    results = []
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium.path(), args=chromium.FLAGS + AWAKE)
            for model in models:
                one = await painted(browser, url, model, options.seconds)
                results.append(one)
                figures = [*one["drawn_ms"], one["shown_ms"][1]]
                print(f"{model:20} {one['changes']:8} " + " ".join(f"{figure:8.0f}" for figure in figures), end=" ")
                print(f"{one['pictures_per_s']:10.1f}")
            await browser.close()
    finally:
        server.terminate()
        server.wait(20)
    for one in results:
        verdict = "reached" if one["drawn_ms"][1] < TARGET_ALONE_MS else "MISSED"
        print(f"{one['model']}: p95 {one['drawn_ms'][1]:.0f} ms, target {TARGET_ALONE_MS} ms: {verdict}")
        if not one["ends_right"]:
            print("The last picture is NOT that of the last map.")
    keep("strokes", {**about, "seconds": options.seconds, "moves_per_s": RATE, "models": results})


if __name__ == "__main__":
    asyncio.run(main())
