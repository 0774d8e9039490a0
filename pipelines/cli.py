"""The command line: each command is a thin layer over ``pipelines.runs``. Only those that compute load torch."""

from __future__ import annotations

import contextlib
import inspect
import json
import logging
import os
import sys
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from pipelines.errors import ConfigError, GanError
from pipelines.runs import jobs, worker
from pipelines.runs.folder import FAILED, FINISHED, QUEUED, RunFolder, Status
from pipelines.training import presets
from pipelines.training.config import SETTINGS, TYPES, Setting

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="markdown",
    help="Train generative adversarial networks in run folders, sample from them and manage the runs. The app does the "
    "same with a screen: `streamlit run streamlit_app.py`.",
)  # fmt: skip
out, err = Console(), Console(stderr=True)
Run = Annotated[str, typer.Argument(help="The run: its id, as `runs` lists it, or its folder.")]
Detach = Annotated[bool, typer.Option("--detach", help="Train in the background, as the app does it.")]
PRESET_HELP = "  \n".join(f"**{name}**: {preset.look_for}" for name, preset in presets.PRESETS.items())


def _train(preset: str, run: Path | None, detach: bool, **settings: Any) -> None:
    chosen = presets.get(preset)
    changes = {name: value for name, value in settings.items() if value is not None}
    if changes.get("seconds") or changes.get("epochs"):  # a length that is given replaces the preset's
        changes = {"seconds": None, "epochs": None, **changes}
    folder = jobs.create(chosen.config.changed(**changes), preset, path=run)
    _start(folder, detach)


def _settings_as_options() -> list[inspect.Parameter]:
    options = []
    for name, rule in SETTINGS.items():
        members = getattr(TYPES[name], "__args__", [TYPES[name]])
        kind = next(member for member in members if member is not types.NoneType)
        flag = "--" + name.replace("_", "-")
        names = (f"{flag}/--no-{flag[2:]}",) if kind is bool else (flag,)
        option = typer.Option(*names, help=_help(rule), rich_help_panel=rule.group, show_default=False)
        options.append(_parameter(name, Annotated[kind | None, option], None))
    return options


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _help(rule: Setting) -> str:
    if rule.choices:
        return f"{rule.help} One of: {', '.join(map(str, rule.choices))}."
    if rule.low is not None:
        return f"{rule.help} From {rule.low:g} to {rule.high:g}."
    return rule.help


def train(**options: Any) -> None:
    """Train a GAN: a preset, with any of its settings changed.

    Ctrl-C stops the run with a checkpoint; `resume` goes on from there. Presets:
    """
    _train(**options)


train.__doc__ = inspect.cleandoc(train.__doc__ or "") + "\n\n" + PRESET_HELP
train.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [
        _parameter("preset", Annotated[str, typer.Argument(help=f"One of: {', '.join(presets.PRESETS)}.")]),
        _parameter(
            "run", Annotated[Path | None, typer.Option(help="New folder; default: runs/<time>-<preset>.")], None
        ),
        _parameter("detach", Detach, False),
        *_settings_as_options(),
    ]
)
train.__annotations__ = {p.name: p.annotation for p in train.__signature__.parameters.values()}  # type: ignore[attr-defined]
app.command()(train)


@app.command()
def resume(run: Run, detach: Detach = False) -> None:
    """Go on with a stopped, failed or lost run from its last checkpoint, or wake a paused one."""
    folder = jobs.find(run)
    if folder.is_held():
        jobs.resume(folder)
        out.print(f"{folder.id} goes on.")
        return
    jobs.prepare_resume(folder)
    _start(folder, detach)


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
    _start(jobs.branch(jobs.find(run), step, changes, path=run_folder), detach)


def branch(**options: Any) -> None:
    """Go on from a checkpoint of a run as a run of its own, with some settings changed.

    Without `--from` it begins anew with the same seed. `doctor` says from which step and with what.
    """
    _branch(**options)


branch.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [
        _parameter("run", Run),
        _parameter("step", Annotated[int, typer.Option("--from", help="Step of a checkpoint that is kept.", min=0)], 0),
        _parameter(
            "run_folder", Annotated[Path | None, typer.Option("--run", help="New folder; default: in runs/.")], None
        ),
        _parameter("detach", Detach, False),
        *_settings_as_options(),
    ]
)
branch.__annotations__ = {p.name: p.annotation for p in branch.__signature__.parameters.values()}  # type: ignore[attr-defined]
app.command()(branch)


