"""The recordings that ship: what is needed to play a failure and its cure again, small; needs no torch.

``checkpoints/recordings/<entry>/``:

    recording.json   when and where it was made, and of each twin: settings, curves, measures, which kinds were drawn,
                     the steps of its pictures; of a game in the plane its points
    sick.webp        the pictures of the sick twin, one grid below the other, tiles side by side without gaps
    cured.webp
    card.webp        the last grid of both, side by side, for the failure's card

``record.py`` makes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

from pipelines import doctor, failures, paths
from pipelines.config import migrating
from pipelines.config.migrating import Schema
from pipelines.config.train_config import from_dict
from pipelines.doctor._history import columns_of
from pipelines.errors import GanError, NewerFile
from pipelines.failures import TWINS
from pipelines.playground.history import EVERY, Look
from pipelines.playground.history import history_of as history_of_game
from pipelines.playground.settings import from_dict as game_settings
from pipelines.runs.rows import MetricsRow
from pipelines.schema import Count, Meta, Names, Scalar, Step, Values

FORMAT = "gan-explorer-recording-1"
CARD = "card"
MOST_BYTES = 16_000_000
Steps = Annotated[list[Step], Meta(max_length=1_000)]
Percents = Annotated[list[Annotated[float, Meta(ge=0, le=100)]], Meta(max_length=1_000)]


@dataclass(frozen=True)
class Kinds:
    """Which kinds were drawn: at each step the share of the pictures that clearly show each, in per cent."""

    names: Names = field(default_factory=list)
    steps: Steps = field(default_factory=list)
    shares: Annotated[list[Percents], Meta(max_length=1_000)] = field(default_factory=list)


@dataclass(frozen=True)
class Twin:
    """What the doctor looks at of one twin; the rest is for the page."""

    settings: dict[str, Scalar]
    frames: Steps
    columns: dict[str, Annotated[list[float | None], Meta(max_length=1_000_000)]]
    kinds: Kinds
    measures: Annotated[list[MetricsRow], Meta(max_length=10_000)] = field(default_factory=list)
    events: Annotated[list[MetricsRow], Meta(max_length=10_000)] = field(default_factory=list)
    count: Count = 0
    fakes: Annotated[list[str], Meta(max_length=1_000)] | None = None  # of a game in the plane


@dataclass(frozen=True)
class Recording:
    """``recording.json`` as it is read."""

    format: Literal["gan-explorer-recording-1"]
    twins: dict[str, Twin]
    schema: Schema = 1  # of the settings of runs


def folder_of(name: str) -> Path:
    """Where the recording of an entry lies; raises where there is no such entry."""
    failures.get(name)
    return paths.MODELS / "recordings" / name


def path_of(name: str) -> Path:
    """The recording itself.

    Raises:
        GanError: there is no such entry, or nothing was recorded of it.
    """
    path = folder_of(name) / "recording.json"
    if not path.is_file():
        raise GanError(f"There is no recording of {name!r}; `python -m pipelines record {name}` makes it.")
    return path


def picture_path(name: str, which: str) -> Path:
    """The pictures of a twin, or of the ``card``.

    Raises:
        GanError: there are none; those of games in the plane are points.
    """
    path = folder_of(name) / f"{which}.webp"
    if which not in (*TWINS, CARD) or not path.is_file():
        raise GanError(f"There are no pictures {which!r} of {name!r}.")
    return path


def load(name: str) -> Recording:
    """The recording, as far as the doctor looks at it; the settings of runs are those of the present schema.

    Raises:
        GanError: there is none, or it cannot be read.
        NewerFile: a newer version of the program has written it.
    """
    path = path_of(name)
    what, anew = f"{path.parent.name}/{path.name}", f"`python -m pipelines record {name}` makes it anew."
    try:
        found = migrating.read(path, Recording, error=GanError, limit=MOST_BYTES)
        fits = found and set(found.twins) == set(TWINS)
        twins = {which: _migrated(twin, found.schema, what) for which, twin in found.twins.items()} if found else {}
        for twin in twins.values():
            fits &= len({len(column) for column in twin.columns.values()}) <= 1 and None not in twin.columns["step"]
            fits &= len(twin.kinds.steps) == len(twin.kinds.shares)
            (from_dict if twin.fakes is None else game_settings)(twin.settings)
    except NewerFile:
        raise
    except (GanError, KeyError) as error:
        raise GanError(f"{what} is no recording ({error}); {anew}") from None
    if not fits:
        raise GanError(f"{what} is no recording: its parts do not fit each other; {anew}")
    return replace(found, twins=twins)


def _migrated(twin: Twin, schema: int, what: str) -> Twin:
    """A twin with the settings of the present schema; those of a game in the plane have none."""
    return twin if twin.fakes is not None else replace(twin, settings=migrating.migrated(twin.settings, schema, what))


def history_of(twin: Twin) -> doctor.History:
    """What a recording holds of a run or of a game in the plane, as the doctor looks at it."""
    columns, kinds = twin.columns, twin.kinds
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    if twin.fakes is None:
        config = from_dict(twin.settings)
        return doctor.History(config, columns_of(rows), twin.measures, twin.events, twin.count, ())
    looks = []
    for step, percents in zip(kinds.steps, kinds.shares, strict=True):
        if step - (looks[-1].step if looks else 0) >= EVERY:
            shares = [percent / 100 for percent in percents]
            looks.append(Look(step, shares, shares))
    return history_of_game(twin.settings, rows, looks)


def diagnoses(name: str) -> dict[str, list[list[Values]]]:
    """What the doctor says of each twin at each of its pictures, as if the run had come just so far.

    Returns:
        By twin, for each picture the findings that last: ``ailment``, ``name``, ``kind``, ``since``, ``means``.
    """
    found = {}
    for which, twin in load(name).twins.items():
        history = history_of(twin)
        found[which] = [
            [
                {key: getattr(one, key) for key in ("ailment", "name", "kind", "since", "means")}
                for one in doctor.examine(history.until(step))
                if one.until is None
            ]
            for step in twin.frames
        ]
    return found
