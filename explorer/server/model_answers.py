"""Answers of the models' routes: one function for each, from the model and the request's JSON to a response.

Only ``model_routes.py`` calls these, in a thread; this module loads torch. What may be asked says ``asked.py``; what
depends on the model is checked here, and answered by a 400 and a sentence where it is not allowed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from starlette.exceptions import HTTPException
from starlette.responses import Response

from explorer.messages import without_paths
from explorer.server.ascii_json import AsciiJSON
from explorer.server.asked import (
    Edit,
    Effects,
    Equation,
    Found,
    Mixed,
    Nearest,
    Nothing,
    OnePoint,
    Projected,
    Shown,
    Training,
)
from explorer.server.raw import raw
from explorer.server.turns import COMPUTING, DECODING, SEARCHING, UNPACKING
from pipelines.errors import DataError, GanError
from pipelines.latent import equations as classics
from pipelines.latent import search
from pipelines.latent.attention import heat_maps
from pipelines.latent.directions import ALL, HELD, Direction
from pipelines.latent.edit import edit as search_move
from pipelines.latent.model import Model, describe
from pipelines.latent.neighbours import training_set
from pipelines.latent.point import Point, all_checked, pack
from pipelines.latent.projection import Projection
from pipelines.latent.projection import project as search_z
from pipelines.latent.stages import by_stage
from pipelines.latent.styles import mixed
from pipelines.registries import loss_traits

MOST_COMPARED = 16  # pictures whose nearest training pictures are searched at once
AT_ONCE = 16  # pictures that are decoded in one turn
CALM_S, MOST_CALM_S = 0.2, 1.0  # between two parts of a long measure nobody drags for so long, or it waits no longer


def about(model: Model, asked: Nothing) -> Response:
    """What a page needs to know of the model."""
    return AsciiJSON(describe(model), headers={"cache-control": "no-store"})


def labels(model: Model, asked: Nothing) -> Response:
    """The labelled directions alone, which need not wait for the others to be found."""
    with SEARCHING.turn():
        found = model.labelled.values()
    return _listed(model, found)


def directions(model: Model, asked: Nothing) -> Response:
    """The model's directions, the labelled ones first."""
    with COMPUTING.turn():
        found = model.directions.values()
    return _listed(model, found)


def _listed(model: Model, found: Iterable[Direction]) -> Response:
    """Directions; beside a labelled one also what was learnt to give the same and hold all else (``held``)."""
    listed = [
        {"id": d.id, "name": d.name, "kind": d.kind, "weight": round(d.weight, 4)}
        if d.space == "z"
        else {"id": d.id, "name": f"{d.name} in W", "kind": f"w-{d.kind}", "weight": round(d.weight, 4)}
        for d in found
    ]
    listed += [
        {"id": f"{one['id']}{HELD}{ALL}", "name": one["name"], "kind": "held", "weight": 0.0}
        for one in listed
        if one["kind"] == "label" and model.steered(f"{one['id']}{HELD}{ALL}")
    ]
    return AsciiJSON({"directions": listed})


def pictures(model: Model, asked: Shown) -> Response:
    """The pictures of points."""
    return raw(decoded(model, all_checked(asked.points)))


def attention(model: Model, asked: OnePoint) -> Response:
    """Where each place of a point's picture looks, as a grey picture for each place."""
    (at,) = all_checked([asked.point])
    with DECODING.turn():
        return raw(heat_maps(model, at))


def stages(model: Model, asked: OnePoint) -> Response:
    """A point's picture by each stage of a generator that grows."""
    (at,) = all_checked([asked.point])
    with DECODING.turn():
        return raw(by_stage(model, at))


def styles(model: Model, asked: Mixed) -> Response:
    """A grid of pictures whose layers take their styles from rows and columns of points."""
    rows, columns = all_checked(asked.rows), all_checked(asked.columns)
    with DECODING.turn():
        return raw(mixed(model, rows, columns, asked.taken, asked.noise))


def read(model: Model, asked: Shown) -> Response:
    """What the classifier that ships sees on the pictures of points, and the pictures' own classes."""
    reader, points = model.reader, all_checked(asked.points)
    if reader is None:
        return AsciiJSON({"names": [], "groups": [], "probabilities": []})
    images, rows, says = decoded(model, points), [], []
    for start in range(0, len(images), AT_ONCE):
        with DECODING.turn():
            seen = reader.read(images[start : start + AT_ONCE])
        rows += [[round(float(p), 4) for p in row] for row in seen]
        says += reader.says(seen).tolist()
    return AsciiJSON({"names": reader.names, "groups": reader.groups, "probabilities": rows, "says": says})


def opinion(model: Model, asked: Shown) -> Response:
    """D's output on the pictures of points: a probability of being real, or a score."""
    points = all_checked(asked.points)
    images = decoded(model, points)
    with DECODING.turn():
        scores = model.score(images, model.resolve(points)[1])
    kind = loss_traits(model.trained.config.loss).d_output
    return AsciiJSON({"kind": kind, "scores": [round(float(score), 4) for score in scores]})


