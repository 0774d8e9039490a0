"""How good a run was, when? What its own measures told at each epoch: python -m benchmarks.over_time FOLDER ...

Each folder is a run, or holds runs. A row a run: the Frechet distance in the features that the run was measured in, as
multiples of the floor (real pictures against other real ones), then at its end the share of clear samples, modes and
recall, each beside what real pictures have. As Markdown, for the documentation, and as JSON.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks._machine import keep
from benchmarks.doctor import runs_in
from pipelines.errors import GanError
from pipelines.runs.folder import RunFolder

EPOCHS = (1, 2, 4, 8, 12, 16, 20, 25, 50)


def measures(folder: RunFolder) -> dict[str, Any]:
    """What a run measured: its name, and its distances beside the floor by epoch, and its last measure.

    Raises:
        RunError: its configuration cannot be read.
    """
    record = folder.record()
    rows, _ = folder.metrics()
    count = record.data.get("count") or 1
    found = [row for row in rows if row.get("frechet") is not None and row.get("floor")]
    batch, d_steps = record.config.batch_size, record.config.d_steps
    epochs = {round(row["step"] * batch * d_steps / count, 2): round(row["frechet"] / row["floor"], 1) for row in found}
    return {"run": folder.id, "preset": record.preset, "floors": epochs, "end": found[-1] if found else None}


def table(runs: list[dict[str, Any]]) -> str:
    """As Markdown: the nearest measure within an eighth of each of ``EPOCHS``."""
    lines = [
        f"| run | {' | '.join(f'epoch {epoch}' for epoch in EPOCHS)} | end: clear | modes | recall |",
        "|---|" + "--:|" * (len(EPOCHS) + 3),
    ]
    for run in runs:
        cells = []
        for epoch in EPOCHS:
            near = min(run["floors"], key=lambda at: abs(at - epoch), default=None)
            cells.append(f"{run['floors'][near]:g}" if near is not None and abs(near - epoch) <= epoch / 8 else "")
        lines.append(f"| `{run['run']}` | {' | '.join(cells)} | {' | '.join(_end(run['end'] or {}))} |")
    return "\n".join(lines)


def _end(last: dict[str, Any]) -> tuple[str, str, str]:
    def beside(name: str, real: str, form: str) -> str:
        if last.get(name) is None:
            return ""
        return f"{last[name]:{form}}" + (f" ({last[real]:{form}})" if last.get(real) is not None else "")

    return (
        beside("clear", "real_clear", ".0%"),
        beside("modes", "real_modes", "d"),
        beside("recall", "real_recall", ".2f"),
    )


def main() -> None:
    """Prints the table and writes JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, help="runs, or folders that hold runs")
    found = []
    for path in runs_in(parser.parse_args().folders):
        try:
            found.append(measures(RunFolder(path)))
        except GanError as error:
            print(f"{path} is left out: {error}", file=sys.stderr)
    print(table(found))
    keep("over_time", {"date": date.today().isoformat(), "runs": found})


if __name__ == "__main__":
    main()
