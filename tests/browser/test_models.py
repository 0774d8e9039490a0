"""The Models page in a real browser: links that keep the model, publishing, renaming, deleting, and what is damaged."""

from __future__ import annotations

import io
import json
import re
import shutil
import time
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests import tiny_run
from tests.fake_run import FakeRun

pytestmark = pytest.mark.browser

PUBLISH_MS = 90_000  # for a process to load torch, draw and measure on a busy machine
OPEN_MS = 20_000


@pytest.fixture
def server(model_server):
    return model_server


@pytest.fixture
def run(server, tmp_path):
    return tiny_run.train(server.runs, tmp_path / "pictures")


def card(page: Page, model: str) -> Locator:
    return page.locator(f"[data-model={model}]")


def in_card(page: Page, run_id: str) -> Locator:
    return page.locator(f"[data-run='{run_id}']")


def opened(page: Page, server) -> None:
    page.goto(server.url)
    expect(page.locator(".gx-step").first).to_be_visible(timeout=OPEN_MS)


def at_page(page: Page, server, name: str, model: str) -> None:
    page.wait_for_url(re.compile(rf"{re.escape(server.url)}/{name}\?(.*&)?model={re.escape(model)}(&.*)?$"))


def colours(contact: Locator) -> int:
    """How many different pixels a picture has."""
    return contact.locator("canvas").last.evaluate(
        "canvas => new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size"
    )


def size_of(picture: Path) -> tuple[int, int]:
    return Image.open(io.BytesIO(picture.read_bytes())).size


def test_every_model_has_pictures_words_and_links_that_keep_it(server, page):
    opened(page, server)
    for model, title in (("tiny-classes", "Tiny digits by class"), ("tiny-faces", "Tiny faces")):
        shown = card(page, model)
        expect(shown.get_by_role("heading", name=title)).to_be_visible()
        expect(shown.get_by_role("img", name=f"Ten samples of {title}").locator("canvas")).to_have_count(1)
        assert colours(shown.get_by_role("img")) > 10, "a picture, not a blank"
        expect(shown.get_by_text("Quality: not measured.")).to_be_visible()
        shown.get_by_text("How it was trained").click()
        expect(shown.get_by_text("64,000")).to_be_visible()
        shown.get_by_text("Data, licence, picture").click()
        expect(shown.get_by_text("Licence", exact=True)).to_be_visible()
    assert card(page, "tiny-classes").get_by_role("link", name="Digits").get_attribute("href").endswith(
        "/digits?model=tiny-classes"
    )  # fmt: skip
    off = card(page, "tiny-faces").get_by_role("link", name="Digits")
    expect(off).to_have_attribute("aria-disabled", "true")
    expect(off).to_have_attribute("title", re.compile("without labels"))


@pytest.mark.parametrize(
    ("label", "name"), [("Latent space", "latent"), ("Arithmetic", "arithmetic"), ("Digits", "digits")]
)
def test_a_click_opens_the_model_and_back_returns(server, page, label, name):
    opened(page, server)
    page.evaluate("window.sameDocument = true")
    card(page, "tiny-classes").get_by_role("link", name=label).click()
    at_page(page, server, name, "tiny-classes")
    assert page.evaluate("window.sameDocument"), "the app is not loaded anew"
    page.go_back()
    expect(card(page, "tiny-classes")).to_be_visible(timeout=OPEN_MS)


def test_a_model_is_trained_further(server, page):
    opened(page, server)
    card(page, "tiny-classes").get_by_text("How it was trained").click()
    card(page, "tiny-classes").get_by_role("button", name="Train it further").click()
    heading = page.get_by_role("heading", name="Tiny digits by class, further")
    expect(heading).to_be_visible(timeout=OPEN_MS)
    begin = page.get_by_role("combobox", name="Begin with")
    expect(begin).to_have_value("the model Tiny digits by class")
    begin.click()
    page.get_by_role("option", name="new networks").click()
    expect(begin).to_have_value("new networks")
    expect(heading).to_be_hidden()


def test_the_first_steps_are_links(server, page):
    opened(page, server)
    steps = page.get_by_role("navigation", name="What to try first").get_by_role("link")
    expect(steps).to_have_count(3)
    wanted = ["/arithmetic?model=tiny-faces", "/digits?model=tiny-classes", "/train"]
    for step, address in zip(steps.all(), wanted, strict=True):
        assert step.get_attribute("href").startswith(server.url + address)
        expect(step.locator("canvas").first).to_be_visible()
    expect(page.get_by_role("img", name="Ten samples of a 7 by the model tiny-classes")).to_be_visible(timeout=30_000)
    steps.nth(2).click()
    page.wait_for_url(f"{server.url}/train")
    expect(page.get_by_role("heading", name="Train a GAN")).to_be_visible(timeout=OPEN_MS)


def test_a_preview_downloads_at_native_size_and_enlarged(server, page):
    opened(page, server)
    shown = card(page, "tiny-plain")
    shown.get_by_text("Data, licence, picture").click()
    sizes = []
    for what in (
        shown.get_by_role("link", name="Preview as PNG"),
        shown.get_by_role("button", name="4 times enlarged"),
    ):
        with page.expect_download() as download:
            what.click()
        sizes.append(size_of(Path(download.value.path())))
    native = size_of(server.models / "tiny-plain" / "preview.png")
    assert sizes == [native, (4 * native[0], 4 * native[1])]


