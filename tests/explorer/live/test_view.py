"""The live view and the list of runs in a real browser, on a run that another hand writes."""

from __future__ import annotations

import re
import time
import urllib.request

import pytest
from playwright.sync_api import expect

from explorer.theme import COLORS
from pipelines.runs.folder import FINISHED, PAUSED, RUNNING, RunFolder
from tests.explorer.live.looks import ALL_X, DRAWN, LAST_X, RANGE, eventually
from tests.fake_run import FakeRun

pytestmark = pytest.mark.browser


def test_new_points_and_pictures_are_on_the_page_without_a_rerun(opened, run: FakeRun) -> None:
    for _ in range(7):
        time.sleep(0.3)
        run.rows(1)
        eventually(lambda: opened.evaluate(LAST_X, "outputs"), run.step)
    for _ in range(5):
        run.rows(1)
        run.sample()
        wanted = (
            f"Pictures by the generator at step {run.step:,}: 10 rows of 8, "
            "one row for each of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9."
        )
        eventually(lambda: opened.locator(".gx-grid").get_attribute("alt"), wanted)
    opened.get_by_text("reruns 1").wait_for()
    assert opened.locator(".gx-grid").evaluate("image => image.naturalWidth") > 0


def test_chart_zoom_and_hidden_line_survive_updates_and_a_rerun(opened, run: FakeRun) -> None:
    opened.evaluate("document.querySelectorAll('.gx-plot').forEach((node, i) => { node.mark = i; })")
    box = opened.locator("[data-chart=outputs] .nsewdrag").bounding_box()
    opened.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 20)
    opened.mouse.down()
    opened.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 22, steps=5)
    run.rows(1)  # a point that comes while the person is zooming must not take the frame away
    time.sleep(0.6)
    opened.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 22, steps=5)
    opened.mouse.up()
    eventually(lambda: opened.evaluate(RANGE, "losses") == opened.evaluate(RANGE, "outputs"), True)  # the others follow
    zoomed = opened.evaluate(RANGE, "outputs")
    assert zoomed[0] > 60 and zoomed[1] < 250
    opened.locator("[data-chart=losses] .gx-kicker button").first.click()
    for _ in range(5):
        run.rows(2)
        time.sleep(0.3)
    opened.get_by_role("button", name="Rerun").click()
    opened.get_by_text("reruns 2").wait_for()
    run.rows(2)
    opened.get_by_text(f"{run.step:,}", exact=True).wait_for()
    time.sleep(0.5)
    assert opened.evaluate(RANGE, "outputs") == opened.evaluate(RANGE, "losses") == zoomed
    losses = "document.querySelector('[data-chart=losses] .gx-plot').data.map(line => line.visible ?? true)"
    assert opened.evaluate(losses) == [False, False, True, True]
    assert opened.evaluate("[...document.querySelectorAll('.gx-plot')].every((node, i) => node.mark === i)")
    opened.locator("[data-chart=outputs]").scroll_into_view_if_needed()  # the click on Rerun may have scrolled the page
    box = opened.locator("[data-chart=outputs] .nsewdrag").bounding_box()
    opened.mouse.dblclick(box["x"] + 50, box["y"] + 30)
    eventually(lambda: opened.evaluate(RANGE, "losses"), [0, run.step])
    opened.mouse.move(box["x"] + 10, box["y"] + 20)
    opened.mouse.down()
    opened.mouse.move(box["x"] + 60, box["y"] + 22, steps=5)
    opened.mouse.up()
    opened.get_by_role("button", name="Whole run").click()
    eventually(lambda: opened.evaluate(LAST_X, "outputs"), run.step)
    eventually(lambda: opened.evaluate(RANGE, "outputs")[1] >= run.step, True)


def test_the_page_reruns_exactly_when_the_state_changes(opened, run: FakeRun) -> None:
    opened.get_by_text("reruns 1").wait_for()
    run.rows(5)
    run.status(RUNNING)
    time.sleep(2.0)
    opened.get_by_text("reruns 1").wait_for()
    run.status(PAUSED)
    opened.get_by_text("state paused, reruns 2").wait_for()
    run.status(FINISHED)
    opened.get_by_text("state finished, reruns 3").wait_for()


