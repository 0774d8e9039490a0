"""The Arithmetic page in a real browser, on tiny models with random weights."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from explorer.model import arithmetic, load, mean
from pipelines.latent.edit import edit
from pipelines.latent.point import pack
from tests.browser.waits import until

pytestmark = pytest.mark.browser

WAIT_S = 60.0  # torch is loaded by the first picture, on a machine that is busy with other tests
WAIT_MS = 1000 * WAIT_S
FACES, CLASSES, PLAIN = "tiny-faces", "tiny-classes", "tiny-plain"
RESULT, MEANS, WALL = ".gx-result", ".gx-mean canvas", ".gx-wall .gx-tile"
PIXELS = "canvas => Array.from(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data)"
EMPTY = "a=&b=&c=&seed=3"  # something set, so that no equation is chosen for the visitor


@pytest.fixture
def server(tiny_server):
    return tiny_server


def visit(page: Page, server, query: str) -> None:
    page.goto(f"{server.url}/arithmetic?{query}")
    expect(page.locator(WALL).first).to_be_visible(timeout=WAIT_MS)


def pixels(page: Page, selector: str = RESULT, number: int = 0) -> np.ndarray:
    """What a canvas shows, uint8 [H, W, 3]; empty where nothing is drawn."""
    canvas = page.locator(selector).nth(number)
    flat = np.array(canvas.evaluate(PIXELS), np.uint8).reshape(-1, 4)
    size = round(len(flat) ** 0.5)
    return flat.reshape(size, size, 4)[..., :3] if flat[:, 3].all() else np.zeros((0, 0, 3), np.uint8)


def shows(page: Page, wanted: np.ndarray, selector: str = RESULT, number: int = 0) -> None:
    """Wait until a canvas shows a picture uint8 [H, W, C]; rounding may differ by one."""
    wanted = np.broadcast_to(wanted, (*wanted.shape[:2], 3)).astype(int)

    def same() -> bool:
        found = pixels(page, selector, number)
        return found.shape == wanted.shape and np.abs(found - wanted).max() <= 1

    until(same, f"the picture in {selector}", WAIT_S)


def click_samples(page: Page, indices: list[int]) -> None:
    for index in indices:
        page.locator(WALL).nth(index).click()


def by_hand(server, name: str, rows: tuple[list[int], ...], strength: float = 1.0, seed: int = 3) -> np.ndarray:
    """The result in Python: the picture of C + strength (A - B)."""
    gan = load(server.models / name)
    z = gan.z(60, seed=seed)
    a, b, c = (mean(z[part]) for part in rows)
    return gan.decode(arithmetic(a, b, c, strength), y=0 if gan.class_names else None)[0]


def download(page: Page, name: str) -> Image.Image:
    with page.expect_download(timeout=WAIT_MS) as found:
        page.get_by_role("button", name=name, exact=True).click()
    content = Path(found.value.path()).read_bytes()
    assert found.value.suggested_filename.endswith(".png")
    return Image.open(io.BytesIO(content))


def test_an_equation_by_clicks_is_what_python_computes(page: Page, server):
    visit(page, server, f"model={PLAIN}&seed=3")
    click_samples(page, [0, 1, 2, 3, 4, 5, 6, 7, 8])  # three a slot: the next slot opens by itself
    rows = ([0, 1, 2], [3, 4, 5], [6, 7, 8])
    shows(page, by_hand(server, PLAIN, rows))
    gan = load(server.models / PLAIN)
    for slot, part in enumerate(rows):
        shows(page, gan.decode(mean(gan.z(60, seed=3)[part]))[0], MEANS, slot)
    near = [pixels(page, ".gx-near", number) for number in range(8)]
    assert len({one.tobytes() for one in near}) == 8  # eight neighbours, all of them others

    page.get_by_role("slider", name="Strength").press("End")
    shows(page, by_hand(server, PLAIN, rows, 2.0))  # past 1


def test_a_link_reproduces_the_result_and_back_undoes(page: Page, visitor: Page, server):
    visit(page, server, f"model={PLAIN}&seed=3&s=2&a=3.0,3.1,3.2&b=3.3,3.4,3.5&c=3.6,3.7,3.8")
    shows(page, by_hand(server, PLAIN, ([0, 1, 2], [3, 4, 5], [6, 7, 8]), 2.0))
    page.keyboard.press("1")
    click_samples(page, [2])  # once more: it is removed
    page.get_by_role("button", name="an exemplar of A: remove").first.click()
    shows(page, by_hand(server, PLAIN, ([1], [3, 4, 5], [6, 7, 8]), 2.0))
    before = pixels(page)

    visitor.goto(page.url)  # a link
    expect(visitor.locator(RESULT)).to_be_visible(timeout=WAIT_MS)
    until(lambda: np.array_equal(pixels(visitor), before), "the same pixels from a link", WAIT_S)

    page.go_back()
    shows(page, by_hand(server, PLAIN, ([0, 1], [3, 4, 5], [6, 7, 8]), 2.0))
    page.get_by_role("link", name="Train").click()
    expect(page.locator(".gx-arithmetic")).to_have_count(0, timeout=WAIT_MS)
    page.get_by_role("link", name="Arithmetic").click()
    shows(page, by_hand(server, PLAIN, ([0, 1], [3, 4, 5], [6, 7, 8]), 2.0))


def test_the_result_and_the_equation_are_saved_as_pictures(page: Page, server):
    visit(page, server, f"model={PLAIN}&seed=3&a=3.0&b=3.1&c=3.2")
    wanted = by_hand(server, PLAIN, ([0], [1], [2]))
    shows(page, wanted)
    native = np.asarray(download(page, "Result"))
    assert np.array_equal(native, wanted[..., 0])
    large = np.asarray(download(page, "Enlarged"))
    times = large.shape[0] // 28
    assert times > 8 and np.array_equal(large, native.repeat(times, 0).repeat(times, 1))
    whole = download(page, "Equation")
    assert whole.width > whole.height > 500
    assert len(np.unique(np.asarray(whole.convert("L")))) > 20  # not an empty sheet


def test_slots_are_filled_by_wishes_and_by_classic_equations(page: Page, server):
    visit(page, server, f"model={FACES}")
    gan = load(server.models / FACES)
    exemplars = page.locator(".gx-exemplars canvas")
    expect(exemplars).to_have_count(9, timeout=WAIT_MS)  # the first classic equation, for one who comes with nothing
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(exemplars).to_have_count(0)

    page.get_by_role("button", name="smile: any").click()
    page.get_by_role("button", name="beard: any").click()
    page.get_by_role("button", name="beard: with").click()
    expect(page.get_by_role("button", name="beard: without")).to_be_visible()
    seen = gan.readings.probabilities
    columns = [gan.readings.names.index(name) for name in ("smile", "beard")]
    fits = (seen[:, columns[0]] > 0.5) & (seen[:, columns[1]] < 0.5)
    expect(page.locator(".gx-place")).to_contain_text(f"{fits.sum():,} of 2,000", timeout=WAIT_MS)
    page.get_by_role("button", name=re.compile("Fill . for me")).click()
    expect(exemplars).to_have_count(3, timeout=WAIT_MS)
    chosen = [canvas.get_attribute("data-sample") for canvas in exemplars.all()]
    assert all(fits[int(sample.split(".")[1])] for sample in chosen)

    page.get_by_role("button", name="long hair with a smile").click()
    expect(exemplars).to_have_count(9, timeout=WAIT_MS)
    samples = [canvas.get_attribute("data-sample") for canvas in exemplars.all()]
    long_hair, smile = (gan.readings.names.index(name) for name in ("long hair", "smile"))
    slots = [[int(sample.split(".")[1]) for sample in samples[start : start + 3]] for start in (0, 3, 6)]
    assert (seen[slots[0]][:, smile] > 0.5).all() and (seen[slots[0]][:, long_hair] < 0.5).all()
    assert (seen[slots[1] + slots[2]][:, smile] < 0.5).all() and (seen[slots[2]][:, long_hair] > 0.5).all()


def test_attributes_move_the_result_and_are_held(page: Page, server):
    visit(page, server, f"model={FACES}&seed=3&c=3.0")
    gan = load(server.models / FACES)
    z = gan.z(1, seed=3)
    shows(page, gan.decode(z)[0])
    smile = page.get_by_role("slider", name="smile")
    expect(smile).to_be_visible(timeout=WAIT_MS)
    smile.press("End")
    shows(page, gan.decode(z + 5 * gan.direction("smile").vector)[0])
    expect(page.locator(".gx-effect")).not_to_have_count(0, timeout=WAIT_MS)
    expect(page.locator(".gx-effects h3")).to_contain_text("smile +5.00")
    page.get_by_label("Hold beard").check()
    shows(page, gan.decode(z + 5 * gan.direction("smile~beard").vector)[0])
    expect(page.locator(".gx-effect.gx-held")).to_have_count(1, timeout=WAIT_MS)
    expect(page.locator(".gx-effects")).to_contain_text("without holding", timeout=WAIT_MS)
    page.get_by_label("Hold beard").uncheck()
    shows(page, gan.decode(z + 5 * gan.direction("smile").vector)[0])


def test_all_else_is_held_by_what_was_learnt(page: Page, server, steered: str):
    visit(page, server, f"model={steered}&seed=3&c=3.0")
    gan = load(server.models / steered)
    z = gan.z(1, seed=3)
    smile, everything = page.get_by_role("slider", name="smile"), page.get_by_role("checkbox", name="Hold all else")
    boxes = page.get_by_role("checkbox", name="Hold ")
    expect(smile).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".gx-label-head .gx-hold")).to_have_attribute("title", re.compile("were learnt for faces"))
    smile.press("End")
    shows(page, gan.decode(z + 5 * gan.direction("smile").vector)[0])
    everything.check()
    shows(page, gan.decode(z + 5 * gan.ways("smile~all", z))[0])
    assert boxes.count() > 10 and all(box.is_checked() for box in boxes.all())
    expect(page.locator(".gx-effect")).not_to_have_count(0, timeout=WAIT_MS)
    expect(page.locator(".gx-effect:not(.gx-held)")).to_have_count(0)
    assert "hold=all" in page.url
    page.get_by_role("checkbox", name="Hold glasses", exact=True).uncheck()  # one less than all
    expect(everything).not_to_be_checked()
    others = [one.id for one in gan.labelled.values() if one.id not in ("smile", "glasses")]
    assert "beard" in others, "for which none was learnt, so that the plain directions are held apart"
    shows(page, gan.decode(z + 5 * gan.direction(f"smile~{','.join(others)}").vector)[0])
    page.get_by_role("checkbox", name="Hold glasses", exact=True).check()
    expect(everything).to_be_checked()
    shows(page, gan.decode(z + 5 * gan.ways("smile~all", z))[0])
    everything.uncheck()
    shows(page, gan.decode(z + 5 * gan.direction("smile").vector)[0])


def test_what_is_given_is_the_move_that_python_finds(page: Page, server):
    gan = load(server.models / FACES)
    z = gan.z(1, seed=3)
    seen, names = gan.reader.read(gan.decode(z))[0], gan.reader.names
    name = names[
        int(np.argmin(np.where(seen[: gan.latent_size] < 0.5, 0.5 - seen[: gan.latent_size], 1)))
    ]  # nearly there
    found = edit(gan, z[0], None, name)
    assert found.shows, "a picture that is nearly there is brought there"
    visit(page, server, f"model={FACES}&seed=3&c=3.0")
    page.get_by_role("button", name=f"Give this picture {name}, and hold all else").click(timeout=WAIT_MS)
    shows(page, gan.decode(z + found.vector)[0])
    exactly = page.get_by_role("slider", name=f"{name}, exactly")
    exactly.press("Home")
    shows(page, gan.decode(z)[0])
    expect(page.get_by_role("button", name=f"Give this picture {name}")).to_be_visible()
    page.get_by_role("button", name=f"Remove: {name}").click()
    expect(exactly).to_have_count(0)


def test_what_a_found_move_does_beside_what_was_asked_is_said(page: Page, server):
    z = load(server.models / FACES).z(1, seed=8)[0]
    found: dict = {}
    page.route("**/edit", lambda route: route.fulfill(json={"z": pack(z), **found}))
    visit(page, server, f"model={FACES}&seed=3&c=3.0")
    said = page.locator(".gx-labels-part > [role=status]")
    for shows, kept, way, words in (
        (True, True, 0.3, ""),
        (True, True, 0.9, "No short move works. This long one"),
        (True, False, 0.3, "and something else changed as well"),
        (False, True, 0.3, "No move was found that"),
    ):
        found |= {"shows": shows, "kept": kept, "way": way}
        with page.expect_response("**/edit"):
            page.locator(".gx-label-row button").first.click(timeout=WAIT_MS)
        expect(page.get_by_role("slider", name=", exactly")).to_have_count(int(shows), timeout=WAIT_MS)
        expect(said).to_contain_text(words)
        if not words:
            expect(said).to_be_empty()
        if shows:
            page.get_by_role("button", name="Remove: ").click()
            expect(said).to_be_empty()


def test_marks_make_a_direction_that_is_saved_and_found_again(page: Page, server):
    visit(page, server, f"model={CLASSES}&seed=3&c=3.0")
    gan = load(server.models / CLASSES)
    expect(page.get_by_label("Class of all pictures")).to_be_visible()
    page.get_by_role("tab", name="Your own marks").click()
    click_samples(page, [1, 2, 3])
    page.get_by_role("button", name="✕ no").click()
    click_samples(page, [4, 5])
    page.get_by_role("button", name="✓ yes").click()
    page.locator(WALL).nth(6).click(modifiers=["Shift"])
    expect(page.locator(".gx-counts")).to_contain_text("3 yes, 3 no")
    name = "m:3.1,3.2,3.3|3.4,3.5,3.6"
    slider = page.get_by_role("slider", name="your direction")
    slider.press("End")
    wanted = gan.decode(gan.z(1, seed=3) + 5 * gan.direction(name).vector, y=0)[0]
    shows(page, wanted)
    shows(page, gan.decode(gan.z(1, seed=3) + 3 * gan.direction(name).vector, y=0)[0], ".gx-strip canvas", 6)

    page.get_by_label("Name of the direction").fill("bold")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("slider", name="bold")).to_be_visible(timeout=WAIT_MS)
    file = server.saved / "directions" / f"{CLASSES}.json"
    assert json.loads(file.read_text("utf-8")) == [{"name": "bold", "definition": name}]

    page.reload()
    expect(page.get_by_role("slider", name="bold")).to_be_visible(timeout=WAIT_MS)
    shows(page, wanted)
    page.get_by_role("button", name="Rename bold").click()
    page.get_by_label("New name of bold").fill("heavy")
    page.get_by_label("New name of bold").press("Enter")
    expect(page.get_by_role("slider", name="heavy")).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("button", name="Delete heavy").click()
    expect(page.get_by_role("slider", name="heavy")).to_have_count(0, timeout=WAIT_MS)
    assert json.loads(file.read_text("utf-8")) == []


def test_the_class_is_the_same_for_all_pictures(page: Page, server):
    visit(page, server, f"model={CLASSES}&seed=3&a=3.0&b=3.1&c=3.2")
    gan = load(server.models / CLASSES)
    z = gan.z(3, seed=3)
    page.get_by_label("Class of all pictures").select_option("7")
    shows(page, gan.decode(arithmetic(z[0], z[1], z[2]), y=7)[0])
    shows(page, gan.decode(z[:1], y=7)[0], WALL + " canvas", 0)
    assert "y=7" in page.url
    expect(page.get_by_role("button", name="Fill A for me")).to_have_count(0)
    expect(page.locator(".gx-classics")).to_contain_text("stays the same")


def test_no_model_one_that_is_gone_and_one_that_nothing_reads(page: Page, visitor: Page, server, empty_server):
    page.goto(f"{empty_server.url}/arithmetic")
    expect(page.get_by_text("There is no model yet")).to_be_visible(timeout=WAIT_MS)
    page.goto(f"{server.url}/arithmetic?model=never-was")
    expect(page.get_by_text("There is no model 'never-was'")).to_be_visible(timeout=WAIT_MS)

    gone = shutil.copytree(server.models / PLAIN, server.models / "soon-gone")
    visit(visitor, server, "model=soon-gone&seed=3&c=3.0")
    until(lambda: pixels(visitor).size, "a first picture", WAIT_S)
    shutil.rmtree(gone)
    visitor.locator(WALL).nth(5).click()
    visitor.keyboard.press("3")
    visitor.locator(WALL).nth(6).click()
    expect(visitor.get_by_role("alert")).to_contain_text("soon-gone", timeout=WAIT_MS)
