"""How a benchmark is given settings: ``--set cycle=0 dropout=0.2 flip=off loss=hinge``."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from pipelines.config.train_config import TYPES, from_dict
from pipelines.errors import ConfigError

SWITCH = {"on": True, "off": False}


def add_settings(parser: argparse.ArgumentParser, whose: str) -> None:
    """The option ``--set``, whose value is a dictionary of settings; what is not one ends in a sentence."""
    parser.add_argument(
        "--set", nargs="*", default={}, metavar="NAME=VALUE", action=_Settings, help=f"settings of {whose}"
    )


class _Settings(argparse.Action):
    def __call__(self, parser, namespace, values, option_string=None) -> None:
        try:
            setattr(namespace, self.dest, typed(values))
        except ConfigError as error:
            parser.error(str(error))


def typed(pairs: list[str]) -> dict[str, Any]:
    """Settings as they are typed in, by name, each of the setting's type.

    Raises:
        ConfigError: one is not ``NAME=VALUE``, there is no such setting, or its value has the wrong type.
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        name, is_given, text = pair.partition("=")
        if not is_given:
            raise ConfigError(f"{pair!r} is no setting with its value; write NAME=VALUE, such as cycle=0.")
        found[name] = _value(name, text)
    from_dict(found)
    return found


def _value(name: str, text: str) -> Any:
    if text in SWITCH:
        return SWITCH[text]
    try:
        return msgspec.convert(text, TYPES.get(name, str), strict=False)
    except msgspec.ValidationError:
        return text  # which is said to be of the wrong type
