"""Commands that create and control runs."""

from __future__ import annotations

import inspect
import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.app import Detach, Run, app, parameter, settings_as_options
from pipelines.cli.shown import as_bar, bar, err, out, show_table, tell_notes, tell_unread
from pipelines.config import presets
from pipelines.config.train_config import ENDLESS, TrainConfig
from pipelines.errors import GanError, why_unread
from pipelines.models import fine_tuning, registry
from pipelines.registries import launcher_traits
from pipelines.runs import branching, jobs, worker
from pipelines.runs.display import in_a_line
from pipelines.runs.folder import FAILED, FINISHED, QUEUED, RUNNING, RunFolder, Status
from pipelines.runs.launched import logs_of, place_of
from pipelines.runs.names import RUN_ID_WORDS
from pipelines.runs.reporter import log_to

MOST_SECONDS = 20  # of the processor, for what the app asks while somebody waits
LOG_LINES = 10  # of a run that failed elsewhere
PRESET_HELP = "  \n".join(f"**{name}**: {preset.look_for}" for name, preset in presets.PRESETS.items())


def _train(preset: str, run: Path | None, detach: bool, begin_with: str | None, **settings: Any) -> None:
    chosen = presets.get(preset)
    changes = {name: value for name, value in settings.items() if value is not None}
    if changes.get("seconds") or changes.get("epochs"):  # a length that is given replaces the preset's
        changes = {**ENDLESS, **changes}
    config = chosen.config.changed(**changes)
    if begin_with:
        before = registry.find(begin_with).config.to_dict()
        differing = {name: value for name, value in config.to_dict().items() if value != before[name]}
        start(fine_tuning.begin(begin_with, differing, path=run), detach)
        return
    start(jobs.create(config, preset, path=run), detach)


def train(**options: Any) -> None:
    """Train a GAN: a preset, with any of its settings changed.

    Ctrl-C stops the run with a checkpoint; `resume` goes on from there. Presets:
    """
    _train(**options)


train.__doc__ = inspect.cleandoc(train.__doc__ or "") + "\n\n" + PRESET_HELP
train.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [
        parameter("preset", Annotated[str, typer.Argument(help=f"One of: {', '.join(presets.PRESETS)}.")]),
        parameter("run", Annotated[Path | None, typer.Option(help="New folder; default: runs/TIME-PRESET.")], None),
        parameter("detach", Detach, False),
        parameter(
            "begin_with",
            Annotated[str | None, typer.Option(help="A published model whose networks it begins with.")],
            None,
        ),
        *settings_as_options(),
    ]
)
train.__annotations__ = {p.name: p.annotation for p in train.__signature__.parameters.values()}  # type: ignore[attr-defined]
app.command()(train)


def _memory(preset: str | None, lines: bool, **settings: Any) -> None:
    from pipelines.training import fitting

    base = presets.get(preset).config if preset else TrainConfig()
    config = base.changed(**{name: value for name, value in settings.items() if value is not None})
    if not lines:
        out.print(fitting.room_for(config).words, soft_wrap=True, highlight=False)
        return
    try:
        found = fitting.room_for(config, MOST_SECONDS)
        answer = {"fits": found.fits, "words": found.words}
    except GanError as error:
        answer = {"fits": None, "words": str(error)}
    print(json.dumps(answer))


def memory(**options: Any) -> None:
    """Tell how much memory a run with a preset's settings, or any others, takes, and what is free.

    The networks are built and two tiny batches are computed; nothing is trained.
    """
    _memory(**options)


memory.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [
        parameter(
            "preset", Annotated[str | None, typer.Argument(help="As of `train`; default: all as set out.")], None
        ),
        parameter(
            "lines", Annotated[bool, typer.Option("--lines", help="Answer in JSON, as the app reads it.")], False
        ),
        *settings_as_options(),
    ]
)
memory.__annotations__ = {p.name: p.annotation for p in memory.__signature__.parameters.values()}  # type: ignore[attr-defined]
app.command()(memory)


@app.command()
def resume(
    run: Run,
    pictures: Annotated[
        str | None,
        typer.Option(
            "--folder", help="Where the run's own pictures are now, if they were moved; they must be the same."
        ),
    ] = None,
    detach: Detach = False,
) -> None:
    """Go on with a stopped, failed or lost run from its last checkpoint, or wake a paused one."""
    folder = jobs.find(run)
    if pictures is None and jobs.is_at_work(folder):
        jobs.resume(folder)
        out.print(f"{folder.id} goes on.")
        return
    jobs.prepare_resume(folder, pictures)
    start(folder, detach)


@app.command()
def pause(run: Run) -> None:
    """Hold a run between two steps."""
    jobs.pause(_active(run))


@app.command()
def step(run: Run) -> None:
    """Do a single step of a run and hold it again."""
    jobs.step(_active(run))


@app.command()
def stop(run: Run) -> None:
    """Stop a run after a checkpoint; everything is kept and `resume` goes on from there."""
    folder = _active(run)
    jobs.stop(folder)
    while folder.status().active:
        time.sleep(0.1)
    out.print(folder.status().message)


@app.command()
def rates(
    run: Run,
    lr_g: Annotated[float | None, typer.Option(help="New learning rate of G.")] = None,
    lr_d: Annotated[float | None, typer.Option(help="New learning rate of D.")] = None,
) -> None:
    """Change the learning rates of a run, from its next step on."""
    jobs.set_rates(jobs.find(run), lr_g, lr_d)


