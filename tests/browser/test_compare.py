"""Comparing runs in a real browser, on runs that another hand writes."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from pipelines.runs.folder import FINISHED, RUNNING
from tests.browser.test_train import until
from tests.fake_run import FakeRun
from tests.tabs import leave

pytestmark = pytest.mark.browser

PLOT = "[data-chart=%s] .gx-plot"


@pytest.fixture
def server(shared_server, page):
    yield shared_server
    leave(page)
    for folder in shared_server.runs.iterdir():
        shutil.rmtree(folder)


@pytest.fixture
def pair(server) -> Iterator[list[FakeRun]]:
    """A run that has ended, and one that is at work, with another rate and half as far."""
    runs = [FakeRun("first", home=server.runs, lr_g=0.001), FakeRun("second", home=server.runs, lr_g=0.004)]
    for run, rounds in zip(runs, (8, 4), strict=True):
        run.sample()
        for turn in range(rounds):
            run.rows(10)
            run.sample()
            run.measure(frechet=(10.0 if run is runs[0] else 20.0) / (turn + 1), coverage=0.1 * turn)
    runs[0].status(FINISHED)
    runs[1].hold().status(RUNNING)
    yield runs
    runs[1].let_go()


def opened(page: Page, server, query: str) -> Page:
    page.goto(f"{server.url}/compare?{query}")
    expect(page.locator(".gx-chip").first).to_be_visible(timeout=20_000)
    return page


def lines(page: Page, chart: str) -> list[dict[str, Any]]:
    """What a chart draws, by line; of stars nothing."""
    card = page.locator(f"[data-chart={chart}]")
    card.scroll_into_view_if_needed()
    page.wait_for_function("where => Boolean(document.querySelector(where)?.data)", arg=PLOT % chart)
    read = "({ x, y, uid, line, name }) => ({ x: Array.from(x), y: Array.from(y), uid, name, ...line })"
    found = page.evaluate(f"where => document.querySelector(where).data.map({read})", PLOT % chart)
    return [line for line in found if " best" not in line["uid"]]


def shown_steps(page: Page) -> list[int]:
    """The step of each run's picture."""
    alts = page.locator(".gx-pictures img").evaluate_all("images => images.map((image) => image.alt)")
    return [int(re.search(r"step ([\d,]+)", alt)[1].replace(",", "")) if alt else -1 for alt in alts]


def cursors(page: Page) -> set[float]:
    """Where the line stands in the charts, as a share of their width; nothing where it does not show."""
    read = """cards => cards.map((card) => {
      const line = card.querySelector('.gx-cursor'), box = card.querySelector('.gx-plot').getBoundingClientRect();
      return line.hidden ? null : (line.getBoundingClientRect().left + 1 - box.left - 52) / (box.width - 62);
    })"""
    return {round(share + 1e-4, 2) for share in page.locator(".gx-card").evaluate_all(read) if share is not None}


def test_one_moment_holds_for_pictures_and_curves(server, page, pair):
    opened(page, server, "runs=first,second")
    until(lambda: shown_steps(page) == [800, 400], "both show their newest")
    near = lines(page, "near")
    assert [line["uid"] for line in near] == ["first", "second"]
    assert near[0]["y"] == [10.0 / turn for turn in range(1, 9)] and near[1]["x"] == [100, 200, 300, 400]
    assert near[0]["color"] != near[1]["color"] and near[0]["dash"] != near[1]["dash"]
    assert cursors(page) == set(), "the newest has no line"

    slider = page.get_by_label("Moment of training")
    slider.focus()
    page.keyboard.press("Home")
    until(lambda: shown_steps(page) == [0, 0], "both show their first")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    until(lambda: shown_steps(page) == [300, 300], "both are at step 300")
    assert cursors(page) == {0.38}
    expect(page.locator("[data-chart=near] .gx-title")).to_have_text("A 3.3B 6.7")
    until(lambda: "at=300" in page.url, "the URL says where")

    plot = page.locator(PLOT % "losses")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    page.mouse.click(box["x"] + 52 + 0.75 * (box["width"] - 62), box["y"] + 60)
    until(
        lambda: shown_steps(page) == [600, 400],
        "a click in a curve moves all; a run that ended earlier stays at its end",
    )
    until(lambda: cursors(page) == {0.75}, "the line, too")

    page.get_by_role("button", name="epoch", exact=True).click()
    until(lambda: "x=epoch" in page.url, "the axis is in the URL")
    until(lambda: cursors(page) == {0.75}, "it is the same moment")
    until(lambda: max(lines(page, "near")[0]["x"]) == pytest.approx(800 / 937), "the curves are drawn by epochs")
    page.reload()
    until(lambda: shown_steps(page) == [600, 400] and cursors(page) == {0.75}, "a reload shows the same", 20)
    page.go_back()
    until(lambda: "x=epoch" not in page.url and cursors(page) == {0.75}, "back to steps")
    page.go_back()
    until(lambda: shown_steps(page) == [300, 300], "back to where the slider was")
    page.get_by_role("button", name="Newest").click()
    until(lambda: shown_steps(page) == [800, 400] and "at=" not in page.url, "the newest again")
    page.get_by_label("Play all pictures").click()
    until(lambda: shown_steps(page)[0] < 800 and cursors(page), "playing begins at the start")
    until(lambda: shown_steps(page) == [800, 400] and not cursors(page), "and ends at the newest")
    expect(page.get_by_label("Play all pictures")).to_be_visible()


