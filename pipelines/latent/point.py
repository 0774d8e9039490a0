"""A point of the latent space as plain data: what a page keeps in its URL, and what the decode route is asked for.

A point says how its z is made, so that the link of a page holds a few numbers and not a vector::

    {"z": [["0.12", 1]], "moves": {"glasses": 1.5, "z7": -0.5}, "psi": 0.8, "y": 7}

    z        weighted sum of sources: "seed.index", a sample; "n.seed.index", noise uniform on [-1, 1] in each number;
             "v.<base64>", a vector given as it is (float16, base64 for URLs)
    moves    how far along which directions, in units of length of z; "z7" is the eighth coordinate itself; those that
             begin with "w-" move the styles of a generator with a mapping network
    psi      truncation: z is drawn by it, before the moves, to the middle of the prior, which is 0 (1: not at all); of
             a generator with a mapping network its styles are, to their mean
    shell    true: z is brought back to the length that samples have, after the moves
    y        a class, or weights of all classes; null takes the class that the first sample was drawn with
    to, t, path   a second point, and how far along the "slerp" or "lerp" path to it, in [0, 1]

All numbers are bounded (``AskedPoint``), so that nobody can ask for more work than a picture is worth.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np

from pipelines import schema
from pipelines.errors import ModelError
from pipelines.schema import Meta

MOST_POINTS = 400
MOST_SOURCES = 128
MOST_MOVES = 64
MOST_NAMES = 64  # different directions in all points of a list: each may have to be found first
MOST_LETTERS = 2000  # of the name of a direction, which may hold the marks that it was made from
Amount = Annotated[float, Meta(ge=-100.0, le=100.0)]
Source = Annotated[list[Annotated[str, Meta(max_length=4100)] | Amount], Meta(min_length=2, max_length=2)]
Direction = Annotated[str, Meta(min_length=1, max_length=MOST_LETTERS)]
Weights = Annotated[list[Annotated[float, Meta(ge=-10.0, le=10.0)]], Meta(min_length=1, max_length=1000)]
_SAMPLE = re.compile(r"(n\.)?([0-9]{1,10})\.([0-9]{1,7})")
_VECTOR = re.compile(r"v\.[A-Za-z0-9_-]{1,4000}={0,2}")
_COORDINATE = re.compile(r"z([0-9]{1,4})")


@dataclass(frozen=True)
class Point:
    """One point, checked; see the module."""

    z: tuple[tuple[str, float], ...] = (("0.0", 1.0),)
    moves: dict[str, float] = field(default_factory=dict)
    psi: float = 1.0
    shell: bool = False
    y: int | tuple[float, ...] | None = None
    to: Point | None = None
    t: float = 0.0
    path: str = "slerp"

    @property
    def first_sample(self) -> tuple[int, int] | None:
        """Seed and index of the first sample it is made of."""
        return next((at for source, _ in self.z if (at := sample_of(source)) is not None), None)


@dataclass(frozen=True)
class AskedEnd:
    """The end of a path, as it is asked for: a point that leads on to no other."""

    z: Annotated[list[Source], Meta(min_length=1, max_length=MOST_SOURCES)] = field(
        default_factory=lambda: [["0.0", 1.0]]
    )
    moves: Annotated[dict[Direction, Amount], Meta(max_length=MOST_MOVES)] | None = None
    psi: Annotated[float, Meta(ge=0.0, le=2.0)] = 1.0
    shell: bool | None = None
    y: Annotated[int, Meta(gt=-1_000_000, lt=1_000_000)] | Weights | None = None
    t: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    path: Literal["slerp", "lerp"] = "slerp"
    to: None = None


@dataclass(frozen=True)
class AskedPoint(AskedEnd):
    """A point, as it is asked for; ``checked`` makes a ``Point`` of it."""

    to: AskedEnd | None = None


def parse(values: Any) -> Point:
    """A point from JSON values.

    Raises:
        ModelError: something is of the wrong kind or out of bounds; one sentence.
    """
    return checked(schema.convert(values, AskedPoint, "The point", ModelError))


def checked(asked: AskedEnd) -> Point:
    """A point as it was asked for, its sources checked too; raises ModelError."""
    return Point(
        z=tuple(map(_source, asked.z)),
        moves=dict(asked.moves or {}),
        psi=asked.psi,
        shell=bool(asked.shell),
        y=tuple(asked.y) if isinstance(asked.y, list) else asked.y,
        to=None if asked.to is None else checked(asked.to),
        t=asked.t,
        path=asked.path,
    )


def all_checked(asked: list[AskedPoint]) -> list[Point]:
    """Points as they were asked for, each checked and all together; raises ModelError."""
    points = [checked(one) for one in asked]
    ends = [point.to for point in points if point.to is not None]
    if len({name for point in (*points, *ends) for name in point.moves}) > MOST_NAMES:
        raise ModelError(f"The points name more than {MOST_NAMES} directions; ask for fewer at a time.")
    return points


def sample_of(source: str) -> tuple[int, int] | None:
    """Seed and index of a sample's name, ``"seed.index"``; None for another source."""
    match = _SAMPLE.fullmatch(source)
    return (int(match[2]), int(match[3])) if match and not match[1] else None


def noise_of(source: str) -> tuple[int, int] | None:
    """Seed and index of a noise's name, ``"n.seed.index"``; None for another source."""
    match = _SAMPLE.fullmatch(source)
    return (int(match[2]), int(match[3])) if match and match[1] else None


def coordinate_of(direction: str) -> int | None:
    """The number of the coordinate that ``"z7"`` names; None for another direction."""
    match = _COORDINATE.fullmatch(direction)
    return int(match[1]) if match else None


def pack(vector: np.ndarray) -> str:
    """A vector as a source, ``"v.<base64>"``; rounded to float16, which no eye can tell."""
    return "v." + base64.urlsafe_b64encode(vector.astype("<f2").tobytes()).decode().rstrip("=")


def unpack(source: str, size: int) -> np.ndarray:
    """The vector of a source that ``pack`` made, float32 [size].

    Raises:
        ModelError: it is not one, or of another size.
    """
    text = source.removeprefix("v.").rstrip("=")
    try:
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) if _VECTOR.fullmatch(source) else b""
    except (binascii.Error, ValueError):
        content = b""
    if len(content) != 2 * size:
        raise ModelError(f"The vector given is not one of this model, whose z has {size} numbers.")
    vector = np.frombuffer(content, "<f2").astype(np.float32)
    if not np.isfinite(vector).all():
        raise ModelError("The vector given holds numbers that are not finite.")
    return vector


def _source(pair: list[str | float]) -> tuple[str, float]:
    name, weight = pair
    if not isinstance(name, str) or isinstance(weight, str):
        raise ModelError('Each source of z is a pair of its name and its weight, such as ["0.12", 1].')
    if not _SAMPLE.fullmatch(name) and not _VECTOR.fullmatch(name):
        raise ModelError(f"{name[:40]!r} is no source of z; it is 'seed.index', 'n.seed.index' or 'v.<base64>'.")
    return name, float(weight)
