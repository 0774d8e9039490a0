"""Decimal numbers typed with a comma, and a run whose learning rates were edited to what cannot be."""

import json
import re

import pytest
from playwright.sync_api import expect

from pipelines.config.train_config import TrainConfig
from pipelines.runs import jobs
from pipelines.runs.folder import Status
from tests.browser.waits import until

pytestmark = pytest.mark.browser


def test_a_decimal_comma_is_a_point_and_bad_rates_do_not_break_the_page(own_server, page):
    run = jobs.create(TrainConfig(lr_g=0.0003))
    run.write_status(Status("stopped", step=9, lr_g=-1.0, lr_d=1e9))
    (run.path / "control.json").write_text(json.dumps({"lr_g": -1, "lr_d": 0}))
    listed = page.locator(f"[data-run='{run.id}']")  # by the script that takes a comma as a point, too
    page.goto(f"{own_server.url}/train?run={run.id}")
    expect(listed).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Learning rates").click(timeout=20_000)
    expect(page.get_by_role("spinbutton", name="Learning rate of G, now 0.0003")).to_have_value("0.0003")
    field = page.get_by_role("spinbutton", name="Learning rate of D, now 0.0002")
    field.press("Control+a")
    field.press_sequentially("0,001")
    expect(field).to_have_value("0.001")
    page.get_by_role("button", name="Apply").click()
    until(lambda: run.control().lr_d == 0.001, "the learning rate of D that was asked for is 0.001")

    page.goto(f"{own_server.url}/train")
    expect(listed).to_be_visible(timeout=20_000)
    page.get_by_role("radio", name="All settings").click(timeout=20_000)
    page.get_by_role("tab", name="Length").click()
    seconds = page.get_by_role("spinbutton", name=re.compile("^Seconds"))
    seconds.press("Control+a")
    seconds.press_sequentially("2,5")
    expect(seconds).to_have_value("2.5")
    page.get_by_role("tab", name="Optimisers").click()
    batch = page.get_by_role("spinbutton", name=re.compile("^Batch size"))
    batch.press("Control+a")
    batch.press_sequentially("1,000")
    expect(batch).to_have_value("1000")
