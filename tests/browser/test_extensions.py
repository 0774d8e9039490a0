"""Runs of an extension folder in a real browser: pages show their own numbers and measure, which no script names."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from pipelines import told
from tests.conftest import PROJECT, SERVERS, Homes, Server, free_port
from tests.extensions.test_method import FILES, SETTINGS
from tests.extensions.whole_life import lives

pytestmark = pytest.mark.browser

BRIGHTNESS = '''
"""Mean of all pixels, from -1 (black) to 1 (white)."""
QUESTION = "bright"
TITLE = "mean brightness"
AXIS = "mean of the pixels"
ORDER = 5
BETTER = "higher"
SELECTS = True
TITLES = ("Bright by {brightness:.2f}, real {real_brightness:.2f}",)


def measure(seen):
    return seen.pictures.mean().item()
'''
RUNS = ("20260101-120000-whole-abcd", "20260101-120000-parts-abcd")
OPEN_MS = 30_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    """A server that knows an extension with a method and a measure, two runs of it and a model ``mine``."""
    home = tmp_path_factory.mktemp("extended")
    lives(home, {**FILES, "measures/brightness.py": BRIGHTNESS}, epochs=6, **SETTINGS)
    homes = Homes(*(home / name for name in ("runs", "data", "models", "saved")))
    started = Server(PROJECT / "streamlit_app.py", free_port(), homes, home / "server.log")
    SERVERS.append(started)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_EXPLORER_EXTENSIONS", str(home / "extensions"))
        started.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def measures(server) -> dict[str, list[dict]]:
    """What was measured of each run."""
    lines = {run: (server.runs / run / "metrics.jsonl").read_text("utf-8").splitlines() for run in RUNS}
    return {run: [row for row in map(json.loads, rows) if "features" in row] for run, rows in lines.items()}


def title(page: Page, chart: str):
    card = page.locator(f"[data-chart={chart}]")
    card.scroll_into_view_if_needed()
    return card.locator(".gx-title")


def number(value: float) -> str:
    return told.words(value, "number")


def test_a_runs_page_shows_its_own_numbers_and_its_own_measure(server, page, measures):
    newest = measures[RUNS[1]][-1]
    page.goto(f"{server.url}/train?run={RUNS[1]}")
    expect(title(page, "cycle")).to_have_text(re.compile(r"^A picture comes back \d\.\d\d away$"), timeout=OPEN_MS)
    expect(page.locator("[data-chart=cycle] .gx-kicker abbr")).to_have_text("There and back")
    expect(title(page, "losses")).to_have_text(re.compile(r"^both D [\d.]+, both G [\d.]+$"))
    expect(title(page, "training")).to_have_text(re.compile(r"^to bright [\d.]+, to dark [\d.]+$"))
    said = f"Bright by {newest['brightness']:.2f}, real {newest['real_brightness']:.2f}".replace("-", "−")
    expect(title(page, "bright")).to_have_text(said)
    expect(page.locator("[data-chart=bright] .gx-named")).to_have_text("mean brightness")
    assert page.locator("[data-chart=outputs]").count() == 0, "it has no numbers of D's output"
    quality = page.locator(".gx-quality").first
    expect(quality).to_contain_text(f"mean brightness {number(newest['brightness'])} (pixel features, ")
    expect(quality).to_contain_text(f"real pictures {number(newest['real_brightness'])})")
    expect(quality.get_by_text("mean brightness", exact=True)).to_have_attribute(
        "title", "Mean of all pixels, from -1 (black) to 1 (white)."
    )
    listed = page.locator(f".gx-run-list [data-run='{RUNS[1]}'] .gx-run-quality")
    expect(listed).to_have_text(re.compile(rf"^mean brightness {number(newest['brightness'])}, Fréchet "))
    best = max(measures[RUNS[1]], key=lambda row: row["brightness"])
    plot = "document.querySelector('[data-chart=near] .gx-plot')"
    star = f"{plot}.data.find(({{ uid }}) => uid === 'best').x[0]"
    title(page, "near")
    page.wait_for_function(f"Boolean({plot}?.data) && {star} === {best['step']}")


def test_compare_has_a_chart_and_a_column_for_them(server, page, measures):
    page.goto(f"{server.url}/compare?runs={','.join(RUNS)}")
    expect(page.locator(".gx-chip")).to_have_count(2, timeout=OPEN_MS)
    newest = [number(measures[run][-1]["brightness"]) for run in RUNS]
    expect(title(page, "bright")).to_have_text(f"A {newest[0]}B {newest[1]}")
    expect(title(page, "cycle")).to_have_text(re.compile(r"^A \d\.\d\dB \d\.\d\d$"))
    title(page, "training")
    expect(page.locator("[data-chart=training] select option")).to_have_text(
        ["gradient to dark", "gradient to bright", "images / s"]
    )
    drawn = "document.querySelector('[data-chart=cycle] .gx-plot')?.data?.filter(({ x }) => x.length).length === 2"
    page.wait_for_function(drawn)
    results = page.get_by_role("region", name="Results")
    results.scroll_into_view_if_needed()
    expect(results.get_by_role("columnheader", name="Mean brightness")).to_be_visible()
    best = {run: max(row["brightness"] for row in rows) for run, rows in measures.items()}
    for run, value in best.items():
        expect(results.locator(f"tr[data-run='{run}']")).to_contain_text(number(value))
    if best[RUNS[0]] != best[RUNS[1]]:
        expect(results.locator(".gx-best")).to_have_text(number(max(best.values())))


def test_the_models_page_tells_the_measure_of_a_model_and_of_runs(server, page, measures):
    card = json.loads((server.models / "mine" / "card.json").read_text("utf-8"))
    mine = card["quality"]["own"]["brightness"]
    page.goto(server.url)
    row = page.locator("[data-model=mine] .gx-quality").get_by_role("row", name=re.compile("^Mean brightness"))
    expect(row).to_have_text(f"Mean brightness{number(mine['value'])}{number(mine['real'])}", timeout=OPEN_MS)
    newest = measures[RUNS[1]][-1]
    told_of_run = page.locator(f".gx-run[data-run='{RUNS[1]}'] .gx-words .gx-quiet")
    expect(told_of_run).to_have_text(re.compile(rf"^mean brightness {number(newest['brightness'])}, Fréchet "))
