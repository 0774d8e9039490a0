"""The main job, in a real browser with a real training process: start, watch, steer, stop, resume, lose, delete."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from pipelines.config.presets import PRESETS
from pipelines.runs import jobs
from pipelines.runs.folder import LOST, PAUSED, RUNNING, STOPPED, RunFolder
from tests.browser.waits import REACT_S, START_S, until
from tests.fake_run import FakeRun
from tests.tabs import leave

pytestmark = pytest.mark.browser

PICTURES = 320
BATCH = 16  # and one thread: with more, a busy machine makes them wait for each other at every step
EPOCH_STEPS = PICTURES // BATCH


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of small pictures: discs and squares."""
    home, chance = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for name in ("disc", "square"):
        (home / name).mkdir()
        for number in range(PICTURES // 2):
            picture = Image.new("L", (28, 28))
            left, top, size = (int(value) for value in chance.integers((2, 2, 10), (12, 12, 14)))
            draw = ImageDraw.Draw(picture)
            shape = draw.ellipse if name == "disc" else draw.rectangle
            shape((left, top, left + size, top + size), fill=int(chance.integers(150, 255)))
            picture.save(home / name / f"{number}.png")
    return home


@pytest.fixture
def server(own_server):
    return own_server


@pytest.fixture
def visitor(visitor):
    """A second browser, a phone; it may see a run vanish, so answers of "not found" on its console are no failure."""
    visitor.set_viewport_size({"width": 420, "height": 900})
    return visitor


@pytest.fixture
def training(server, pictures) -> RunFolder:
    """A run at work on the server's folders."""
    config = PRESETS["first-digits"].config.changed(
        data="folder",
        folder=str(pictures),
        width=4,
        batch_size=BATCH,
        seconds=None,
        threads=1,
        samples=8,
        precision="fp32",
    )
    return jobs.start(config, "first-digits")


def in_state(run: RunFolder, state: str, timeout_s: float = REACT_S) -> None:
    until(lambda: run.status().state == state, f"{run.id} is {state}; it is {run.status()}", timeout_s)


def can(page: Page, verb: str, timeout_s: float = REACT_S) -> None:
    """The page offers a verb."""
    expect(page.locator(f".st-key-do_{verb}").get_by_role("button")).to_be_enabled(timeout=1000 * timeout_s)


def cannot(page: Page, verb: str) -> None:
    expect(page.locator(f".st-key-do_{verb}").get_by_role("button")).to_be_disabled(timeout=1000 * REACT_S)


def do(page: Page, verb: str) -> None:
    page.locator(f".st-key-do_{verb}").get_by_role("button").click()


def shown_step(page: Page) -> int:
    """The step that the newest picture on the page belongs to; -1 while there is none."""
    text = page.locator("img[alt^='Pictures by the generator']").first.get_attribute("alt") if page.locator(
        "img[alt^='Pictures by the generator']"
    ).count() else None  # fmt: skip
    return int(re.search(r"step ([\d,]+)", text)[1].replace(",", "")) if text else -1


def events(run: RunFolder, kind: str) -> list[dict]:
    return [row for row in run.metrics()[0] if row.get("event") == kind]


def test_start_from_the_empty_page_and_watch_two_epochs(server, page, visitor, pictures):
    page.goto(f"{server.url}/train")
    expect(page.get_by_role("heading", name="Train a GAN")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name="Start: First digits in a minute")).to_be_enabled(timeout=20_000)

    page.get_by_role("radio", name="All settings").click()
    page.get_by_role("combobox", name="Data set").click()
    page.get_by_role("option", name="folder").click()
    expect(page.get_by_text("The data set 'folder' needs the folder of your pictures")).to_be_visible()
    expect(page.locator(".st-key-start").get_by_role("button")).to_be_disabled()
    wanted = (
        ("Networks", "Width", "4"),
        ("Optimisers", "Batch size", str(BATCH)),
        ("Length", "Seconds", ""),
        ("Length", "At most", ""),
        ("Machine", "Threads", "1"),
    )
    for tab, name, value in wanted:
        page.get_by_role("tab", name=tab).click()
        page.get_by_role("spinbutton", name=re.compile(f"^{name}")).fill(value)
        page.keyboard.press("Enter")
    page.get_by_role("tab", name="Data").click()
    page.get_by_role("textbox", name="Folder").fill(str(pictures))  # last: until then nothing asks for the memory
    page.keyboard.press("Enter")
    expect(page.get_by_text("until you stop it")).to_be_visible()
    takes = f"Memory: Batches of {BATCH} pictures of 28 x 28 at width 4 need about"
    expect(page.get_by_text(takes)).to_be_visible(timeout=1000 * START_S)

    clicked = time.monotonic()
    page.locator(".st-key-start").get_by_role("button").dblclick()
    picture = page.locator("img[alt^='Pictures by the generator']").first
    expect(picture).to_be_visible(timeout=1000 * START_S)
    print(f"first picture after {time.monotonic() - clicked:.1f} s")
    (run,) = jobs.runs()
    assert f"run={run.id}" in page.url
    made = run.record().config
    assert (made.data, made.width, made.batch_size, made.seconds, made.threads) == ("folder", 4, BATCH, None, 1)

    until(lambda: shown_step(page) >= 2 * EPOCH_STEPS, "the pictures of the second epoch", START_S)
    until(lambda: run.status().epoch >= 2.0, "the status says so too")

    chart = page.locator(".js-plotly-plot").first
    expect(chart).to_be_visible()
    chart.scroll_into_view_if_needed()
    chart.evaluate("node => { node.marked = 'still the same' }")
    newest = "node => node.data?.[0]?.x?.at(-1) ?? 0"  # a chart catches up when it comes into sight
    until(lambda: chart.evaluate(newest) >= EPOCH_STEPS, "the chart has the points of the first epoch")
    box = chart.locator(".nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"], steps=5)
    page.mouse.up()
    zoomed = chart.evaluate("node => node.layout.xaxis.range")
    drawn, seen = chart.evaluate(newest), shown_step(page)
    until(lambda: shown_step(page) > seen, "a new picture", START_S)
    do(page, "pause")
    can(page, "resume")
    do(page, "resume")
    can(page, "pause")
    assert chart.evaluate("node => node.marked") == "still the same"
    assert chart.evaluate("node => node.layout.xaxis.range") == zoomed
    page.get_by_role("button", name="Whole run").click()
    until(lambda: chart.evaluate(newest) > max(drawn, zoomed[1]), "the points that came meanwhile")

    page.get_by_role("button", name="Learning rates").click()
    page.get_by_role("spinbutton", name=re.compile("^Learning rate of G")).fill("0.0005")
    page.get_by_role("button", name="Apply").click()
    until(lambda: run.status().lr_g == 5e-4, "the learning rate of G is 0.0005")
    assert len(events(run, "rates")) == 1

    page.reload()
    can(page, "pause", 20)
    assert f"run={run.id}" in page.url
    expect(picture).to_be_visible(timeout=10_000)
    visitor.goto(page.url)
    can(visitor, "pause", 20)
    seen = shown_step(visitor)
    until(lambda: shown_step(visitor) > max(seen, 0), "a new picture in the second browser", START_S)
    do(visitor, "pause")
    can(page, "resume")

    page.go_back()
    expect(page.get_by_role("heading", name="New run")).to_be_visible(timeout=10_000)
    page.go_forward()
    can(page, "resume", 10)
    page.get_by_role("button", name="New run").click()
    expect(page.get_by_role("heading", name="New run")).to_be_visible(timeout=10_000)
    jobs.delete(run)
    expect(visitor.get_by_text("There is no such run here")).to_be_visible(timeout=15_000)


