"""What a run's record says of the numbers that it draws: the series of its steps, and its measures.

A method describes its series (``pipelines/methods``), a measure itself (``pipelines/metrics/measures``); the process
writes both into the run's record (``runs/display.py``), and whoever draws the run reads them there. How numbers are
told in words is in ``told.py``. No torch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pipelines.errors import ConfigError
from pipelines.schema import Meta

Key = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]  # of a number in a row of ``metrics.jsonl``
Id = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_ -]{0,39}\Z")]  # of a chart or a view, in links
Label = Annotated[str, Meta(max_length=80)]
Help = Annotated[str, Meta(max_length=1_000)]
Role = Literal["d", "g", "real", "fake", "text"]  # whose the number is: its colour; ``text`` is nobody's

UNITS = ("share", "distance", "count", "number")
BETTER = ("higher", "lower", "")

_NUMBER = "[a-z][a-z0-9_]{0,39}(?: - [a-z][a-z0-9_]{0,39})?"  # a key of a row, or the difference of two
TEXT = rf"^(?:[^{{}}]|\{{{_NUMBER}(?::(?:,|%|\.[0-9][fg]))?\}})+\Z"
WHEN = rf"^{_NUMBER} [<>] -?[0-9]+(?:\.[0-9]+)?\Z"


@dataclass(frozen=True)
class Title:
    """What a chart's title may say of the newest numbers: the first of its titles says it that holds.

    A title holds where all its numbers are known and all its comparisons are true. A number is the key of a row or the
    difference of two, ``d_real - d_fake``; that of a series is the mean of its newest values.

    Args:
        text: words, with numbers in braces. How one is told follows a colon: ``{d_loss:.2f}`` with two decimals,
            ``{d_loss:.2g}`` with two digits, ``{images_per_s:,}`` in groups of three, ``{clear:%}`` in percent; without
            a colon as its unit is. ``{d_output}`` is what the run's D gives, in a word.
        when: comparisons: ``("d_real > 0.95", "d_real - d_fake > 0.2")``.
        d_output: only of runs whose D gives this: ``"probability"``; any by default.
        view: the id of its view, which the record tells; left out where a view or a measure states its titles.
    """

    text: Annotated[str, Meta(pattern=TEXT, max_length=200)]
    when: Annotated[tuple[Annotated[str, Meta(pattern=WHEN, max_length=120)], ...], Meta(max_length=8)] = ()
    d_output: Label = ""
    view: Label = ""


Titles = Annotated[tuple[Title, ...], Meta(max_length=16)]


@dataclass(frozen=True)
class View:
    """What a chart shows at a time: series that are drawn over each other.

    Args:
        id: in links.
        chart: the chart that shows it, alone or as one of several to choose from.
        heading: of the chart, in a word or two: the question that it answers.
        axis: title of the vertical axis, with the unit.
        help: one sentence on what is to be seen.
        log: whether the vertical axis is logarithmic: never (""), ``always``, or as the person chooses.
        from_zero: whether the vertical axis begins at zero.
        aside: whether the chart comes after those of the measures.
        exact: whether the numbers are settings rather than measures: they are drawn as they are, however much other
            curves are smoothed, and titles tell the newest.
        of_d: whether the numbers are D's output itself: the axis is named by what D gives, from 0 to 1 of a
            probability, and a line stands where D cannot tell.
        titles: what its title says; by default each series with its number.
    """

    id: Id
    chart: Id
    heading: Label
    axis: Label
    help: Help = ""
    log: Literal["", "choice", "always"] = ""
    from_zero: bool = False
    aside: bool = False
    exact: bool = False
    of_d: bool = False
    titles: Titles = ()


@dataclass(frozen=True)
class Series:
    """One number of a step, recorded at every logged step.

    Args:
        name: its key in ``metrics.jsonl``.
        view: the id of the view that draws it.
        label: in the legend: ``"D(x)"``.
        role: whose it is.
        short: what it is called among the views of its chart, where each shows one series: ``"of real"``.
        help: one sentence on what it is.
        setting: the run has it only where this setting is on.
    """

    name: Key
    view: Id
    label: Label
    role: Role = "text"
    short: Label = ""
    help: Help = ""
    setting: Label = ""


@dataclass(frozen=True)
class Measure:
    """One number of a measure; see ``pipelines/metrics/measures`` for what each field says.

    Of a number that each of many layers has, ``depth`` says how deep its layer lies, in (0, 1]: its line is drawn in a
    shade, and tables leave it out, which have no room for so many.
    """

    name: Key
    title: Label
    help: Help
    question: Id
    unit: Literal["share", "distance", "count", "number"]
    axis: Label
    better: Literal["higher", "lower", ""] = ""
    real: str = ""
    view: Id = ""
    view_help: Help = ""
    role: Role = "fake"
    log: bool = False
    from_zero: bool = False
    fallback: bool = False
    short: Label = ""
    headline: bool = False
    selects: bool = False
    titles: Titles = ()
    depth: Annotated[float, Meta(ge=0.0, le=1.0)] | None = None


_SPEED = "Real pictures shown to D in a second."
SPEED = (
    View(
        "speed", "training", "Training", "images / s", _SPEED, from_zero=True, aside=True,
        titles=(Title("{images_per_s:,} images a second"),),
    ),
    Series("images_per_s", "speed", "real images", "text", "images / s"),
)  # fmt: skip

_RESOLUTION = (
    "Height in pixels of what G draws, before it is enlarged. A level line is a stage; a rising one, the next stage "
    "fading in."
)
RESOLUTION = (
    View(
        "resolution", "resolution", "Resolution", "pixels of a side", _RESOLUTION, from_zero=True, exact=True,
        titles=(Title("G draws {resolution:.1f} pixels of a side"),),
    ),
    Series("resolution", "resolution", "G draws", "g", help=_RESOLUTION),
)  # fmt: skip


def check_titles(titles: Iterable[Title], whose: str) -> None:
    """Make sure that titles can be told.

    Raises:
        ConfigError: one cannot; ``whose`` it is begins the sentence.
    """
    for title in titles:
        if not re.search(TEXT, title.text):
            raise ConfigError(
                f"{whose} has the title {title.text!r}; a number in it is the key of a row in braces, such as "
                "{d_loss} or {d_loss:.2f}."
            )
        for when in title.when:
            if not re.search(WHEN, when):
                raise ConfigError(
                    f"{whose} has a title for when {when!r}; write a comparison with a number, such as 'd_loss < 0.05'."
                )
