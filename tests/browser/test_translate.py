"""The page Translate in a real browser, on tiny models: what is painted is what is drawn for, pixel by pixel."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from pipelines.models import trained, translating
from tests.browser.translate_page import (
    HAIR,
    MOUTH,
    OPEN_MS,
    SIZE,
    asked,
    drag,
    drawn,
    figure,
    file_of,
    give,
    labels,
    pixels,
    png,
    same,
    settled,
    shown,
    stored,
)

pytestmark = pytest.mark.browser

A, B = "A: Avataaars", "B: Personas"  # the domains of tiny-style


@pytest.fixture
def server(translating):
    return translating


def test_the_style_of_a_face_of_ones_own_picture_and_a_new_z(server, opened):
    page = opened(model="tiny-paint", x=3, style=2)
    gan, told = trained.load(server.models / "tiny-paint"), {}

    def wanted(picture: torch.Tensor) -> np.ndarray:
        z = translating.style_of(gan, picture)
        return translating.translated(gan, gan.conditions[2:3], z)[0].permute(1, 2, 0).numpy()

    styles = page.get_by_role("group", name="Styles")
    expect(styles.get_by_role("button", name="Style of example 2", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    told["second"] = shown(page, "Tiny paint")
    assert same(told["second"], wanted(gan.truth[1:2])), "the address says whose style"
    styles.get_by_role("button", name="Style of example 5", exact=True).click()
    told["fifth"] = shown(page, "Tiny paint")
    assert same(told["fifth"], wanted(gan.truth[4:5])) and asked(page)["style"] == "5"
    assert np.array_equal(labels(page), gan.conditions[2].numpy()), "the map stays"

    mine = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    page.get_by_label("Style of a picture").set_input_files(png(mine))
    page.wait_for_url("**style=own**")
    assert same(shown(page, "Tiny paint"), wanted(torch.from_numpy(stored(mine))[None]))
    page.get_by_label("Style of a picture").set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    expect(page.get_by_role("alert").filter(has_text="This file is not a picture")).to_be_visible()
    page.get_by_role("button", name="New z", exact=True).click()
    page.wait_for_url(lambda url: "style" not in url)
    seed = int(asked(page)["z"])
    assert same(shown(page, "Tiny paint"), drawn(server, "tiny-paint", gan.conditions[2].numpy(), seed))
    page.go_back()
    page.wait_for_url("**style=own**")
    assert same(shown(page, "Tiny paint"), wanted(torch.from_numpy(stored(mine))[None]))


def test_another_z_and_a_link_that_shows_the_same(server, opened, visitor):
    page = opened(model="tiny-paint", x=2)
    first = shown(page, "Tiny paint")
    page.get_by_role("button", name="New z").click()
    page.wait_for_url(re.compile(r"z=\d+"))
    after = shown(page, "Tiny paint")
    assert not np.array_equal(first, after)
    assert same(after, drawn(server, "tiny-paint", labels(page), int(asked(page)["z"])))
    visitor.goto(page.url)
    settled(visitor, OPEN_MS)
    assert np.array_equal(shown(visitor, "Tiny paint"), after)
    page.go_back()
    page.wait_for_url(re.compile(r"^(?!.*z=)"))
    assert np.array_equal(shown(page, "Tiny paint"), first)


def test_drawing_lines_and_the_files_of_what_is_drawn(server, opened):
    page = opened(model="tiny-draw", x=1)
    page.get_by_role("button", name="Clear", exact=True).click()
    assert (pixels(page.locator(".gx-paint-canvas canvas")) == 255).all(), "outlines are dark on white"
    page.get_by_role("button", name="Brush of 2 cells").click()
    drag(page, (4, 4), (4, 10))
    grey = pixels(page.locator(".gx-paint-canvas canvas"))
    wanted = np.full((SIZE, SIZE), 255, np.uint8)
    wanted[3:11, 3:5] = 0
    assert np.array_equal(grey, np.repeat(wanted[..., None], 3, 2))
    picture = shown(page, "Tiny draw")
    assert same(picture, drawn(server, "tiny-draw", wanted[None]))
    file, name = file_of(page, "Picture")
    assert np.array_equal(np.asarray(file.convert("RGB")), picture) and name == "tiny-draw-own-z-0.0-picture.png"
    file, name = file_of(page, "Pair")
    assert np.array_equal(np.asarray(file.convert("RGB")), np.concatenate([grey, picture], 1))
    file, name = file_of(page, "Strip")
    assert file.size == (3 * SIZE, SIZE), "and the example's true picture"


def test_sharpening_beside_interpolation_another_model_and_the_truth(server, opened):
    page = opened(model="tiny-sharpen", x=1)
    expect(page.locator(".gx-figure-name")).to_have_text(["Input", "Bicubic", "Tiny smooth", "Tiny sharpen", "Truth"])
    small = shown(page, "Input")
    assert small.shape == (4, 4, 3)
    expect(figure(page, "Tiny smooth").locator(".gx-figure-words")).to_contain_text("PSNR")
    for name, model in (("Tiny sharpen", "tiny-sharpen"), ("Tiny smooth", "tiny-smooth")):
        assert same(shown(page, name), drawn(server, model, stored(small)))
    truth, output = (shown(page, name).astype(np.float64) for name in ("Truth", "Tiny sharpen"))
    ratio = 10 * np.log10(255**2 / np.square(truth - output).mean())
    expect(figure(page, "Tiny sharpen").locator(".gx-figure-words")).to_have_text(f"PSNR {ratio:.1f} dB")

    figure(page, "Bicubic").locator("canvas.gx-picture").hover(position={"x": 60, "y": 60})
    lenses = page.locator(".gx-lens:visible")
    expect(lenses).to_have_count(5)
    left = [lens.evaluate("lens => lens.style.left") for lens in lenses.all()]
    assert len(set(left)) == 1, "one magnifier moves over all"
    handle = page.get_by_role("button", name="Magnifier")
    handle.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".gx-lens").first.evaluate("lens => lens.style.left") != left[0]
    page.wait_for_url(re.compile("lens="))
    page.keyboard.press("Escape")
    expect(lenses).to_have_count(0)

    page.get_by_role("button", name="+ Tiny smooth").click()
    expect(page.locator(".gx-figure-name")).to_have_text(["Input", "Bicubic", "Tiny sharpen", "Truth"])
    assert asked(page)["also"] == "-"

    given = np.zeros((40, 64, 3), np.uint8)
    given[:, :12], given[:, 12:52], given[:20, 12:52] = 255, (200, 100, 0), (0, 100, 200)  # cut square from the middle
    page.get_by_label("Own picture").set_input_files(png(given))
    page.wait_for_url(re.compile("x=own"))
    small = shown(page, "Input")
    assert (small[:2] == (0, 100, 200)).all() and (small[2:] == (200, 100, 0)).all()
    assert (shown(page, "Truth")[:8] == (0, 100, 200)).all(), "what it was before it was made small"
    assert same(shown(page, "Tiny sharpen"), drawn(server, "tiny-sharpen", stored(small)))
    page.get_by_label("Own picture").set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8"})
    expect(page.locator(".gx-trouble")).to_contain_text("not a picture that the browser can open")
    assert np.array_equal(shown(page, "Input"), small)


def test_changing_the_style_there_and_back_and_in_the_other_direction(server, opened):
    page = opened(model="tiny-style", x=2)
    a = shown(page, A)
    b, back, error = (shown(page, name) for name in (f"{B}, drawn", "back to A", "|A − back|"))
    assert same(b, drawn(server, "tiny-style", stored(a)))
    assert same(back, drawn(server, "tiny-style", stored(b), direction="backward"))
    apart = np.abs(a.astype(int) - back)
    assert np.abs(error[..., 0] - apart.mean(2)).max() <= 0.5
    expect(figure(page, "|A − back|").locator(".gx-figure-words")).to_have_text(f"mean {apart.mean():.1f} of 255")

    partner = shown(page, "True partner")
    page.get_by_role("button", name="From B to A").click()
    page.wait_for_url(re.compile("dir=back"))
    expect(page.locator(".gx-figure-name")).to_have_text([B, f"{A}, drawn", "back to B", "|B − back|", "True partner"])
    page.get_by_role("button", name="Example 2", exact=True).click()
    page.wait_for_url(re.compile("x=2"))
    assert np.array_equal(shown(page, B), partner) and np.array_equal(shown(page, "True partner"), a)
    b = shown(page, B)
    assert same(shown(page, f"{A}, drawn"), drawn(server, "tiny-style", stored(b), direction="backward"))
    # No even colour: instance norm would divide rounding by rounding, and that depends on the number of threads.
    given = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    page.get_by_label("Own picture").set_input_files(png(given))
    page.wait_for_url(re.compile("x=own"))
    assert np.array_equal(shown(page, B), given)
    assert same(shown(page, f"{A}, drawn"), drawn(server, "tiny-style", stored(given), direction="backward"))


def test_what_d_looks_at_lies_over_the_picture_and_the_truth(server, opened):
    page = opened(model="tiny-draw", x=4)
    expect(page.locator(".gx-over:visible")).to_have_count(0)
    page.get_by_role("button", name="What D looks at").click()
    settled(page)
    expect(page.locator(".gx-over:visible")).to_have_count(2)
    gan = trained.load(server.models / "tiny-draw")
    given, fake = gan.conditions[3][None], shown(page, "Tiny draw")
    told = translating.verdict(gan, torch.from_numpy(stored(fake))[None], given)
    over = figure(page, "Tiny draw").locator(".gx-over")
    assert over.evaluate("canvas => [canvas.height, canvas.width]") == list(told.shape)
    words = page.locator(".gx-legend")
    expect(words).to_contain_text(f"{(told > 0).sum()} of {told.shape[1]} × {told.shape[0]} patches taken for real")
    expect(words).to_contain_text("True picture: mean")
    assert asked(page)["d"] == "1"
    drag(page, (3, 3), (9, 9))
    settled(page)
    expect(page.locator(".gx-over:visible")).to_have_count(1)  # the truth does not belong to this drawing


def test_models_that_translate_are_found_and_others_are_not_offered(server, opened, empty_server):
    page = opened(model="tiny-faces")
    expect(page.get_by_text("tiny-faces reads no picture, so it translates none")).to_be_visible()
    page.get_by_role("button", name="Change style").click()
    page.wait_for_url(re.compile("model=tiny-style"))
    expect(page.locator(".gx-figure-name").first).to_have_text(A)
    page.goto(server.url)
    page.locator("[data-model=tiny-paint]").get_by_role("link", name="Translate").click()
    page.wait_for_url(re.compile("translate.*model=tiny-paint"))
    settled(page, OPEN_MS)
    page.goto(f"{empty_server.url}/translate")
    expect(page.get_by_text("There is no model that translates pictures yet")).to_be_visible(timeout=OPEN_MS)
    page.get_by_role("link", name="Train a GAN").click()
    page.wait_for_url(re.compile("/train"))


def test_a_face_s_map_comes_onto_the_canvas(opened, page):
    """What the part reader finds in noise is made up here, so that it can be told on the canvas."""
    found, sent = np.full((SIZE, SIZE), HAIR, np.int8), []
    found[4:9, 2:6] = MOUTH

    def parts(route) -> None:
        sent.append(route.request.post_data_json["picture"])
        route.fulfill(body=found.tobytes(), headers={"x-shape": f"1,1,{SIZE},{SIZE}"})

    page.route("**/tiny-paint/parts", parts)
    opened(model="tiny-paint")
    page.get_by_role("button", name="Map of the drawn face").click()
    page.wait_for_url(re.compile("x=own"))
    assert np.array_equal(labels(page)[0], found)
    page.get_by_role("button", name="Clear", exact=True).click()
    give(page, "Take a face's map", png(np.full((40, 40, 3), (9, 8, 7), np.uint8)))
    assert np.array_equal(labels(page)[0], found)
    face = np.frombuffer(base64.b64decode(sent[1]), np.uint8).reshape(3, SIZE, SIZE)
    assert [int(plane.max()) for plane in face] == [9, 8, 7] and len(sent) == 2
