"""A point of the latent space as plain data: what a page keeps in its URL, and what the decode route is asked for.

A point says how its z is made, so that the link of a page holds a few numbers and not a vector::

    {"z": [["0.12", 1]], "moves": {"glasses": 1.5, "z7": -0.5}, "psi": 0.8, "y": 7}

    z        weighted sum of sources: "seed.index", a sample; "n.seed.index", noise uniform on [-1, 1] in each number;
             "v.<base64>", a vector given as it is (float16, base64 for URLs)
    moves    how far along which directions, in units of length of z; "z7" is the eighth coordinate itself
    psi      truncation: z is drawn by it, before the moves, to the middle of the prior, which is 0 (1: not at all)
    shell    true: z is brought back to the length that samples have, after the moves
    y        a class, or weights of all classes; null takes the class that the first sample was drawn with
    to, t, path   a second point, and how far along the "slerp" or "lerp" path to it, in [0, 1]

All numbers are bounded, so that nobody can ask for more work than a picture is worth.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipelines.errors import ModelError

MOST_POINTS = 400
MOST_SOURCES = 128
MOST_MOVES = 64
MOST_NAMES = 64  # different directions in all points of a list: each may have to be found first
MOST_LETTERS = 2000  # of the name of a direction, which may hold the marks that it was made from
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


def parse(values: Any, *, nested: bool = False) -> Point:
    """A point from JSON values.

    Raises:
        ModelError: something is unknown, of the wrong kind or out of bounds; one sentence.
    """
    if not isinstance(values, dict):
        raise ModelError("A point must be an object with any of: z, moves, psi, shell, y, to, t, path.")
    if unknown := set(values) - {"z", "moves", "psi", "shell", "y", "to", "t", "path"}:
        raise ModelError(
            f"A point has no {sorted(map(str, unknown))[0]!r}; it has z, moves, psi, shell, y, to, t, path."
        )
    sources = values.get("z", [["0.0", 1.0]])
    if not isinstance(sources, list) or not 1 <= len(sources) <= MOST_SOURCES:
        raise ModelError(f"z must be a list of 1 to {MOST_SOURCES} pairs of a source and its weight.")
    moves = {} if values.get("moves") is None else values["moves"]
    if not isinstance(moves, dict) or len(moves) > MOST_MOVES:
        raise ModelError(f"moves must be at most {MOST_MOVES} directions and how far along each.")
    to = values.get("to")
    if to is not None and nested:
        raise ModelError("The end of a path cannot itself lead on to another point.")
    path = values.get("path", "slerp")
    if path not in ("slerp", "lerp"):
        raise ModelError(f"path is {str(path)[:40]!r}; choose 'slerp' or 'lerp'.")
    shell = values.get("shell")
    if shell is not None and not isinstance(shell, bool):
        raise ModelError("shell must be true or false.")
    return Point(
        z=tuple(_source(pair) for pair in sources),
        moves={_name(name): _number(amount, f"The move along {name[:40]!r}", 100) for name, amount in moves.items()},
        psi=_number(values.get("psi", 1.0), "psi", 2, low=0),
        shell=bool(shell),
        y=_class(values.get("y")),
        to=None if to is None else parse(to, nested=True),
        t=_number(values.get("t", 0.0), "t", 1, low=0),
        path=path,
    )


def parse_all(values: Any) -> list[Point]:
    """A list of points from JSON values; raises as ``parse``."""
    if not isinstance(values, list) or not 1 <= len(values) <= MOST_POINTS:
        raise ModelError(f"points must be a list of 1 to {MOST_POINTS} points.")
    points = [parse(value) for value in values]
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


def _source(pair: Any) -> tuple[str, float]:
    if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not isinstance(pair[0], str):
        raise ModelError('Each source of z is a pair of its name and its weight, such as ["0.12", 1].')
    name = pair[0]
    if not _SAMPLE.fullmatch(name) and not _VECTOR.fullmatch(name):
        raise ModelError(f"{name[:40]!r} is no source of z; it is 'seed.index', 'n.seed.index' or 'v.<base64>'.")
    return name, _number(pair[1], f"The weight of {name[:40]!r}", 100)


def _name(name: Any) -> str:
    if not isinstance(name, str) or not 1 <= len(name) <= MOST_LETTERS:
        raise ModelError(f"A direction's name has 1 to {MOST_LETTERS} letters.")
    return name


def _class(value: Any) -> int | tuple[float, ...] | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1_000_000):
        return value
    if isinstance(value, list) and 1 <= len(value) <= 1000:
        return tuple(_number(weight, "A weight of a class", 10) for weight in value)
    raise ModelError("y must be a class's number, a list of the weights of all classes, or null.")


def _number(value: Any, what: str, high: float, low: float | None = None) -> float:
    low = -high if low is None else low
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:  # nan, too
        raise ModelError(f"{what} must be a number between {low:g} and {high:g}.")
    return float(value)
