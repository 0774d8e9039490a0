"""The recordings that ship: what is needed to play a failure and its cure again, small; needs no torch.

``checkpoints/recordings/<entry>/``:

    recording.json   when and where it was made, and of each twin: settings, curves, measures, which kinds were drawn,
                     the steps of its pictures; of a game in the plane its points
    sick.webp        the pictures of the sick twin, one grid below the other, tiles side by side without gaps
    cured.webp
    card.webp        the last grid of both, side by side, for the gallery's card

``record.py`` makes them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipelines import doctor, gallery, paths
from pipelines.doctor._history import columns_of
from pipelines.errors import GanError
from pipelines.gallery import TWINS
from pipelines.training.config import TrainConfig, from_dict

FORMAT = "gan-explorer-recording-1"
CARD = "card"
IN_PLANE_EVERY = 100  # steps between two looks at the clusters: half of what counts as an epoch there
DRAWN = 0.02  # share of the fakes in a cluster, from which it counts as drawn
Values = dict[str, Any]


def folder_of(name: str) -> Path:
    """Where the recording of an entry lies; raises where there is no such entry."""
    gallery.get(name)
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


def load(name: str) -> Values:
    """The recording as plain values.

    Raises:
        GanError: there is none, or it cannot be read.
    """
    path = path_of(name)
    try:
        found = json.loads(path.read_text("utf-8"))
        if found["format"] != FORMAT or set(found["twins"]) != set(TWINS):
            raise ValueError("another format")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GanError(
            f"{path} is no recording ({error}); `python -m pipelines record {name}` makes it anew."
        ) from None
    return found


def history_of(twin: Values) -> doctor.History:
    """What a recording holds of a run or of a game in the plane, as the doctor looks at it."""
    columns = twin["columns"]
    rows = columns_of([dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)])
    if "fakes" in twin:
        clusters = tuple(f"cluster {number}" for number in range(1, len(twin["kinds"]["shares"][0]) + 1))
        config, measures = _config_in_plane(twin["settings"]), _measures_in_plane(twin["kinds"])
        return doctor.History(config, rows, measures, class_names=clusters)
    return doctor.History(from_dict(twin["settings"]), rows, twin["measures"], twin["events"], twin["count"], ())


def _config_in_plane(settings: Values) -> TrainConfig:
    """What the doctor asks of the settings, for a game in the plane."""
    return TrainConfig(loss=settings["loss"], batch_size=settings["batch"], d_steps=settings["d_steps"], log_every=10)


def _measures_in_plane(kinds: Values) -> list[Values]:
    """Which clusters the fakes lay in, as the classes of pictures are measured."""
    rows: list[Values] = []
    for step, percents in zip(kinds["steps"], kinds["shares"], strict=True):
        if step - (rows[-1]["step"] if rows else 0) >= IN_PLANE_EVERY:
            shares = [percent / 100 for percent in percents]
            drawn = sum(share >= DRAWN for share in shares)
            rows.append(
                {"step": step, "classes": shares, "modes": drawn, "real_modes": len(shares), "clear": sum(shares)}
            )
    return rows


def diagnoses(name: str) -> dict[str, list[list[Values]]]:
    """What the doctor says of each twin at each of its pictures, as if the run had come just so far.

    Returns:
        By twin, for each picture the findings that last: ``ailment``, ``name``, ``kind``, ``since``, ``means``.
    """
    found = {}
    for which, twin in load(name)["twins"].items():
        history = history_of(twin)
        found[which] = [
            [
                {key: getattr(one, key) for key in ("ailment", "name", "kind", "since", "means")}
                for one in doctor.examine(history.until(step))
                if one.until is None
            ]
            for step in twin["frames"]
        ]
    return found
