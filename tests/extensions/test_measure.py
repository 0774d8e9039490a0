"""A measure of one's own is one file: it is measured, recorded, told live and described, with nothing else changed.

That what is described is drawn, compared and written as CSV is tested in ``tests/web``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
BRIGHTNESS = '''
"""Mean of all pixels, from -1 (black) to 1 (white)."""
QUESTION = "bright"
AXIS = "mean of the pixels"


def measure(seen):
    return seen.pictures.mean().item()
'''
LIFE = """
import asyncio, json, sys
from pathlib import Path
from explorer.live.hub import Hub
from tests import tiny_run

home = Path(sys.argv[1])
run = tiny_run.train(home / "runs", home / "pictures")


async def told():
    stream = Hub().stream(run, None)
    first = b""
    while not first.startswith(b"event: "):  # lines for the line's sake come before it
        first = await anext(stream)
    await stream.aclose()
    return first.decode()


lines = [json.loads(line) for line in run.metrics_path.read_text().splitlines()]
print(json.dumps({"rows": [row for row in lines if "frechet" in row], "told": asyncio.run(told()),
                  "status": run.status().quality, "display": run.record().display}))
"""


def lived(home: Path, measure: str, script: str = LIFE) -> subprocess.CompletedProcess[str]:
    """A script's end in a process of its own, whose extensions hold a measure ``brightness``."""
    file = home / "extensions" / "measures" / "brightness.py"
    file.parent.mkdir(parents=True)
    file.write_text(measure)
    places = {"GAN_EXPLORER_EXTENSIONS": str(home / "extensions"), "GAN_EXPLORER_RUNS": str(home / "runs")}
    return subprocess.run(
        [sys.executable, "-c", script, str(home)], cwd=PROJECT, env={**os.environ, **places}, capture_output=True,
        text=True,
    )  # fmt: skip


def test_a_measure_of_ones_own_is_measured_recorded_told_live_and_described(tmp_path: Path) -> None:
    ended = lived(tmp_path, BRIGHTNESS)
    assert ended.returncode == 0, ended.stderr[-4000:]
    found = json.loads(ended.stdout.splitlines()[-1])
    values = [row["brightness"] for row in found["rows"]]
    assert values and all(-1 < value < 1 for value in values)
    # Half of the pictures have a mean of 199.5 of 255, half one of 49.5.
    assert found["rows"][0]["real_brightness"] == pytest.approx(2 * 124.5 / 255 - 1, abs=0.25)
    assert found["status"]["brightness"] == values[-1]
    described = {one["name"]: one for one in found["display"]["measures"]}
    assert list(described)[:2] == ["frechet", "coverage"] and list(described)[-1] == "brightness"
    mine = described["brightness"]
    assert (mine["title"], mine["question"], mine["axis"]) == ("brightness", "bright", "mean of the pixels")
    assert (mine["help"], mine["real"]) == ("Mean of all pixels, from -1 (black) to 1 (white).", "real_brightness")
    event, _, rest = found["told"].partition("data: ")
    told = json.loads(rest)
    assert "event: all" in event and mine in told["run"]["display"]["measures"]
    assert [row["brightness"] for row in told["measures"]] == values


@pytest.mark.parametrize(
    ("measure", "sentence"),
    [
        (BRIGHTNESS.replace('"bright"', '"How bright?"'), "The measure 'brightness': question is "),
        (BRIGHTNESS + 'UNIT = "lux"\n', "The measure 'brightness' has UNIT = 'lux'; choose one of: 'share', "),
        (BRIGHTNESS + 'NEEDS = ("light",)\n', "The measure 'brightness' needs 'light'; choose of: neighbours, "),
        (BRIGHTNESS + 'REAL = "floor"\n', "The measure 'brightness' cannot have the key 'floor', which is taken; "),
    ],
)
def test_a_measure_that_describes_itself_wrongly_is_told_in_a_sentence(
    tmp_path: Path, measure: str, sentence: str
) -> None:
    script = (
        "from pipelines.errors import ConfigError\nfrom pipelines.metrics import measures\n"
        "try:\n    measures.described()\n    [measures.needs(name) for name in measures.MEASURES.names()]\n"
        "except ConfigError as error:\n    print(error)\n"
    )
    ended = lived(tmp_path, measure, script)
    assert sentence in ended.stdout, ended.stdout + ended.stderr


def test_a_measure_that_fails_ends_the_run_before_it_trains_with_a_sentence(tmp_path: Path) -> None:
    ended = lived(tmp_path, BRIGHTNESS.replace("seen.pictures.mean().item()", "1 / 0"))
    assert (
        ended.returncode
        and "The measure 'brightness' failed (ZeroDivisionError: division by zero); mend" in ended.stderr
    )
    assert not list((tmp_path / "runs").glob("*/metrics.jsonl"))
