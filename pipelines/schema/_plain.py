"""The checks in plain Python: they find the sentence on what does not fit, and stand in where msgspec is missing."""

from __future__ import annotations

import dataclasses
import math
import re
import types
import typing
from functools import cache
from typing import Annotated, Any, Literal

try:
    import msgspec
    from msgspec import Meta
except ImportError:  # a machine that only trains
    msgspec = None

    @dataclasses.dataclass(frozen=True)
    class Meta:  # type: ignore[no-redef]
        """Bounds of a number, of a text's letters or of how many items a list or dict has; as msgspec's."""

        ge: float | None = None
        gt: float | None = None
        le: float | None = None
        lt: float | None = None
        min_length: int | None = None
        max_length: int | None = None
        pattern: str | None = None


class Misfit(Exception):
    """Where something does not fit, what it is and what is allowed."""

    def __init__(self, where: str, value: Any, allowed: str) -> None:
        super().__init__(f"{where or 'it'} is {_shown(value)}; it must be {allowed}")


def filled(value: Any, hint: Any, where: str) -> Any:
    """A plain value as one of a type; raises ``Misfit``."""
    hint, bounds = _unwrapped(hint)
    origin = typing.get_origin(hint)
    if hint is Any:
        return value
    if origin in (typing.Union, types.UnionType):
        return filled(value, _member(value, hint, where), where)
    if origin is Literal:
        if isinstance(value, str) and value in typing.get_args(hint):
            return value
    elif dataclasses.is_dataclass(hint) or typing.is_typeddict(hint):
        if isinstance(value, dict):
            return _filled_fields(value, hint, where)
    elif origin in (list, tuple):
        if isinstance(value, list | tuple) and _within(len(value), bounds):
            item = typing.get_args(hint)[0]
            return origin(filled(one, item, f"{where}[{index}]") for index, one in enumerate(value))
    elif origin is dict:
        if isinstance(value, dict) and _within(len(value), bounds):
            name, item = typing.get_args(hint)
            return {filled(key, name, "a key"): filled(one, item, _inside(where, key)) for key, one in value.items()}
    elif hint is types.NoneType:
        if value is None:
            return None
    elif _is_scalar(value, hint) and _bounded(value, bounds):
        return float(value) if hint is float else value
    raise Misfit(where, value, _words(hint, bounds))


def _filled_fields(value: dict[str, Any], kind: Any, where: str) -> Any:
    hints, required = _fields(kind)
    for name in required:
        if name not in value:
            raise Misfit(_inside(where, name), _MISSING, _words(*_unwrapped(hints[name])))
    return kind(**{name: filled(value[name], hint, _inside(where, name)) for name, hint in hints.items()
                   if name in value})  # fmt: skip