def test_pause_step_stop_download_measure_and_resume(server, page, training, tmp_path):
    page.goto(f"{server.url}/train?run={training.id}")
    can(page, "pause", START_S)
    until(lambda: training.status().step > EPOCH_STEPS, "an epoch", START_S)
    do(page, "pause")
    can(page, "resume")
    in_state(training, PAUSED)
    expect(page.get_by_text("Paused at step")).to_be_visible()
    cannot(page, "pause")
    before = training.status().step
    do(page, "step")
    until(lambda: training.status().step == before + 1, "one step was done")
    in_state(training, PAUSED)
    do(page, "resume")
    can(page, "pause")
    until(lambda: training.status().step > before + 5, "training went on")
    do(page, "stop")
    expect(page.get_by_text("Nothing is lost: Resume goes on from there.")).to_be_visible(timeout=10_000)
    in_state(training, STOPPED)
    at = training.status().step
    until(lambda: not training.is_held(), "the process ended")

    downloaded = page.request.get(page.get_by_role("link", name="Download").evaluate("link => link.href"))
    with zipfile.ZipFile(io.BytesIO(downloaded.body())) as archive:
        config = json.loads(archive.read(f"{training.id}/config.json"))["config"]
        assert any(name.endswith(".png") for name in archive.namelist())
    assert config["batch_size"] == BATCH
    measure = page.get_by_role("button", name="Measure in full")
    expect(measure).to_be_enabled(timeout=1000 * REACT_S)
    measure.click()
    section = page.get_by_role("region", name="Full measure")
    expect(section.get_by_role("progressbar")).to_be_visible(timeout=1000 * REACT_S)
    expect(measure).to_be_disabled()
    until(lambda: list((server.saved / "measuring").glob("*.json")), "it has begun", START_S)
    page.goto("about:blank")
    server.restart()
    page.goto(f"{server.url}/train?run={training.id}")
    expect(section.get_by_role("row", name=re.compile("^Fréchet distance"))).to_be_visible(timeout=120_000)
    expect(section.get_by_role("progressbar")).to_be_hidden()
    expect(page.get_by_role("button", name="Measure again")).to_be_enabled()
    with page.expect_download() as download:
        section.get_by_role("button", name="Download JSON").click()
    download.value.save_as(tmp_path / "measure.json")
    found = json.loads((tmp_path / "measure.json").read_text("utf-8"))
    (kept,) = training.evaluations()
    assert found == kept and f"Step {kept['step']:,}: 5 draws of 10,000 samples" in section.inner_text()

    do(page, "resume")
    can(page, "pause", START_S)
    until(lambda: training.status().step > at, "training went on from there", START_S)
    steps = [row["step"] for row in training.metrics()[0] if "d_loss" in row]
    assert steps == sorted(set(steps)), "no step twice"
    for kind in ("paused", "resumed", "stopped"):
        assert events(training, kind), kind


