"""What a visitor sees where something is broken: a sentence, and no waiting for what will not come."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

OPEN_MS = 30_000
BROKEN = "tiny-plain"


def test_an_error_of_a_page_shows_no_folders_of_the_server(page: Page, serve, tmp_path):
    script = tmp_path / "broken_page.py"
    script.write_text(
        "import streamlit as st\nst.title('Broken')\nraise OSError('/srv/secret/weights is gone')\n", "utf-8"
    )
    server = serve(script)
    page.goto(server.url)
    expect(page.get_by_test_id("stException")).to_be_visible(timeout=OPEN_MS)
    said = page.locator(".stMain").inner_text()
    assert "secret" not in said and "broken_page" not in said and "Traceback" not in said, said
    assert "/srv/secret/weights is gone" in server.log.read_text("utf-8"), "who runs the server finds it in the log"


def test_a_model_that_cannot_be_loaded_leaves_nothing_that_waits(visitor: Page, model_server):
    path = model_server.models / BROKEN / "generator.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"?")  # whole by its length, but not what was published
    for name in ("latent", "arithmetic"):
        visitor.goto(f"{model_server.url}/{name}?model={BROKEN}")
        trouble = visitor.locator(".gx-trouble")
        expect(trouble.filter(has_text=BROKEN).first).to_be_visible(timeout=OPEN_MS)
        expect(visitor.get_by_text("Finding")).to_have_count(0)
        expect(visitor.get_by_text("Loading the model")).to_have_count(0)
        expect(visitor.locator(".gx-awaited")).to_have_count(0)


def test_arithmetic_offers_no_sliders_where_there_are_none(page: Page, model_server):
    unknown = model_server.models / "tiny-unknown"
    (model_server.models / BROKEN).rename(unknown)
    values = json.loads((unknown / "config.json").read_text("utf-8"))
    values["config"] |= {"data": "folder", "folder": "/pictures"}
    (unknown / "config.json").write_text(json.dumps(values), "utf-8")
    page.goto(f"{model_server.url}/arithmetic?model=tiny-unknown")
    expect(page.get_by_text("There is no classifier for these pictures").first).to_be_visible(timeout=OPEN_MS)
    expect(page.get_by_text("Move a slider")).to_have_count(0)
    page.goto(f"{model_server.url}/arithmetic?model=tiny-faces")
    expect(page.get_by_text("Move a slider")).to_be_visible(timeout=OPEN_MS)
