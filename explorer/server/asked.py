"""What may be asked of the routes, in a body or a query: types that declare their bounds.

A function of ``model_answers.py``, ``translation_answers.py`` or ``playground_answers.py`` names its type in its
signature, and is handed a value of it (``bodies.json_as``); ``routes.py`` reads queries (``bodies.query_as``). Points
have their type in ``pipelines/latent/point.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pipelines.latent.point import MOST_POINTS, Amount, AskedPoint, Direction, Weights
from pipelines.schema import Meta, Scalar

MOST_SAVED = 6_000_000  # letters of a saved game; one of the largest networks has 4.2 million
MOST_PICTURE = 400_000  # letters of a picture in base64
MOST_SCALE = 32
MOST_RUNS = 6  # that are compared

Points = Annotated[list[AskedPoint], Meta(min_length=1, max_length=MOST_POINTS)]
Seen = Annotated[str, Meta(max_length=100)]  # the name of something that a classifier tells
Wanted = Annotated[dict[Seen, bool], Meta(max_length=100)]
Settings = Annotated[dict[Seen, Scalar], Meta(max_length=100)]
Place = Annotated[str, Meta(max_length=60)]  # in an event stream (``Position.parse``); "" is its beginning


@dataclass(frozen=True)
class Nothing:
    """Of a question that says all by its name."""


@dataclass(frozen=True)
class Shown:
    """Pictures of points, and what is to be seen on them."""

    points: Points


@dataclass(frozen=True)
class OnePoint:
    """What is to be seen at one point."""

    point: AskedPoint


Samples = Annotated[list[AskedPoint], Meta(min_length=1, max_length=8)]
Switches = Annotated[list[bool], Meta(max_length=64)]


@dataclass(frozen=True)
class Mixed:
    """Pictures whose layers take their styles from rows and columns of points."""

    rows: Samples
    columns: Samples
    taken: Switches
    noise: Switches | None = None


@dataclass(frozen=True)
class Nearest:
    """The nearest training pictures of each point's picture."""

    points: Points
    count: Annotated[int, Meta(ge=1, le=16)] = 4


@dataclass(frozen=True)
class Training:
    """Training pictures by their numbers."""

    indices: Annotated[list[Annotated[int, Meta(ge=0, le=2**31)]], Meta(min_length=1, max_length=256)]


@dataclass(frozen=True)
class Found:
    """Samples that show, or do not show, what is wanted; like others, if any."""

    wanted: Wanted
    count: Annotated[int, Meta(ge=1, le=200)] = 3
    skip: Annotated[int, Meta(ge=0, le=100_000)] = 0
    like: Annotated[list[Annotated[str, Meta(max_length=30)]], Meta(max_length=32)] = field(default_factory=list)


@dataclass(frozen=True)
class Equation:
    """What is wanted of each slot of an equation."""

    a: Wanted = field(default_factory=dict)
    b: Wanted = field(default_factory=dict)
    c: Wanted = field(default_factory=dict)
    variant: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


@dataclass(frozen=True)
class Edit:
    """An attribute to be given to, or taken from, one picture; null holds all others."""

    name: Seen
    point: AskedPoint = field(default_factory=AskedPoint)
    wanted: bool = True
    held: Annotated[list[Seen], Meta(max_length=100)] | None = None


@dataclass(frozen=True)
class Effects:
    """Moves of a point, or one direction and how far along it (null: a good way)."""

    point: AskedPoint = field(default_factory=AskedPoint)
    direction: Direction | None = None
    amount: Amount | None = None
    count: Annotated[int, Meta(ge=8, le=200)] = 64


@dataclass(frozen=True)
class Projected:
    """A picture as base64, and the class that is searched among, or the attributes."""

    picture: Annotated[str, Meta(max_length=MOST_PICTURE)]
    y: Annotated[int, Meta(ge=0, le=9_999)] | Weights = 0


@dataclass(frozen=True)
class Translated:
    """A picture or map to translate, as base64 of its bytes, and what is wanted beside its translation."""

    input: Annotated[str, Meta(max_length=MOST_PICTURE)]
    seed: Annotated[int, Meta(ge=0, le=2**53)] = 0
    index: Annotated[int, Meta(ge=0, le=2**53)] = 0
    direction: Literal["forward", "backward"] = "forward"
    back: bool = False  # what the translation is translated back into
    enlarged: bool = False  # the input, enlarged by bicubic interpolation
    verdict: bool = False  # D's, on the translation
    judged: Annotated[str, Meta(max_length=MOST_PICTURE)] | None = None  # and on this picture, base64 as the input
    style: Annotated[str, Meta(max_length=MOST_PICTURE)] | None = None  # a picture whose style is z, base64 likewise


@dataclass(frozen=True)
class Pictured:
    """A picture such as a model draws, as base64 of its bytes."""

    picture: Annotated[str, Meta(max_length=MOST_PICTURE)]


@dataclass(frozen=True)
class File:
    """Pictures of points as a file; see ``answers.file``."""

    points: Points
    frames: Annotated[int, Meta(ge=2, le=MOST_POINTS)] | None = None
    scale: Annotated[int, Meta(ge=1, le=MOST_SCALE)] = 1
    columns: Annotated[int, Meta(ge=1, le=MOST_POINTS)] | None = None
    gap: Annotated[int, Meta(ge=0, le=16)] = 2
    fps: Annotated[int, Meta(ge=1, le=60)] = 12


@dataclass(frozen=True)
class Start:
    """A game by its settings, or by the text of a saved one."""

    config: Settings = field(default_factory=dict)
    saved: Annotated[str, Meta(max_length=MOST_SAVED)] | None = None


@dataclass(frozen=True)
class Advance:
    """So many steps (0: only look) of D, of G or of both; a whole frame tells what stays the same too."""

    steps: Annotated[int, Meta(ge=0, le=200)] = 1
    action: Literal["both", "d", "g"] = "both"
    whole: bool = False


@dataclass(frozen=True)
class Change:
    """Settings of a game by name."""

    settings: Settings


@dataclass(frozen=True)
class OfRun:
    """Settings of a run by name; the others are as set out."""

    settings: Settings


@dataclass(frozen=True)
class Events:
    """A run's events, from a place in its stream on; from the beginning where that is none."""

    after: Place = ""


@dataclass(frozen=True)
class EventsOfSeveral:
    """The events of some runs by their ids, each from a place in its stream on."""

    runs: Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(min_length=1, max_length=MOST_RUNS)]
    after: Annotated[list[Place], Meta(max_length=MOST_RUNS)] = field(default_factory=list)


@dataclass(frozen=True)
class Log:
    """So many lines of the end of a log."""

    lines: Annotated[int, Meta(ge=1, le=2000)] = 200
