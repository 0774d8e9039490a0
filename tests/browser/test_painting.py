"""Painting on the page Translate, in a real browser: by mouse, finger, pen and keyboard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from pipelines.models import trained
from tests.browser.translate_page import (
    HAIR,
    MOUTH,
    OPEN_MS,
    SIZE,
    asked,
    drag,
    drawn,
    file_of,
    give,
    labels,
    png,
    same,
    settled,
    shown,
    touched,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def server(translating):
    return translating


def test_painting_with_the_mouse_filling_and_undoing(server, opened):
    page = opened(model="tiny-paint", x=3)
    gan = trained.load(server.models / "tiny-paint")
    first = gan.conditions[2].numpy()
    assert np.array_equal(labels(page), first), "the canvas shows the example"
    before = shown(page, "Tiny paint")
    assert same(before, drawn(server, "tiny-paint", first))

    page.get_by_role("button", name="mouth", exact=True).click()
    page.get_by_role("button", name="Brush of 1 cell").click()
    drag(page, (2, 1), (2, 9))
    wanted = first.copy()
    wanted[0, 1:10, 2] = MOUTH
    assert np.array_equal(labels(page), wanted)
    after = shown(page, "Tiny paint")
    assert same(after, drawn(server, "tiny-paint", wanted)) and not np.array_equal(before, after)
    assert asked(page)["x"] == "own"

    page.get_by_role("button", name="Mirror", exact=True).click()
    page.get_by_role("button", name="hair", exact=True).click()
    drag(page, (1, 12), (1, 14))
    wanted[0, 12:15, [1, SIZE - 2]] = HAIR
    assert np.array_equal(labels(page), wanted) and asked(page)["mirror"] == "1"
    page.get_by_role("button", name="Mirror", exact=True).click()

    page.get_by_role("button", name="Clear", exact=True).click()
    assert not labels(page).any()
    page.get_by_role("button", name="Fill", exact=True).click()
    drag(page, (5, 5))
    assert (labels(page) == HAIR).all()
    assert same(shown(page, "Tiny paint"), drawn(server, "tiny-paint", np.full_like(first, HAIR)))
    page.get_by_role("button", name="Undo", exact=True).click()
    page.keyboard.press("Control+z")
    assert np.array_equal(labels(page), wanted), "filling and clearing are undone"
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert np.array_equal(labels(page), first)
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    page.keyboard.press("Control+y")
    assert labels(page)[0, 5, 2] == MOUTH

    page.get_by_role("button", name="Eraser", exact=True).click()
    drag(page, (2, 5))
    assert labels(page)[0, 5, 2] == 0 and labels(page)[0, 6, 2] == MOUTH


def test_painting_by_keyboard(opened):
    page = opened(model="tiny-paint", x=1)
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_role("button", name="Brush of 1 cell").click()
    page.get_by_role("button", name="mouth", exact=True).click()
    area = page.get_by_role("application", name="Map to paint")
    area.focus()
    for key in ("ArrowLeft", "ArrowUp"):
        page.keyboard.press(f"Shift+{key}")
        page.keyboard.press(f"Shift+{key}")  # to the corner
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    wanted = np.zeros((1, SIZE, SIZE), np.int8)
    wanted[0, 0, 1] = MOUTH
    assert np.array_equal(labels(page), wanted)
    page.keyboard.press("ArrowDown")
    expect(page.locator(".gx-cell")).to_have_text("Column 2, row 2: background")
    page.keyboard.press("Enter")
    expect(page.locator(".gx-cell")).to_contain_text("mouth; the brush is down")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    wanted[0, 1:5, 1] = MOUTH
    assert np.array_equal(labels(page), wanted), "the brush was lifted before the last move"
    page.keyboard.down("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.up("Space")
    page.keyboard.press("ArrowRight")
    wanted[0, 4, 2:4] = MOUTH
    assert np.array_equal(labels(page), wanted)
    page.get_by_role("button", name="hair", exact=True).click()
    area.focus()
    page.keyboard.press("f")
    assert labels(page)[0, 15, 15] == HAIR and labels(page)[0, 4, 2] == MOUTH
    page.keyboard.press("Control+z")
    assert np.array_equal(labels(page), wanted)
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Eraser", exact=True)).to_have_attribute("aria-pressed", "true")


def test_a_map_is_saved_and_loaded_again_and_other_files_are_told(opened):
    page = opened(model="tiny-paint", x=2)
    page.get_by_role("button", name="mouth", exact=True).click()
    drag(page, (3, 3), (12, 12))
    painted = labels(page)
    file, name = file_of(page, "Save the map")
    assert name == "tiny-paint-own-z-0.0-map.png" and file.mode == "P"
    assert np.array_equal(np.asarray(file), painted[0]), "the numbers of its palette are the labels"
    page.get_by_role("button", name="Clear", exact=True).click()
    saved = {"name": name, "mimeType": "image/png", "buffer": Path(file.filename).read_bytes()}
    give(page, "Load a map", saved)
    assert np.array_equal(labels(page), painted)

    trouble = page.locator(".gx-trouble")
    for wrong, words in (
        (
            {"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"},
            "not a picture that the browser can open",
        ),
        (png(np.zeros((5, 7, 3), np.uint8)), "The picture is 7 × 5; a map of this model is 16 × 16"),
        (png(np.full((SIZE, SIZE, 3), 1, np.uint8)), "column 1 and row 1 has no label's colour (#010101)"),
    ):
        page.get_by_label("Load a map").set_input_files(wrong)
        expect(trouble).to_contain_text(words)
        assert np.array_equal(labels(page), painted), "what was painted stays"
    page.get_by_role("button", name="Example 1", exact=True).click()
    expect(trouble).to_be_hidden()
    page.get_by_role("button", name="Undo", exact=True).click()
    assert np.array_equal(labels(page), painted), "choosing an example can be undone"


def test_on_a_phone_nothing_sticks_out_and_what_is_refused_is_said(server, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    for model in ("tiny-paint", "tiny-sharpen", "tiny-style"):
        page.goto(f"{server.url}/translate?model={model}&d=1")
        settled(page, OPEN_MS)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), model
        if model == "tiny-paint":  # the console, which may tell of it here, is that of this visitor
            page.route("**/tiny-paint/parts", lambda route: route.fulfill(status=400, body="There is no part reader."))
            page.get_by_role("button", name="Map of the drawn face").click()
            expect(page.locator(".gx-trouble")).to_have_text("There is no part reader.")
            paints_with_fingers_and_a_pen(page)
    context.close()


def paints_with_fingers_and_a_pen(page: Page) -> None:
    """One finger draws a stroke, a second one beside it none; the other end of a pen erases."""
    page.get_by_role("button", name="Clear", exact=True).tap()
    page.get_by_role("button", name="hair", exact=True).tap()
    page.get_by_role("button", name="Brush of 1 cell").tap()
    canvas = page.locator(".gx-paint-canvas canvas")
    canvas.scroll_into_view_if_needed()
    ground = labels(page)
    touched(page, ((3, 2),), ((3, 5),), ((3, 5), (12, 12)), ((3, 8), (12, 3)), ((3, 10), (12, 6)))
    found = labels(page)[0]
    assert (found[2:11, 3] == HAIR).all() and (found[:, 8:] == ground[0, :, 8:]).all()
    canvas.evaluate(
        """(canvas, size) => {
          const { left, top, width, height } = canvas.getBoundingClientRect();
          const send = (kind, y, buttons) => canvas.parentElement.dispatchEvent(new PointerEvent(kind, { bubbles: true,
            pointerId: 1, pointerType: "pen", button: kind === "pointermove" ? -1 : 5, buttons,
            clientX: left + (3.5 * width) / size, clientY: top + ((y + 0.5) * height) / size }));
          send("pointerdown", 2, 32);
          send("pointermove", 10, 32);
          send("pointerup", 10, 0);
        }""",
        SIZE,
    )
    assert np.array_equal(labels(page), ground)
    styles = page.get_by_role("group", name="Styles").get_by_role("button", name="Style of example 4", exact=True)
    styles.tap()
    expect(styles).to_have_attribute("aria-pressed", "true")
    settled(page)