@cache
def _fields(kind: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The hints of a dataclass or ``TypedDict`` by name, and which of them it cannot do without."""
    hints = typing.get_type_hints(kind, include_extras=True)
    if typing.is_typeddict(kind):
        marks = {name: typing.get_origin(hint) for name, hint in hints.items()}  # Required, NotRequired or neither
        plain = {name: typing.get_args(hint)[0] if marks[name] in _MARKS else hint for name, hint in hints.items()}
        usual = kind.__required_keys__  # of names that carry no mark, as far as Python saw it
        return plain, tuple(name for name, mark in marks.items()
                            if mark is typing.Required or name in usual and mark is not typing.NotRequired)  # fmt: skip
    none = dataclasses.MISSING
    fields = [field for field in dataclasses.fields(kind) if field.init]
    required = tuple(f.name for f in fields if f.default is none and f.default_factory is none)
    return {field.name: hints[field.name] for field in fields}, required


def _unwrapped(hint: Any) -> tuple[Any, tuple[Meta, ...]]:
    """A hint without its bounds, and these."""
    if typing.get_origin(hint) is not Annotated:
        return hint, ()
    inner, *bounds = typing.get_args(hint)
    return inner, tuple(bound for bound in bounds if isinstance(bound, Meta))


def _member(value: Any, union: Any, where: str) -> Any:
    """The member of a union that a value's kind belongs to; a whole number is a number where none is whole."""
    members = {member: _unwrapped(member)[0] for member in typing.get_args(union)}
    for wanted in ((type(value),), (float,) if type(value) is int else ()):
        for member, plain in members.items():
            if _holds(plain) in wanted:
                return member
    raise Misfit(where, value, _words(union, ()))


def _holds(hint: Any) -> type:
    """Which plain type a hint's JSON is read as."""
    if dataclasses.is_dataclass(hint) or typing.is_typeddict(hint):
        return dict
    origin = typing.get_origin(hint)
    return {Literal: str, tuple: list, None: hint}.get(origin, origin)


def _is_scalar(value: Any, hint: Any) -> bool:
    if isinstance(value, bool) or hint is bool:
        return isinstance(value, bool) and hint is bool
    return isinstance(value, int | float) if hint is float else isinstance(value, hint)


def _bounded(value: Any, bounds: tuple[Meta, ...]) -> bool:
    if isinstance(value, str):
        matches = all(bound.pattern is None or re.search(bound.pattern, value) for bound in bounds)
        return matches and _within(len(value), bounds)
    try:
        finite = math.isfinite(value)
    except OverflowError:  # a whole number that no float can hold
        return any(bound.le is None and bound.lt is None and bound.ge is None for bound in bounds)
    return finite and all(
        (bound.ge is None or value >= bound.ge)
        and (bound.gt is None or value > bound.gt)
        and (bound.le is None or value <= bound.le)
        and (bound.lt is None or value < bound.lt)
        for bound in bounds
    )


def _within(length: int, bounds: tuple[Meta, ...]) -> bool:
    return all((b.min_length or 0) <= length and (b.max_length is None or length <= b.max_length) for b in bounds)


def _inside(where: str, name: str) -> str:
    name = _shown(name).strip("'") if len(name) > 40 else name
    return f"{where}.{name}" if where else name


_MISSING = object()
_MARKS = (typing.Required, typing.NotRequired)


def _shown(value: Any) -> str:
    """What is given, short enough for a sentence."""
    if value is None or value is _MISSING:
        return "null" if value is None else "missing"
    if isinstance(value, dict | list | tuple):
        kind = "an object" if isinstance(value, dict) else "a list"
        return f"{kind} of {len(value)}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 10**30:
        return "a whole number of more than 30 digits"
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= 60 else f"{text[:50]}... ({len(text)} letters)"


def _words(hint: Any, bounds: tuple[Meta, ...]) -> str:
    """What a type allows, as a person would say it."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        members = [_unwrapped(member) for member in typing.get_args(hint)]
        if len(members) > 3:  # of several kinds, their bounds are more than a sentence holds
            members = [(plain, ()) for plain, _ in members if plain is not int or float not in dict(members)]
        return " or ".join(dict.fromkeys(_words(plain, bounds) for plain, bounds in members))
    if origin is Literal:
        return f"one of: {', '.join(typing.get_args(hint))}"
    low = next((f" {word} {_number(bound)}" for b in bounds for word, bound in (("from", b.ge), ("above", b.gt))
                if bound is not None), "")  # fmt: skip
    high = next((f" {word} {_number(bound)}" for b in bounds for word, bound in (("to", b.le), ("below", b.lt))
                 if bound is not None), "")  # fmt: skip
    most = next((b.max_length for b in bounds if b.max_length is not None), None)
    if hint is str:
        return "a text" + (f" of at most {most:,} letters" if most is not None else "")
    if hint in (int, float):
        return ("a whole number" if hint is int else "a number") + low + high
    if origin in (list, tuple):
        return "a list" + (f" of at most {most:,}" if most is not None else "")
    return {bool: "true or false", types.NoneType: "null"}.get(hint, "an object")


def _number(bound: float) -> str:
    return f"{bound:,}" if isinstance(bound, int) else f"{bound:g}"
