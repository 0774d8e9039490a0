"""A person's own labelled pictures: the reader is trained from a page, and the page then has what it tells."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import Page, expect

from tests import own_pictures

pytestmark = pytest.mark.browser

WAIT_MS = 180_000  # a process is started, imports torch and trains, on a machine that is busy with other tests


@pytest.fixture
def server(tiny_server, tmp_path, monkeypatch):
    """The server with models of labelled pictures and of others that have no labels."""
    monkeypatch.setenv("GAN_EXPLORER_DATA", str(tiny_server.data))
    pictures = own_pictures.folder(tmp_path / "photos"), own_pictures.folder(tmp_path / "plain", 24, labelled=False)
    for name, folder in zip(("own-halves", "own-plain"), pictures, strict=True):
        own_pictures.model(tiny_server.models / name, folder)
    yield tiny_server
    for name in ("own-halves", "own-plain"):
        shutil.rmtree(tiny_server.models / name)


def test_a_reader_is_trained_with_a_click_and_used_at_once(page: Page, server) -> None:
    page.goto(f"{server.url}/latent?model=own-plain")
    reader = page.locator(".gx-own-reader")
    expect(reader).to_contain_text("These pictures have no labels", timeout=WAIT_MS)
    expect(reader.get_by_role("button")).to_have_count(0)

    page.goto(f"{server.url}/latent?model=own-halves")
    expect(reader).to_contain_text("they have labels (3 attributes)", timeout=WAIT_MS)
    expect(page.locator(".gx-segments").get_by_role("button", name="Components")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".gx-segments").get_by_role("button", name="Labelled")).to_have_count(0)
    reader.get_by_role("button", name="Train a reader").click()
    expect(reader.get_by_role("progressbar")).to_be_visible()
    expect(reader.get_by_text("Your reader tells 2 of 3 attributes")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("slider", name="Bright above")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("slider", name="Bright below")).to_be_visible()
    reader.get_by_text("Your reader tells").click()
    rows = reader.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.last).to_contain_text("Noise")
    expect(rows.last).to_contain_text("not used, below 80 %")

    page.goto(f"{server.url}/arithmetic?model=own-halves")
    expect(page.locator(".gx-classics button").first).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".gx-label-row").filter(has_text="Bright above")).to_be_visible(timeout=WAIT_MS)
    page.goto("about:blank")  # before the models are deleted