@app.command()
def doctor(
    run: Run,
    json_file: Annotated[Path | None, typer.Option("--json", help="File to write the findings to, too.")] = None,
) -> None:
    """Say what goes wrong in a run, since when, and what helps."""
    from pipelines import doctor as ward

    folder = jobs.find(run)
    history = ward.of_run(folder)
    found = ward.examine(history)
    if not found:
        out.print(f"{folder.id}: no sign of trouble up to step {history.step:,}.", soft_wrap=True, highlight=False)
    for one in found:
        until = "" if one.until is None else f", over at step {one.until:,}"
        sign = "Remark: " if one.kind == ward.REMARK else ""
        out.print(f"[bold]{sign}{one.name}[/bold], since step {one.since:,}{until}", highlight=False)
        out.print(f"{one.means}\nWhat helps: {one.helps}", soft_wrap=True, highlight=False, markup=False)
        for remedy in one.remedies:
            flags = " ".join(_as_option(name, value) for name, value in remedy.changes.items())
            command = f"python -m pipelines branch {folder.id} --from {one.branch_from} {flags}"
            out.print(f"  {remedy.name}: {command}", soft_wrap=True, highlight=False, markup=False)
    if json_file:
        _write_json(json_file, {"run": folder.id, "step": history.step, "findings": [one.to_dict() for one in found]})


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
    run_id = Column("run", no_wrap=True, min_width=44)  # an id is there to be copied, so it is never cut off
    table = Table(run_id, "state", "step", "epoch", "images/s", "quality", "name", box=None, pad_edge=False)
    for folder in jobs.runs():
        try:
            status, name = folder.status(), folder.notes().name
        except GanError as error:
            table.add_row(folder.id, f"[red]unreadable: {error}")
            continue
        quality = status.quality or {}
        distance = f"{quality['frechet']:.1f} ({quality['features']})" if quality.get("frechet") is not None else ""
        speed = f"{status.images_per_s:.0f}" if status.state == "running" else ""
        table.add_row(folder.id, status.state, f"{status.step}", f"{status.epoch:.1f}", speed, distance, name)
    out.print(table if table.rows else "There are no runs yet; `python -m pipelines train first-digits` makes one.")


@app.command()
def sample(
    model: Annotated[str, typer.Argument(help="A model in checkpoints/, a run, or the folder of either.")],
    out_file: Annotated[Path, typer.Option("--out", help="The .npz file to write: images uint8 [N, H, W, C], labels.")],
    count: Annotated[int, typer.Option(help="How many pictures.", min=1, max=1_000_000)] = 64,
    labels: Annotated[
        str | None, typer.Option(help="For a conditional model: one class number, or 'cycle' for 0, 1, 2, ... in turn.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same pictures.")] = 0,
) -> None:
    """Draw samples from a trained model into a file."""
    from pipelines.models import publishing, trained

    if out_file.suffix != ".npz":
        raise ConfigError(f"--out is {str(out_file)!r}; give a file name that ends in .npz.")
    gan = trained.load(model)
    images, classes = gan.sample(count, gan.labels(labels, count), seed)
    publishing.write_npz(out_file, images, classes)
    out.print(f"Wrote {count} pictures of {images.shape[1]} x {images.shape[2]} to {out_file}.", soft_wrap=True)


@app.command()
def publish(
    run: Run,
    name: Annotated[str, typer.Argument(help="The model's name: small letters, digits and hyphens.")],
    checkpoint: Annotated[str, typer.Option(help="best, last, or the step of a checkpoint that is kept.")] = "best",
    title: Annotated[str, typer.Option(help="What the card calls it.")] = "",
    about: Annotated[str, typer.Option(help="One sentence on it.")] = "",
    samples: Annotated[int, typer.Option(help="Samples to measure its quality on; 0: none.", min=0)] = 10_000,
    ships: Annotated[bool, typer.Option("--ships", help="Mark it as the project's own.", hidden=True)] = False,
    lines: Annotated[
        bool, typer.Option("--lines", help="Tell progress as lines of JSON, as the app reads it.")
    ] = False,
) -> None:
    """Publish a run's best checkpoint as a model in checkpoints/, with a card of its measured quality."""
    from pipelines.models import publishing

    with _telling("Publishing", lines) as progress:
        folder = publishing.publish(
            jobs.find(run), name, checkpoint_name=checkpoint, title=title, about=about, ships=ships, samples=samples,
            progress=progress,
        )  # fmt: skip
    out.print(f"Published {folder}.", soft_wrap=True)


