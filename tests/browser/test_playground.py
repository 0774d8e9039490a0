"""The playground in a real browser: what moves when, what a link holds, and that nobody computes where nobody looks."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from pipelines.playground import saved
from pipelines.playground.frame import SHOWN
from pipelines.playground.game import Game
from pipelines.playground.settings import from_dict, places
from tests.browser.waits import quiet, still, watch_asking
from tests.tabs import first_of_all

pytestmark = pytest.mark.browser

OPEN_MS = 90_000  # for a server that has torch still to load, on a busy machine
REACT_MS = 30_000


@pytest.fixture
def server(empty_server):
    return empty_server


def opened(page: Page, server, **asked: object) -> Page:
    """The page with its games begun; the frames that come are kept in ``window.frames_seen``."""
    first_of_all(
        page,
        """window.asked = [];
        const real = window.fetch;
        window.fetch = (...given) => {
          if (String(given[0]).includes('/advance')) window.asked.push(JSON.parse(given[1].body));
          return real(...given);
        };""",
    )
    watch_asking(page)
    page.goto(f"{server.url}/playground?{urlencode(asked)}")
    page.wait_for_selector(".gx-game[data-step]", timeout=OPEN_MS)
    return page


def at_step(page: Page, step: int, d_step: int | None = None, game: int = 0) -> None:
    page.wait_for_function(
        """([game, step, dStep]) => {
          const { dataset } = document.querySelectorAll('.gx-game')[game] ?? {};
          return dataset && Number(dataset.step) === step && (dStep === null || Number(dataset.dStep) === dStep);
        }""",
        arg=[game, step, d_step],
        timeout=REACT_MS,
    )


def both_played(page: Page, step: int) -> None:
    """Wait until two games have come to a step at least, and hold them there."""
    page.wait_for_function(
        """step => {
          const games = [...document.querySelectorAll('.gx-game')];
          return games.length === 2 && games.every(({ dataset }) => Number(dataset.step) >= step);
        }""",
        arg=step,
        timeout=120_000,
    )
    press(page, "Pause")


def pixels(page: Page, game: int = 0) -> str:
    """The picture of a game, once it stands still: its PNG."""
    return still(page.locator(".gx-plane").nth(game))  # fakes glide to their places


def only(page: Page, *layers: str) -> None:
    """Show some layers alone."""
    for name in ("Real", "Fake", "Arrows", "D", "G's net"):
        page.locator(".gx-layer", has_text=re.compile(f"[^\\w]{name}$")).locator("input").set_checked(name in layers)


def told(page: Page, figure: str, game: int = 0) -> str:
    return page.locator(".gx-game").nth(game).locator(f"[data-figure={figure}] dd").inner_text()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_playing_moves_the_points_and_pausing_is_not_asking(server, page):
    opened(page, server, story="-")
    only(page, "Fake")
    before = pixels(page)
    page.keyboard.press("Space")
    page.wait_for_function("Number(document.querySelector('.gx-game').dataset.step) >= 40", timeout=REACT_MS)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    quiet(page)
    assert pixels(page) != before
    asked = page.evaluate("window.asked.length")
    step = page.locator(".gx-game").get_attribute("data-step")
    assert page.evaluate("window.asked.every(({ steps, action }) => steps === 4 && action === 'both')")
    page.wait_for_timeout(1500)
    assert page.evaluate("window.asked.length") == asked and page.locator(".gx-game").get_attribute("data-step") == step


def test_play_pressed_before_the_game_is_there_plays_it_then(server, page):
    """Torch may be loading for seconds when a newcomer presses Play."""
    first_of_all(
        page,
        """const real = window.fetch;
        window.begun = 0;
        window.fetch = async (...given) => {
          if (given[1]?.method === "POST" && !String(given[0]).includes("/advance")) {
            window.begun += 1;
            await new Promise((resolve) => setTimeout(resolve, 2500));
          }
          return real(...given);
        };""",
    )
    page.goto(f"{server.url}/playground?story=-")
    press(page, "Play")
    expect(page.locator(".gx-notice")).to_contain_text("It plays as soon as it is loaded.")
    expect(page.get_by_text("Loading the networks…")).to_be_visible()
    page.wait_for_function("Number(document.querySelector('.gx-game')?.dataset.step) > 20", timeout=OPEN_MS)
    expect(page.locator(".gx-notice")).not_to_contain_text("It plays as soon as it is loaded.")
    expect(page.get_by_text("Loading the networks…")).to_have_count(0)
    assert page.evaluate("window.begun") == 1, "the game is begun once"
    press(page, "Pause")


def test_the_page_shows_what_the_game_is_in_python(server, page):
    opened(page, server, data="grid", seed=5, loss="hinge")
    page.get_by_label("How many steps").select_option("10")
    press(page, "Run")
    at_step(page, 10, 10)
    here = Game(from_dict({"data": "grid", "seed": 5, "loss": "hinge"}))
    here.advance(10)
    assert (
        f"D {here.d_loss:.2f}, G {here.g_loss:.2f}".replace("-", "−")
        in page.locator("[data-curve=losses]").inner_text()
    )
    expect(page.locator("[data-curve=covered]")).to_contain_text(f"{here.rows[-1].modes} of 25 covered")
    expect(page.locator("[data-curve=divergence]")).to_contain_text(f"{here.rows[-1].divergence:.2f} bits")
    expect(page.locator(".gx-plane")).to_have_attribute("aria-label", re.compile("10 steps of G and 10 of D"))


def test_a_d_step_moves_its_map_only_and_a_g_step_the_fakes_only(server, page):
    opened(page, server, seed=2, story="-")
    pictures = {}
    for layers in (("D",), ("Fake",)):
        only(page, *layers)
        pictures[layers[0]] = pixels(page)
    page.locator("body").press("d")
    at_step(page, 0, 1)
    assert pixels(page) == pictures["Fake"], "the fakes stand still"
    only(page, "D")
    moved = pixels(page)
    assert moved != pictures["D"]
    page.locator("body").press("g")
    at_step(page, 1, 1)
    assert pixels(page) == moved, "the map stands still"
    only(page, "Fake")
    assert pixels(page) != pictures["Fake"]
    assert page.evaluate("window.asked.map(({ action }) => action).join()") == "d,g"


def test_a_link_begins_the_same_game(server, page, visitor):
    opened(page, server, data="moons", story="-")
    press(page, "New seed")
    page.wait_for_url(re.compile(r"seed=\d+"))
    seed = re.search(r"seed=(\d+)", page.url)[1]
    page.wait_for_selector(f".gx-game[data-seed='{seed}']", timeout=REACT_MS)
    page.get_by_label("Loss", exact=True).select_option("wasserstein")
    expect(page.get_by_label("D steps per G step (k)")).to_have_value("5")
    page.wait_for_url(re.compile("loss=wasserstein"))
    mine = pixels(page)
    visitor.goto(page.url)
    visitor.wait_for_selector(f".gx-game[data-seed='{seed}']", timeout=OPEN_MS)
    assert pixels(visitor) == mine
    expect(visitor.get_by_label("Loss", exact=True)).to_have_value("wasserstein")
    page.go_back()  # the loss was a step of its own
    expect(page.get_by_label("Loss", exact=True)).to_have_value("non-saturating")


def test_settings_change_while_it_plays(server, page):
    opened(page, server, story="-")
    press(page, "Play")
    page.get_by_label("Depth of D").select_option("4")
    expect(page.locator(".gx-notice")).to_have_text("D was made anew; all else went on.", timeout=REACT_MS)
    page.get_by_label("Loss", exact=True).select_option("least-squares")
    page.wait_for_url(re.compile("loss=least-squares"))
    step = int(page.locator(".gx-game").get_attribute("data-step"))
    page.wait_for_function(f"Number(document.querySelector('.gx-game').dataset.step) > {step + 8}", timeout=REACT_MS)
    press(page, "Pause")
    expect(page.locator(".gx-formula")).to_contain_text("½ (D(x) − 1)²")


def test_a_drawing_is_learnt_and_lies_in_the_link(server, page):
    opened(page, server)
    press(page, "Your own drawing")
    expect(page.get_by_text("Draw with the mouse or a finger")).to_be_visible()
    box = page.locator(".gx-plane").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(middle[0] - 100, middle[1] - 80)
    page.mouse.down()
    page.mouse.move(middle[0] + 100, middle[1] - 80, steps=12)
    page.mouse.up()
    page.wait_for_url(re.compile("data=drawing"))
    stroke = re.search(r"drawing=([\w-]+)", page.url)[1]
    page.locator(".gx-plane").press("ArrowRight")
    page.locator(".gx-plane").press("Space")
    page.wait_for_url(lambda url: re.search(r"drawing=([\w-]+)", url)[1] != stroke)
    press(page, "Done")
    points = places(re.search(r"drawing=([\w-]+)", page.url)[1])
    reach = 1.5 * 2 / box["width"]
    assert len(points) > 8 and all(abs(y - 80 * reach) < 0.02 for _, y in points[:-1])
    assert abs(points[0][0] + 100 * reach) < 0.02 and abs(points[-2][0] - 100 * reach) < 0.05
    assert abs(points[-1][0] - 0.05) < 0.01 and abs(points[-1][1]) < 0.01
    expect(page.get_by_text("Draw with the mouse or a finger")).to_be_hidden()
    press(page, "D step")
    at_step(page, 0, 1)


def test_a_second_game_has_the_same_beginning_and_its_own_settings(server, page):
    opened(page, server, seed=3)
    press(page, "Compare")
    page.wait_for_function("document.querySelectorAll('.gx-game[data-step=\"0\"]').length === 2", timeout=REACT_MS)
    only(page, "Real", "Fake")
    assert pixels(page, 0) == pixels(page, 1)
    page.get_by_label("Learning rate of G").select_option("0.1")
    page.wait_for_url(re.compile("beside=lr_g:0.1"))
    press(page, "G step")
    at_step(page, 1, 0, game=0)
    at_step(page, 1, 0, game=1)
    assert pixels(page, 0) != pixels(page, 1)
    expect(page.get_by_role("heading", name="B: rate of G 0.1")).to_be_visible()
    press(page, "Game A")
    expect(page.get_by_label("Learning rate of G")).to_have_value("0.001")
    press(page, "Compare")
    expect(page.locator(".gx-game")).to_have_count(1)
    assert "beside" not in page.url and page.locator(".gx-game").get_attribute("data-step") == "1"


def test_a_saved_game_is_opened_again(server, visitor, tmp_path):
    page = opened(visitor, server, data="line", seed=9)
    page.get_by_label("How many steps").select_option("10")
    press(page, "Run")
    at_step(page, 10)
    with page.expect_download() as waiting:
        press(page, "Save")
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    assert file.name == "line-9-step-10.json"
    with page.expect_download() as waiting:
        press(page, "Picture")
    assert waiting.value.suggested_filename == "line-9-step-10.png"
    with Image.open(waiting.value.path()) as picture:
        assert picture.width == picture.height > 300 and len(picture.convert("RGB").getcolors(1 << 24)) > 50
    before = told(page, "real"), told(page, "fake"), told(page, "push")
    here = saved.load(file.read_text("utf-8"))
    assert here.step == 10 and len(here.fake[:SHOWN]) == SHOWN
    press(page, "Reset")
    at_step(page, 0)
    page.locator("input[type=file]").set_input_files(file)
    at_step(page, 10)
    assert (told(page, "real"), told(page, "fake"), told(page, "push")) == before

    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps({"format": "other"}), "utf-8")
    with page.expect_response(lambda answer: answer.url.endswith("/api/plane") and answer.status == 400):
        page.locator("input[type=file]").set_input_files(broken)
    expect(page.locator(".gx-notice")).to_have_text("This is no saved game of the playground, or it is damaged.")
    expect(page.locator(".gx-game")).to_have_attribute("data-step", "10")  # the game that was there stays
    press(page, "D step")
    at_step(page, 10, 11)


def test_the_story_lights_what_it_speaks_of_and_shows_it(server, page):
    opened(page, server, story=2)
    lit = pixels(page)
    expect(page.get_by_role("heading", name="The counterfeiter")).to_be_visible()
    press(page, "Next")
    expect(page.get_by_role("heading", name="The police learns")).to_be_visible()
    assert "story=3" in page.url and pixels(page) != lit
    press(page, "One D step")
    at_step(page, 0, 1)
    press(page, "20 D steps")
    at_step(page, 0, 21)
    page.go_back()
    expect(page.get_by_role("heading", name="The counterfeiter")).to_be_visible()


def test_the_story_shows_a_collapse_and_its_cure(server, page):
    opened(page, server, story=8)
    press(page, "Show the collapse and its cure")
    both_played(page, 700)
    collapsed, cured = (
        int(re.match(r"Modes\s+(\d)", page.locator("[data-curve=covered]").nth(game).inner_text())[1])
        for game in (0, 1)
    )
    assert collapsed <= 2 and cured >= 6


def test_the_story_shows_how_the_gradient_vanishes_with_one_loss_and_not_with_the_other(server, page):
    opened(page, server, story=9)
    press(page, "Show both losses")
    at_step(page, 0, 200, game=0)
    at_step(page, 0, 200, game=1)
    assert told(page, "push", 0) == "0.00" and float(told(page, "push", 1)) > 1
    assert told(page, "fake", 0) == told(page, "fake", 1), "the same police in both"


def test_the_story_shows_the_mean_of_two_right_answers_and_one_of_them(server, page):
    opened(page, server, story=10)
    press(page, "Show both")
    both_played(page, 400)
    mean, one_of_two = (
        int(re.match(r"Covered\s+(\d+) %", page.locator("[data-curve=covered]").nth(game).inner_text())[1])
        for game in (0, 1)
    )
    assert mean == 0 and one_of_two >= 60
    assert page.locator(".gx-game").nth(0).get_by_text("No sign of trouble.").is_visible(), "G does not learn from D"


def test_a_page_left_and_entered_again_goes_on_where_it_was(server, page):
    opened(page, server, seed=4)
    page.get_by_label("How many steps").select_option("10")
    press(page, "Run")
    at_step(page, 10)
    page.get_by_role("link", name="Digits").click()
    expect(page.get_by_role("heading", name="Digits", exact=True)).to_be_visible()
    page.get_by_role("link", name="Playground").click()
    at_step(page, 10)
    assert "seed=4" in page.url


def test_a_server_started_anew_goes_on_from_what_the_page_kept(server, visitor):
    page = opened(visitor, server)
    press(page, "D step")
    at_step(page, 0, 1)
    page.wait_for_function(
        "JSON.parse(sessionStorage['gan-explorer:playground:games']).games[0].saved", timeout=REACT_MS
    )
    server.restart()
    press(page, "G step")
    expect(page.locator(".gx-notice")).to_contain_text("it goes on from step 0", timeout=OPEN_MS)
    press(page, "G step")
    at_step(page, 1, 1)


@pytest.mark.parametrize("width, height", [(1280, 720), (420, 900)])
def test_the_picture_fits_and_nothing_sticks_out(server, page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    opened(page, server)
    box = page.locator(".gx-plane").bounding_box()
    assert abs(box["width"] - box["height"]) < 1 and box["width"] > 340
    assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_doctor_names_what_goes_wrong_and_a_click_plays_the_cure(server, page):
    opened(page, server, lr_g=0.005, lr_d=0.001, pace=16)  # cycling through the modes
    doctor = page.get_by_role("region", name="Doctor")
    expect(doctor).to_contain_text("Watching.")
    press(page, "Play")
    expect(doctor).to_contain_text("Cycling through modes since step", timeout=2 * REACT_MS)
    doctor.get_by_role("button", name="What it means, what helps").click()
    expect(doctor).to_contain_text("D learns to reject what is drawn now and forgets the rest")
    expect(doctor.get_by_role("img")).to_be_visible()
    doctor.get_by_role("button", name="Play beside, same seed, with D twice as fast as G").click()
    page.wait_for_url(re.compile(r"beside=lr_g:0\.001\|lr_d:0\.002"))
    page.wait_for_function("Number(document.querySelectorAll('.gx-game')[1]?.dataset.step) > 600", timeout=2 * REACT_MS)
    expect(doctor.nth(1)).to_contain_text("No sign of trouble.")
    expect(doctor.nth(0)).to_contain_text("Cycling through modes since step", timeout=REACT_MS)
    doctor.nth(0).get_by_role("button", name="What it means, what helps").click()
    doctor.nth(0).get_by_role("button", name="Go on with the Wasserstein loss").click()
    page.wait_for_url(re.compile("loss=wasserstein"))
    expect(doctor.nth(0)).to_contain_text("No sign of trouble.")
    assert "loss:" in parse_qs(urlsplit(page.url).query)["beside"][0], "the second game keeps its own loss"
    press(page, "Pause")
