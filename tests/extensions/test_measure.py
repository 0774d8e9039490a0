"""A measure of one's own is one file: it is measured, recorded, told and published, with nothing else changed.

That what is described is drawn, compared and written as CSV is tested in ``tests/web`` and ``tests/browser``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import told

PROJECT = Path(__file__).parents[2]
BRIGHTNESS = '''
"""Mean of all pixels, from -1 (black) to 1 (white)."""
QUESTION = "bright"
AXIS = "mean of the pixels"


def measure(seen):
    return seen.pictures.mean().item()
'''
SELECTING = BRIGHTNESS + 'ORDER = 5\nBETTER = "higher"\nSELECTS = True\nTITLES = ("Bright by {brightness:.2f}",)\n'
LIFE = """
import asyncio, contextlib, io, json, sys
from pathlib import Path
from explorer.live.hub import Hub
from explorer.live.summaries import Summaries
from explorer.model_cards import card_of
from pipelines import cli
from pipelines.models import registry
from pipelines.models.publishing import publish
from pipelines.training import checkpoint
from tests import tiny_run

home = Path(sys.argv[1])
run = tiny_run.train(home / "runs", home / "pictures")


async def live():
    stream = Hub().stream(run, None)
    first = b""
    while not first.startswith(b"event: "):  # lines for the line's sake come before it
        first = await anext(stream)
    await stream.aclose()
    return first.decode()


def typed(*words):
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        cli.main(list(words))
    return " ".join(out.getvalue().split())


publish(run, "mine", samples=100)
lines = [json.loads(line) for line in run.metrics_path.read_text().splitlines()]
print(json.dumps({
    "rows": [row for row in lines if "features" in row], "live": asyncio.run(live()), "status": run.status().quality,
    "display": run.record().display, "best": checkpoint.read(run.best_path)[1]["step"],
    "list": json.loads(Summaries().get()[0])[0]["measured"], "runs": typed("runs"),
    "evaluate": typed("evaluate", run.id, "--samples", "100", "--draws", "2"),
    "card": card_of(registry.find("mine"))["quality"], "quality": registry.find("mine").card["quality"]["own"],
}))
"""


def lived(home: Path, measure: str, script: str = LIFE) -> subprocess.CompletedProcess[str]:
    """A script's end in a process of its own, whose extensions hold a measure ``brightness``."""
    file = home / "extensions" / "measures" / "brightness.py"
    file.parent.mkdir(parents=True)
    file.write_text(measure)
    places = {f"GAN_EXPLORER_{name.upper()}": str(home / name) for name in ("extensions", "runs", "models", "data")}
    return subprocess.run(
        [sys.executable, "-c", script, str(home)], cwd=PROJECT, env={**os.environ, **places}, capture_output=True,
        text=True,
    )  # fmt: skip


def test_a_measure_of_ones_own_is_measured_told_and_published_and_selects_the_best(tmp_path: Path) -> None:
    ended = lived(tmp_path, SELECTING)
    assert ended.returncode == 0, ended.stderr[-4000:]
    found = json.loads(ended.stdout.splitlines()[-1])
    values = [row["brightness"] for row in found["rows"]]
    assert values and all(-1 < value < 1 for value in values)
    # Half of the pictures have a mean of 199.5 of 255, half one of 49.5.
    real = 2 * 124.5 / 255 - 1
    assert found["rows"][0]["real_brightness"] == pytest.approx(real, abs=0.25)
    assert found["status"]["brightness"] == values[-1]
    assert found["best"] == found["rows"][values.index(max(values))]["step"]

    described = {one["name"]: one for one in found["display"]["measures"]}
    assert list(described)[:3] == ["brightness", "frechet", "coverage"]
    assert [name for name, one in described.items() if one["selects"]] == ["brightness"]
    mine = described["brightness"]
    assert (mine["title"], mine["question"], mine["axis"]) == ("brightness", "bright", "mean of the pixels")
    assert (mine["help"], mine["real"]) == ("Mean of all pixels, from -1 (black) to 1 (white).", "real_brightness")
    title = {"view": "brightness", "text": "Bright by {brightness:.2f}", "when": [], "d_output": ""}
    assert mine["headline"] and title in found["display"]["titles"]
    event, _, rest = found["live"].partition("data: ")
    live = json.loads(rest)
    assert "event: all" in event and mine in live["run"]["display"]["measures"]
    assert [row["brightness"] for row in live["measures"]] == values

    in_words = f"brightness {told.words(values[-1], 'number')}, Fréchet "
    assert found["list"].startswith(in_words) and in_words in found["runs"]
    help_ = "Mean of all pixels, from -1 (black) to 1 (white)."
    measured = found["quality"]["brightness"]
    assert -1 < measured["value"] < 1 and measured["real"] == pytest.approx(real, abs=0.25)
    assert measured["title"] == "brightness" and measured["help"] == help_ and measured["better"] == "higher"
    (row,) = [one for one in found["card"] if one["name"] == "Brightness"]
    assert row["value"] == told.words(measured["value"], "number") and row["real"] == told.words(
        measured["real"], "number"
    )
    assert row["why"] == f"{help_} Higher is better."
    assert float(found["evaluate"].split(" brightness ")[1].split()[0]) == pytest.approx(measured["value"], abs=0.2)


@pytest.mark.parametrize(
    ("measure", "sentence"),
    [
        (BRIGHTNESS.replace('"bright"', '"How bright?"'), ": question is "),
        (BRIGHTNESS + 'UNIT = "lux"\n', " has UNIT = 'lux'; choose one of: 'share', "),
        (BRIGHTNESS + 'NEEDS = ("light",)\n', " needs 'light'; choose of: features, neighbours, "),
        (BRIGHTNESS + 'REAL = "floor"\n', " cannot have the key 'floor', which is taken; "),
        (BRIGHTNESS + "SELECTS = True\n", " has SELECTS; state BETTER, 'higher' or 'lower', too."),
        (BRIGHTNESS + 'TITLES = ("Mean {bright ness}",)\n', " has the title 'Mean {bright ness}'; a number in it is "),
        (BRIGHTNESS + 'TITLES = "Mean"\n', " has TITLES = 'Mean'; make it a tuple of texts."),
        (BRIGHTNESS + 'MODALITIES = ("film",)\n', " measures the modality 'film'; choose of: image."),
    ],
)  # fmt: skip
def test_a_measure_that_describes_itself_wrongly_is_told_in_a_sentence(
    tmp_path: Path, measure: str, sentence: str
) -> None:
    script = (
        "from pipelines.errors import ConfigError\nfrom pipelines.metrics import measures\n"
        "try:\n    measures.described()\n    [measures.needs(name) for name in measures.MEASURES.names()]\n"
        "except ConfigError as error:\n    print(error)\n"
    )
    ended = lived(tmp_path, measure, script)
    assert f"The measure 'brightness'{sentence}" in ended.stdout, ended.stdout + ended.stderr


def test_a_measure_that_fails_ends_the_run_before_it_trains_with_a_sentence(tmp_path: Path) -> None:
    ended = lived(tmp_path, BRIGHTNESS.replace("seen.pictures.mean().item()", "1 / 0"))
    assert (
        ended.returncode
        and "The measure 'brightness' failed (ZeroDivisionError: division by zero); mend" in ended.stderr
    )
    assert not list((tmp_path / "runs").glob("*/metrics.jsonl"))
