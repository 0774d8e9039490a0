"""A model that is told of attributes, on the Latent page: a button or a list for each part, and the picture follows."""

from __future__ import annotations

import re
import shutil

import pytest
from playwright.sync_api import Page, expect

from tests.tabs import leave

pytestmark = pytest.mark.browser

WAIT_MS = 60_000  # torch is loaded by the first picture
PIXELS = "canvas => canvas.toDataURL()"


@pytest.fixture
def told(tiny_server, page: Page):
    """The address of such a model."""
    from tests import tiny_models as tiny  # only here: it loads torch

    folder = tiny.write_told(tiny_server.models / "tiny-told")
    yield f"{tiny_server.url}/latent?model=tiny-told"
    leave(page)
    shutil.rmtree(folder)


def drawn(page: Page, other: str = "", same: str = "") -> str:
    """The large picture once it is another than ``other``, or again ``same``."""
    page.wait_for_function(
        "([other, same]) => { const now = document.querySelector('canvas.gx-large').toDataURL();"
        " return same ? now === same : now !== other; }",
        arg=[other, same],
    )  # fmt: skip
    return page.locator("canvas.gx-large").evaluate(PIXELS)


def test_attributes_are_chosen_part_by_part_kept_in_the_link_and_undone(page: Page, told: str) -> None:
    page.goto(told)
    group = page.get_by_role("group", name="Attributes")
    smile, eyewear = group.get_by_role("button", name="smile"), group.get_by_role("combobox", name="eyewear")
    expect(smile).to_be_enabled(timeout=WAIT_MS)
    had = smile.get_attribute("aria-pressed") == "true"
    before = page.locator("canvas.gx-large").evaluate(PIXELS)
    smile.click()
    expect(smile).to_have_attribute("aria-pressed", str(not had).lower())
    other = drawn(page, other=before)
    eyewear.select_option(label="sunglasses")
    expect(page).to_have_url(re.compile(rf"y=b{int(not had)}01[01]"))
    with_sunglasses = drawn(page, other=other)
    eyewear.select_option(label="no eyewear")
    expect(page).to_have_url(re.compile(rf"y=b{int(not had)}00[01]"))
    page.get_by_role("button", name="Undo").click()
    expect(eyewear).to_have_value("2")
    drawn(page, same=with_sunglasses)

    page.reload()
    expect(eyewear).to_have_value("2", timeout=WAIT_MS)
    drawn(page, same=with_sunglasses)
    page.get_by_role("button", name="sunglasses, beard").click()
    expect(group.get_by_role("button", name="beard")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Any", exact=True).click()
    expect(page).not_to_have_url(re.compile(r"[?&]y="))
    expect(smile).to_have_attribute("aria-pressed", str(had).lower())
    drawn(page, same=before)
