"""Models whose condition is no class, that draw no pictures, or of several networks: each page calls them what they are
and offers what can be done with them.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.waits import until
from tests.extensions import published

pytestmark = pytest.mark.browser

OPEN_MS = 90_000  # for a server that has torch still to load, on a busy machine
CLASS = re.compile(r"\bclass(es)?\b", re.IGNORECASE)
MEANS = """canvases => canvases.map((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const lit = data.filter((_, at) => at % 4 === 0);
  return data[3] ? lit.reduce((sum, value) => sum + value, 0) / lit.length : null;
})"""


@pytest.fixture(scope="module")
def server(serve, tmp_path_factory):
    """A server whose pages have the entries of an extension folder, with its models and their runs."""
    extensions = tmp_path_factory.mktemp("own") / "extensions"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_EXPLORER_EXTENSIONS", str(extensions))
        extensions.mkdir()
        # which entries there are is read at the start
        yield serve("streamlit_app.py", before=lambda homes: published.write_all(homes, extensions))


def means(page: Page, canvases: str) -> list[float | None]:
    """The mean brightness of each canvas, in [0, 255]; None of one that is not drawn yet."""
    return page.locator(canvases).evaluate_all(MEANS)


def tabs(page: Page) -> list[str]:
    return page.get_by_role("tab").all_text_contents()


@pytest.mark.parametrize(("model", "views"), [
    ("by-picture", ["Images", "Same z", "Morph", "Compose"]), ("by-numbers", ["Images", "Same z", "Compose"]),
])  # fmt: skip
def test_a_model_is_asked_for_its_condition(server, page: Page, model: str, views: list[str]) -> None:
    page.goto(f"{server.url}/digits?model={model}")
    expect(page.get_by_role("heading", name="Conditions", exact=True)).to_be_visible(timeout=OPEN_MS)
    keys = page.get_by_role("group", name="Condition", exact=True).get_by_role("button")
    expect(keys).to_have_count(32, timeout=OPEN_MS)
    expect(page.locator("[data-shown]")).to_be_attached(timeout=OPEN_MS)
    until(lambda: None not in means(page, ".gx-key canvas"), "the conditions are drawn")
    assert len(set(means(page, ".gx-key canvas"))) > 20, "each key shows its own"
    assert tabs(page) == views
    expect(page.get_by_role("heading", name="10 images for “example 1”")).to_be_visible()
    for view in views[1:]:
        page.get_by_role("tab", name=view).click()
        expect(page.locator("section[data-shown]")).to_be_attached()
    assert not CLASS.search(page.locator(".gx-digits").inner_text())


def test_the_latent_space_of_conditions_and_of_what_is_no_picture(server, page: Page) -> None:
    page.goto(f"{server.url}/latent?model=by-picture&y=3")
    chosen = page.get_by_role("group", name="Condition", exact=True).get_by_role("button", name="example 4", exact=True)
    expect(chosen).to_have_attribute("aria-pressed", "true", timeout=OPEN_MS)
    until(lambda: len(set(means(page, ".gx-classes canvas"))) > 20, "the conditions are drawn")
    assert tabs(page) == ["Sliders", "Pad and map", "Walk", "Your picture"]
    assert not CLASS.search(page.locator(".gx-latent").inner_text())

    page.goto(f"{server.url}/latent?model=curves&tab=own")
    judged = page.get_by_text("D judges what G draws (curve), and not pictures of it, so no opinion is shown.")
    expect(judged).to_be_visible(timeout=OPEN_MS)
    expect(page.get_by_text("Loading the model")).to_be_hidden(timeout=OPEN_MS)
    assert tabs(page) == ["Sliders", "Pad and map", "Walk"], "no picture can be searched for"
    assert 0 < means(page, ".gx-large")[0] < 30, "a curve is a bright line"
    expect(page.get_by_text(re.compile("no test set to compare"))).to_be_visible(timeout=OPEN_MS)


def test_arithmetic_with_one_condition_for_all(server, page: Page) -> None:
    page.goto(f"{server.url}/arithmetic?model=by-numbers")
    expect(page.get_by_label("Condition of all pictures")).to_be_visible(timeout=OPEN_MS)
    expect(page.get_by_text("the condition stays the same for all pictures")).to_be_visible(timeout=OPEN_MS)
    expect(page.get_by_text("This model takes a condition as input")).to_be_visible()
    assert not CLASS.search(page.locator(".gx-arithmetic").inner_text())


def test_the_gallery_says_what_each_model_draws_and_is_asked_for(server, page: Page) -> None:
    page.goto(f"{server.url}/")
    for model, facts in (
        ("by-picture", "Draws pictures like those of the data set told-picture, each for a condition (picture) that"),
        ("curves", "Draws examples (curve) like those of the data set waves"),
        ("curves", "curve, shown at 28 × 28 pixels"),
        ("translator", "each for a condition (dark) that you choose"),
    ):
        expect(page.locator(f"article[data-model='{model}']")).to_contain_text(facts, timeout=OPEN_MS)
    contact = "article[data-model='translator'] .gx-contact canvas"
    until(lambda: (means(page, contact) or [None])[0] is not None, "the contact sheet is drawn")
    assert means(page, contact)[0] > 128, "of what G makes of the dark pictures, and not of these"


def test_runs_are_watched_and_compared(server, page: Page) -> None:
    page.goto(f"{server.url}/train?run={published.run_id('by-numbers')}")
    expect(page.locator(".gx-caption").first).to_contain_text(
        "the first 8 of 32 examples of the condition · left: the input (numbers) · right: the truth", timeout=OPEN_MS
    )
    page.goto(f"{server.url}/train?run={published.run_id('translator')}")
    expect(page.locator("img.gx-grid")).to_be_visible(timeout=OPEN_MS)
    page.goto(f"{server.url}/compare?runs={published.run_id('by-picture')},{published.run_id('curves')}")
    expect(page.locator("img.gx-grid")).to_have_count(2, timeout=OPEN_MS)
    expect(page.locator(".gx-pictures")).to_contain_text("left: the input (picture) · right: the truth")


def test_a_model_of_a_condition_is_trained_further(server, page: Page) -> None:
    page.goto(f"{server.url}/")
    card = page.locator("article[data-model='by-numbers']")
    card.get_by_text("How it was trained").click(timeout=OPEN_MS)
    card.get_by_role("button", name="Train it further").click()
    expect(page.get_by_text("Trains this model's networks further")).to_be_visible(timeout=OPEN_MS)
    expect(page.get_by_role("button", name=re.compile("^Start"))).to_be_enabled()