def test_a_run_at_work_grows_on_the_page_over_one_line(server, page, pair):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "events" in request.url else None)
    opened(page, server, "runs=first,second")
    until(lambda: len(lines(page, "near")[1]["x"]) == 4, "all that was measured")
    node = page.locator(PLOT % "near")
    node.evaluate("node => { node.marked = true }")
    pair[1].rows(10)
    pair[1].sample()
    pair[1].measure(frechet=1.5)
    pair[1].status(RUNNING)
    until(lambda: shown_steps(page) == [800, 500], "its new picture")
    until(lambda: lines(page, "near")[1]["y"][-1] == 1.5, "its new measure")
    expect(page.locator("[data-chart=near] .gx-title")).to_have_text("A 1.3B 1.5")
    expect(page.get_by_role("region", name="Results").locator("tr[data-run=second]")).to_contain_text("1.5")
    assert node.evaluate("node => node.marked"), "the chart stays the same node"
    assert len(asked) == 1 and "api/events?runs=first%2Csecond" in asked[0], "one line for both"
    pair[1].let_go()
    pair[1].folder.remove()
    expect(page.locator(".gx-chip[data-run=second]")).to_contain_text("may have been deleted", timeout=10_000)
    until(lambda: shown_steps(page) == [800], "the other one stays")


