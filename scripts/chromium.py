"""The browser that tests, benchmarks and screenshots drive: where it is, and how it is started without a desktop."""

from __future__ import annotations

import shutil

# The first that is found; the headless shell, the same engine without a desktop, opens a page in 2/3 of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


def path() -> str | None:
    """Where it lies, or None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)
