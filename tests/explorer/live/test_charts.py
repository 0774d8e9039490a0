"""What the live view's charts draw and say, in a real browser: measures, losses, long runs."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from pipelines.runs.folder import FINISHED
from tests.explorer.live.looks import DRAWN, LAST_X, eventually
from tests.fake_run import FakeRun

pytestmark = pytest.mark.browser


def plot(page, chart: str) -> list[dict[str, Any]]:
    """What a chart draws, line by line, without what is empty."""
    read = "({ x, y, uid, text }) => ({ x: Array.from(x), y: Array.from(y), uid, text })"
    lines = page.evaluate(f"id => document.querySelector(`[data-chart=${{id}}] .gx-plot`).data.map({read})", chart)
    return [line for line in lines if line["x"]]


def labels(page, chart: str) -> list[str]:
    """What is written at a chart's lines."""
    return page.evaluate(
        "id => document.querySelector(`[data-chart=${id}] .gx-plot`).layout.annotations.map(({ text }) => text)", chart
    )


def test_measures_keep_their_places_until_they_come_and_stand_beside_those_of_real_pictures(
    opened, run: FakeRun
) -> None:
    titles = {chart: opened.locator(f"[data-chart={chart}] .gx-title") for chart in ("near", "varied", "clear")}
    for title in titles.values():
        expect(title).to_have_text("First measure after the first epoch")
    before = opened.locator("[data-chart=near]").bounding_box()
    run.measure(frechet=20.0, coverage=0.4, modes=7, as_asked=None)
    eventually(lambda: titles["near"].inner_text(), "20.0; real pictures 1.1")
    expect(opened.locator(".gx-quality")).to_contain_text("2,000 samples; real pictures 1.1")
    eventually(lambda: opened.locator("[data-chart=near] .gx-named").inner_text(), "Fréchet distance, digit features")
    assert opened.locator("[data-chart=near]").bounding_box() == before
    titles["varied"].scroll_into_view_if_needed()
    eventually(lambda: titles["varied"].inner_text(), "Covers 40 %, 7 of 10 classes")
    assert labels(opened, "near") == ["real pictures 1.1"] and labels(opened, "varied") == ["real pictures 97 %"]
    titles["clear"].scroll_into_view_if_needed()
    legend = opened.locator("[data-chart=clear]").get_by_role("button")
    eventually(legend.all_inner_texts, ["clear"])  # there is no line of what was not measured


def test_a_star_marks_the_best_checkpoint_which_is_not_always_the_last(opened, run: FakeRun) -> None:
    for distance in (20.0, 3.0, 5.0):
        run.rows(5)
        run.measure(frechet=distance)
    title = opened.locator("[data-chart=near] .gx-title")
    title.scroll_into_view_if_needed()
    eventually(lambda: title.inner_text(), "5.0; best 3.0; real 1.1")
    line, star = plot(opened, "near")
    assert line["y"] == [20.0, 3.0, 5.0] and line["x"] == [run.step - 100, run.step - 50, run.step]
    assert (star["x"], star["y"], star["text"]) == ([run.step - 50], [3.0], ["best"])
    opened.locator("[data-chart=varied]").scroll_into_view_if_needed()
    eventually(lambda: len(plot(opened, "varied")), 2)
    assert plot(opened, "varied")[1]["x"] == [run.step - 50], "the same checkpoint in every chart"


def test_one_chart_shows_one_measure_of_variety_at_a_time(opened, run: FakeRun) -> None:
    run.measure(recall=0.25)
    card = opened.locator("[data-chart=varied]")
    card.scroll_into_view_if_needed()
    choice = card.get_by_role("combobox")
    offered = ["coverage", "recall", "diversity", "modes"]  # combinations are of sets with attributes
    eventually(lambda: choice.locator("option").all_inner_texts(), offered)
    choice.select_option("recall")
    eventually(lambda: card.locator(".gx-title").inner_text(), "25 %; real pictures 81 %")
    eventually(lambda: [line["y"][0] for line in plot(opened, "varied")][0], 0.25)
    assert "look like a generated one" in card.locator("abbr").get_attribute("title")
    run.rows(2)
    run.measure(recall=0.5)
    eventually(lambda: card.locator(".gx-title").inner_text(), "50 %; real pictures 81 %")
    choice.select_option("modes")
    eventually(lambda: "of 10 classes come" in card.locator(".gx-title").inner_text(), True)


def test_pictures_without_classes_are_judged_by_precision_and_old_runs_say_what_they_lack(page, server) -> None:
    run = FakeRun(f"plain-{time.time_ns()}", home=server.runs, conditional=False)
    run.rows(30)
    run.measure(features="pixel features", clear=None, as_asked=None, modes=None, real_modes=None, precision=0.5,
                coverage=None, recall=None, diversity=None)  # fmt: skip
    run.status(FINISHED)
    page.goto(f"{server.url}/?run={run.folder.id}")
    page.wait_for_function(DRAWN, arg="outputs")
    clear = page.locator("[data-chart=clear] .gx-title")
    clear.scroll_into_view_if_needed()
    eventually(lambda: clear.inner_text(), "50 %; real pictures 82 %")
    expect(page.locator("[data-chart=near] .gx-named")).to_have_text("Fréchet distance, pixel features")
    expect(page.locator("[data-chart=varied] .gx-title")).to_have_text("Not measured in this run")
    run.folder.remove()


def test_negative_losses_take_the_log_scale_away_with_a_reason(page, server) -> None:
    run = FakeRun(f"score-{time.time_ns()}", home=server.runs, score=True, conditional=False)
    run.rows(30)
    run.status(FINISHED)
    page.goto(f"{server.url}/?run={run.folder.id}")
    page.wait_for_function(DRAWN, arg="losses")
    losses = page.locator("[data-chart=losses]")
    assert losses.get_by_label("log").is_disabled()
    assert "zero or negative" in losses.locator(".gx-log").get_attribute("title")
    expect(page.locator("[data-chart=outputs] .gx-title")).to_have_text(re.compile("^D scores"))
    run.folder.remove()


def test_a_long_run_draws_few_points_and_keeps_its_peaks(page, server) -> None:
    run = FakeRun(f"long-{time.time_ns()}", home=server.runs)
    run.rows_in_bulk(60_000)
    peak = run.row() | {"d_loss": 99.0}
    run.folder.append_metrics(peak)
    run.rows_in_bulk(40_000)
    run.status(FINISHED)
    page.goto(f"{server.url}/?run={run.folder.id}")
    page.wait_for_function(DRAWN, arg="losses")
    plot = "document.querySelector('[data-chart=losses] .gx-plot')"
    lines = page.evaluate(plot + ".data.map(({x, y}) => [x.length, Math.max(...y)])")
    assert all(points <= 1500 for points, _ in lines)
    assert lines[0][1] == 99.0
    assert page.evaluate(LAST_X, "losses") == run.step
    run.folder.remove()
