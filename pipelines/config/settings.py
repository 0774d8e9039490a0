"""What a person needs to know of a setting, carried by the dataclass field it describes; and whether a value fits it.

Made of these are the command line, the settings form and the checks. It does not import torch.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pipelines.registry import Registry


class Role(Enum):
    """What a setting is to a run, and so what another value means for what was learnt before."""

    DATA = "which real pictures it learns from"
    ARCHITECTURE = "what the networks are: with another value nothing that was learnt fits"
    COUNTING = "what is counted and drawn: with another value a step, an epoch or a sample is another one"
    OPTIMISER = "what an optimiser remembers: with another value its memory does not fit"
    MOMENT = "how an optimiser averages gradients: another value holds from then on"
    RATE = "a learning rate: another value holds from then on"
    TRAINING = "what a step does: another value holds from then on, and of D what fits is kept"
    LENGTH = "when the run ends"
    MACHINE = "how the computer is used: another value changes no more than rounding"
    RECORDS = "what is recorded, and how often"


@dataclass(frozen=True)
class Setting:
    """What a person needs to know of one field: where it stands in the form, what it means, what it may be.

    Args:
        group: the form's tab.
        choices: what its value may be; () for a number, a switch or a text.
        low, high: of a number, both included.
        label: what a person calls it, where the field's name with spaces is not it.
        step: what one click on plus or minus changes; None: 1, or 0.05 of a number with decimals.
        entries: the registry whose names are the choices.
        role: None in what is no run.
        speed: whether it decides how long a step takes.
    """

    group: str
    help: str
    choices: tuple[Any, ...] = ()
    low: float | None = None
    high: float | None = None
    label: str = ""
    step: float | None = None
    entries: Registry | None = None
    role: Role | None = None
    speed: bool = False


def setting(
    default: Any, group: str, help: str, choices=(), low=None, high=None, label="", *,
    step=None, entries=None, role=None, speed=False,
) -> Any:  # fmt: skip
    """A dataclass field that carries a ``Setting``."""
    names = tuple(entries.names()) if entries else tuple(choices)
    rule = Setting(group, help, names, low, high, label, step, entries, role, speed)
    return dataclasses.field(default=default, metadata={"setting": rule})


def problem(name: str, value: Any, rule: Setting, hint: Any) -> str | None:
    """What is wrong with a setting's value, in one sentence, or None.

    Args:
        name: of the setting.
        value: given for it.
        rule: its field's metadata.
        hint: its field's type, such as ``float | None``.
    """
    if not has_type(value, hint):
        return f"{name} is {value!r}; it must be {type_words(hint)}."
    if rule.choices and value not in rule.choices:
        return f"{name} is {value!r}; choose one of: {', '.join(map(str, rule.choices))}."
    if value is None or isinstance(value, (str, bool)):
        return None
    if not math.isfinite(value):
        return f"{name} is {value}; it must be a finite number."
    if rule.low is not None and value < rule.low or rule.high is not None and value > rule.high:
        return f"{name} is {value:g}; it must lie between {rule.low:g} and {rule.high:g}."
    return None


def _members(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)


def has_type(value: Any, hint: Any) -> bool:
    """Whether a value is of a field's type; a whole number is also a number, and truth is not a number."""
    if isinstance(value, bool):
        return bool in _members(hint)
    allowed = _members(hint)
    return isinstance(value, allowed) or (float in allowed and isinstance(value, int))


def type_words(hint: Any) -> str:
    """A field's type as a person would say it."""
    words = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", types.NoneType: "nothing"}
    return " or ".join(words[member] for member in _members(hint))


def as_word(value: Any) -> str:
    """A setting's value as a person reads it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def as_option(name: str, value: Any) -> str:
    """A setting as it is given on the command line."""
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{flag}" if value else f"--no-{flag}"
    return f"--{flag} {value}"
