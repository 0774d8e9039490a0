"""A newcomer sees a GAN collapse, hears it named by the doctor, and cures it with one click: real training on MNIST.

Slow (about three minutes) and in need of two quiet cores and of the data: `make test-slow`. What was seen last is in
docs/RESULTS.md. With SCREENSHOTS set to a folder, what is seen at each stage is kept there.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipelines.paths import MODELS, PROJECT
from pipelines.runs import jobs
from pipelines.runs.folder import RunFolder
from tests.browser.waits import until
from tests.conftest import Homes, Server, free_port
from tests.tabs import leave

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

NAMED_S = 120  # within which a newcomer is to have seen it and heard its name
CURED_S = 300


@pytest.fixture
def server(tmp_path: Path, page: Page, monkeypatch: pytest.MonkeyPatch):
    for name in ("runs", "saved"):
        (tmp_path / name).mkdir()
    homes = Homes(tmp_path / "runs", PROJECT / "data", MODELS, tmp_path / "saved")
    for name, value in homes.environment().items():
        monkeypatch.setenv(name, value)
    served = Server(PROJECT / "streamlit_app.py", free_port(), homes, tmp_path / "log").start()
    yield served
    leave(page)
    for run in jobs.runs():
        jobs.delete(run)
    served.stop()


def seen(page: Page, name: str) -> None:
    """Keep what is seen, where it is asked for."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.wait_for_timeout(1500)
        page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")


def newest(run: RunFolder) -> dict:
    """The run's newest measure."""
    return next(row for row in reversed(run.metrics()[0]) if "frechet" in row)


def test_collapse_is_seen_named_and_cured(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 1600, "height": 1000})
    began = time.monotonic()
    page.goto(server.url)
    page.get_by_role("link", name="Failures").click()
    card = page.locator("[data-entry=collapse-digits]")
    card.get_by_role("button", name="Watch live").click()
    page.get_by_role("link", name="Sick run").click(timeout=60_000)
    doctor = page.locator(".gx-doctor")
    expect(doctor.get_by_role("status")).to_contain_text("Mode collapse since step", timeout=1e3 * 4 * NAMED_S)
    took = time.monotonic() - began
    sick = next(run for run in jobs.runs() if "-sick" in run.id)
    measured = newest(sick)
    print(f"\nNamed {took:.0f} s after the app was opened, at step {measured['step']}: "
          f"{measured['modes']} of {measured['real_modes']} digits are drawn.")  # fmt: skip
    assert measured["modes"] <= 4
    doctor.get_by_role("button", name="What it means, what helps").click()
    seen(page, "collapse-named")

    cure = doctor.locator(".gx-doctor-card").first.get_by_role("button").first
    expect(cure).to_contain_text("Branch from step")
    cure.click()
    expect(page).not_to_have_url(re.compile(sick.id), timeout=60_000)
    branch = next(run for run in jobs.runs() if run.record().branched_from.startswith(f"{sick.id}@"))
    until(lambda: not branch.status().active, "the branch trains to its end", CURED_S)
    cured = newest(branch)
    print(f"Cured by {branch.notes().name!r}: {cured['modes']} digits, distance {measured['frechet']:.1f} -> "
          f"{cured['frechet']:.1f}.")  # fmt: skip
    assert cured["modes"] >= 8 and cured["frechet"] < measured["frechet"] / 2
    page.wait_for_timeout(3000)
    seen(page, "collapse-cured")
