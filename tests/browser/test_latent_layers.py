"""The tools of the Latent page that look into the generator's layers, in Chromium: attention and styles."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from pipelines import data
from tests.tabs import leave

pytestmark = pytest.mark.browser

WAIT_MS = 60_000  # torch is loaded by the first picture
PIXELS = "canvas => canvas.toDataURL()"


@pytest.fixture
def made(tiny_server, page: Page):
    """A function that publishes a tiny model of a network on the server; they go at the end."""
    from tests import tiny_models as tiny  # only here: it loads torch

    folders = []

    def publish(name: str, **changes: object) -> str:
        folders.append(tiny.write(tiny_server.models / name, tiny.PLAIN.changed(width=4, **changes), title=name))
        return f"{tiny_server.url}/latent?model={name}"

    yield publish
    leave(page)
    for folder in folders:
        shutil.rmtree(folder)


def test_a_place_is_chosen_and_its_attention_is_shown(page: Page, tiny_server, made) -> None:
    page.goto(f"{made('tiny-looking', network='sagan')}&tab=attention&place=0_0")
    said, surface = page.locator(".gx-attention [role=status]"), page.locator(".gx-attended")
    expect(said).to_contain_text("The place in column 1 and row 1 of 14 looks most at column", timeout=WAIT_MS)
    before = page.locator(".gx-heat").evaluate(PIXELS)
    box = surface.bounding_box()
    surface.click(position={"x": 0.5 * box["width"], "y": 0.75 * box["height"]})
    expect(said).to_contain_text("The place in column 8 and row 11 of 14")
    page.keyboard.press("ArrowLeft")
    expect(said).to_contain_text("The place in column 7 and row 11 of 14")
    assert page.locator(".gx-heat").evaluate(PIXELS) != before
    page.reload()
    expect(said).to_contain_text("The place in column 7 and row 11 of 14", timeout=WAIT_MS)
    page.goto(f"{tiny_server.url}/latent?model=tiny-plain&tab=attention")
    expect(page.get_by_role("tab", name="Sliders")).to_have_attribute("aria-selected", "true", timeout=WAIT_MS)
    for name in ("Attention", "Styles"):
        expect(page.get_by_role("tab", name=name)).to_have_count(0)


def test_styles_of_two_samples_are_mixed_by_layers(page: Page, made) -> None:
    page.goto(f"{made('tiny-styled', network='stylegan', size=16)}&tab=styles")
    said, tiles = page.locator(".gx-styles [role=status]"), page.locator(".gx-mixed canvas")
    expect(said).to_have_text(
        "Each picture has the fine layers of its column, and all others of its row.", timeout=WAIT_MS
    )
    expect(tiles).to_have_count(24)

    def shown() -> list[str]:
        return tiles.evaluate_all("canvases => canvases.map((one) => one.toDataURL())")

    fine = shown()
    for band in ("coarse", "middle"):
        page.locator(".gx-styles").get_by_role("checkbox", name=band).check()
    expect(said).to_contain_text("coarse and middle and fine layers of its column")
    everything = shown()
    assert everything[5] == everything[0] == fine[0], "all layers of the column: the column's picture"
    assert everything[4] == fine[4] != everything[0], "the row's own picture is as it was"
    assert "mix=1_cmf_" in page.url
    page.get_by_role("spinbutton", name="Seed of the columns").fill("9")
    page.keyboard.press("Enter")
    page.wait_for_function("before => document.querySelector('.gx-mixed canvas').toDataURL() !== before", arg=fine[0])
    assert "mix=9_cmf_" in page.url
    other = shown()
    page.reload()
    expect(said).to_contain_text("coarse and middle and fine", timeout=WAIT_MS)
    assert shown() == other, "the link shows the same"
    expect(page.get_by_text("keep on the shell")).to_be_hidden()  # G sees the direction of z alone


def test_styles_are_moved_and_truncated_beside_precision_and_recall(
    page: Page, tiny_server, made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = np.random.default_rng(0)
    for number in range(60):
        Image.fromarray(chance.integers(0, 256, (16, 16), dtype=np.uint8)).save(tmp_path / f"{number}.png")
    monkeypatch.setenv("GAN_EXPLORER_DATA", str(tiny_server.data))
    data.load("folder", size=16, channels=1, folder=str(tmp_path))
    where = made("tiny-moved", network="stylegan", size=16, data="folder", folder=str(tmp_path), held_out=0.0)
    page.goto(f"{where}&group=w-component")
    slider, large, told = map(page.locator, ("[data-direction=w-pca-1]", ".gx-large", ".gx-tradeoff"))
    expect(slider).to_be_visible(timeout=WAIT_MS)
    expect(told).to_contain_text("Measured as soon as the slider is moved.")
    before = large.evaluate(PIXELS)
    slider.focus()
    page.keyboard.press("End")
    page.wait_for_function("before => document.querySelector('.gx-large').toDataURL() !== before", arg=before)
    expect(page.locator(".gx-chip")).to_have_text("Component 1 in W +4.0×")
    page.get_by_label("truncation ψ").focus()
    page.keyboard.press("ArrowLeft")
    expect(told).to_contain_text("30 samples, pixel features; real pictures", timeout=WAIT_MS)
    expect(told).not_to_contain_text("–")
    expect(told.get_by_role("img")).to_have_attribute(
        "aria-label", re.compile(r"At truncation 0.95: precision \d+ %, recall \d+ %")
    )
    expect(page).to_have_url(re.compile(r"moves=w-pca-1\*4.*psi=0\.95|psi=0\.95.*moves=w-pca-1\*4"))
    moved = large.evaluate(PIXELS)
    page.reload()
    expect(page.locator(".gx-chip")).to_have_text("Component 1 in W +4.0×", timeout=WAIT_MS)
    page.wait_for_function("moved => document.querySelector('.gx-large').toDataURL() === moved", arg=moved)


def test_the_stages_of_a_growing_generator_stand_side_by_side(page: Page, made) -> None:
    page.goto(f"{made('tiny-growing', network='progressive')}&tab=stages")
    expect(page.locator(".gx-stages [role=status]")).to_have_text(
        "It has not grown yet: there is one stage.", timeout=WAIT_MS
    )
    expect(page.locator(".gx-stages canvas")).to_have_count(1)
