"""The plain values of a checkpoint, beside its tensors: position, rates, settings; what each may be in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Required, TypedDict

from pipelines.config.migrating import Schema, migrated, require_known
from pipelines.config.train_config import from_dict
from pipelines.errors import ConfigError, ModelError
from pipelines.schema import Count, Meta, Name, Scalar, Seconds, Share, Step, Values, convert, decode

Rate = Annotated[float, Meta(gt=0.0, le=1.0)]

NAMES_BEFORE = {
    "average.": "generator_ema.", "opt_g.": "generator_optimizer.", "opt_d.": "discriminator_optimizer.",
}  # fmt: skip
OPTIMIZER = "_optimizer"  # ends the name of what an optimiser keeps
LETTERS = 400  # of a sentence at most: what is given may be long


class State(TypedDict, total=False):
    """What a file may hold; older ones hold less, and a published model's weights nothing of it.

    Beside it stand the groups of each optimiser, by its name.
    """

    schema: Schema
    config: Annotated[dict[str, Scalar], Meta(max_length=1_000)]  # that it was saved with
    step: Step  # updates of G
    d_batches: Step  # batches of real pictures shown to D
    seconds: Seconds
    best: float | None
    best_of: Name | None
    clear: Share | None
    rates: tuple[Rate, Rate]  # of G and of D, as set, before any decay
    threads: Annotated[int, Meta(ge=1, le=4096)]


class Position(State):
    """What training goes on from."""

    step: Required[Step]
    d_batches: Required[Step]
    seconds: Required[Seconds]


class Group(TypedDict, total=False):
    """Weights of an optimiser that share a rate; its other settings are those of the configuration."""

    lr: Required[Rate]  # in force
    params: Required[Annotated[list[Count], Meta(max_length=100_000)]]


Groups = Annotated[list[Group], Meta(min_length=1, max_length=1)]


def state_of(text: str, path: Path) -> dict[str, Any]:
    """The plain values of a file as they are called now, with the settings of the present schema.

    Args:
        text: JSON, of the file's metadata.
        path: of the file.

    Raises:
        ModelError: they are not what ``State`` says.
        NewerFile: a newer version of the program has written them.
    """
    what = _called(path)
    plain = decode(text.encode(), Values, what, ModelError)
    plain = {name_now(f"{name}.")[:-1]: value for name, value in plain.items()}
    schema = plain.get("schema", 1)
    if type(schema) is int:
        require_known(schema, str(path))
    convert(plain, State, what, ModelError)
    for name, value in plain.items():
        if name.endswith(OPTIMIZER):
            convert({name: value}, dict[str, Groups], what, ModelError)
    if "config" in plain:
        plain["config"] = migrated(plain["config"], schema, str(path))
        try:
            from_dict(plain["config"])
        except ConfigError as error:
            raise ModelError(f"{what}: {str(error)[:LETTERS]}") from None
    return plain


def require_position(plain: dict[str, Any], path: Path) -> None:
    """Make sure that plain values say where training goes on; raises ``ModelError`` where they do not."""
    convert(plain, Position, _called(path), ModelError)


def name_now(name: str) -> str:
    """What a part is called now that was called otherwise in files of before a run had players."""
    for before, now in NAMES_BEFORE.items():
        if name.startswith(before):
            return now + name.removeprefix(before)
    return name


def _called(path: Path) -> str:
    return f"The state in the file {path}"