def nearest(model: Model, asked: Nearest) -> Response:
    """The training pictures nearest to the pictures of points, each with D's output on it (``score``).

    ``prepared`` is false where they are not on this machine.
    """
    points = all_checked(asked.points)
    if len(points) > MOST_COMPARED:
        raise HTTPException(400, f"points may be {MOST_COMPARED} at most where training pictures are searched.")
    try:
        known = training_set(model.trained.config)
    except DataError as error:
        return AsciiJSON({"prepared": False, "message": without_paths(str(error)), "results": []})
    results = []
    for found in known.nearest(decoded(model, points), asked.count):
        indices = [neighbour.index for neighbour in found.neighbours]
        with DECODING.turn():
            labels = known.set.labels[indices] if model.class_names and known.set.labels is not None else None
            images = known.pictures[indices].transpose(0, 2, 3, 1)
            judged = model.judges_pictures and model.trained.conditions is None
            scores = model.score(images, labels) if judged else [None] * len(indices)
        near = [
            {**vars(neighbour), "score": None if score is None else round(float(score), 4)}
            for neighbour, score in zip(found.neighbours, scores, strict=True)
        ]
        results.append({"neighbours": near, "nearer_than": found.nearer_than})
    return AsciiJSON({"prepared": True, "results": results})


def training(model: Model, asked: Training) -> Response:
    """Training pictures by their numbers, ``indices``."""
    known = training_set(model.trained.config)
    if max(asked.indices) >= len(known.set):
        raise HTTPException(400, f"A training picture's number lies between 0 and {len(known.set) - 1}.")
    return raw(known.pictures[asked.indices].transpose(0, 2, 3, 1))


def find(model: Model, asked: Found) -> Response:
    """Samples that show what is wanted, the surest first."""
    return AsciiJSON(search.find(model, asked.wanted, asked.count, skip=asked.skip, like=asked.like))


def equations(model: Model, asked: Nothing) -> Response:
    """Equations to be had with one click."""
    with SEARCHING.turn():
        found = classics.classic(model)
    return AsciiJSON({"equations": found})


def equation(model: Model, asked: Equation) -> Response:
    """Exemplars for the three slots of an equation, by what is wanted of each."""
    with SEARCHING.turn():
        found = classics.fill(model, asked.a, asked.b, asked.c, variant=asked.variant)
    return AsciiJSON(found)


def edit(model: Model, asked: Edit) -> Response:
    """The move that gives one picture one attribute and holds the others, as a source of z."""
    points = all_checked([asked.point])
    with COMPUTING.turn():
        z, y = model.resolve(points)
        found = search_move(model, z[0], y, asked.name, asked.wanted, asked.held, model.styled(points))
    return AsciiJSON({"z": pack(found.vector), "shows": found.shows, "kept": found.kept, "way": round(found.way, 2)})


def effects(model: Model, asked: Effects) -> Response:
    """What else changes along a move, of ``point``, or of ``amount`` along one ``direction`` (null: a good one)."""
    (point,) = all_checked([asked.point])
    with COMPUTING.turn():
        along = search.along(model, asked.direction, asked.amount, asked.count) if asked.direction else None
        found = along or search.effects(model, point.moves, asked.count)
    return AsciiJSON(found)


def agreement(model: Model, asked: Nothing) -> Response:
    """How often the classifier sees the class that was asked for, class by class."""
    with COMPUTING.turn():
        found = search.agreement(model)
    return AsciiJSON(found)


def truncation(model: Model, asked: Nothing) -> Iterator[bytes]:
    """Precision and recall of samples at several truncations, as lines of JSON while they are measured."""
    return _measured(model)


def _measured(model: Model) -> Iterator[bytes]:
    while True:
        DECODING.wait_idle(CALM_S, MOST_CALM_S)
        try:
            with COMPUTING.turn():  # others have theirs between two parts
                found = model.tradeoff.advance()
        except GanError as error:
            yield json.dumps({"share": 1, "message": without_paths(str(error))}).encode() + b"\n"
            return
        rows = [[psi, *(round(share, 4) for share in both)] for psi, both in sorted(found.measured.items())]
        line = {"share": found.share, "measured": rows, "real": found.real, "features": found.features,
                "samples": found.samples}  # fmt: skip
        yield json.dumps(line).encode() + b"\n"
        if found.share >= 1:
            return


def project(model: Model, asked: Projected) -> Iterator[bytes]:
    """The point nearest to a picture (base64 of a PNG or JPEG), as lines of JSON while the search goes on."""
    with UNPACKING.turn():
        picture = search.read_picture(model, asked.picture)
    y = asked.y if model.class_names else None
    model.classes(y, 1)  # what does not fit is said before the first line
    return _lines(search_z(model, picture, y))


def _lines(steps: Iterator[Projection]) -> Iterator[bytes]:
    while True:
        with COMPUTING.turn():  # others have theirs between two reports
            state = next(steps, None)
        if state is None:
            return
        line = {"share": state.step / state.steps, "z": pack(state.z), "distance": round(state.distance, 2)}
        yield json.dumps(line).encode() + b"\n"


def decoded(model: Model, points: list[Point]) -> Any:
    """Pictures uint8 [B, H, W, C]; long lists let others through between two parts."""
    _find_directions(model, points)
    parts = []
    for start in range(0, len(points), AT_ONCE):
        with DECODING.turn():
            parts.append(model.pictures(points[start : start + AT_ONCE]))
    return np.concatenate(parts)


def _find_directions(model: Model, points: list[Point]) -> None:
    """Find what the points move along before a turn to decode is taken: it may take seconds, and others drag."""
    for name in {name for point in points for at in (point, point.to) if at for name in at.moves}:
        if not model.knows(name):
            with COMPUTING.turn():
                model.direction(name)
