"""From a movement of the pointer to the new picture: one visitor who drags a slider, then several at once.

    python -m benchmarks.drag [--model faces ...] [--visitors 10] [--seconds 5]

The real server and headless Chromium run on the same cores. The Latent page of each model is opened and its first
slider is dragged to and fro at 60 movements a second. For each movement the time is taken from the pointer event's own
time stamp to the first picture that was asked for at or after that movement and lies on the canvas (``drawn``), and to
the frame of the screen in which it is shown (``shown``). At the end the picture must be that of the slider's last
value, pixel by pixel. Then several visitors drag the same model at once: first each in a browser context of its own, so
that ten browsers and the server share the cores; then one in a browser, and the others as bare connections that ask as
their pages would, which is what the server sees when they sit at computers of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import time
from typing import Any

import numpy as np
import psutil
from playwright.async_api import Browser, Page, async_playwright

from benchmarks._machine import keep, machine_class
from benchmarks.viewer_cost import chromium_processes, cpu_seconds, serve
from pipelines.models import registry
from scripts import chromium

RATE = 60  # movements a second
PERIOD_S = 2.0  # of the motion to and fro
AWAKE = ["--disable-background-timer-throttling", "--disable-renderer-backgrounding",
         "--disable-backgrounding-occluded-windows"]  # fmt: skip
TARGET_ALONE_MS, TARGET_MANY_MS = 80, 300

# Counts movements as they reach the page, and notes for each request how many there had been and for each picture on
# the large canvas which request it shows. The page itself is as it ships.
HOOK = """
(() => {
  const log = (window.gxDrag = { moves: [], drawn: [], shown: [], body: null });
  let pointer = 0, seen = -1;
  document.addEventListener("pointermove", (event) => {
    pointer = (event.getCoalescedEvents()[0] ?? event).timeStamp;
  }, true);
  document.addEventListener("input", (event) => {
    if (event.target.dataset?.direction) log.moves.push(pointer);
  }, true);
  const fetch = window.fetch;
  window.fetch = async (address, options) => {
    const counts = String(address).endsWith("/pictures");
    const upTo = log.moves.length;
    const answer = await fetch(address, options);
    if (!counts) return answer;
    const read = answer.arrayBuffer.bind(answer);
    answer.arrayBuffer = async () => {
      const bytes = await read();
      seen = upTo;
      log.body = options.body;
      return bytes;
    };
    return answer;
  };
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...all) {
    put.apply(this, all);
    if (!this.canvas.classList.contains("gx-large")) return;
    const upTo = seen;
    log.drawn.push([upTo, performance.now()]);
    requestAnimationFrame(() => log.shown.push([upTo, performance.now()]));
  };
})();
"""

# Whether the large canvas holds the picture that the slider's value asks for.
CHECK = """
async (direction) => {
  const log = window.gxDrag;
  const wish = JSON.parse(log.body);
  const value = Number(document.querySelector(`input[data-direction="${direction}"]`).value);
  const tiles = [...document.querySelectorAll(".gx-left .gx-tile")];
  const at = tiles.findIndex((tile) => tile.getAttribute("aria-pressed") === "true");
  if ((wish.points[at].moves?.[direction] ?? 0) !== value) return false;
  const model = new URLSearchParams(location.search).get("model");
  const answer = await fetch(`/api/models/${model}/pictures?check`, { method: "POST", body: log.body,
    headers: { "content-type": "application/json" } });
  const [, height, width, channels] = answer.headers.get("x-shape").split(",").map(Number);
  const bytes = new Uint8Array(await answer.arrayBuffer()).subarray(at * height * width * channels);
  const canvas = document.querySelector(".gx-large");
  const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  for (let pixel = 0; pixel < height * width; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      if (pixels[4 * pixel + channel] !== bytes[pixel * channels + Math.min(channel, channels - 1)]) return false;
    }
  }
  return true;
}
"""


async def visit(browser: Browser, url: str, model: str) -> tuple[Page, dict[str, float], str]:
    """A visitor's page, its first slider's box and direction, when all is drawn."""
    context = await browser.new_context(viewport={"width": 1600, "height": 1000})
    page = await context.new_page()
    await page.add_init_script(HOOK)
    await page.goto(f"{url}/latent?model={model}", timeout=120_000)
    slider = page.locator("input[data-direction]").first
    await slider.wait_for(timeout=120_000)
    await page.wait_for_function("window.gxDrag.drawn.length > 0", timeout=120_000)
    await page.wait_for_timeout(2000)  # D and the nearest training pictures have been asked
    return page, await slider.bounding_box(), await slider.get_attribute("data-direction")


async def drag(page: Page, box: dict[str, float], seconds: float) -> None:
    """Drag to and fro; movements are sent on time, whether or not the page has dealt with the last one."""
    height = box["y"] + box["height"] / 2

    def at(share: float) -> float:
        return box["x"] + box["width"] * share

    await page.mouse.move(at(0.5), height)
    await page.mouse.down()
    start, sent = time.monotonic(), []
    for number in range(int(seconds * RATE)):
        phase = number / RATE / PERIOD_S % 1
        share = 0.5 + 0.4 * (1 - abs(2 * phase - 1) * 2)
        sent.append(asyncio.create_task(page.mouse.move(at(share), height)))
        await asyncio.sleep(max(0.0, start + (number + 1) / RATE - time.monotonic()))
    await asyncio.gather(*sent)
    await page.mouse.move(at(0.73), height)
    await page.mouse.up()


def drivers() -> list[psutil.Process]:
    """This script and Playwright's own process: what moves the pointers."""
    own = psutil.Process()
    return [own, *(one for one in own.children(recursive=True) if "node" in one.name())]