def test_a_killed_process_is_lost_resumed_and_deleted_after_a_question(server, page, visitor, training):
    page.goto(f"{server.url}/train?run={training.id}")
    can(page, "pause", START_S)
    until(training.checkpoints, "a checkpoint", START_S)
    page.get_by_role("button", name="Explore").click(timeout=1000 * REACT_S)  # as soon as there is something to explore
    expect(page.get_by_test_id("stPopoverBody").get_by_role("link", name="Latent space")).to_have_attribute(
        "href", re.compile(rf"latent\?model={training.id}$")
    )
    page.keyboard.press("Escape")
    os.kill(training.status().pid, signal.SIGKILL)
    expect(page.get_by_test_id("stAlert").get_by_text("ended without a message")).to_be_visible(timeout=15_000)
    in_state(training, LOST)
    expect(page.get_by_test_id("stCode")).to_contain_text("INFO running: Training.")
    server.restart()  # nothing of this is in the server's memory
    page.reload()
    expect(page.get_by_test_id("stAlert").get_by_text("ended without a message")).to_be_visible(timeout=20_000)
    expect(page.locator("img[alt^='Pictures by the generator']").first).to_be_visible(timeout=20_000)
    can(page, "resume")
    do(page, "resume")
    in_state(training, RUNNING, START_S)
    can(page, "pause", START_S)
    leave(page)

    visitor.goto(f"{server.url}/train?run={training.id}")
    pid = training.status().pid
    visitor.get_by_role("button", name="Delete").click()
    question = visitor.get_by_role("dialog")
    expect(question.get_by_text("gone for good")).to_be_visible()
    question.get_by_role("button", name="Keep").click()
    expect(question).to_be_hidden()
    assert training.exists()
    visitor.get_by_role("button", name="Delete").click()
    question.get_by_role("button", name="Delete").click()
    expect(visitor.get_by_role("heading", name=re.compile("New run|Train a GAN"))).to_be_visible(timeout=10_000)
    assert not training.exists()
    until(lambda: "run=" not in visitor.url, "the URL forgets the run")
    until(lambda: not _alive(pid), "the process of the deleted run ended")


