"""The command that trains a reader of one's own labelled pictures."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Column, Table

from pipelines.cli.app import app, share_the_computer
from pipelines.cli.shown import out, tell_notes, telling
from pipelines.config.train_config import TrainConfig
from pipelines.errors import ConfigError


@app.command()
def reader(
    data_set: Annotated[str, typer.Argument(help="A data set with classes or attributes, such as folder.")] = "folder",
    folder: Annotated[
        str | None,
        typer.Option(
            help="Of your own pictures, with an attributes.csv or with subfolders, for the data set 'folder'."
        ),
    ] = None,
    size: Annotated[int, typer.Option(help="Height and width in pixels, as in the runs that it is for.")] = 64,
    channels: Annotated[int, typer.Option(help="1 for grey, 3 for colour, as in the runs that it is for.")] = 3,
    held_out: Annotated[
        float, typer.Option(help="Share of your own pictures that the runs hold out.", min=0.0, max=0.5)
    ] = TrainConfig().held_out,
    seed: Annotated[int, typer.Option(help="Of the first weights and the order.", min=0)] = 0,
    fingerprint: Annotated[
        str, typer.Option(help="Of a model's pictures, which it is to read as well.", hidden=True)
    ] = "",
    lines: Annotated[
        bool, typer.Option("--lines", help="Tell progress as lines of JSON, as the app reads it.")
    ] = False,
) -> None:
    """Train a reader of your labelled pictures: what then tells their attributes or classes on every page.

    It takes some minutes, holds out a fifth of the pictures, and says how well it tells each attribute on these.
    """
    from pipelines import data
    from pipelines.models import own_readers

    if folder and not data.DATA_SETS.get(data_set).NEEDS_FOLDER:
        raise ConfigError(f"The data set {data_set!r} is read from no folder; leave out --folder, or name 'folder'.")
    share_the_computer(quiet=lines)
    with telling("Preparing", lines) as progress:
        card = own_readers.make(
            data_set, size=size, channels=channels, folder=folder, held_out=held_out, seed=seed,
            fingerprint=fingerprint, progress=progress,
        )  # fmt: skip
    if lines:
        return
    what = "class" if card.kind == "classes" else "attribute"
    table = Table(what, Column("told rightly", justify="right"), "", box=None)
    for row in own_readers.table(card):
        share = "" if row["accuracy"] is None else f"{100 * row['accuracy']:.1f} %"
        table.add_row(row["name"], share, row["why"])
    out.print(table)
    out.print(
        f"Balanced accuracy on {card.checked_on}. It reads for runs with --size {size} --channels {channels}.",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    tell_notes(own_readers.notes(card))