def test_a_page_drawn_for_a_state_that_the_stream_never_saw_is_drawn_again(opened, run: FakeRun) -> None:
    opened.get_by_text("reruns 1").wait_for()
    opened.get_by_role("button", name="Draw as paused").click()
    opened.get_by_text("state running, reruns 3").wait_for()
    time.sleep(2.0)
    opened.get_by_text("state running, reruns 3").wait_for()


def test_the_slider_goes_back_in_time_and_newest_follows_again(opened, run: FakeRun) -> None:
    for _ in range(3):
        run.rows(5)
        run.sample()
    caption = opened.locator(".gx-caption")
    eventually(lambda: caption.inner_text().split(" · ")[0], f"step {run.step:,}")
    slider = opened.get_by_label("Pictures over training")
    slider.focus()
    opened.keyboard.press("Home")
    eventually(lambda: caption.inner_text().split(" · ")[0], "step 0")
    opened.keyboard.press("ArrowRight")
    eventually(lambda: caption.inner_text().split(" · ")[0], "step 300")
    run.rows(5)
    run.sample()
    eventually(lambda: slider.get_attribute("max"), "5")
    time.sleep(0.3)
    expect(caption).to_have_text(re.compile("^step 300 "))  # a new grid does not tear the person away
    opened.get_by_role("button", name="Newest").click()
    eventually(lambda: caption.inner_text().split(" · ")[0], f"step {run.step:,}")
    caption.evaluate("""node => {  // each shows for a seventh of a second, which a busy machine misses
      window.told = [];
      new MutationObserver(() => window.told.push(node.textContent.split(' · ')[0])).observe(node, { childList: true });
    }""")
    opened.get_by_label("Play all pictures").click()
    eventually(lambda: (opened.evaluate("window.told") or [""])[0], "step 0")
    eventually(lambda: caption.inner_text().split(" · ")[0], f"step {run.step:,}")


def test_after_a_broken_line_no_point_is_missing_or_doubled(opened, server, run: FakeRun) -> None:
    for _ in range(3):
        run.rows(3)
        urllib.request.urlopen(f"{server.url}/test/drop").read()
        run.rows(3)
        time.sleep(0.2)
    eventually(lambda: opened.evaluate(LAST_X, "outputs"), run.step)
    assert opened.evaluate(ALL_X, "outputs") == list(range(10, run.step + 1, 10))


def test_a_restarted_server_is_found_again(opened, server, run: FakeRun) -> None:
    server.restart()
    run.rows(4)
    eventually(lambda: opened.evaluate(LAST_X, "outputs"), run.step, 20)
    assert opened.evaluate(ALL_X, "outputs") == list(range(10, run.step + 1, 10))
    eventually(lambda: opened.locator(".gx-note").inner_text(), "")


def test_a_resumed_run_starts_from_where_it_was_cut(opened, run: FakeRun) -> None:
    run.cut_and_resume(100)
    run.rows(2)
    eventually(lambda: opened.evaluate(ALL_X, "outputs"), list(range(10, 121, 10)))


def test_a_process_that_dies_is_shown_as_lost_and_a_deleted_folder_as_deleted(opened, run: FakeRun) -> None:
    run.let_go()
    eventually(lambda: opened.locator(".gx-state").inner_text(), "Lost")
    run.folder.remove()
    eventually(lambda: opened.locator(".gx-state").inner_text(), "Deleted")
    opened.get_by_text("state deleted").wait_for()


def test_a_run_that_is_gone_when_its_view_asks_for_it_is_shown_as_deleted_and_no_error(page, server, run) -> None:
    """The page is drawn for the run, which goes before the view's script has asked for its events."""
    folder = run.folder

    def after_the_page(route) -> None:
        folder.remove()
        route.continue_()

    run.let_go()
    page.route(f"**/api/runs/{folder.id}/events*", after_the_page)
    page.goto(f"{server.url}/?run={folder.id}")
    eventually(lambda: page.locator(".gx-state").inner_text(), "Deleted", seconds=30.0)


