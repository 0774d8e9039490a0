"""The command-line application, and the arguments that several commands share."""

from __future__ import annotations

import inspect
import types
from typing import Annotated, Any

import typer

from pipelines.cli.shown import err
from pipelines.config.settings import Setting
from pipelines.config.train_config import SETTINGS, TYPES

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="markdown",
    help="Train generative adversarial networks in run folders, sample from them and manage the runs. The app does the "
    "same with a screen: `streamlit run streamlit_app.py`.",
)  # fmt: skip
Run = Annotated[str, typer.Argument(help="The run: its id, as `runs` lists it, or its folder.")]
Detach = Annotated[bool, typer.Option("--detach", help="Train in the background, as the app does it.")]


def settings_as_options() -> list[inspect.Parameter]:
    """An option for each setting of a run, as a command's parameters."""
    options = []
    for name, rule in SETTINGS.items():
        members = getattr(TYPES[name], "__args__", [TYPES[name]])
        kind = next(member for member in members if member is not types.NoneType)
        flag = "--" + name.replace("_", "-")
        names = (f"{flag}/--no-{flag[2:]}",) if kind is bool else (flag,)
        option = typer.Option(*names, help=_help(rule), rich_help_panel=rule.group, show_default=False)
        options.append(parameter(name, Annotated[kind | None, option], None))
    return options


def parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    """One parameter of a command."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _help(rule: Setting) -> str:
    if rule.choices:
        return f"{rule.help} One of: {', '.join(map(str, rule.choices))}."
    if rule.low is not None:
        return f"{rule.help} From {rule.low:g} to {rule.high:g}."
    return rule.help


def share_the_computer(quiet: bool = False) -> None:
    """Take as many threads as are fastest now, and say so where that is fewer than there are cores."""
    from pipelines import threads

    load = threads.Load()
    taken, most = threads.settle(again=True), threads.cores()
    if taken < most and not quiet:
        err.print(f"{threads.in_words(taken, most, load.others())}.", highlight=False)