def _alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    jobs.reap()
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_grid_that_shows_some_of_the_classes_says_how_many(server, page):
    many = FakeRun("many-classes", home=server.runs)
    path = many.folder.path / "config.json"
    config = json.loads(path.read_text("utf-8"))
    config["data"]["class_names"] = [f"sign {number}" for number in range(43)]
    path.write_text(json.dumps(config), "utf-8")
    many.sample()
    many.status(STOPPED)
    page.goto(f"{server.url}/train?run=many-classes")
    expect(page.locator(".gx-samples figcaption")).to_contain_text("the first 10 of 43 classes", timeout=20_000)


def test_what_cannot_be_measured_says_why(server, page):
    empty = FakeRun("nothing-saved", home=server.runs)
    empty.status(STOPPED)
    page.goto(f"{server.url}/train?run=nothing-saved")
    measure = page.get_by_role("button", name="Measure in full")
    expect(measure).to_be_disabled(timeout=20_000)
    expect(page.get_by_role("region", name="Full measure")).to_contain_text("wait for its first checkpoint")
    empty.folder.checkpoint_path(5).write_bytes(b"not weights")
    page.reload()
    expect(measure).to_be_enabled(timeout=20_000)
    measure.click()
    trouble = page.get_by_role("region", name="Full measure").get_by_role("alert")
    expect(trouble).to_contain_text(
        re.compile("It could not be measured: .*step-00000005.* is damaged"), timeout=1000 * START_S
    )
    expect(measure).to_be_enabled()
    page.reload()
    expect(trouble).to_contain_text("is damaged", timeout=20_000)


def test_a_click_is_heard_though_the_page_is_drawn_anew_meanwhile(server, page):
    """Many runs of the page in a row, each cut short by the next: Streamlit forgets whom to tell of the click."""
    empty = FakeRun("busy-page", home=server.runs)
    empty.status(STOPPED)
    empty.folder.checkpoint_path(5).write_bytes(b"not weights")
    page.goto(f"{server.url}/train?run=busy-page")
    measure = page.get_by_role("button", name="Measure in full")
    expect(measure).to_be_enabled(timeout=20_000)
    expect(page.locator(".gx-run-list").get_by_role("button")).to_have_count(1)
    page.evaluate("""async () => {
        const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
        const buttons = () => [...document.querySelectorAll("button")];
        const measure = () => buttons().find((one) => /^Measure in/.test(one.textContent));
        for (let again = 0, clicked = false; again < 60 || !clicked; again += 1) {
            if (again >= 20 && !clicked) {
                clicked = Boolean(measure());
                measure()?.click();
            }
            document.querySelector(".gx-run-list button")?.click(); // gone for a moment on a busy machine
            await wait(20);
        }
    }""")
    section = page.get_by_role("region", name="Full measure")
    expect(section.get_by_role("progressbar").or_(section.get_by_role("alert"))).to_be_visible(timeout=1000 * START_S)