def test_a_run_deleted_while_the_server_was_away_is_shown_as_deleted(visitor, server, run: FakeRun) -> None:
    page = visitor  # what was refused is logged to the console, as it should be
    page.goto(f"{server.url}/?run={run.folder.id}")
    page.wait_for_function(DRAWN, arg="outputs")
    server.stop()
    run.let_go()
    run.folder.remove()
    server.start()
    eventually(lambda: page.locator(".gx-state").inner_text(), "Deleted", seconds=30.0)


def test_the_view_leaves_nothing_running_behind(opened, server, run: FakeRun) -> None:
    def watched() -> bytes:
        return urllib.request.urlopen(f"{server.url}/test/watchers").read()

    assert watched() == b"1"
    opened.goto(server.url)  # the page without a run
    eventually(watched, b"0")


def test_the_list_shows_runs_and_opens_the_one_clicked(page, server, run: FakeRun) -> None:
    page.goto(server.url)
    entry = page.locator(f"[data-run='{run.folder.id}']")
    entry.wait_for()
    expect(entry).to_contain_text("Running")
    entry.evaluate("node => { node.mark = 1; }")
    run.status(PAUSED)
    eventually(lambda: "Paused" in entry.inner_text(), True)
    assert entry.evaluate("node => node.mark") == 1  # changed in place
    entry.get_by_role("button").focus()
    page.keyboard.press("Enter")
    page.get_by_text("state paused").wait_for()
    expect(entry.get_by_role("button")).to_have_attribute("aria-current", "true")


def test_another_run_takes_the_same_places(opened, server, run: FakeRun) -> None:
    other = FakeRun(f"other-{time.time_ns()}", home=server.runs, score=True)
    other.rows(12)
    other.sample()
    other.status(FINISHED)
    opened.evaluate("document.querySelectorAll('.gx-plot').forEach((node, i) => { node.mark = i; })")
    opened.locator(f"[data-run='{other.folder.id}'] button").click()
    eventually(lambda: opened.evaluate(ALL_X, "outputs"), list(range(10, 121, 10)))
    opened.get_by_text("state finished").wait_for()
    run.rows(1)  # of a run that is no longer shown
    time.sleep(0.6)
    assert opened.evaluate(ALL_X, "outputs") == list(range(10, 121, 10))
    assert opened.evaluate("[...document.querySelectorAll('.gx-plot')].every((node, i) => node.mark === i)")
    expect(opened.locator(".gx-caption")).to_have_text(re.compile("^step 120 "))
    other.folder.remove()


def test_charts_rest_while_nobody_sees_them_and_catch_up_at_once(opened, run: FakeRun) -> None:
    hide = "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); }"
    opened.evaluate(hide, True)
    time.sleep(1.2)  # for a drawing that was due already
    before = opened.evaluate(LAST_X, "outputs")
    run.rows(3)
    time.sleep(1.5)
    assert opened.evaluate(LAST_X, "outputs") == before
    opened.evaluate(hide, False)
    opened.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    eventually(lambda: opened.evaluate(LAST_X, "outputs"), run.step)


def test_the_view_follows_light_and_dark(opened, run: FakeRun) -> None:
    color = "() => document.querySelector('[data-chart=losses] .gx-plot').data[1].line.color"
    assert opened.locator(".gx-live-run").get_attribute("data-theme") == "light"
    assert opened.evaluate(color) == COLORS["light"]["d"]
    opened.emulate_media(color_scheme="dark")
    eventually(lambda: opened.locator(".gx-live-run").get_attribute("data-theme"), "dark")
    eventually(lambda: opened.evaluate(color), COLORS["dark"]["d"])


def test_the_empty_list_says_so(page, server) -> None:
    for left in server.runs.iterdir():  # by a test that failed
        RunFolder(left).remove()
    page.goto(server.url)
    page.get_by_text("No runs yet.").wait_for()
