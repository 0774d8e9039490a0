"""Configurations in files: each file says which schema it has, and older ones are brought to the present one.

``config.json`` of a run or a model, a checkpoint's own copy and a recording carry a number, ``schema``, beside their
settings; files of before have none, which is 1. Whoever renames or removes a setting, or changes what a value or a
missing setting means, raises ``SCHEMA`` and adds a line to ``MIGRATIONS``. A new setting whose default leaves a run as
it was needs neither.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pipelines import schema as files
from pipelines.config.settings import problem
from pipelines.config.train_config import SETTINGS, TYPES, TrainConfig, from_dict
from pipelines.errors import ConfigError, GanError, NewerFile

T = TypeVar("T")
Values = dict[str, Any]  # settings by name

SCHEMA = 3  # of the files that are written
Schema = Annotated[int, files.Meta(ge=1, le=1_000_000)]  # of a file that is read

# What runs did before there was such a setting: files of schema 1 lack those that are younger than they are.
_BEFORE = {
    "centres": 32, "self_conditional": False, "d_norm": "batch", "minibatch": "none", "method": "gan",
    "feature_matching": False, "instance_noise": 0.0, "replay": 0.0, "r1": 0.0, "augment": "none", "decay": 0.0,
    "until_clear": None, "most_seconds": None, "cuda_graphs": False, "compiled": False, "gpus": 1, "launcher": "local",
}  # fmt: skip


def _complete(values: Values) -> Values:
    return {**_BEFORE, **values}


def _nothing_held_out(values: Values) -> Values:
    """Runs learnt from all pictures of a folder before some could be held out."""
    return {"held_out": 0.0, **values}


MIGRATIONS: dict[int, Callable[[Values], Values]] = {1: _complete, 2: _nothing_held_out}
"""From each schema to the next: all settings of a file, as the next schema has them."""


def migrated(values: Values, schema: int, what: str) -> Values:
    """Settings of a file as files of the present schema hold them; ``values`` itself is left as it is.

    Args:
        schema: of the file.
        what: the file is called in a sentence.

    Raises:
        NewerFile: a newer version of the program has written it.
    """
    require_known(schema, what)
    for number in range(schema, SCHEMA):
        values = MIGRATIONS[number](values)
    return dict(values)


def from_file(values: Values, schema: int, what: str) -> TrainConfig:
    """A configuration as a file holds it: each setting by its own rule.

    What does not go together is left to ``checking.py``, which says it where one trains: a rule that is younger than
    the file must not keep a run or model from being shown.

    Args:
        schema, what: see ``migrated``.

    Raises:
        ConfigError: a name is not a setting, or a value has the wrong type or lies outside its range.
        NewerFile: a newer version of the program has written it.
    """
    config = from_dict(migrated(values, schema, what))
    for name, rule in SETTINGS.items():
        if sentence := problem(name, getattr(config, name), rule, TYPES[name]):
            raise ConfigError(sentence)
    return config


def read(path: Path, kind: type[T], *, error: type[GanError], limit: int = files.SMALL) -> T | None:
    """As ``schema.read``, of a file that carries a schema: ``kind`` has a field ``schema`` of the type ``Schema``.

    Raises:
        ``error``: it cannot be read, is too large, or does not fit; one sentence.
        NewerFile: a newer version of the program has written it, and it need not fit.
    """
    what = f"{path.parent.name}/{path.name}"
    try:
        found = files.read(path, kind, error=error, limit=limit)
    except error:
        require_known(_schema_of(path, error, limit), what)
        raise
    if found is not None:
        require_known(found.schema, what)
    return found


def _schema_of(path: Path, error: type[GanError], limit: int) -> int:
    """The schema of a file that does not fit; 1 where it cannot be read at all."""
    try:
        found = files.read(path, _Numbered, error=error, limit=limit)
    except error:
        return 1
    return found.schema if found else 1


def require_known(schema: int, what: str) -> None:
    """Does nothing for a schema that this version of the program knows.

    Raises:
        NewerFile: it does not.
    """
    if schema > SCHEMA:
        raise NewerFile(
            f"{what} has schema {schema}, and this version of the program reads schemas up to {SCHEMA}: update the "
            "program."
        )


@dataclass(frozen=True)
class _Numbered:
    """The one part of a file that every version of the program reads."""

    schema: Schema = 1
