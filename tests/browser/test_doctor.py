"""A real run is made sick and named while somebody looks on; the button branches it, and the branch is well."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from pipelines.config.train_config import TrainConfig
from pipelines.runs import jobs
from pipelines.runs.folder import PAUSED, RUNNING
from tests.browser.waits import REACT_S, START_S, until

pytestmark = pytest.mark.browser


@pytest.fixture
def server(own_server):
    return own_server


@pytest.fixture
def sick(server, tmp_path):
    """A run in which D wins at once and the saturating loss leaves G without a gradient."""
    chance = np.random.default_rng(0)
    for index in range(64):
        pixels = np.zeros((28, 28), np.uint8)
        left = chance.integers(2, 18)
        pixels[6:22, left : left + 6] = 255
        Image.fromarray(pixels).save(tmp_path / f"{index}.png")
    config = TrainConfig(
        data="folder", folder=str(tmp_path), network="mlp", width=32, latent_size=16, batch_size=16, dropout=0.0,
        loss="minimax", lr_g=3e-4, lr_d=1e-3, threads=1, samples=16, ema=0.0, seconds=600.0, device="cpu",
        precision="fp32",
    )  # fmt: skip
    return jobs.start(config)


def test_a_sick_run_is_named_and_its_branch_is_cured(page, server, sick):
    page.goto(f"{server.url}/train?run={sick.id}")
    doctor = page.locator(".gx-doctor")
    expect(doctor.get_by_role("status")).to_contain_text(
        "Vanishing generator gradient since step", timeout=2e3 * START_S
    )
    top = page.locator(".gx-body").bounding_box()["y"]
    assert doctor.locator(".gx-doctor-list").is_hidden(), "nothing jumps: it opens when somebody asks"
    doctor.get_by_role("button", name="What it means, what helps").click()
    assert page.locator(".gx-body").bounding_box()["y"] > top
    card = doctor.locator(".gx-doctor-card").first
    expect(card).to_contain_text("The minimax loss is flat where D is sure of the fakes")
    plot = card.get_by_role("img")
    assert "the evidence. G's gradient norm, from step" in plot.get_attribute("aria-label")
    assert plot.locator("path").get_attribute("d").count("L") > 10, "the line is drawn"
    expect(card).to_contain_text("Loss: minimax → non-saturating")
    cure = card.get_by_role("button", name=re.compile("with the non-saturating loss"))
    cure.dblclick()

    expect(page).not_to_have_url(re.compile(sick.id), timeout=1e3 * REACT_S)
    until(lambda: len(jobs.runs()) == 2 and jobs.runs()[0].status().state == RUNNING, "the branch trains", START_S)
    branch = next(run for run in jobs.runs() if run.id != sick.id)
    record = branch.record()
    assert record.branched_from.startswith(f"{sick.id}@") and record.config.loss == "non-saturating"
    assert record.config == sick.record().config.changed(loss="non-saturating")
    expect(page.get_by_role("heading", name=re.compile("Loss"))).to_be_visible(timeout=1e3 * REACT_S)
    until(lambda: sick.status().state == PAUSED, "the sick run is held, so that the branch need not wait")
    until(lambda: branch.status().step > 800, "the branch goes on", START_S)
    ends = [[row["grad_g"] for row in run.metrics()[0] if "grad_g" in row][-20:] for run in (sick, branch)]
    assert np.median(ends[1]) > 100 * np.median(ends[0]), "G gets a gradient again"
    expect(doctor.get_by_role("status")).not_to_contain_text("Vanishing")