@app.command()
def evaluate(
    model: Annotated[str, typer.Argument(help="A model in checkpoints/, a run, or the folder of either.")],
    samples: Annotated[int, typer.Option(help="How many pictures it draws to be measured by.", min=100)] = 10_000,
    draws: Annotated[int, typer.Option(help="How many times it draws them, to tell how far luck goes.", min=1)] = 5,
    seed: Annotated[int, typer.Option(help="The same seed gives the same pictures.", min=0)] = 0,
    features: Annotated[
        str, typer.Option(help="What is measured in: own, of the data set's classifier; or inception, for FID and IS.")
    ] = "own",
    json_file: Annotated[Path | None, typer.Option("--json", help="File to write the numbers to, too.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the numbers in the run's folder, for the app.")] = False,
    lines: Annotated[
        bool, typer.Option("--lines", help="Tell progress as lines of JSON, as the app reads it.")
    ] = False,
) -> None:
    """Measure a trained model: how near its pictures are to real ones, how varied, how clear, as asked, or copied."""
    from pipelines.metrics import evaluate as metric
    from pipelines.models import trained

    gan = trained.load(model)
    if keep and (gan.entry.run is None or gan.step is None):
        raise ConfigError(f"{gan.name} is not a run's checkpoint, so there is no run to keep its measure; use --json.")
    with _telling("Loading", lines) as progress:
        found = metric.evaluate(
            gan.sample_many, gan.config, gan.class_names, samples, seed, times=draws, features=features,
            progress=progress,
        )  # fmt: skip
    table = Table("measure", Column("samples", justify="right"), Column("real", justify="right"), "note", box=None)
    for row in found.rows():
        table.add_row(*row)
    times = f"{draws} draws of " if draws > 1 else ""
    out.print(f"{gan.name}: {times}{samples:,} samples, seed {seed}, {found.features}", soft_wrap=True, highlight=False)
    out.print(table)
    if json_file:
        _write_json(json_file, {"model": gan.name, **found.to_dict()})
    if keep:
        path = gan.entry.run.keep_evaluation(gan.step, {"model": gan.name, "rows": found.rows(), **found.to_dict()})
        out.print(f"Kept {path}.", soft_wrap=True)


@app.command()
def failure(entry: Annotated[str | None, typer.Argument(help="An entry; without one, all are listed.")] = None) -> None:
    """Train something that goes wrong, and the same run cured, one after the other in the background."""
    from pipelines import gallery
    from pipelines.gallery import live

    if entry is None:
        table = Table("entry", "what goes wrong", box=None, pad_edge=False)
        for name in gallery.names():
            table.add_row(name, gallery.ENTRIES.describe(name))
        out.print(table)
        return
    for twin, folder in live.start(entry).items():
        out.print(f"{twin}: {folder.id}", highlight=False)


@app.command()
def record(
    entry: Annotated[str, typer.Argument(help="An entry of the failure gallery, or 'all'.")],
    runs: Annotated[
        Path | None, typer.Option(help="Folder that keeps both runs; those that it holds are not trained again.")
    ] = None,
) -> None:
    """Record a failure and its cure for the gallery, which plays them again: trains both twins."""
    from pipelines import gallery
    from pipelines.gallery import record as recorder

    with _bar() as bar:
        for name in gallery.names() if entry == "all" else [entry]:
            task = bar.add_task(name, total=1.0)

            def show(which: str, share: float, name: str = name, task: Any = task) -> None:
                bar.update(task, completed=share, description=f"{name}, {which}")

            folder = recorder.record(name, runs, show)
            size = sum(path.stat().st_size for path in folder.iterdir())
            out.print(f"Recorded {folder} ({size / 1000:.0f} kB).", soft_wrap=True, highlight=False)


