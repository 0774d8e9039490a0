"""The Latent page in a real browser, on tiny models with random weights."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.waits import quiet, until, watch_asking
from tests.tabs import leave

pytestmark = pytest.mark.browser

WAIT_S = 60.0  # torch is loaded by the first picture, on a machine that is busy with other tests
WAIT_MS = 1000 * WAIT_S
FACES, CLASSES = "tiny-faces", "tiny-classes"
LARGE, TILES = ".gx-large", ".gx-left .gx-tile canvas"
PIXELS = "canvas => Array.from(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).join()"


@pytest.fixture
def server(tiny_server):
    return tiny_server


def visit(page: Page, server, query: str) -> None:
    """Open the page and wait for its picture and its sliders."""
    watch_asking(page)
    page.goto(f"{server.url}/latent?{query}")
    drawn(page)


def drawn(page: Page) -> None:
    expect(page.locator(LARGE)).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".gx-waiting")).to_be_hidden(timeout=WAIT_MS)
    expect(page.locator(".gx-awaited")).to_have_count(0, timeout=WAIT_MS)


def pixels(page: Page, selector: str = LARGE, number: int = 0) -> str:
    """The pixels of a canvas, as one text."""
    return page.locator(selector).nth(number).evaluate(PIXELS)


def changed(page: Page, before: str) -> str:
    """Wait until the large picture is another one and stays as it is; its pixels."""
    until(lambda: pixels(page) != before, "another picture", WAIT_S)
    return settled(page)


def settled(page: Page) -> str:
    """The pixels of the large picture once the page has all that it asked for."""
    quiet(page)
    return pixels(page)


def fresh_pixels(visitor: Page, url: str) -> str:
    """What somebody else sees who opens a link."""
    leave(visitor)
    visitor.set_viewport_size({"width": 1280, "height": 720})
    watch_asking(visitor)
    visitor.goto(url)
    drawn(visitor)
    return settled(visitor)


def parts(url: str) -> dict[str, list[str]]:
    """What a URL says, whatever the order."""
    return parse_qs(urlsplit(url).query)


def slider(page: Page, direction: str):
    return page.locator(f'input[data-direction="{direction}"]')


def saved(page: Page, click: Callable[[], None]) -> bytes:
    """The content of what a click downloads."""
    with page.expect_download(timeout=WAIT_MS) as download:
        click()
    return Path(download.value.path()).read_bytes()


def test_directions_that_hold_all_else_come_first(page: Page, visitor: Page, server, steered: str):
    visit(page, server, f"model={steered}")
    expect(page.get_by_role("button", name="Held")).to_have_attribute("aria-pressed", "true")
    expect(slider(page, "beard~all")).to_have_count(0)  # none was learnt
    start, smile = settled(page), slider(page, "smile~all")
    smile.press("End")
    end = changed(page, start)
    expect(page.get_by_role("button", name="Smile, all else held +6.0")).to_be_visible()
    assert parts(page.url)["moves"] == ["smile~all*6"] and fresh_pixels(visitor, page.url) == end
    page.get_by_role("button", name="Labelled").click()
    plain = slider(page, "smile")
    expect(plain).to_have_value("0")
    page.get_by_role("button", name="Smile, all else held").click()
    assert changed(page, end) == start
    plain.press("End")
    assert changed(page, start) != end, "One direction for all faces is another"
    page.goto(f"{server.url}/latent?model={FACES}")
    drawn(page)
    expect(page.get_by_role("button", name="Held")).to_have_count(0)


def test_a_drag_moves_all_pictures_and_ends_where_the_slider_is(page: Page, visitor: Page, server):
    visit(page, server, f"model={FACES}")
    start, others = settled(page), [pixels(page, TILES, at) for at in range(8)]
    first = page.locator("input[data-direction]").first
    name, box = first.get_attribute("data-direction"), first.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, middle, steps=10)
    halfway = changed(page, start)  # the button is still held
    assert "moves=" not in page.url, "A drag that is not done is no step"
    page.mouse.move(box["x"] + box["width"] * 0.9, middle, steps=30)
    page.mouse.up()
    end = changed(page, halfway)
    assert all(pixels(page, TILES, at) != others[at] for at in range(8)), "The seven others move along"
    assert f"moves={name}*{first.input_value().removesuffix('.0')}" in page.url
    assert fresh_pixels(visitor, page.url) == end, "The picture ends where the slider is, and the link shows the same"

    page.go_back()
    assert changed(page, end) == start, "Back undoes the drag"
    expect(first).to_have_value("0")
    page.go_forward()
    assert changed(page, start) == end
    page.keyboard.press("Control+z")
    assert changed(page, end) == start
    first.focus()
    page.keyboard.press("ArrowRight")
    assert changed(page, start) not in (start, end), "Keys move a slider"
    first.dblclick()
    until(lambda: pixels(page) == start, "a double click sets the slider to rest", WAIT_S)


def test_all_that_is_set_is_in_the_link_and_survives_a_change_of_page(page: Page, visitor: Page, server):
    visit(page, server, f"model={CLASSES}")
    before = settled(page)
    page.get_by_label("Seed", exact=True).fill("5")
    page.keyboard.press("Enter")
    page.locator(".gx-classes").get_by_role("button", name="7", exact=True).click()
    page.locator(".gx-left .gx-tile").nth(3).click()
    psi = page.get_by_label("truncation ψ")
    psi.focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Coordinates").click()
    slider(page, "z2").focus()
    page.keyboard.press("End")
    end = changed(page, before)
    for part in ("z=5.3", "y=7", "psi=0.8", "moves=z2*4", "group=coordinate"):
        assert part in page.url
    assert fresh_pixels(visitor, page.url) == end
    url = page.url

    page.get_by_role("link", name="Train").click()
    expect(page.locator(LARGE)).to_have_count(0, timeout=WAIT_MS)
    page.get_by_role("link", name="Latent space").click()
    drawn(page)
    until(lambda: pixels(page) == end, "the page is as it was left", WAIT_S)
    assert parts(page.url) == parts(url)

    page.get_by_label("keep on the shell").check()
    on_shell = changed(page, end)
    expect(psi).to_be_disabled()
    assert fresh_pixels(visitor, page.url) == on_shell
    page.get_by_role("button", name="Reset").click()
    rest = changed(page, on_shell)
    page.get_by_role("button", name="Undo").click()
    assert changed(page, rest) == on_shell


def test_the_class_is_chosen_for_all_eight(page: Page, server):
    visit(page, server, f"model={CLASSES}")
    before = settled(page)
    seen = set()
    for name in ("0", "3", "Any"):
        page.locator(".gx-classes").get_by_role("button", name=name, exact=True).click()
        seen.add(settled(page))
    assert pixels(page) == before, "'Any' is the class that the sample was drawn with"
    assert len(seen) >= 2


def test_another_model_and_back(page: Page, server):
    visit(page, server, f"model={FACES}&moves=z1*3")
    faces = settled(page)
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name=CLASSES).click()
    expect(page.locator(".gx-classes")).to_be_visible(timeout=WAIT_MS)
    drawn(page)
    digits = settled(page)
    assert digits != faces and "moves" not in page.url
    page.go_back()
    until(lambda: pixels(page) == faces, "the picture of the first model", WAIT_S)
    assert f"model={FACES}" in page.url and "moves=z1*3" in page.url


def test_the_pad_drags_two_directions_at_once(page: Page, visitor: Page, server):
    visit(page, server, f"model={FACES}&tab=pad&axes=z0_z1")
    before = settled(page)
    pad = page.locator(".gx-pad")
    until(lambda: page.locator(".gx-plane").evaluate("c => c.width") == 7 * 64, "the pictures of the plane", WAIT_S)
    box = pad.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.3, steps=12)
    dragging = changed(page, before)
    page.mouse.move(box["x"] + box["width"] + 300, box["y"] - 200, steps=5)  # it holds the pointer also outside
    page.mouse.up()
    end = changed(page, dragging)
    assert "moves=z0*3_z1*3" in page.url
    assert fresh_pixels(visitor, page.url) == end
    pad.focus()
    page.keyboard.press("ArrowDown")
    moved = changed(page, end)
    assert "z1*2.8" in page.url
    pad.click(position={"x": box["width"] / 2, "y": box["height"] / 2})  # the middle picture of the map
    until(lambda: pixels(page) == before, "the middle of the map is where all began", WAIT_S)
    assert moved != end


def test_a_walk_plays_and_is_saved(page: Page, server):
    visit(page, server, f"model={FACES}&tab=walk&pace=0.5")
    point = settled(page)
    expect(page.get_by_role("button", name="Play")).to_be_disabled()
    for at in (0, 3, 5):
        page.locator(".gx-left .gx-tile").nth(at).click()
        page.get_by_role("button", name="Keep this point").click()
    expect(page.get_by_role("listitem")).to_have_count(3)
    assert "kept=0.0~~0.3~~0.5" in page.url
    page.get_by_role("button", name="Move to the left point 3").click()
    page.get_by_role("button", name="Remove point 1").click()
    assert "kept=0.5~~0.3" in page.url
    page.locator(".gx-left .gx-tile").nth(0).click()
    until(lambda: pixels(page) == point, "the point again", WAIT_S)
    page.get_by_role("button", name="Play").click()
    frames: set[str] = set()
    until(lambda: frames.add(pixels(page)) or len(frames) > 5, "the walk plays", WAIT_S)
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(300)
    paused = pixels(page)
    page.wait_for_timeout(500)
    assert pixels(page) == paused
    page.get_by_role("button", name="Back to the point").click()
    until(lambda: pixels(page) == point, "the point again", WAIT_S)

    gif = Image.open(io.BytesIO(saved(page, page.get_by_role("button", name="GIF").click)))
    assert gif.format == "GIF" and gif.n_frames == 20 and gif.info["loop"] == 0 and gif.size == (448, 448)
    strip = Image.open(io.BytesIO(saved(page, page.get_by_role("button", name="PNG strip").click)))
    assert strip.format == "PNG" and strip.size[0] > 9 * strip.size[1] / 2
    av = pytest.importorskip("av")
    with av.open(io.BytesIO(saved(page, page.get_by_role("button", name="MP4").click))) as film:
        assert sum(1 for _ in film.decode(video=0)) == 20


def test_pictures_are_saved_as_they_are_and_enlarged(page: Page, server):
    visit(page, server, f"model={FACES}&z=3.2&moves=z1*2")
    shown = np.array([int(value) for value in settled(page).split(",")], np.uint8).reshape(64, 64, 4)[..., :3]
    files = page.locator(".gx-files")
    native = np.asarray(Image.open(io.BytesIO(saved(page, files.get_by_role("button", name="Picture").click))))
    assert (native == shown).all()
    large = np.asarray(Image.open(io.BytesIO(saved(page, files.get_by_role("button", name="Enlarged").click))))
    assert (large == shown.repeat(16, 0).repeat(16, 1)).all(), "sharp pixels"
    eight = Image.open(io.BytesIO(saved(page, files.get_by_role("button", name="All eight").click)))
    assert eight.size[0] > 4 * 256 and eight.size[1] > 2 * 256


def test_ones_own_picture_is_found(page: Page, visitor: Page, server, tmp_path: Path):
    visit(page, server, f"model={CLASSES}&y=4&tab=own")
    before = settled(page)
    chance = np.random.default_rng(0)
    Image.fromarray(chance.integers(0, 255, (40, 60, 3), np.uint8)).resize((300, 200)).save(tmp_path / "own.png")
    page.set_input_files(".gx-file", tmp_path / "own.png")
    page.get_by_role("button", name="Find its point").click()
    expect(page.locator(".gx-own .gx-line")).to_contain_text("the pixels still differ by", timeout=WAIT_MS)
    found = changed(page, before)
    assert "own=v." in page.url and "y=4" in page.url
    assert fresh_pixels(visitor, page.url) == found
    page.set_input_files(".gx-file", {"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.locator(".gx-own .gx-line")).to_contain_text("not a picture")


def test_a_direction_is_named_and_d_is_asked(page: Page, server):
    visit(page, server, f"model={FACES}&group=component")
    expect(page.locator(".gx-says")).to_have_text(re.compile(r"^−?\d+(\.\d+)?( % real)?$"), timeout=WAIT_MS)
    page.get_by_role("button", name="Component 1").first.click()
    page.keyboard.type("Colourful")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Colourful")).to_be_visible()
    page.reload()
    drawn(page)
    expect(page.get_by_role("button", name="Colourful")).to_be_visible()
    expect(page.get_by_role("button", name="Prepare faces")).to_be_visible(timeout=WAIT_MS)


def test_without_a_model_and_with_one_that_is_gone(page: Page, server, empty_server):
    page.goto(f"{empty_server.url}/latent")
    expect(page.get_by_text("There is no model yet")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("link", name="Train a GAN")).to_be_visible()

    page.goto(f"{server.url}/latent?model=long-gone")
    expect(page.get_by_text("There is no model 'long-gone' here any more")).to_be_visible(timeout=WAIT_MS)
    drawn(page)  # another one is shown instead


def test_a_model_deleted_while_it_is_looked_at(visitor: Page, server):
    shutil.copytree(server.models / FACES, server.models / "for-a-while")
    page = visitor
    visit(page, server, "model=for-a-while")
    before = settled(page)
    shutil.rmtree(server.models / "for-a-while")
    page.locator("input[data-direction]").first.focus()
    page.keyboard.press("End")
    expect(page.locator(".gx-left .gx-trouble")).to_contain_text("There is no model", timeout=WAIT_MS)
    assert pixels(page) == before, "What was to be seen stays"


def test_the_model_goes_along_by_the_navigation(server, page: Page) -> None:
    visit(page, server, "model=tiny-plain")  # not the first of the list
    for name, shown in (("Arithmetic", ".gx-arithmetic"), ("Latent space", LARGE), ("Arithmetic", ".gx-arithmetic")):
        page.get_by_role("link", name=name).click()
        expect(page.locator(shown)).to_be_visible(timeout=WAIT_MS)
        page.wait_for_url(lambda url: parts(url).get("model") == ["tiny-plain"], timeout=WAIT_MS)
