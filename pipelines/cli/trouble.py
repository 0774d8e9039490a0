"""Commands of the doctor and of the failures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from pipelines.cli.app import Run, app
from pipelines.cli.shown import bar, out, write_json
from pipelines.config.settings import as_option
from pipelines.runs import jobs


@app.command()
def doctor(
    run: Run,
    json_file: Annotated[Path | None, typer.Option("--json", help="File to write the findings to, too.")] = None,
) -> None:
    """Say what goes wrong in a run, since when, and what helps."""
    from pipelines import doctor as package

    folder = jobs.find(run)
    history = package.of_run(folder)
    found = package.examine(history)
    if left_out := folder.rows_left_out():
        text = f"{folder.id}: {left_out:,} rows of its records cannot be read and are left out."
        out.print(text, soft_wrap=True, highlight=False, markup=False)
    if not found:
        out.print(f"{folder.id}: no sign of trouble up to step {history.step:,}.", soft_wrap=True, highlight=False)
    for one in found:
        until = "" if one.until is None else f", over at step {one.until:,}"
        sign = "Remark: " if one.kind == package.REMARK else ""
        out.print(f"[bold]{sign}{one.name}[/bold], since step {one.since:,}{until}", highlight=False)
        out.print(f"{one.means}\nWhat helps: {one.helps}", soft_wrap=True, highlight=False, markup=False)
        for remedy in one.remedies:
            flags = " ".join(as_option(name, value) for name, value in remedy.changes.items())
            command = f"python -m pipelines branch {folder.id} --from {one.branch_from} {flags}"
            out.print(f"  {remedy.name}: {command}", soft_wrap=True, highlight=False, markup=False)
    if json_file:
        write_json(json_file, {"run": folder.id, "step": history.step, "findings": [one.to_dict() for one in found]})


@app.command()
def failure(
    entry: Annotated[str | None, typer.Argument(help="A failure; without one, all are listed.")] = None,
) -> None:
    """Train something that goes wrong, and the same run cured, one after the other in the background."""
    from pipelines import failures
    from pipelines.failures import live

    if entry is None:
        table = Table("failure", "what goes wrong", box=None, pad_edge=False)
        for name in failures.names():
            table.add_row(name, failures.ENTRIES.describe(name))
        out.print(table)
        return
    for twin, folder in live.start(entry).items():
        out.print(f"{twin}: {folder.id}", highlight=False)


@app.command()
def record(
    entry: Annotated[str, typer.Argument(help="A failure, or 'all'.")],
    runs: Annotated[
        Path | None, typer.Option(help="Folder that keeps both runs; those that it holds are not trained again.")
    ] = None,
) -> None:
    """Record a failure and its cure for the Failures page, which replays them: trains both twins."""
    from pipelines import failures
    from pipelines.failures import record as recorder

    with bar() as shown:
        for name in failures.names() if entry == "all" else [entry]:
            task = shown.add_task(name, total=1.0)

            def show(which: str, share: float, name: str = name, task: Any = task) -> None:
                shown.update(task, completed=share, description=f"{name}, {which}")

            folder = recorder.record(name, runs, show)
            size = sum(path.stat().st_size for path in folder.iterdir())
            out.print(f"Recorded {folder} ({size / 1000:.0f} kB).", soft_wrap=True, highlight=False)