def _branch(run: str, step: int, run_folder: Path | None, detach: bool, **settings: Any) -> None:
    changes = {name: value for name, value in settings.items() if value is not None}
    if run not in registry.published():
        start(branching.branch(jobs.find(run), step, changes, path=run_folder), detach)
        return
    if step:
        raise GanError(f"The model {run} keeps no steps; leave out --from, and its networks are trained further.")
    start(fine_tuning.begin(run, changes, path=run_folder), detach)


def branch(**options: Any) -> None:
    """Go on from a checkpoint of a run, or with a published model, as a run of its own, with some settings changed.

    Of a run, without `--from` it begins anew with the same seed; `doctor` says from which step and with what. A model
    goes on with its networks, steps and epochs counted from 0.
    """
    _branch(**options)


branch.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [
        parameter("run", Run),
        parameter("step", Annotated[int, typer.Option("--from", help="Step of a checkpoint that is kept.", min=0)], 0),
        parameter(
            "run_folder", Annotated[Path | None, typer.Option("--run", help="New folder; default: in runs/.")], None
        ),
        parameter("detach", Detach, False),
        *settings_as_options(),
    ]
)
branch.__annotations__ = {p.name: p.annotation for p in branch.__signature__.parameters.values()}  # type: ignore[attr-defined]
app.command()(branch)


@app.command()
def delete(run: Run, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Delete a run with all that it has recorded."""
    folder = jobs.find(run)
    if not yes:
        typer.confirm(f"Delete {folder.path} with its checkpoints, for good?", abort=True)
    jobs.delete(folder)
    out.print(f"Deleted {folder.id}.")


@app.command()
def runs() -> None:
    """List all runs, the newest first."""
    unread: dict[str, GanError] = {}
    rows = [_row(folder, unread) for folder in jobs.runs()]
    if rows:
        show_table(("run", "state", "step", "epoch", "images/s", "quality", "name"), rows)
    else:
        out.print("There are no runs yet; `python -m pipelines train first-digits` makes one.")
    for name, error in unread.items():
        tell_unread(error, f"`python -m pipelines delete {name}` deletes it.")
    if unlisted := jobs.unlisted():
        names = ", ".join(map(repr, unlisted))
        out.print(
            f"Not listed: {names}. Rename the folder; a run's name may have {RUN_ID_WORDS}.",
            soft_wrap=True, markup=False, highlight=False,
        )  # fmt: skip


def _row(folder: RunFolder, unread: dict[str, GanError]) -> tuple[str, ...]:
    """A run as the cells of a table; of one that is not read the reason is added to ``unread``."""
    try:
        folder.check_rows()
        record = folder.record()
        here = launcher_traits(record.config.launcher).here
        status, name = folder.status(), " ".join(folder.notes().name.split())
        state = status.state if here else f"{status.state}, {place_of(folder)}"
    except GanError as error:
        unread[folder.id] = error
        return folder.id, why_unread(error)
    told = in_a_line(record.display, status.quality)
    quality = f"{told} ({(status.quality or {}).get('features', 'unknown features')})" if told else ""
    speed = f"{status.images_per_s:.0f}" if status.state == "running" else ""
    return folder.id, state, f"{status.step}", f"{status.epoch:.1f}", speed, quality, name


@app.command(hidden=True)
def work(run: Run) -> None:
    """Train a run that waits; the app starts this."""
    in_a_team = int(os.environ.get("WORLD_SIZE", "1")) > 1  # torchrun says so
    with log_to(sys.stdout):
        if in_a_team and os.environ["RANK"] != "0":
            from pipelines.runs import session

            session.follow(jobs.find(run))
        elif worker.work(jobs.find(run)) != FINISHED and in_a_team:
            raise typer.Exit(1)  # so that those are ended, too, who wait for a team that was never formed


def start(folder: RunFolder, detach: bool) -> None:
    if detach:
        jobs.launch(folder)
        out.print(f"Training in the background: {folder.id}")
        return
    out.print(f"Run {folder.id} in {folder.path}", soft_wrap=True)
    with log_to(folder.log_path), bar() as shown:
        task, told = shown.add_task(QUEUED, total=1.0), False

        def show(status: Status) -> None:
            nonlocal told
            shown.update(task, **as_bar(folder, status))
            if status.state == RUNNING and not told:
                told = True
                tell_notes(folder.record().data.get("notes", ()))

        config = folder.record().config
        here = config.gpus == 1 and launcher_traits(config.launcher).here
        end = worker.work(folder, show) if here else jobs.attend(folder, show)
    if end == FAILED and not here:  # what was not said here
        err.print(logs_of(folder, LOG_LINES), soft_wrap=True, markup=False, highlight=False)
    message = folder.status().message if folder.exists() else "The run was deleted."
    (err if end == FAILED else out).print(message, style="red" if end == FAILED else None, soft_wrap=True)
    if end == FAILED:
        raise typer.Exit(1)


def _active(run: str) -> RunFolder:
    folder = jobs.find(run)
    if not (status := folder.status()).active:
        raise GanError(f"The run {folder.id} is {status.state}; only a run at work can be paused, stepped or stopped.")
    return folder
