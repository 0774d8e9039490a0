"""Is the doctor right? Goes over recorded runs as they happened: python -m benchmarks.doctor FOLDER ...

Each folder is a run, or holds runs. What a run is to show stands in the field ``shows`` of its ``notes.json``: the
ailments by id, one or several of which are expected; an empty list is a healthy run, in which every alarm is false;
so is one that says nothing, unless ``--shows RUN=AILMENT`` does. The history is handed out in steps of an eighth of
an epoch, as it grew, so that what is named too early or taken back is seen too. Remarks (a loss that misleads) are no
alarms.

The delay is told in epochs from when the ailment began, as the doctor itself dates it, to when it was named.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.doctor import ALARM, Finding, History, examine, of_run
from pipelines.errors import GanError
from pipelines.failures import ENTRIES, SICK, get
from pipelines.runs.folder import RunFolder

RESULTS = Path(__file__).parent / "results" / "doctor.json"
LATEST = 2.0  # epochs in which an ailment is to be named


@dataclass
class Verdict:
    """What the doctor said of one run, beside what it should have said."""

    run: str
    preset: str
    epochs: float
    shows: list[str]
    hits: dict[str, float] = field(default_factory=dict)  # expected and named: its delay in epochs
    named: dict[str, float] = field(default_factory=dict)  # all that was named: at which epoch
    missed: list[str] = field(default_factory=list)
    beside: dict[str, float] = field(default_factory=dict)  # of a sick run: named, though not expected
    false: dict[str, float] = field(default_factory=dict)  # of a healthy run: named, at which epoch
    passed: dict[str, float] = field(default_factory=dict)  # named on the way and over, or taken back, at the end
    remarks: list[str] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Every alarm is true, and a sick run is named in time."""
        in_time = any(delay <= LATEST for delay in self.hits.values())
        return in_time if self.shows else not self.false


def judge(name: str, preset: str, shows: list[str], history: History) -> Verdict:
    """Follow a run as it grew."""
    seen: dict[str, tuple[float, float]] = {}  # ailment: when it was first said, since when it was then said to be
    remarks: set[str] = set()
    steps = [*np.arange(history.epoch / 8, history.step, history.epoch / 8), history.step]
    for step in steps:
        for one in examine(history.until(step)):
            if one.kind != ALARM:
                remarks.add(one.ailment)
            if (one.kind == ALARM or one.ailment in shows) and one.ailment not in seen:
                seen[one.ailment] = (float(step), one.since)
    end: list[Finding] = [one for one in examine(history) if one.kind == ALARM]
    lasting = {one.ailment for one in end if one.until is None}
    delays = {name: round((said - since) / history.epoch, 2) for name, (said, since) in seen.items()}
    when = {name: round(said / history.epoch, 2) for name, (said, _) in seen.items()}
    return Verdict(
        run=name,
        preset=preset,
        epochs=round(history.step / history.epoch, 1),
        shows=shows,
        hits={ailment: delays[ailment] for ailment in shows if ailment in delays},
        named=when,
        missed=[ailment for ailment in shows if ailment not in delays] if not set(shows) & set(delays) else [],
        beside={ailment: when[ailment] for ailment in when if shows and ailment not in shows},
        false={} if shows else when,
        passed={ailment: when[ailment] for ailment in when if ailment not in lasting},
        remarks=sorted(remarks),
    )


def runs_in(folders: list[Path]) -> list[Path]:
    """The runs that folders are or hold, in alphabetical order."""
    found = [path.parent for folder in folders for path in sorted(folder.glob("**/config.json"))]
    return [path for path in found if (path / "metrics.jsonl").is_file()]


def told(path: Path, given: dict[str, list[str]]) -> list[str]:
    """What a run is to show."""
    notes: dict[str, Any] = {}
    if (path / "notes.json").is_file():
        notes = json.loads((path / "notes.json").read_text("utf-8"))
    shows = given.get(path.name, notes.get("shows") or [])
    entry, _, twin = path.name.rpartition("-")
    if not shows and twin == SICK and entry in ENTRIES.names():
        shows = get(entry).ailment or []
    return [shows] if isinstance(shows, str) else list(shows)


def table(verdicts: list[Verdict]) -> str:
    """As Markdown, for the documentation."""
    lines = [
        "| run | epochs | shows | named after (epochs) | beside it | false alarms | |",
        "|---|--:|---|---|---|---|---|",
    ]
    for one in verdicts:
        shows = ", ".join(one.shows) or "healthy"
        hits = ", ".join(f"{name} {delay:g} (at {one.named[name]:g})" for name, delay in one.hits.items())
        others = ", ".join(f"{name} at {at:g}" for name, at in one.beside.items())
        false = ", ".join(f"**{name}** at {at:g}" for name, at in one.false.items())
        hits = hits or ("**missed**" if one.shows else "")
        verdict = "right" if one.right else "WRONG"
        lines.append(f"| {one.run} | {one.epochs:g} | {shows} | {hits} | {others} | {false} | {verdict} |")
    sick, healthy = [one for one in verdicts if one.shows], [one for one in verdicts if not one.shows]
    delays = [min(one.hits.values()) for one in sick if one.hits]
    alarms = sum(len(one.false) for one in healthy)
    lines += [
        "",
        f"{len(delays)} of {len(sick)} sick runs named, {sum(one.right for one in sick)} within {LATEST:g} epochs"
        + (f" (median {np.median(delays):.2g}, latest {max(delays):.2g})" if delays else "")
        + f"; {alarms} false alarms in {len(healthy)} healthy runs of {sum(one.epochs for one in healthy):.0f} epochs.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Prints the table and writes JSON; exit code 1 where a verdict is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, help="runs, or folders that hold runs")
    parser.add_argument(
        "--shows", action="append", default=[], metavar="RUN=AILMENT[,...]", help="what a run is to show"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="the file of JSON to write")
    options = parser.parse_args()
    given = {name: [part for part in ailments.split(",") if part] for name, _, ailments in
             (text.partition("=") for text in options.shows)}  # fmt: skip
    verdicts = []
    for path in runs_in(options.folders):
        try:
            folder = RunFolder(path)
            verdicts.append(judge(path.name, folder.record().preset, told(path, given), of_run(folder)))
        except GanError as error:
            print(f"{path} is left out: {error}", file=sys.stderr)
    print(table(verdicts))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    rows = [{**asdict(one), "right": one.right} for one in verdicts]
    options.out.write_text(json.dumps({"date": date.today().isoformat(), "runs": rows}, indent=1), "utf-8")
    print(f"\nWritten to {options.out}")
    sys.exit(0 if all(one.right for one in verdicts) else 1)


if __name__ == "__main__":
    main()
