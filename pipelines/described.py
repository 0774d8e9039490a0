"""What a run's record says of the numbers that it draws: the series of its steps, and its measures.

A method describes its series (``pipelines/methods``), a measure itself (``pipelines/metrics/measures``); the process
writes both into the run's record (``runs/display.py``), and whoever draws the run reads them there. No torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pipelines.schema import Meta

Key = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]  # of a number in a row of ``metrics.jsonl``
Id = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_ -]{0,39}\Z")]  # of a chart or a view, in links
Label = Annotated[str, Meta(max_length=80)]
Help = Annotated[str, Meta(max_length=1_000)]
Role = Literal["d", "g", "real", "fake", "text"]  # whose the number is: its colour; ``text`` is nobody's

UNITS = ("share", "distance", "count", "number")
BETTER = ("higher", "lower", "")


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
    """

    id: Id
    chart: Id
    heading: Label
    axis: Label
    help: Help = ""
    log: Literal["", "choice", "always"] = ""
    from_zero: bool = False
    aside: bool = False


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
    """One number of a measure of samples; see ``pipelines/metrics/measures`` for what each field says."""

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


_SPEED = "Real pictures shown to D in a second."
SPEED = (
    View("speed", "training", "Training", "images / s", _SPEED, from_zero=True, aside=True),
    Series("images_per_s", "speed", "real images", "text", "images / s"),
)
