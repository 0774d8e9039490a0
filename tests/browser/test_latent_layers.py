"""The tools of the Latent page that look into the generator's layers, in Chromium: attention, styles and stages."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from pipelines import data
from tests.browser.waits import still, until
from tests.tabs import leave

pytestmark = pytest.mark.browser

WAIT_MS = 60_000  # torch is loaded by the first picture
PIXELS = "canvas => canvas.toDataURL()"
GREYS = """canvases => canvases.map((canvas) => Array.from(
  canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data).filter((_, at) => at % 4 === 0))"""
ALL_INSIDE = "list => [...list.children].every((tab) => tab.getBoundingClientRect().right <= innerWidth)"


@pytest.fixture
def made(tiny_server, page: Page):
    """A function that publishes a tiny model of a network on the server; they go at the end.

    ``alter`` is given G and D before; without it they are made to draw from black to white.
    """
    import torch  # only here, as what loads it

    from pipelines.training.building import build
    from tests import tiny_models as tiny

    folders = []

    def publish(name: str, alter: Callable[..., object] | None = None, **changes: object) -> str:
        config, networks = tiny.PLAIN.changed(width=4, **changes), None
        if alter:
            torch.manual_seed(0)
            networks = build(config, 0)
            alter(*networks)
        folders.append(tiny.write(tiny_server.models / name, config, title=name, networks=networks))
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
    page.set_viewport_size({"width": 420, "height": 900})
    tools = page.get_by_role("tablist", name="Tools")
    until(lambda: tools.evaluate(ALL_INSIDE), "every tab is in a narrow window")
    page.goto(f"{tiny_server.url}/latent?model=tiny-plain&tab=attention")
    expect(page.get_by_role("tab", name="Sliders")).to_have_attribute("aria-selected", "true", timeout=WAIT_MS)
    for name in ("Attention", "Styles"):
        expect(page.get_by_role("tab", name=name)).to_have_count(0)


def noisy(generator, _) -> None:
    """Give each layer's noise a strength at which it is seen."""
    for layer in generator.synthesis.convolutions:
        layer.noise.strength.data.fill_(0.5)


def test_styles_of_two_samples_are_mixed_by_layers(page: Page, tiny_server, made) -> None:
    page.goto(f"{made('tiny-styled', noisy, network='stylegan', size=16)}&tab=styles")
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

    page.get_by_text("Noise of each layer").click()
    switches, by_hand = page.locator(".gx-styles details").get_by_role("checkbox"), mixtures(tiny_server.models)
    expect(switches).to_have_count(5)
    for silent in ([1], [1, 3], [0, 1, 2, 3, 4]):
        for layer in silent:
            page.get_by_label(f"layer {layer + 1}", exact=True).uncheck()
        expected = by_hand(silent)
        assert moved(expected, by_hand(silent[1:])), "each layer's noise is seen"
        until(lambda now=expected: not moved(tiles.evaluate_all(GREYS), now), f"layers {silent} add no noise")
        assert [one.is_checked() for one in switches.all()] == [layer not in silent for layer in range(5)]
    other = shown()
    page.reload()
    expect(said).to_contain_text("coarse and middle and fine", timeout=WAIT_MS)
    assert shown() == other, "the link shows the same, drawn once more"
    expect(page.get_by_text("keep on the shell")).to_be_hidden()  # G sees the direction of z alone


def mixtures(models: Path) -> Callable[[list[int]], np.ndarray]:
    """Of the layers without noise the grid's pictures, grey [24, pixels]: all styles of the column, from seed 9."""
    from explorer.model import load  # only here: it loads torch
    from pipelines.latent.point import Point
    from pipelines.latent.styles import mixed

    model = load(models / "tiny-styled")
    rows, columns = ([Point(z=((f"{seed}.{index}", 1.0),)) for index in range(4)] for seed in (0, 9))

    def drawn(silent: list[int]) -> np.ndarray:
        noise = [layer not in silent for layer in range(5)]
        return mixed(model, rows, columns, [True] * 6, noise).reshape(24, -1)

    return drawn


def moved(pictures, before) -> bool:
    """Whether some grey differs by more than rounding."""
    return bool(np.abs(np.subtract(pictures, before, dtype=float)).max() > 1)