async def ask(url: str, model: str, direction: str, seconds: float) -> dict[str, Any]:
    """A visitor without a browser: one request under way, the newest value next, as the page does it."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    path = f"POST /api/models/{model}/pictures HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
    drawn, start = [], time.monotonic()
    while (now := time.monotonic() - start) < seconds:
        amount = round(now / PERIOD_S % 1, 2)
        points = [{"z": [[f"0.{index}", 1]], "moves": {direction: amount}} for index in range(8)]
        body = json.dumps({"points": points}).encode()
        up_to = int(now * RATE) + 1  # movements that the request knows of
        writer.write(f"{path}content-length: {len(body)}\r\n\r\n".encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if " 200 " not in head.splitlines()[0]:
            raise SystemExit(f"The server refuses: {head}")
        await reader.readexactly(int(re.search(r"content-length: (\d+)", head)[1]))
        drawn.append([up_to, 1000 * (time.monotonic() - start)])
    writer.close()
    found = latencies([1000 * number / RATE for number in range(drawn[-1][0])], drawn)
    figures = [round(float(np.percentile(found, share)), 1) for share in (50, 95)]
    return {"browser": False, "pictures_per_s": round(len(drawn) / seconds, 1), "drawn_ms": figures}


def latencies(moves: list[float], pictures: list[list[float]]) -> np.ndarray:
    """For each movement the ms until the first picture that shows it or a later one; those never shown are inf."""
    found, at = np.full(len(moves), np.inf), 0
    for number, moved in enumerate(moves):
        while at < len(pictures) and pictures[at][0] <= number:
            at += 1
        if at < len(pictures):
            found[number] = pictures[at][1] - moved
    return found


async def measured(page: Page, box: dict[str, float], direction: str, seconds: float) -> dict[str, Any]:
    """One visitor's drag, measured."""
    await page.evaluate("Object.assign(window.gxDrag, { moves: [], drawn: [], shown: [] })")
    start = time.monotonic()
    await drag(page, box, seconds)
    lasted = time.monotonic() - start
    await page.wait_for_timeout(1500)
    log = await page.evaluate("window.gxDrag")
    drawn, shown = (latencies(log["moves"], log[kind]) for kind in ("drawn", "shown"))
    return {
        "moves": len(drawn),
        "pictures_per_s": round(len(log["drawn"]) / lasted, 1),
        "drawn_ms": [round(float(np.percentile(drawn, share)), 1) for share in (50, 95)],
        "shown_ms": [round(float(np.percentile(shown, share)), 1) for share in (50, 95)],
        "ends_right": await page.evaluate(CHECK, direction),
    }


