"""Checks everything that is read: JSON of files and of requests against types that declare their bounds.

A type is a dataclass, a ``TypedDict`` or a hint such as ``list[Name]``; bounds stand in it as ``Annotated[int,
Meta(ge=0)]``. Keys that a type does not name are passed over, so that a newer version's files can be read. Whatever
does not fit raises one sentence that says where, what is given and what is allowed. Numbers that are not finite, and
texts and lists of more than their bound, fit nowhere; nothing is allocated by a number that was read.

``msgspec`` does the checking, in 0.28 to 0.33 of the time that ``json`` takes without it (``benchmarks/reading.py``).
What it refuses is looked at once more by plain functions (``_plain.py``): they find the sentence, and they accept names
of files that are not UTF-8, which Python writes as lone surrogates. Where msgspec is not installed, as on a machine
that only trains, the plain functions do it alone: the same types and bounds, but much slower, and of a nest of lists as
deep as Python allows they say so only where a type looks into it. Neither notices that a key is given twice.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pipelines.errors import GanError
from pipelines.schema._plain import Meta, Misfit, filled, msgspec

T = TypeVar("T")
# msgspec notes what it knows of a class before it knows all of it: a second thread that then asks for the same class
# crashes the process. Once a decoder is made, any number of threads may use it.
_ONE_AT_A_TIME = threading.Lock()

MB = 1_000_000
SMALL = 4 * MB  # bytes of any file that is one value: a run's configuration has 5 kB, with 10,000 names 200 kB

MOST_STEPS = 10**12  # a year of a million steps a minute
MOST_SECONDS = 1e12
MOST_TIME = 3e10  # the year 2920: later ones are no date for every system

# What most types are made of.
Whole = Annotated[int, Meta(ge=-(2**53), le=2**53)]  # that JSON and a browser keep exactly
Count = Annotated[int, Meta(ge=0, le=2**53)]
Step = Annotated[int, Meta(ge=0, le=MOST_STEPS)]
Seconds = Annotated[float, Meta(ge=0.0, le=MOST_SECONDS)]  # and any other amount
Time = Annotated[float, Meta(ge=0.0, le=MOST_TIME)]  # Unix seconds
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Name = Annotated[str, Meta(max_length=1_000)]
Text = Annotated[str, Meta(max_length=100_000)]
Names = Annotated[list[Name], Meta(max_length=10_000)]
# What has no type of its own, and is shown or passed on as it is.
Scalar = None | bool | Whole | float | Text
_MANY = Meta(max_length=10_000)
_Flat = Scalar | Annotated[list[Scalar], _MANY] | Annotated[dict[str, Scalar], _MANY]
_Deep = Scalar | Annotated[list[_Flat], _MANY] | Annotated[dict[str, _Flat], _MANY]
Value = Scalar | Annotated[list[_Deep], _MANY] | Annotated[dict[str, _Deep], _MANY]
Values = Annotated[dict[str, Value], _MANY]


def decode(content: bytes, kind: type[T], what: str, error: type[GanError] = GanError) -> T:
    """JSON as a value of a type.

    Args:
        kind: a dataclass, a ``TypedDict`` or any hint of the kinds that this module names.
        what: is read, as the subject of a sentence: ``"The request"``, ``"my-run/status.json"``.
        error: the type of what is raised.

    Raises:
        ``error``: it is not JSON, or does not fit; one sentence.
    """
    if msgspec is not None:
        try:
            return _decoder(kind)(content)
        except (ValueError, RecursionError):
            pass  # it is looked at once more, for the sentence
    return convert(_parsed(content, what, error), kind, what, error)


def convert(value: Any, kind: type[T], what: str, error: type[GanError] = GanError) -> T:
    """A plain value, such as ``json.loads`` gives, as a value of a type; raises as ``decode``."""
    try:
        return filled(value, kind, "")
    except Misfit as misfit:
        raise error(f"{what}: {misfit}.") from None
    except RecursionError:
        raise error(f"{what} is nested too deeply.") from None


def read(
    path: Path, kind: type[T], *, error: type[GanError] = GanError, limit: int = SMALL, what: str | None = None
) -> T | None:
    """The value that a file holds, or None where there is no file.

    Args:
        limit: bytes; of a larger file nothing is read.
        what: the file is called in a sentence; by default its name and that of its folder.

    Raises:
        ``error``: it cannot be read, is too large, or does not fit; one sentence.
    """
    what = what or f"{path.parent.name}/{path.name}"
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise error(f"{what} cannot be read ({problem.strerror or problem}).") from None
    if len(content) > limit:
        raise error(f"{what} is larger than {limit / MB:g} MB; such a file has no use here.")
    return decode(content, kind, what, error)


def decoder(kind: type[T]) -> Callable[[bytes], T]:
    """``decode`` for many small contents, of which nobody needs a sentence: raises ValueError or RecursionError."""
    if msgspec is not None:
        return _decoder(kind)

    def plain(content: bytes) -> T:
        try:
            return decode(content, kind, "")
        except GanError as error:
            raise ValueError(str(error)) from None

    return plain


@cache
def _decoder(kind: Any) -> Callable[[bytes], Any]:
    with _ONE_AT_A_TIME:
        return msgspec.json.Decoder(kind).decode


def _parsed(content: bytes, what: str, error: type[GanError]) -> Any:
    """Plain JSON, or a sentence on why it is none."""

    def not_finite(name: str) -> Any:
        raise ValueError(name)

    try:
        return json.loads(bytes(content).decode(), parse_constant=not_finite)
    except RecursionError:
        problem = "is nested too deeply"
    except UnicodeDecodeError:
        problem = "is not UTF-8"
    except json.JSONDecodeError as found:
        problem = "holds zero bytes" if b"\0" in content else f"breaks off or is not JSON (line {found.lineno})"
        problem = problem if content.strip() else "is empty"
    except ValueError:  # NaN, Infinity, or more digits than Python reads
        problem = "holds a number that is not finite or has thousands of digits"
    raise error(f"{what} {problem}.")
