"""The Digits page in a real browser, on tiny models: it shows what the model draws in Python, pixel by pixel."""

from __future__ import annotations

import base64
import re
import shutil
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Download, Locator, Page, expect

from pipelines import data
from pipelines.models import readings
from pipelines.training.building import build
from tests import tiny_models as tiny

pytestmark = pytest.mark.browser

OPEN_MS = 90_000  # for a server that has torch still to load, on a busy machine
REACT_MS = 20_000
CLASSES, PLAIN, FACES = "tiny-classes", "tiny-plain", "tiny-faces"

PIXELS = """canvases => canvases.map((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const grey = data.filter((_, at) => at % 4 === 0);
  return [canvas.height, canvas.width, btoa(String.fromCharCode(...grey))];
})"""


@pytest.fixture
def server(model_server):
    return model_server


@pytest.fixture
def gan(server):
    """The model with classes, in this process."""
    from explorer.model import load

    return load(server.models / CLASSES)


def address(server, **asked: object) -> str:
    return f"{server.url}/digits?{urlencode(asked)}"


def asked(page: Page) -> dict[str, str]:
    """What the URL says."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def all_pixels(canvases: Locator) -> list[np.ndarray]:
    """The first channel of canvases, each uint8 [H, W]."""
    told = canvases.evaluate_all(PIXELS)
    return [np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width) for height, width, data in told]


def pixels(canvas: Locator) -> np.ndarray:
    """The first channel of the only canvas, uint8 [H, W]."""
    (one,) = all_pixels(canvas)
    return one


def shows(page: Page, view: str, timeout: int = REACT_MS, **state: object) -> None:
    """Wait until a view has drawn a state."""
    page.wait_for_function(
        """([view, wanted]) => {
          const tab = document.querySelector(`.gx-digits .gx-tab[data-tab=${view}]`);
          if (tab && tab.getAttribute('aria-selected') !== 'true') return false;
          const shown = JSON.parse(document.querySelector('.gx-digits .gx-view > section')?.dataset.shown ?? '{}');
          return Object.entries(wanted).every(([name, value]) => JSON.stringify(shown[name]) === JSON.stringify(value));
        }""",
        arg=[view, state],
        timeout=timeout,
    )


def grey(download: Download) -> np.ndarray:
    """A downloaded picture, uint8 [H, W]."""
    with Image.open(download.path()) as picture:
        return np.asarray(picture.convert("L"))


def board(page: Page) -> list[np.ndarray]:
    """The pictures of the view, in order."""
    return all_pixels(page.locator(".gx-board canvas"))


def same(drawn: list[np.ndarray], images: np.ndarray) -> bool:
    return len(drawn) == len(images) and all(
        np.array_equal(one, image[..., 0]) for one, image in zip(drawn, images, strict=True)
    )


def test_ten_images_of_a_class_are_one_click_and_the_models_own_pixels(server, gan, page):
    page.goto(address(server))
    shows(page, "images", OPEN_MS, model=CLASSES, n=10)
    page.get_by_role("button", name="3", exact=True).click()
    shows(page, "images", y=3, n=10, seed=0)
    expect(page.get_by_role("heading", name="10 images of a 3")).to_be_visible()
    assert same(board(page), gan.sample(10, seed=0, y=3))

    page.get_by_role("button", name="25", exact=True).click()
    shows(page, "images", y=3, n=25)
    page.get_by_role("button", name="New seed").click()
    page.wait_for_url(re.compile(r"seed=(?!0&)\d+"))
    seed = int(asked(page)["seed"])
    shows(page, "images", seed=seed)
    assert same(board(page), gan.sample(25, seed=seed, y=3))

    page.keyboard.press("8")  # the same z, another class
    shows(page, "images", y=8, seed=seed)
    assert same(board(page), gan.sample(25, seed=seed, y=8))
    page.go_back()
    shows(page, "images", y=3, seed=seed)
    assert same(board(page), gan.sample(25, seed=seed, y=3))


def test_a_link_shows_the_same_pixels_and_a_page_left_is_as_it_was(server, gan, page, visitor):
    page.goto(address(server, model=CLASSES, view="images", y=4, n=50, seed=77))
    shows(page, "images", OPEN_MS, y=4, n=50, seed=77)
    drawn = board(page)
    assert same(drawn, gan.sample(50, seed=77, y=4))

    visitor.goto(page.url)
    shows(visitor, "images", OPEN_MS, y=4, n=50, seed=77)
    assert all(np.array_equal(*pair) for pair in zip(drawn, board(visitor), strict=True))

    page.get_by_role("link", name="Train").first.click()
    page.wait_for_url(re.compile("/train"))
    page.get_by_role("link", name="Digits").first.click()
    shows(page, "images", OPEN_MS, y=4, n=50, seed=77)
    assert same(board(page), gan.sample(50, seed=77, y=4))


def test_downloads_are_the_picture_at_native_size_and_enlarged(server, gan, page):
    page.goto(address(server, model=CLASSES, y=2, seed=5))
    shows(page, "images", OPEN_MS, y=2, seed=5)
    page.locator(".gx-board .gx-tile").nth(6).click()
    look = page.get_by_role("dialog")
    image = gan.sample(7, seed=5, y=2)[6, ..., 0]
    assert np.array_equal(pixels(look.locator("canvas")), image)
    for words, scale in (("28 × 28", 1), ("enlarged 16×", 16)):
        with page.expect_download() as caught:
            look.get_by_role("link", name=words).click()
        assert np.array_equal(grey(caught.value), image.repeat(scale, 0).repeat(scale, 1))
    href = look.get_by_role("link", name="Open in the latent space").get_attribute("href")
    assert parse_qs(urlsplit(href).query) == {"model": [CLASSES], "z": ["5.6"], "y": ["2"]}
    page.keyboard.press("Escape")
    expect(look).to_be_hidden()


def test_the_grid_has_one_z_a_row_and_one_class_a_column(server, gan, page):
    page.goto(address(server, model=CLASSES, view="grid", seed=3))
    shows(page, "grid", OPEN_MS, seed=3, rows=5)
    cells = page.locator(".gx-grid .gx-tile")
    expect(cells).to_have_count(50)
    for row, y in ((0, 0), (2, 6), (4, 9)):
        cell = page.locator(f'.gx-grid .gx-tile[data-row="{row}"][data-y="{y}"]')
        assert np.array_equal(pixels(cell.locator("canvas")), gan.sample(row + 1, seed=3, y=y)[row, ..., 0])
    cell = page.locator('.gx-grid .gx-tile[data-row="2"][data-y="6"]')
    cell.hover()
    expect(page.locator(".gx-grid thead th.gx-on")).to_have_text("6")
    expect(page.locator(".gx-grid tbody th.gx-on")).to_have_text("z3")
    expect(page.locator(".gx-grid td.gx-on")).to_have_count(10 + 5 - 1)
    cell.click()
    page.wait_for_url(re.compile(r"/latent\?"))
    assert {name: asked(page)[name] for name in ("model", "z", "y")} == {"model": CLASSES, "z": "3.2", "y": "6"}
    page.go_back()
    shows(page, "grid", OPEN_MS, seed=3, rows=5)


def test_the_morph_moves_while_dragging_and_ends_where_the_slider_is(server, gan, page):
    page.goto(address(server, model=CLASSES, view="morph", y=1, to=6, t=0, seed=2))
    shows(page, "morph", OPEN_MS, t=0)
    assert same(board(page), gan.sample(5, seed=2, y=1))
    slider = page.locator(".gx-morph-slider")
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 3, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, middle, steps=8)
    page.wait_for_function(  # the button is still held
        "() => JSON.parse(document.querySelector('.gx-view > section').dataset.shown).t > 0.4", timeout=REACT_MS
    )
    assert asked(page)["t"] == "0", "the URL is written once, at the end"
    page.mouse.move(box["x"] + box["width"] * 0.75, middle, steps=4)
    page.mouse.up()
    t = float(slider.input_value())
    assert 0.6 < t < 0.9
    shows(page, "morph", t=t)
    weights = np.zeros(10)
    weights[1], weights[6] = round(1 - t, 4), round(t, 4)
    assert same(board(page), gan.decode(gan.z(5, seed=2), y=weights))
    assert asked(page)["t"] == f"{t:g}"

    with page.expect_download() as caught:
        page.get_by_role("link", name="GIF").click()
    with Image.open(caught.value.path()) as film:
        assert film.format == "GIF" and film.n_frames > 20 and film.width == 5 * film.height
    with page.expect_download() as caught:
        page.get_by_role("link", name="PNG strip").click()
    strip = grey(caught.value)
    assert np.array_equal(strip[:28, :28], gan.sample(1, seed=2, y=1)[0, ..., 0]), "it begins with the first class"
    assert np.array_equal(strip[:28, -28:], gan.sample(1, seed=2, y=6)[0, ..., 0]), "and ends with the other"

    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"() => JSON.parse(document.querySelector('.gx-view > section').dataset.shown).t !== {t}")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_number_is_written_in_one_hand(server, gan, page):
    page.goto(address(server, model=CLASSES, view="write", row="-", seed=9))
    expect(page.get_by_label("What to write")).to_be_visible(timeout=OPEN_MS)
    page.get_by_label("What to write").fill("20x4")
    expect(page.get_by_label("What to write")).to_have_value("204")
    expect(page.get_by_text("There is no class “x”")).to_be_visible()
    shows(page, "write", row=[2, 0, 4], hand=0, seed=9)
    page.get_by_role("button", name="7", exact=True).click()  # the large buttons write too
    shows(page, "write", row=[2, 0, 4, 7], hand=0)
    page.locator(".gx-hand").nth(3).click()
    shows(page, "write", row=[2, 0, 4, 7], hand=3)
    written = np.concatenate([gan.decode(gan.z(1, seed=9, start=3), y=y)[0, ..., 0] for y in (2, 0, 4, 7)], axis=1)
    drawn = all_pixels(page.locator(".gx-written canvas"))
    assert np.array_equal(np.concatenate(drawn, axis=1), written)
    with page.expect_download() as caught:
        page.get_by_role("link", name="PNG", exact=True).click()
    assert np.array_equal(grey(caught.value), written)
    assert asked(page)["row"] == "2.0.4.7" and asked(page)["hand"] == "4"


@pytest.fixture
def zeros(server):
    """A model without classes of which every fifth sample is a zero, and the others are black."""
    from explorer.model import load

    torch.manual_seed(0)
    generator, discriminator = build(tiny.PLAIN, 0)
    last = [layer for layer in generator.modules() if isinstance(layer, torch.nn.Linear)][-1]
    inputs: list[torch.Tensor] = []
    hook = last.register_forward_pre_hook(lambda layer, given: inputs.append(given[0]))
    with torch.inference_mode():
        generator.eval()(torch.randn(1000, tiny.PLAIN.latent_size))
    hook.remove()
    unit = int(inputs[0].std(0).argmax())
    values = inputs[0][:, unit]
    way = torch.arange(28) - 13.5
    ring = (((way[:, None] / 1.25).square() + way.square()).sqrt() - 6.5).abs().flatten() < 1.2
    with torch.no_grad():
        last.weight.zero_()
        last.bias.fill_(-4)
        last.weight[ring, unit] = 200 / values.std()
        last.bias[ring] = -200 / values.std() * values.quantile(0.8)
    names = data.class_names_of("digits")
    shutil.rmtree(server.models / PLAIN)
    return load(tiny.write(server.models / "zeros", tiny.PLAIN, names, networks=(generator, discriminator)))


def test_brute_force_counts_its_draws_stops_and_can_be_followed_by_a_link(server, zeros, page, visitor):
    page.goto(address(server, model=CLASSES, view="search", y=0, goal=1))
    expect(page.get_by_text("1/p")).to_be_visible(timeout=OPEN_MS)
    page.get_by_role("button", name="Search", exact=True).click()
    shows(page, "search", OPEN_MS, done=True, found=1)
    search, draws = int(asked(page)["search"]), int(asked(page)["draws"])
    drawn = zeros.sample(draws, seed=search)
    seen = zeros.reader.read(drawn)[:, 0] > 0.5
    assert seen[-1] and not seen[:-1].any(), "the first that the classifier takes for it"
    assert np.array_equal(pixels(page.locator(".gx-found canvas").first), drawn[-1, ..., 0])
    expect(page.locator(".gx-search-says")).to_contain_text(f"{draws} draw")

    visitor.goto(page.url)
    shows(visitor, "search", OPEN_MS, done=True, draws=draws, search=search)
    assert np.array_equal(pixels(visitor.locator(".gx-found canvas").first), drawn[-1, ..., 0])

    page.get_by_role("button", name="8", exact=True).click()  # which never turns up
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_text(re.compile("^none of [0-9,]+ samples"))).to_be_visible(timeout=OPEN_MS)
    expect(page.locator(".gx-draws").first).not_to_have_text("0", timeout=REACT_MS)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped after")).to_be_visible()
    count = page.locator(".gx-draws").first.inner_text()
    page.wait_for_timeout(400)
    assert page.locator(".gx-draws").first.inner_text() == count, "it has stopped"
    expect(page.get_by_text("0 of 1 found")).to_be_visible()


def test_agreement_counts_samples(server, gan, page):
    from pipelines.latent import search

    readings.save(readings.make(gan.trained, 300), server.models / CLASSES)
    page.goto(address(server, model=CLASSES, view="agreement"))
    shows(page, "agreement", OPEN_MS, model=CLASSES)
    told = search.agreement(gan)
    assert sum(told["counts"]) == 300
    bars = page.locator(".gx-bars li")
    expect(bars).to_have_count(10)
    for y in (0, 9):
        right = round(told["agrees"][y] * told["counts"][y])
        expect(bars.nth(y)).to_contain_text(f"{right:,} of {told['counts'][y]:,} samples")


def test_a_model_without_classes_says_what_it_lacks_and_leads_to_one_that_has_them(server, page):
    page.goto(address(server, model=PLAIN))
    expect(page.get_by_text("no class can be chosen")).to_be_visible(timeout=OPEN_MS)
    expect(page.get_by_role("heading", name="Without classes")).to_be_visible()
    expect(page.get_by_role("heading", name="With classes")).to_be_hidden()
    page.get_by_role("link", name="Tiny digits by class").click()
    shows(page, "images", OPEN_MS, model=CLASSES)
    page.go_back()
    expect(page.get_by_text("no class can be chosen")).to_be_visible(timeout=OPEN_MS)


def test_no_model_a_deleted_one_and_one_deleted_meanwhile(server, visitor):
    visitor.goto(address(server, model="gone"))
    expect(visitor.get_by_text("There is no model 'gone' here any more")).to_be_visible(timeout=OPEN_MS)
    shows(visitor, "images", OPEN_MS, model=CLASSES)

    before = board(visitor)
    shutil.rmtree(server.models / CLASSES)
    visitor.get_by_role("button", name="5", exact=True).click()
    expect(visitor.locator(".gx-trouble")).to_contain_text("There is no model", timeout=REACT_MS)
    assert all(np.array_equal(*pair) for pair in zip(before, board(visitor), strict=True)), "what was drawn stays"

    for name in tiny.NAMES:
        shutil.rmtree(server.models / name, ignore_errors=True)
    visitor.goto(address(server))
    expect(visitor.get_by_text("There is no model yet")).to_be_visible(timeout=OPEN_MS)


def test_many_classes_of_ones_own_stay_usable(server, page):
    names = [f"kind {number}" for number in range(24)]
    tiny.write(server.models / "kinds", tiny.CLASSES.changed(data="folder", folder="/nowhere"), names, title="Kinds")
    page.set_viewport_size({"width": 420, "height": 900})
    page.goto(address(server, model="kinds"))
    shows(page, "images", OPEN_MS, model="kinds")
    page.get_by_role("button", name="kind 23").click()
    shows(page, "images", y=23)
    page.get_by_role("tab", name="Compose").click()
    page.get_by_role("button", name="kind 11").first.click()
    page.wait_for_url(re.compile(r"row=[\d.]+\.11(&|$)"))
    page.get_by_role("tab", name="Search or ask").click()
    expect(page.get_by_text("There is no classifier for these pictures")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing sticks out sideways"
