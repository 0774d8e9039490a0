"""The Failures page in a real browser: cards, a replay in step, a link that holds the moment, a live start."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pipelines import failures
from pipelines.runs.folder import RunFolder

pytestmark = pytest.mark.browser

OPEN_MS = 60_000
REACT_MS = 20_000
ENTRY = "collapse-digits"


@pytest.fixture
def server(empty_server):
    return empty_server


def opened(page: Page, server, query: str = "") -> Page:
    page.goto(f"{server.url}/failures{query}")
    page.wait_for_selector(".gx-failures :is(.gx-failure, .gx-replay):visible", timeout=OPEN_MS)
    return page


def ready(page: Page) -> None:
    page.wait_for_selector(".gx-replay[data-ready]", timeout=REACT_MS)


def drawn(page: Page, selector: str) -> list[str]:
    """What the canvases of a kind show."""
    return page.locator(selector).evaluate_all("canvases => canvases.map((one) => one.toDataURL())")


def test_every_failure_has_a_card_that_shows_both_twins(page: Page, server) -> None:
    opened(page, server)
    cards = page.locator(".gx-failure")
    expect(cards).to_have_count(len(failures.names()))
    for index, name in enumerate(failures.names()):
        card = cards.nth(index)
        card.scroll_into_view_if_needed()
        expect(card).to_contain_text(failures.get(name).sentence)
        expect(card.locator(".gx-twin-picture")).to_have_count(2)
        page.wait_for_function(
            """(card) => {
              const ink = (one) => one.getContext('2d').getImageData(0, 0, one.width, one.height).data.some(Boolean);
              return [...card.querySelectorAll('canvas')].every((one) => one.width && ink(one));
            }""",
            arg=card.element_handle(),
            timeout=REACT_MS,
        )
        sick, cured = drawn(page, f".gx-failure[data-entry={name}] .gx-twin-picture")
        assert sick != cured


def test_a_replay_moves_pictures_and_curves_of_both_twins(page: Page, server) -> None:
    opened(page, server)
    page.locator(f".gx-failure[data-entry={ENTRY}]").get_by_role("button", name="Replay").click()
    ready(page)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_function("Number(document.querySelector('.gx-replay').dataset.at) > 0.12", timeout=REACT_MS)
    page.get_by_role("button", name="Pause").click()
    held = page.locator(".gx-replay").get_attribute("data-at")
    before = drawn(page, ".gx-replay canvas")
    page.wait_for_timeout(300)
    assert page.locator(".gx-replay").get_attribute("data-at") == held and drawn(page, ".gx-replay canvas") == before
    expect(page).to_have_url(re.compile(rf"entry={ENTRY}&at=[\d.]+"))
    slider = page.get_by_role("slider", name="Moment of training")
    slider.fill("900")
    after = drawn(page, ".gx-replay canvas")
    assert len(after) == 6 and all(a != b for a, b in zip(before, after, strict=True)), "all six moved"
    assert page.locator(".gx-moment").inner_text() == "step 1,125"
    expect(page.locator(".gx-replay .gx-twin-picture").first).to_have_attribute(
        "aria-label", re.compile("sick twin at step 1,")
    )


def test_a_link_holds_the_moment_and_the_keys_move_it(page: Page, server) -> None:
    opened(page, server, f"?entry={ENTRY}&at=50")
    ready(page)
    expect(page.locator(".gx-replay")).to_have_attribute("data-at", "0.500")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".gx-replay")).to_have_attribute("data-at", "0.520")
    expect(page).to_have_url(re.compile("at=52"))
    page.reload()
    ready(page)
    expect(page.locator(".gx-replay")).to_have_attribute("data-at", "0.520")
    page.get_by_role("button", name=re.compile("^Next")).click()
    second = failures.names()[1]
    expect(page.locator(".gx-replay h2")).to_contain_text(failures.ENTRIES.describe(second))
    page.go_back()
    expect(page.locator(".gx-replay h2")).to_contain_text(failures.ENTRIES.describe(ENTRY))
    page.keyboard.press("Escape")
    expect(page.locator(".gx-failure").first).to_be_visible()
    for wrong in ("?entry=nothing", f"?entry={ENTRY}&at=nonsense"):
        opened(page, server, wrong)
    ready(page)
    expect(page.locator(".gx-replay")).to_have_attribute("data-at", "1.000")


@pytest.mark.parametrize(
    ("entry", "name"),
    [(ENTRY, "Mode collapse"), ("collapse-ring", "Mode collapse"), ("cycling-ring", "Cycling through modes")],
)
def test_the_doctor_names_the_failure_when_it_could(page: Page, server, entry: str, name: str) -> None:
    opened(page, server, f"?entry={entry}&at=5")
    ready(page)
    doctors = page.locator(".gx-doctor")
    expect(doctors.first).to_have_text("Doctor: nothing to say.")
    page.get_by_role("slider", name="Moment of training").fill("1000")
    expect(doctors.first).to_contain_text(name, timeout=REACT_MS)
    expect(doctors.last).to_have_text("Doctor: nothing to say.")


def test_live_starts_two_runs_and_leads_to_them(page: Page, own_server) -> None:
    opened(page, own_server, f"?entry={ENTRY}")
    ready(page)
    page.get_by_role("button", name="Watch live").click()
    both = page.get_by_role("link", name="Compare both")
    expect(both).to_be_visible(timeout=REACT_MS)
    runs = re.search(r"compare\?runs=([a-z0-9-]+)%2C([a-z0-9-]+)", both.get_attribute("href"))
    assert runs, both.get_attribute("href")
    made = [RunFolder(own_server.runs / run).record().config for run in runs.groups()]
    assert made == [failures.get(ENTRY).settings(twin) for twin in failures.TWINS]
    expect(page.locator(".gx-replay")).to_have_attribute("data-at", "1.000")  # the rerun left the page as it was
    page.get_by_role("link", name="Sick run").click()
    expect(page).to_have_url(re.compile(rf"/train\?run={runs[1]}"))
    expect(page.get_by_text("Sick: Mode collapse: nothing but ones").first).to_be_visible(timeout=REACT_MS)


def test_a_game_leads_to_the_playground_with_both_settings(page: Page, server) -> None:
    opened(page, server, "?entry=collapse-ring")
    ready(page)
    page.get_by_role("link", name="Watch live in the playground").click()
    expect(page).to_have_url(re.compile(r"/playground\?"), timeout=REACT_MS)
    page.wait_for_selector(".gx-game[data-step]", timeout=OPEN_MS)
    expect(page.locator(".gx-game")).to_have_count(2)
    entry = failures.get("collapse-ring")
    for part in (f"lr_d={entry.sick.lr_d}", f"lr_d%3A{entry.cured.lr_d}|lr_d:{entry.cured.lr_d}"):
        assert any(one in page.url for one in part.split("|")), page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 1280])
def test_nothing_runs_over_the_edge(page: Page, server, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 720})
    for query in ("", f"?entry={ENTRY}"):
        opened(page, server, query)
        page.wait_for_timeout(500)
        over = page.evaluate(
            "document.querySelector('.gx-failures').scrollWidth - document.querySelector('.gx-failures').clientWidth"
        )
        assert over <= 1
    if width == 1280:
        ready(page)
        bottom = page.locator(".gx-scrub").bounding_box()
        assert bottom["y"] + bottom["height"] <= 720, "on a projector the whole replay is seen without scrolling"
