"""What a person has typed, or named a folder, is shown as typed everywhere, and makes the browser fetch nothing."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from pipelines.runs.folder import FAILED, FINISHED
from tests.browser.literal_page import WILD
from tests.fake_run import FakeRun

pytestmark = pytest.mark.browser

OPEN_MS = 30_000
TEXT = "![p](http://host.example/p.png) $x$ :cat: <b>b</b> a -> b"
FOLDER = "![p](x) $x$ :cat: <b>b<b> a -> b www.host.example"  # a name of a folder holds no slash
RUN = "20260101-120000-wild"
ADDRESS = "%21%5Bp%5D%28http%3A%2F%2Fhost.example%2Fp.png%29%20%24x%24%20%3Acat%3A"
SHOWN_ADDRESS = "![p](http://host.example/p.png) $x$ :cat:"


@pytest.fixture
def fetched(page: Page, model_server):
    """Addresses of other servers that the page has asked for, and links and pictures that lead there."""
    asked: list[str] = []

    def note(request) -> None:
        if not request.url.startswith((model_server.url, "data:", "blob:")):
            asked.append(request.url)

    page.on("request", note)
    yield asked
    assert not asked, "the page fetched what a text names"


@pytest.fixture
def server(model_server):
    return model_server


@pytest.fixture
def run(server) -> FakeRun:
    """A failed run whose every text is somebody's."""
    made = FakeRun(RUN, home=server.runs, data_name="folder", folder=f"/pictures/{FOLDER}")
    path = made.folder.path / "config.json"
    config = json.loads(path.read_text("utf-8"))
    names = [FOLDER, *config["data"]["class_names"][1:]]
    config["data"] |= {"class_names": names, "source": f"/pictures/{FOLDER}", "notes": [TEXT]}
    config["display"]["row_labels"] = names
    path.write_text(json.dumps(config), "utf-8")
    made.sample()
    made.rows(20)
    made.event("rates", TEXT)
    made.rows(20)
    made.measure()
    made.status(FAILED, message=f"The folder {TEXT} is gone.")
    return made


def no_links(place: Locator) -> None:
    """No element that Markdown or HTML would have made of the texts."""
    made = place.locator('a[href*="host.example"], img[src*="host.example"], .katex')
    assert not made.count(), made.first.evaluate("one => one.outerHTML")


def typed(dialog: Locator, *fields: str) -> None:
    """Type the text into the fields of a dialog, the model's name last, which it then is told that it cannot be."""
    for field in fields:
        dialog.get_by_role("textbox", name=field).fill(TEXT)
        dialog.page.keyboard.press("Enter")
    said = f"The model's name is {TEXT!r}; use small letters"
    expect(dialog.get_by_test_id("stAlert")).to_contain_text(said, timeout=OPEN_MS)
    for field in fields:
        expect(dialog.get_by_role("textbox", name=field)).to_have_value(TEXT)
    no_links(dialog)


def shown(page: Page, text: str) -> None:
    expect(page.get_by_text(text).first).to_be_visible(timeout=OPEN_MS)


def test_every_kind_of_element_shows_a_text_as_typed(page: Page, serve):
    server = serve("tests/browser/literal_page.py")
    foreign: list[str] = []
    page.on("request", lambda request: request.url.startswith((server.url, "data:")) or foreign.append(request.url))
    page.goto(server.url)
    expect(page.get_by_text("That is all.")).to_be_visible(timeout=OPEN_MS)
    page.wait_for_timeout(500)  # what Markdown would load for formulas and emoji has come
    kinds = {
        "body": "[data-testid=stMarkdown] p", "title": "h1", "caption": "[data-testid=stCaptionContainer] p",
        "button": ".stButton p", "option": "[role=radiogroup] label p >> nth=0",
        "message": "[data-testid=stAlert] p", "expander": "summary p", "popover": "[data-testid=stPopover] button p",
    }  # fmt: skip
    for number, text in enumerate(WILD):
        place = page.locator(f".st-key-text-{number}")
        for kind, selector in kinds.items():
            said = place.locator(selector).first.text_content()
            assert said.strip() == text, f"{kind}: {said!r}"
        made = place.locator(
            "a, img, code, em, strong, del, ul, ol, blockquote, .katex, hr, table, input[type=checkbox]"
        )
        assert made.count() == 0, made.first.evaluate("one => one.outerHTML")
    assert not foreign


