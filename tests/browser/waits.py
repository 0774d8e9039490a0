"""How long browser tests wait for what, on a machine that is busy with other tests."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page

from tests.tabs import first_of_all

START_S = 30.0  # for a process to load torch and begin
REACT_S = 10.0  # for anything else


def until(true: Callable[[], object], what: str, timeout_s: float = REACT_S) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end, f"Not within {timeout_s:g} s: {what}."
        time.sleep(0.1)


# Counts what a page asks for and has not yet read, and when that was the last time.
_ASKING = """
window.asking = window.asking ?? { open: 0, at: performance.now() };
const counted = (real) => function (...given) {
  window.asking.open += 1;
  const done = () => { window.asking.open -= 1; window.asking.at = performance.now(); };
  const answer = real.apply(this, given);
  answer.then(done, done);
  return answer;
};
window.fetch = counted(window.fetch);
for (const name of ["arrayBuffer", "json", "text"]) Response.prototype[name] = counted(Response.prototype[name]);
"""
_QUIET = "ms => window.asking.open === 0 && performance.now() - window.asking.at > ms"
_STILL = """async (canvas) => {
  let last = "";
  for (let same = 0; same < 6;) {
    await new Promise(requestAnimationFrame);
    const now = canvas.toDataURL();
    same = now === last ? same + 1 : 0;
    last = now;
  }
  return last;
}"""


def watch_asking(page: Page) -> None:
    """From the next document of the page on, ``quiet`` can be waited for, until the test ends."""
    first_of_all(page, _ASKING)


def quiet(page: Page, milliseconds: int = 200, timeout_s: float = START_S) -> None:
    """Wait until the page has asked for nothing for so long, and has read all that it asked for."""
    page.wait_for_function(_QUIET, arg=milliseconds, timeout=1000 * timeout_s)


def still(canvas: Locator) -> str:
    """The picture of a canvas, once it is the same in several frames: its PNG."""
    return canvas.evaluate(_STILL)