async def one_round(
    browser: Browser, url: str, model: str, visitors: int, bare: int, seconds: float, server: int
) -> dict[str, Any]:
    """So many visitors with a browser and so many without, at once; and what of the processors each part took."""
    pages = [await visit(browser, url, model) for _ in range(visitors)]
    direction = pages[0][2]
    watched = {"server": [psutil.Process(server)], "browser": chromium_processes(), "driver": drivers()}
    before, start = {name: cpu_seconds(found) for name, found in watched.items()}, time.monotonic()
    asking = (ask(url, model, direction, seconds) for _ in range(bare))
    found = await asyncio.gather(*(measured(*page, seconds) for page in pages), *asking)
    took = time.monotonic() - start
    cores = {name: round((cpu_seconds(found_) - before[name]) / took, 2) for name, found_ in watched.items()}
    for page, _, _ in pages:
        await page.context.close()
    return {"model": model, "visitors": found, "cores": cores, "load": round(os.getloadavg()[0], 1)}


def who(result: dict[str, Any]) -> str:
    """How many visitors, and how many of them in a browser."""
    each = result["visitors"]
    inside = sum("ends_right" in one for one in each)
    return f"{inside}" if inside == len(each) else f"{inside} + {len(each) - inside} bare"


def say(result: dict[str, Any]) -> None:
    """A line for a round."""
    each, cores = result["visitors"], result["cores"]
    worst = max(each, key=lambda one: one["drawn_ms"][1])
    seen = [one for one in each if "ends_right" in one]
    median = np.median([one["drawn_ms"][0] for one in each])
    rate = min(one["pictures_per_s"] for one in each)
    right = sum(one["ends_right"] for one in seen)
    figures = [median, worst["drawn_ms"][1], max(one["shown_ms"][1] for one in seen)]
    print(f"{result['model']:20} {who(result):>12} " + " ".join(f"{figure:8.0f}" for figure in figures), end=" ")
    print(f"{rate:10.1f} {right:6}/{len(seen):<3} {cores['server']:6.2f} {cores['browser']:8.2f} {cores['driver']:6.2f}"
          f" {result['load']:6.1f}")  # fmt: skip


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", nargs="+", help="models to drag; otherwise all that ship")
    parser.add_argument("--visitors", type=int, default=10, help="at once, after each alone; 0 leaves that out")
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    models = options.model or [name for name in registry.published() if registry.find(name).ships]
    if not models:
        raise SystemExit("No model ships here yet; name one with --model.")
    about = {**machine_class(), "cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 1)}
    server, url = serve()
    print(f"{'model':20} {'visitors':>12} {'median':>8} {'p95':>8} {'shown':>8} {'pictures/s':>10} {'right':>10} "
          f"{'server':>6} {'browser':>8} {'driver':>6} {'load':>6}")  # fmt: skip
    results = []
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium.path(), args=chromium.FLAGS + AWAKE)
            many = options.visitors
            for visitors, bare in [(1, 0), *([(1, many - 1), (many, 0)] if many > 1 else [])]:
                for model in models:
                    parts = (browser, url, model, visitors, bare, options.seconds, server.pid)
                    results.append(await one_round(*parts))
                    say(results[-1])
            await browser.close()
    finally:
        server.terminate()
        server.wait(20)
    print("\nms from pointer to picture: median over visitors, and p95 of the worst visitor; 'shown' is the p95 with")
    print("the frame of the screen; pictures/s of the slowest visitor; 'right': the last picture is that of the last")
    print("value; cores that the server, the browser and this script took; load average of the machine.")
    for result in results:
        alone = len(result["visitors"]) == 1
        limit = TARGET_ALONE_MS if alone else TARGET_MANY_MS
        worst = max(one["drawn_ms"][1] for one in result["visitors"])
        verdict = "reached" if worst < limit else "MISSED"
        print(f"{result['model']}, {'alone' if alone else who(result)}: p95 {worst:.0f} ms, "
              f"target {limit} ms: {verdict}")  # fmt: skip
    if not all(one.get("ends_right", True) for result in results for one in result["visitors"]):
        print("A drag did NOT end at the slider's value.")
    keep("drag", {**about, "seconds": options.seconds, "moves_per_s": RATE, "rounds": results})


if __name__ == "__main__":
    asyncio.run(main())