@pytest.mark.parametrize(
    ("network", "direction", "chip"), [("stylegan", "w-pca-1", "Component 1 in W +4.0×"), ("biggan", "z1", "z 2 +4.0×")]
)
def test_w_or_z_is_moved_and_truncated_beside_precision_and_recall(
    page: Page, tiny_server, made, tmp_path: Path, monkeypatch, network: str, direction: str, chip: str
) -> None:
    chance = np.random.default_rng(0)
    for number in range(60):
        Image.fromarray(chance.integers(0, 256, (16, 16), dtype=np.uint8)).save(tmp_path / f"{number}.png")
    monkeypatch.setenv("GAN_EXPLORER_DATA", str(tiny_server.data))
    data.load("folder", size=16, channels=1, folder=str(tmp_path))
    where = made("tiny-moved", network=network, size=16, data="folder", folder=str(tmp_path), held_out=0.0)
    page.goto(f"{where}&group={'w-component' if direction[0] == 'w' else 'coordinate'}")
    slider, large, told = map(page.locator, (f"[data-direction={direction}]", ".gx-large", ".gx-tradeoff"))
    expect(slider).to_be_visible(timeout=WAIT_MS)
    expect(told).to_contain_text("Measured as soon as the slider is moved.")
    before = large.evaluate(PIXELS)
    slider.focus()
    page.keyboard.press("End")
    page.wait_for_function("before => document.querySelector('.gx-large').toDataURL() !== before", arg=before)
    expect(page.locator(".gx-chip")).to_have_text(chip)
    before = still(large)
    page.get_by_label("truncation ψ").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("before => document.querySelector('.gx-large').toDataURL() !== before", arg=before)
    expect(told).to_contain_text("30 samples, pixel features; real pictures", timeout=WAIT_MS)
    expect(told).not_to_contain_text("–")
    expect(told.get_by_role("img")).to_have_attribute(
        "aria-label", re.compile(r"At truncation 0.95: precision \d+ %, recall \d+ %")
    )
    expect(page).to_have_url(re.compile(rf"moves={direction}\*4.*psi=0\.95|psi=0\.95.*moves={direction}\*4"))
    after = large.evaluate(PIXELS)
    page.reload()
    expect(page.locator(".gx-chip")).to_have_text(chip, timeout=WAIT_MS)
    page.wait_for_function("after => document.querySelector('.gx-large').toDataURL() === after", arg=after)


def grown(*networks) -> None:
    """Let both be at the last stage."""
    from pipelines.training.building import advance  # only here: it loads torch

    for network in networks:
        advance(network, 10_000_000)


def test_the_stages_of_a_growing_generator_stand_side_by_side(page: Page, made) -> None:
    said, pictures = page.locator(".gx-stages [role=status]"), page.locator(".gx-stages canvas")
    page.goto(f"{made('tiny-young', network='progressive')}&tab=stages")
    expect(said).to_have_text("It has not grown yet: there is one stage.", timeout=WAIT_MS)
    expect(pictures).to_have_count(1)

    page.goto(f"{made('tiny-grown', grown, network='progressive')}&tab=stages&group=coordinate")
    expect(said).to_have_text("3 stages so far.", timeout=WAIT_MS)
    before = np.array(pictures.evaluate_all(GREYS)).reshape(-1, 28, 28)
    assert [resolution(picture) for picture in before] == [7, 14, 28]
    page.get_by_role("tab", name="Sliders").click()
    page.locator("[data-direction=z0]").focus()
    page.keyboard.press("End")
    page.get_by_role("tab", name="Stages").click()
    flat = before.reshape(3, -1)
    until(lambda: all(map(moved, pictures.evaluate_all(GREYS), flat)), "z moves the picture of each stage")
    after = np.array(pictures.evaluate_all(GREYS)).reshape(-1, 28, 28)
    assert [resolution(picture) for picture in after] == [7, 14, 28]


def resolution(picture: np.ndarray) -> int:
    """Of how many equal squares a side a picture [H, H] is made at least."""
    sides = (side for side in range(1, len(picture) + 1) if len(picture) % side == 0)
    return next(side for side in sides if np.array_equal(picture, repeated(picture, len(picture) // side)))


def repeated(picture: np.ndarray, times: int) -> np.ndarray:
    return picture[::times, ::times].repeat(times, 0).repeat(times, 1)
