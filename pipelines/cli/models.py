"""Commands on trained models, and on the data they learn from."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.markup import escape
from rich.table import Column, Table

from pipelines.cli.app import Run, app, share_the_computer
from pipelines.cli.shown import bar, out, tell_notes, tell_unread, telling, write_json
from pipelines.config.train_config import TrainConfig
from pipelines.errors import ConfigError, GanError, why_unread
from pipelines.models import registry
from pipelines.runs import jobs, recorded


@app.command()
def models() -> None:
    """List the published models."""
    name = Column("model", no_wrap=True)
    table = Table(name, "title", "data", "pictures", "MB", "classes", box=None, pad_edge=False)
    unread = []
    for found in registry.published():
        try:
            entry = registry.find(found, anywhere=False)
        except GanError as error:
            table.add_row(found, why_unread(error))
            unread.append(error)
            continue
        config, classes = entry.config, str(len(entry.class_names)) if entry.config.conditional else ""
        pictures = f"{config.size} x {config.size}, {'grey' if config.channels == 1 else 'colour'}"
        table.add_row(found, escape(entry.title), config.data, pictures, f"{entry.size_bytes / 1e6:.1f}", classes)
    out.print(table if table.rows else "There is no model yet; `python -m pipelines publish RUN NAME` makes one.")
    for error in unread:
        tell_unread(error)


@app.command()
def sample(
    model: Annotated[str, typer.Argument(help="A model in checkpoints/, a run, or the folder of either.")],
    out_file: Annotated[Path, typer.Option("--out", help="The .npz file to write: images uint8 [N, H, W, C], labels.")],
    count: Annotated[int, typer.Option(help="How many pictures.", min=1, max=1_000_000)] = 64,
    labels: Annotated[
        str | None,
        typer.Option(
            help="For a conditional model: one class number, or 'cycle' for 0, 1, 2, ... in turn; "
            "for one that is told attributes also their names, as 'smile, glasses'."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same pictures.")] = 0,
) -> None:
    """Draw samples from a trained model into a file."""
    from pipelines.models import publishing, trained

    if out_file.suffix != ".npz":
        raise ConfigError(f"--out is {str(out_file)!r}; give a file name that ends in .npz.")
    share_the_computer()
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
    truncation: Annotated[
        float, typer.Option(help="How wide z is drawn, above 0 and at most 1: narrower is clearer, and less varied.")
    ] = 1.0,
    reject: Annotated[
        int, typer.Option(help="Of a mixture prior's centres, how many D believes least and are not drawn from.", min=0)
    ] = 0,
    steep: Annotated[
        float, typer.Option(help="Without classes: the share of z that is left out, where pictures change fastest.")
    ] = 0.0,
    ships: Annotated[bool, typer.Option("--ships", help="Mark it as the project's own.", hidden=True)] = False,
    lines: Annotated[
        bool, typer.Option("--lines", help="Tell progress as lines of JSON, as the app reads it.")
    ] = False,
) -> None:
    """Publish a run's best checkpoint as a model in checkpoints/, with a card of its measured quality."""
    from pipelines.models import publishing

    share_the_computer(quiet=lines)
    with telling("Publishing", lines) as progress:
        folder = publishing.publish(
            jobs.find(run), name, checkpoint_name=checkpoint, title=title, about=about, ships=ships, samples=samples,
            truncation=truncation, reject=reject, steep=steep, progress=progress,
        )  # fmt: skip
    out.print(f"Published {folder}.", soft_wrap=True)


@app.command()
def steer(
    model: Annotated[str, typer.Argument(help="A published model whose attributes a classifier tells, such as faces.")],
) -> None:
    """Learn directions that give a published model's pictures one attribute and hold all others; takes minutes."""
    from pipelines.models import publishing

    share_the_computer()
    with telling("Steering", False) as progress:
        path = publishing.steer(model, progress=progress)
    out.print(f"Wrote {path}.", soft_wrap=True)


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
    from pipelines.models.path_lengths import path_lengths

    share_the_computer(quiet=lines)
    gan = trained.load(model)
    if keep and (gan.entry.run is None or gan.step is None):
        raise ConfigError(f"{gan.name} is not a run's checkpoint, so there is no run to keep its measure; use --json.")
    with telling("Loading", lines) as progress:
        found = metric.evaluate(
            gan.sample_many, gan.config, gan.class_names, samples, seed, times=draws, features=features,
            paths=functools.partial(path_lengths, gan), progress=progress,
        )  # fmt: skip
    table = Table("measure", Column("samples", justify="right"), Column("real", justify="right"), "note", box=None)
    for row in found.rows():
        table.add_row(*row)
    times = f"{draws} draws of " if draws > 1 else ""
    out.print(f"{gan.name}: {times}{samples:,} samples, seed {seed}, {found.features}", soft_wrap=True, highlight=False)
    out.print(table)
    if json_file:
        write_json(json_file, {"model": gan.name, **found.to_dict()})
    if keep:
        values = {"model": gan.name, "rows": found.rows(), **found.to_dict()}
        path = recorded.keep_evaluation(gan.entry.run, gan.step, values)
        out.print(f"Kept {path}.", soft_wrap=True)


@app.command()
def prepare(
    data_set: Annotated[
        str, typer.Argument(help="The data set, such as digits, clothes, faces, pairs or folder.")
    ] = "digits",
    folder: Annotated[
        str | None, typer.Option(help="Of your own pictures: of 'folder', whose subfolders are classes, or 'pairs'.")
    ] = None,
    size: Annotated[int, typer.Option(help="Height and width in pixels.")] = 28,
    channels: Annotated[int, typer.Option(help="1 for grey, 3 for colour.")] = 1,
    held_out: Annotated[
        float, typer.Option(help="Share of your own pictures that nothing is learnt from.", min=0.0, max=0.5)
    ] = TrainConfig().held_out,
) -> None:
    """Download and prepare a data set before a class, so that the first run starts at once.

    Of a folder it says how many pictures are read, and how many are skipped and why.
    """
    from pipelines import data

    if folder and not data.DATA_SETS.get(data_set).NEEDS_FOLDER:
        raise ConfigError(
            f"The data set {data_set!r} is read from no folder; leave out --folder, or prepare "
            f"{data.DATA_SETS.those_with('NEEDS_FOLDER')}."
        )
    with bar() as shown:
        task = shown.add_task(data_set, total=1.0)
        image_set = data.load(
            data_set, size=size, channels=channels, folder=folder, held_out=held_out,
            progress=lambda share, message: shown.update(task, completed=share, description=message),
        )  # fmt: skip
        notes = image_set.notes
        if folder and (
            test := data.test_part(data_set, size=size, channels=channels, folder=folder, held_out=held_out)
        ):
            notes = tuple(dict.fromkeys((*notes, *test.notes)))
    out.print(f"{len(image_set)} pictures. {image_set.source}", soft_wrap=True, markup=False, highlight=False)
    if image_set.labels is not None and folder:
        counts = zip(image_set.class_names, np.bincount(image_set.labels).tolist(), strict=True)
        words = ", ".join(f"{name} {count:,}" for name, count in counts)
        out.print(f"Classes: {words}.", soft_wrap=True, markup=False, highlight=False)
    tell_notes(notes)
