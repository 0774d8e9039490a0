"""Numbers that pages tell of a run, where a set is small, a run is a branch, or a share is nearly all."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.live.reader import RunReader
from pipelines.runs.folder import FINISHED

WEB = Path(__file__).parents[2] / "explorer" / "web" / "shared"


def described(folder):
    reader = RunReader(folder)
    reader.news()
    return reader.run["epoch_images"], reader.run["begun"]


def test_a_view_is_told_how_many_pictures_an_epoch_has_and_where_a_branch_began(made) -> None:
    folder = made(FINISHED).folder
    assert described(folder) == (937 * 64, 0)
    record = folder.record()
    folder.write_record(replace(record, branched_from="another@120", data={**record.data, "count": 40}))
    assert described(folder) == (40, 120)
    folder.write_record(replace(record, data={}))
    assert described(folder) == (0, 0), "before the data were read"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_best_measure_is_a_runs_own_and_shares_short_of_all_are_not_told_as_all() -> None:
    script = f"""
        import {{ bestOf }} from "{(WEB / "measures.js").as_uri()}";
        import {{ percent }} from "{(WEB / "format.js").as_uri()}";
        const measures = [{{ step: 100, frechet: 1 }}, {{ step: 200, frechet: 3 }}, {{ step: 300, frechet: 2 }}];
        const display = {{ measures: [{{ name: "frechet", selects: true, better: "lower" }}] }};
        const best = (begun) => bestOf({{ measures, run: {{ display, begun }} }})?.step ?? null;
        console.log(JSON.stringify([best(undefined), best(100), best(300),
          ...[0, 0.004, 0.006, 0.5, 0.994, 0.997, 1].map(percent)]));
    """
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert json.loads(done.stdout) == [
        100, 300, None, "0 %", "under 1 %", "1 %", "50 %", "99 %", "over 99 %", "100 %",
    ]  # fmt: skip