def test_a_run_shows_name_note_folder_classes_and_errors_as_typed(page: Page, server, run, fetched):
    page.goto(f"{server.url}/train?run={RUN}")
    shown(page, f"The folder {TEXT} is gone.")
    page.get_by_role("button", name="Name and note").click()
    page.get_by_role("textbox", name="Name").fill(TEXT)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=TEXT)).to_be_visible(timeout=OPEN_MS)
    page.get_by_role("textbox", name="Note").fill(f"{TEXT}\n1. one\n<i>two</i>")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("stText").get_by_text("<i>two</i>")).to_have_text(
        f"{TEXT}\n1. one\n<i>two</i>", timeout=OPEN_MS
    )
    page.keyboard.press("Escape")
    expect(page.locator(f"[data-run='{RUN}'] .gx-name")).to_have_text(TEXT, timeout=OPEN_MS)
    expect(page.locator(".gx-labels span").first).to_have_text(FOLDER)
    page.locator("summary").filter(has_text="Settings of this run").click()
    for said in (f"folder: /pictures/{FOLDER}", f"Data: 60,000 pictures. /pictures/{FOLDER}"):
        shown(page, said)
    page.locator("summary").filter(has_text="remark").click()
    expect(page.get_by_role("listitem").get_by_text(TEXT).first).to_be_visible(timeout=OPEN_MS)
    no_links(page.locator(".stMain"))
    mark = "document.querySelector('[data-chart=outputs] .gx-plot').layout?.annotations.at(-1)?.hovertext"
    page.locator("[data-chart=outputs]").scroll_into_view_if_needed()
    page.wait_for_function(mark, timeout=OPEN_MS)
    assert page.evaluate(mark).count("&lt;b&gt;b&lt;/b&gt;") == 1, "Plotly takes tags for HTML"
    page.get_by_role("textbox", name="The folder that holds the same pictures now").fill(f"/no/{FOLDER}")
    page.get_by_role("button", name="Resume with this folder").click()
    expect(page.get_by_test_id("stAlert").get_by_text(f"The folder {FOLDER} does not exist")).to_be_visible(
        timeout=OPEN_MS
    )
    no_links(page.locator(".stMain"))
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog").get_by_text(TEXT, exact=True)).to_be_visible(timeout=OPEN_MS)
    no_links(page.get_by_role("dialog"))


def test_a_comparison_shows_names_as_typed(page: Page, server, run, fetched):
    run.folder.write_notes(run.folder.notes().__class__(name=TEXT))
    run.status(FINISHED)
    other = FakeRun("other", home=server.runs)
    other.rows(20)
    other.status(FINISHED)
    page.goto(f"{server.url}/compare?runs={RUN},other")
    expect(page.locator(".gx-chip .gx-name").first).to_have_text(TEXT, timeout=OPEN_MS)
    trace = "document.querySelector('[data-chart=losses] .gx-plot')?.data?.[0]?.name"
    page.wait_for_function(trace, timeout=OPEN_MS)
    assert "<" not in page.evaluate(trace)
    no_links(page.locator(".stMain"))


def test_a_model_shows_its_title_name_and_directions_as_typed(page: Page, server, run, fetched):
    path = server.models / "tiny-faces" / "card.json"
    card = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**card, "title": TEXT, "about": TEXT, "notes": TEXT}), "utf-8")
    run.folder.checkpoint_path(run.step).write_bytes(b"weights")  # so that it can be published
    page.goto(server.url)
    card_place = page.locator("[data-model=tiny-faces]")
    expect(card_place.get_by_role("heading", name=TEXT)).to_be_visible(timeout=OPEN_MS)
    card_place.get_by_role("button", name="Rename").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"{TEXT} has the name")).to_be_visible(timeout=OPEN_MS)
    typed(dialog, "Name")
    dialog.get_by_role("button", name="Cancel").click()
    page.locator(f"[data-run='{RUN}']").get_by_role("button", name="Publish").click()
    typed(dialog, "Title", "One sentence on it", "Name")
    dialog.get_by_role("button", name="Cancel").click()
    no_links(page.locator(".stMain"))
    card_place.get_by_text("How it was trained").click()
    card_place.get_by_role("button", name="Train it further").click()
    expect(page.get_by_role("heading", name=f"{TEXT}, further")).to_be_visible(timeout=OPEN_MS)
    expect(page.locator(".st-key-start")).to_contain_text(f"Start: {TEXT}, further")
    expect(page.get_by_role("combobox", name="Begin with")).to_have_value(f"the model {TEXT}")
    no_links(page.locator(".stMain"))
    page.goto(f"{server.url}/arithmetic?model=tiny-faces&yes=0.0,0.1&no=0.2,0.3")
    page.get_by_role("tab", name="Your own marks").click(timeout=OPEN_MS)
    page.get_by_label("Name of the direction").fill(TEXT[:40])
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("slider", name=TEXT[:40])).to_be_visible(timeout=OPEN_MS)
    no_links(page.locator(".stMain"))
    page.goto(f"{server.url}/latent?model=tiny-faces")
    expect(page.get_by_role("combobox", name="Model")).to_have_value(re.compile(re.escape(TEXT)), timeout=OPEN_MS)
    page.get_by_role("button", name="Saved", exact=True).click(timeout=OPEN_MS)
    expect(page.locator(".gx-sliders")).to_contain_text(TEXT[:40])
    no_links(page.locator(".stMain"))


def test_an_address_and_a_folder_are_told_as_typed(page: Page, server, fetched):
    page.goto(f"{server.url}/latent?model={ADDRESS}")
    shown(page, f"There is no model '{SHOWN_ADDRESS}' here any more")
    no_links(page.locator(".stMain"))
    page.goto(f"{server.url}/train?run={ADDRESS}")
    shown(page, "There is no such run here")
    page.goto(f"{server.url}/train")
    page.get_by_text("All settings", exact=True).click(timeout=OPEN_MS)
    page.get_by_role("combobox", name="data").click(timeout=OPEN_MS)
    page.get_by_role("option", name="folder").click()
    field = page.get_by_role("textbox", name="folder")
    field.fill(f"/no/{FOLDER}")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stAlert").get_by_text(FOLDER).first).to_be_visible(timeout=OPEN_MS)
    no_links(page.locator(".stMain"))