def test_what_differs_is_told_first_and_results_can_be_sorted_and_taken_away(server, page, pair, tmp_path):
    opened(page, server, "runs=first,second")
    settings = page.get_by_role("region", name="Settings")
    expect(settings.locator("tbody").first.locator("tr")).to_have_text(["Learning rate of G0.0010.004"])
    expect(page.locator(".gx-chip")).to_contain_text(["Learning rate of G 0.001", "Learning rate of G 0.004"])
    same = settings.get_by_role("group")
    expect(same.get_by_role("rowheader", name="Batch size")).to_be_hidden()
    settings.locator("summary").click()
    expect(same.get_by_role("rowheader", name="Batch size")).to_be_visible()

    results = page.get_by_role("region", name="Results")
    rows = results.locator("tbody tr")
    order = lambda: rows.evaluate_all("rows => rows.map((row) => row.dataset.run)")  # noqa: E731
    assert order() == ["first", "second"]
    results.get_by_role("button", name="Fréchet distance").click()
    results.get_by_role("button", name="Fréchet distance").click()
    until(lambda: order() == ["second", "first"], "the farthest first")
    until(lambda: "sort=-frechet" in page.url, "the URL says so")
    expect(results.get_by_role("columnheader", name="Fréchet distance")).to_have_attribute("aria-sort", "descending")
    expect(rows.nth(1).locator(".gx-best")).to_have_text("1.3")
    with page.expect_download() as download:
        results.get_by_role("button", name="Download CSV").click()
    download.value.save_as(tmp_path / "runs.csv")
    with (tmp_path / "runs.csv").open(newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    assert [row["id"] for row in found] == ["second", "first"]
    assert float(found[1]["best_frechet"]) == 1.25 and float(found[1]["last_coverage"]) == pytest.approx(0.7)
    assert float(found[0]["step"]) == 400 and found[0]["features"] == "digit features"


def test_a_bad_address_costs_nobody_else_and_other_data_is_named(server, page, pair):
    broken = server.runs / "broken"
    broken.mkdir()
    (broken / "config.json").write_text("{", "utf-8")
    other = FakeRun("clothes", home=server.runs, data_name="clothes")
    other.rows(20)
    other.sample()
    other.measure(features="clothes features", floor=0.3)
    other.status(FINISHED)
    opened(page, server, "runs=first,gone,broken,..%2Fx,clothes,first&x=nonsense&at=-4&sort=nothing&show=near:nothing")
    chips = page.locator(".gx-chip")
    expect(chips).to_have_count(5)
    expect(chips.nth(1)).to_contain_text("This run is not here; it may have been deleted.")
    expect(chips.nth(2)).to_contain_text("config.json breaks off or is not JSON")
    expect(chips.nth(3)).to_contain_text("This is not a run's id.")
    until(lambda: shown_steps(page) == [800, 200], "the runs that are there")
    notes = page.locator(".gx-notes")
    expect(notes).to_contain_text("Different data: digits (A), clothes (E).")
    expect(notes).to_contain_text("other features do not compare: digit features (A), clothes features (E).")
    assert [line["name"][0] for line in lines(page, "near")] == ["A", "E"]
    chips.nth(4).get_by_role("button").click()
    expect(notes).not_to_contain_text("Different data")
    assert page.get_by_role("region", name="Results").locator(".gx-best").count() == 0


def test_many_runs_are_found_by_a_word_and_six_is_the_most(server, page):
    for number in range(200):
        FakeRun(f"run-{number:03}", home=server.runs, preset="wgan" if number % 50 == 7 else "first-digits").status(
            FINISHED
        )
    page.goto(f"{server.url}/compare")
    told = page.locator(".gx-panel .gx-row [role=status]")
    expect(told).to_have_text("200 of 200 runs, 0 chosen", timeout=20_000)
    page.get_by_label("Filter the runs").fill("run-1 WASSERSTEIN")
    expect(told).to_have_text("2 of 200 runs, 0 chosen")
    page.locator(".gx-all").get_by_role("checkbox").locator("visible=true").first.check()
    page.get_by_label("Filter the runs").fill("run-00")
    for _ in range(5):
        page.locator(".gx-all li:not([hidden]) input:not(:checked)").first.check()
    expect(told).to_have_text("10 of 200 runs, 6 chosen; 6 is the most")
    expect(page.locator(".gx-all li:not([hidden]) input:not(:checked)").first).to_be_disabled()
    assert len(page.url.split("runs=")[1].split("&")[0].split(",")) == 6
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".gx-panel")).to_be_hidden()
    letters = page.locator(".gx-chip b").all_inner_texts()
    assert letters == list("ABCDEF")
    page.locator(".gx-chip").nth(1).get_by_role("button").click()
    expect(page.locator(".gx-chip b")).to_have_text(["A", "C", "D", "E", "F"]), "the others keep their letters"


def test_the_way_from_a_run_and_what_was_chosen_stays(server, page, pair):
    page.goto(f"{server.url}/train?run=first")
    page.get_by_role("link", name="Compare with…").click(timeout=20_000)
    expect(page.locator(".gx-chip")).to_contain_text("First digits", timeout=20_000)
    expect(page.get_by_text("Choose a second run to compare it with.")).to_be_visible()
    page.locator(".gx-all li[data-run=second] input").check()
    until(lambda: shown_steps(page) == [800, 400], "both")
    page.locator("[data-chart=varied]").get_by_role("combobox").select_option("recall")
    until(lambda: "show=varied:recall" in page.url, "the URL says which measure")
    page.get_by_role("link", name="Models").click()
    expect(page.locator(".gx-chip")).to_have_count(0, timeout=20_000)
    page.get_by_role("link", name="Compare", exact=True).click()
    until(lambda: shown_steps(page) == [800, 400], "both again", 20)
    expect(page.locator("[data-chart=varied]").get_by_role("combobox")).to_have_value("recall")