def test_publish_rename_and_delete(server, page, visitor, run):
    opened(page, server)
    in_card(page, run.id).get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("tiny-plain")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("There is a model named 'tiny-plain' already")).to_be_visible(timeout=OPEN_MS)
    expect(dialog.get_by_role("button", name="Publish")).to_be_disabled()
    dialog.get_by_role("textbox", name="Name").fill("noise")
    title, about = "Bright <b>and</b> :red[dark] $x$", "[Noise](http://host.example) of two *kinds*."
    dialog.get_by_label("Title").fill(title)
    dialog.get_by_label("One sentence on it").fill(about)
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_be_hidden(timeout=OPEN_MS)
    expect(page.get_by_role("progressbar", name="Publishing noise")).to_be_attached(timeout=OPEN_MS)
    opened(visitor, server)  # sees it too, and is not kept waiting
    expect(visitor.get_by_role("heading", name=title)).to_be_visible(timeout=OPEN_MS)
    shown = card(page, "noise")
    expect(shown).to_be_visible(timeout=PUBLISH_MS)
    expect(page.locator("[data-publication]")).to_have_count(0)
    expect(shown.get_by_role("heading", name=title)).to_be_visible()
    expect(shown.get_by_text(about)).to_be_visible()
    expect(shown.get_by_text("Measured on 10,000 samples")).to_be_visible()

    shown.get_by_role("button", name="Rename").click()
    dialog.get_by_role("textbox", name="Name").fill("two-noises")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Rename")).to_be_enabled(timeout=OPEN_MS)
    dialog.get_by_role("button", name="Rename").click()
    expect(card(page, "two-noises")).to_be_visible(timeout=OPEN_MS)
    expect(shown).to_have_count(0, timeout=OPEN_MS)

    card(page, "two-noises").get_by_role("button", name="Delete").click()
    expect(dialog.get_by_text("gone for good")).to_be_visible(timeout=OPEN_MS)
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden(timeout=OPEN_MS)
    card(page, "two-noises").get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(card(page, "two-noises")).to_have_count(0, timeout=OPEN_MS)
    assert not (server.models / "two-noises").exists() and run.exists()


def test_a_failed_publication_is_told_and_dismissed(server, page, run):
    opened(page, server)
    run.best_path.write_bytes(b"no weights")
    in_card(page, run.id).get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("noise")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Publish").click()
    failed = page.locator("[data-publication=noise][data-state=failed]")
    expect(failed.get_by_text("It could not be published: ")).to_be_visible(timeout=PUBLISH_MS)
    page.reload()
    expect(failed.get_by_text("It could not be published: ")).to_be_visible(timeout=OPEN_MS)
    failed.get_by_role("button", name="Dismiss").click()
    expect(failed).to_have_count(0, timeout=OPEN_MS)


def test_what_ships_cannot_be_deleted_and_what_is_damaged_is_named(server, page):
    about = server.models / "tiny-plain" / "card.json"
    about.write_text(json.dumps({**json.loads(about.read_text()), "ships": True}))
    weights = server.models / "tiny-faces" / "generator.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    opened(page, server)
    expect(card(page, "tiny-plain").get_by_text("ships with GAN Explorer")).to_be_visible()
    expect(card(page, "tiny-plain").get_by_role("button", name="Delete")).to_have_count(0)
    expect(card(page, "tiny-classes").get_by_role("button", name="Delete")).to_have_count(1)
    expect(card(page, "tiny-faces").get_by_role("link")).to_have_count(0)
    wrong = page.locator("[data-model=tiny-faces]")
    expect(wrong.get_by_text("is damaged and cannot be used")).to_be_visible()
    wrong.get_by_role("button", name="Delete the damaged model tiny-faces").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(wrong).to_have_count(0, timeout=OPEN_MS)


def test_runs_appear_with_their_first_checkpoint_and_more_on_demand(server, page):
    fakes = []
    for number in range(14):
        fake = FakeRun(f"20260101-1200{number:02d}-first-digits-abcd", conditional=number % 2 == 0)
        fake.rows(20)
        fake.sample()
        fake.status("stopped")
        fakes.append(fake)
        if number:
            fake.folder.checkpoints_path.mkdir(exist_ok=True)
            fake.folder.checkpoint_path(200).write_bytes(b"weights")
    time.sleep(1.2)  # the server looks at its runs once a second
    opened(page, server)
    expect(page.locator("[data-run]")).to_have_count(12)
    newest = fakes[-1].folder.id
    expect(page.locator("[data-run]").first).to_have_attribute("data-run", newest)
    expect(in_card(page, newest).get_by_role("link", name="Latent space")).to_have_attribute(
        "href", f"{server.url}/latent?model={newest}"
    )
    page.get_by_role("button", name="Show more (1 left)").click()
    expect(page.locator("[data-run]")).to_have_count(13)
    oldest = fakes[0].folder
    oldest.checkpoints_path.mkdir(exist_ok=True)
    oldest.checkpoint_path(200).write_bytes(b"weights")
    expect(in_card(page, oldest.id)).to_be_visible(timeout=15_000)
    in_card(page, newest).get_by_role("link", name="Its training").click()
    page.wait_for_url(f"{server.url}/train?run={newest}")


def test_with_no_model_the_page_points_to_training(server, page):
    shutil.rmtree(server.models)
    server.models.mkdir()
    opened(page, server)
    expect(page.get_by_text("There is no model yet.")).to_be_visible()
    page.get_by_role("link", name="Watch a GAN learn in a minute").click()
    expect(page.get_by_role("heading", name="Train a GAN")).to_be_visible(timeout=OPEN_MS)


def test_the_page_fits_a_phone_and_has_no_empty_sidebar(server, page):
    page.set_viewport_size({"width": 420, "height": 900})
    opened(page, server)
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    inside = page.locator(".gx-gallery").evaluate("node => node.scrollWidth <= node.clientWidth")
    assert inside, "nothing hangs over the edge"
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    expect(page.get_by_role("link", name="Train", exact=True)).to_be_visible()