@app.command()
def prepare(
    data_set: Annotated[str, typer.Argument(help="The data set: digits, clothes or faces.")] = "digits",
    size: Annotated[int, typer.Option(help="Height and width in pixels.")] = 28,
    channels: Annotated[int, typer.Option(help="1 for grey, 3 for colour.")] = 1,
) -> None:
    """Download and prepare a data set before a class, so that the first run starts at once."""
    from pipelines import data

    with _bar() as bar:
        task = bar.add_task(data_set, total=1.0)
        image_set = data.load(
            data_set, size=size, channels=channels,
            progress=lambda share, message: bar.update(task, completed=share, description=message),
        )  # fmt: skip
    out.print(f"{len(image_set.images)} pictures. {image_set.source}")


@app.command(hidden=True)
def work(run: Run) -> None:
    """Train a run that waits; the app starts this."""
    in_a_team = int(os.environ.get("WORLD_SIZE", "1")) > 1  # torchrun says so
    with worker.log_to(sys.stdout):
        if in_a_team and os.environ["RANK"] != "0":
            from pipelines.runs import session

            session.follow(jobs.find(run))
        elif worker.work(jobs.find(run)) != FINISHED and in_a_team:
            raise typer.Exit(1)  # so that those are ended, too, who wait for a team that was never formed


def _start(folder: RunFolder, detach: bool) -> None:
    if detach:
        jobs.launch(folder)
        out.print(f"Training in the background: {folder.id}")
        return
    out.print(f"Run {folder.id} in {folder.path}", soft_wrap=True)
    with worker.log_to(folder.log_path), _bar() as bar:
        task = bar.add_task(QUEUED, total=1.0)

        def show(status: Status) -> None:
            bar.update(task, **_as_bar(folder, status))

        end = worker.work(folder, show) if folder.record().config.gpus == 1 else jobs.attend(folder, show)
    message = folder.status().message if folder.exists() else "The run was deleted."
    (err if end == FAILED else out).print(message, style="red" if end == FAILED else None, soft_wrap=True)
    if end == FAILED:
        raise typer.Exit(1)


def _write_json(path: Path, values: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(values, indent=1), "utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror or error}); choose another --json.") from None
    out.print(f"Wrote {path}.", soft_wrap=True)


def _as_option(name: str, value: Any) -> str:
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{flag}" if value else f"--no-{flag}"
    return f"--{flag} {value}"


def _as_bar(folder: RunFolder, status: Status) -> dict[str, Any]:
    config = folder.record().config
    if status.state in ("queued", "preparing"):
        return {"completed": status.progress or 0.0, "description": status.message}
    shares = [status.seconds / config.seconds] if config.seconds else []
    shares += [status.epoch / config.epochs] if config.epochs else []
    text = f"{status.state}  step {status.step}  epoch {status.epoch:.2f}  {status.images_per_s:.0f} images/s"
    if quality := status.quality:
        text += f"  Frechet distance {quality['frechet']:.1f}"
    done = min(1.0, max(shares)) if shares else None
    return {"completed": done, "total": 1.0 if shares else None, "description": text}


def _bar() -> Progress:
    return Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=err)


@contextlib.contextmanager
def _telling(first: str, lines: bool) -> Iterator[Callable[[float, str], None]]:
    """How far something is: a bar for a person, or lines of JSON for the app."""
    if lines:
        yield lambda share, message: print(json.dumps({"share": round(share, 4), "message": message}), flush=True)
        return
    with _bar() as bar:
        task = bar.add_task(first, total=1.0)
        yield lambda share, message: bar.update(task, completed=share, description=message)


def _active(run: str) -> RunFolder:
    folder = jobs.find(run)
    if not (status := folder.status()).active:
        raise GanError(f"The run {folder.id} is {status.state}; only a run at work can be paused, stepped or stopped.")
    return folder


def main(arguments: list[str] | None = None) -> None:
    """Run a command; an error meant for the person is one sentence and exit code 1."""
    run: Callable[..., Any] = app
    try:
        run(arguments)
    except GanError as error:
        err.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
    finally:
        logging.shutdown()
