"""What the browser asks of models without a rerun: pictures of points, what is to be seen on them, files to download.

The rules of ``routes.py`` hold: routes only read or compute, take ids and never paths, bound every number and answer
bad input with a 4xx and a sentence. What computes runs in a thread, a few at a time and in turn: pictures by
``library.DECODING``, so that many visitors who drag at once all move, and what takes longer by ``library.COMPUTING``.
torch is loaded by the first request that needs it, not by the server.

Pictures come as plain bytes, uint8 [B, H, W, C] with the shape in ``x-shape``: a canvas draws them without decoding.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse

from pipelines.errors import DataError, GanError
from pipelines.models import shelf

if TYPE_CHECKING:
    from explorer.model import Model
    from explorer.model.point import Point

MOST_BYTES = 400_000  # of a request's body
MOST_SCALE, MOST_EDGE = 32, 4096
MOST_SHEET, MOST_FILM = 36_000_000, 110_000_000  # pixels of a picture, of all frames of an animation
MOST_COMPARED = 16  # pictures whose nearest training pictures are searched at once
THREADS = 16  # of a server for these routes; the others have threads of their own, so that they never wait for these
AT_ONCE = 16  # pictures that are decoded in one turn
KINDS = {"png": "image/png", "gif": "image/gif", "mp4": "video/mp4"}
Work = Callable[["Model", dict[str, Any]], Response]
_threads: RunVar[CapacityLimiter] = RunVar("threads of the model routes")


def _computing(work: Work) -> Callable[[Request], Any]:
    """A route that gets the model of its address and the JSON of its body or, for GET, of its query, in a thread."""

    async def route(request: Request) -> Response:
        return await _in_thread(work, request)

    route.__name__, route.__doc__ = work.__name__, work.__doc__
    return route


async def _in_thread(work: Work, request: Request) -> Response:
    text = await _text(request)
    return await to_thread.run_sync(_answered, work, request.path_params["ref"], text, limiter=_limiter())


def _limiter() -> CapacityLimiter:
    """Of this server's threads for these routes."""
    if (limiter := _threads.get(None)) is None:
        _threads.set(limiter := CapacityLimiter(THREADS))
    return limiter


def _answered(work: Work, reference: str, text: bytes) -> Response:
    asked = _asked(text)
    from explorer.model.library import LIBRARY

    try:
        return work(LIBRARY.get(reference), asked)
    except GanError as error:
        missing = shelf.REFERENCE.fullmatch(reference) is None or "There is no model" in str(error)
        raise HTTPException(404 if missing else 400, str(error)) from None


async def _text(request: Request) -> bytes:
    """The JSON that is asked, not yet read: the body, or the query of a GET."""
    if request.method != "POST":
        return request.query_params.get("ask", "{}").encode()
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "The body must be application/json.")  # which a form of a foreign page cannot send
    parts, size = [], 0
    async for part in request.stream():  # whatever length was announced, if any
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            raise HTTPException(413, f"The body may hold {MOST_BYTES:,} bytes at most.")
    return b"".join(parts)


def _asked(text: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(text)
    except (ValueError, RecursionError):
        raise HTTPException(400, "What was asked is not JSON.") from None
    if not isinstance(asked, dict):
        raise HTTPException(400, "What is asked must be a JSON object.")
    return asked


# What the routes do


def about(model: Model, asked: dict[str, Any]) -> Response:
    """What a page needs to know of the model."""
    from explorer.model.gan import describe

    return JSONResponse(describe(model), headers={"cache-control": "no-store"})


def directions(model: Model, asked: dict[str, Any]) -> Response:
    """The model's directions, the labelled ones first."""
    from explorer.model.library import COMPUTING

    with COMPUTING.turn():
        found = model.directions.values()
    listed = [{"id": d.id, "name": d.name, "kind": d.kind, "weight": round(d.weight, 4)} for d in found]
    return JSONResponse({"directions": listed})


def pictures(model: Model, asked: dict[str, Any]) -> Response:
    """The pictures of points."""
    return _raw(_decoded(model, _points(asked)))


def read(model: Model, asked: dict[str, Any]) -> Response:
    """What the classifier that ships sees on the pictures of points, and the pictures' own classes."""
    from explorer.model.library import DECODING

    reader, points = model.reader, _points(asked)
    if reader is None:
        return JSONResponse({"names": [], "groups": [], "probabilities": []})
    images, rows = _decoded(model, points), []
    for start in range(0, len(images), AT_ONCE):
        with DECODING.turn():
            seen = reader.read(images[start : start + AT_ONCE])
        rows += [[round(float(p), 4) for p in row] for row in seen]
    says = reader.says(seen).tolist()
    return JSONResponse({"names": reader.names, "groups": reader.groups, "probabilities": rows, "says": says})


def opinion(model: Model, asked: dict[str, Any]) -> Response:
    """D's output on the pictures of points: a probability of being real, or a score."""
    from explorer.model.library import DECODING

    points = _points(asked)
    images = _decoded(model, points)
    with DECODING.turn():
        scores = model.score(images, model.resolve(points)[1])
    kind = "probability" if model.trained.config.loss in ("minimax", "non-saturating") else "score"
    return JSONResponse({"kind": kind, "scores": [round(float(score), 4) for score in scores]})


def nearest(model: Model, asked: dict[str, Any]) -> Response:
    """The training pictures nearest to the pictures of points, each with D's output on it (``score``).

    ``prepared`` is false where they are not on this machine.
    """
    from explorer.model.library import DECODING
    from explorer.model.neighbours import training_set

    points, count = _points(asked), _whole(asked, "count", 4, 1, 16)
    if len(points) > MOST_COMPARED:
        raise HTTPException(400, f"points may be {MOST_COMPARED} at most where training pictures are searched.")
    try:
        known = training_set(model.trained.config)
    except DataError as error:
        return JSONResponse({"prepared": False, "message": str(error), "results": []})
    results = []
    for found in known.nearest(_decoded(model, points), count):
        indices = [neighbour.index for neighbour in found.neighbours]
        with DECODING.turn():
            labels = known.set.labels[indices] if model.class_names else None
            images = known.set.images[indices].transpose(0, 2, 3, 1)
            scores = model.score(images, labels) if model.trained.discriminator else [None] * len(indices)
        near = [
            {**vars(neighbour), "score": None if score is None else round(float(score), 4)}
            for neighbour, score in zip(found.neighbours, scores, strict=True)
        ]
        results.append({"neighbours": near, "nearer_than": found.nearer_than})
    return JSONResponse({"prepared": True, "results": results})


def training_pictures(model: Model, asked: dict[str, Any]) -> Response:
    """Training pictures by their numbers, ``indices``."""
    from explorer.model.neighbours import training_set

    known = training_set(model.trained.config)
    indices = asked.get("indices")
    if not isinstance(indices, list) or not 1 <= len(indices) <= 256:
        raise HTTPException(400, "indices must be a list of 1 to 256 numbers of training pictures.")
    if not all(isinstance(i, int) and not isinstance(i, bool) and 0 <= i < len(known.set) for i in indices):
        raise HTTPException(400, f"A training picture's number lies between 0 and {len(known.set) - 1}.")
    return _raw(known.set.images[indices].transpose(0, 2, 3, 1))


def find(model: Model, asked: dict[str, Any]) -> Response:
    """Samples that show what is wanted, the surest first."""
    from explorer.model import search

    wanted = asked.get("wanted")
    if not isinstance(wanted, dict) or not all(isinstance(value, (bool, int)) for value in wanted.values()):
        raise HTTPException(400, "wanted must be names of what is to be seen, each true or false.")
    like = asked.get("like", [])
    if not isinstance(like, list) or len(like) > 32 or not all(isinstance(one, str) for one in like):
        raise HTTPException(400, "like must be a list of at most 32 samples, such as 0.12.")
    found = search.find(
        model, {str(name): bool(value) for name, value in wanted.items()}, _whole(asked, "count", 3, 1, 200),
        skip=_whole(asked, "skip", 0, 0, 100_000), like=like,
    )  # fmt: skip
    return JSONResponse(found)


def equations(model: Model, asked: dict[str, Any]) -> Response:
    """Equations to be had with one click."""
    from explorer.model import equations as known
    from explorer.model.library import COMPUTING

    with COMPUTING.turn():
        found = known.classic(model)
    return JSONResponse({"equations": found})


def equation(model: Model, asked: dict[str, Any]) -> Response:
    """Exemplars for the three slots of an equation, by what is wanted of each."""
    from explorer.model import equations as known
    from explorer.model.library import COMPUTING

    wishes = []
    for slot in known.SLOTS:
        wanted = asked.get(slot, {})
        if not isinstance(wanted, dict) or not all(isinstance(value, bool) for value in wanted.values()):
            raise HTTPException(400, f"{slot} must be names of what is to be seen, each true or false.")
        wishes.append(wanted)
    with COMPUTING.turn():
        found = known.fill(model, *wishes, variant=_whole(asked, "variant", 0, 0, 1_000_000))
    return JSONResponse(found)


def edit(model: Model, asked: dict[str, Any]) -> Response:
    """The move that gives one picture one attribute and holds the others, as a source of z."""
    from explorer.model.edit import edit as search_move
    from explorer.model.library import COMPUTING
    from explorer.model.point import pack

    points = _points({"points": [asked.get("point", {})]})
    held = asked.get("held")
    if held is not None and (not isinstance(held, list) or not all(isinstance(name, str) for name in held)):
        raise HTTPException(400, "held must be a list of attributes, or null for all others.")
    with COMPUTING.turn():
        z, y = model.resolve(points)
        found = search_move(model, z[0], y, str(asked.get("name")), asked.get("wanted", True) is True, held)
    return JSONResponse({"z": pack(found.vector), "shows": found.shows, "kept": found.kept})


def effects(model: Model, asked: dict[str, Any]) -> Response:
    """What else changes along a move, of ``point``, or of ``amount`` along one ``direction`` (null: a good one)."""
    from explorer.model import search
    from explorer.model.library import COMPUTING

    count, name = _whole(asked, "count", 64, 8, 200), asked.get("direction")
    amount = asked.get("amount") if name is not None else None
    moves = asked.get("point", {}) if name is None else {"moves": {name: 1 if amount is None else amount}}
    (point,) = _points({"points": [moves]})
    with COMPUTING.turn():
        along = search.along(model, name, amount, count) if name is not None else None
        found = along or search.effects(model, point.moves, count)
    return JSONResponse(found)


def agreement(model: Model, asked: dict[str, Any]) -> Response:
    """How often the classifier sees the class that was asked for, class by class."""
    from explorer.model import search
    from explorer.model.library import COMPUTING

    with COMPUTING.turn():
        found = search.agreement(model)
    return JSONResponse(found)


def project(model: Model, asked: dict[str, Any]) -> Response:
    """The point nearest to a picture (base64 of a PNG or JPEG), as lines of JSON while the search goes on."""
    from explorer.model import search
    from explorer.model.library import COMPUTING
    from explorer.model.point import pack
    from explorer.model.projection import project as search_z

    picture = search.read_picture(model, asked.get("picture"))
    y = _whole(asked, "y", 0, 0, max(0, len(model.class_names) - 1)) if model.class_names else None

    steps = search_z(model, picture, y)

    def further() -> bytes:
        with COMPUTING.turn():  # others have theirs between two reports
            state = next(steps, None)
        if state is None:
            return b""
        line = {"share": state.step / state.steps, "z": pack(state.z), "distance": round(state.distance, 2)}
        return json.dumps(line).encode() + b"\n"

    async def lines() -> AsyncIterator[bytes]:
        while line := await to_thread.run_sync(further, limiter=_limiter()):
            yield line

    return StreamingResponse(lines(), media_type="application/x-ndjson", headers={"cache-control": "no-store"})


def download(model: Model, asked: dict[str, Any], kind: str) -> Response:
    """Pictures of points as one file: a picture, a grid or strip (``columns``, ``gap``), an animation (``fps``).

    With ``frames`` each point is the path to its own ``to``: a picture has a row of so many stages for each, an
    animation goes there and back in so many frames, all paths side by side.
    """
    from explorer.model import film
    from explorer.model.library import ENCODING
    from explorer.model.point import MOST_POINTS

    points = _points(asked)
    frames = _whole(asked, "frames", 0, 2, MOST_POINTS) if "frames" in asked else 0
    paths = len(points)
    if frames:
        if frames * paths > MOST_POINTS:
            raise HTTPException(400, f"That would be {frames * paths} pictures; {MOST_POINTS} are allowed.")
        points = _along(points, frames, back=kind != "png")
    scale = _whole(asked, "scale", 1, 1, MOST_SCALE)
    columns = _whole(asked, "columns", frames or len(points), 1, len(points))
    side_by_side = max(columns, -(-len(points) // columns)) if kind == "png" else paths if frames else 1
    across = model.shape[0] * scale * side_by_side
    if across > MOST_EDGE * (1 if kind != "png" else 4):
        raise HTTPException(400, f"That would be {across:,} pixels across; choose a smaller scale.")
    pixels, most = len(points) * (model.shape[0] * scale) ** 2, MOST_SHEET if kind == "png" else MOST_FILM
    if pixels > most:
        raise HTTPException(400, f"That would be {pixels:,} pixels, more than {most:,}; choose a smaller scale.")
    gap, fps = _whole(asked, "gap", 2, 0, 16), _whole(asked, "fps", 12, 1, 60)
    images = _decoded(model, points)
    with ENCODING.turn():
        if kind == "png":
            content = film.png(images[0], scale) if len(images) == 1 else film.grid(images, columns, scale, gap)
        else:
            images = film.side_by_side(images, frames) if frames else images
            content = getattr(film, kind)(images, fps, scale)
    headers = {"content-disposition": f'attachment; filename="{model.id.replace("@", "-")}.{kind}"'}
    return Response(content, media_type=KINDS[kind], headers=headers)


def _along(points: list[Point], frames: int, *, back: bool) -> list[Point]:
    """So many stages of each path: path by path; with ``back`` stage by stage, to its end and back again."""
    from dataclasses import replace

    if not back:
        return [replace(point, t=stage / (frames - 1)) for point in points for stage in range(frames)]
    stages = [1 - abs(1 - 2 * frame / frames) for frame in range(frames)]
    return [replace(point, t=stage) for stage in stages for point in points]


async def _download(request: Request) -> Response:
    kind = request.path_params["kind"]
    if kind not in KINDS:
        raise HTTPException(404, f"Pictures come as {', '.join(KINDS)}.")
    return await _in_thread(lambda model, asked: download(model, asked, kind), request)


def preview(request: Request) -> Response:
    """A grid of samples as it was published, or the newest of a run; needs no torch."""
    try:
        path = shelf.find(_reference(request)).preview_path
    except GanError as error:
        raise HTTPException(404, str(error)) from None
    if path is None:
        raise HTTPException(404, "This model has no preview.")
    return FileResponse(path, headers={"cache-control": "no-cache"})


def _reference(request: Request) -> str:
    reference = request.path_params["ref"]
    if not shelf.REFERENCE.fullmatch(reference):
        raise HTTPException(400, "A model's name holds only small letters, digits and hyphens, at most 80 of them.")
    return reference


def _points(asked: dict[str, Any]) -> list[Point]:
    from explorer.model.point import parse_all

    return parse_all(asked.get("points"))


def _decoded(model: Model, points: list[Point]) -> Any:
    """Pictures uint8 [B, H, W, C]; long lists let others through between two parts."""
    import numpy as np

    from explorer.model.library import DECODING

    _find_directions(model, points)
    parts = []
    for start in range(0, len(points), AT_ONCE):
        with DECODING.turn():
            parts.append(model.pictures(points[start : start + AT_ONCE]))
    return np.concatenate(parts)


def _find_directions(model: Model, points: list[Point]) -> None:
    """Find what the points move along before a turn to decode is taken: it may take seconds, and others drag."""
    from explorer.model.library import COMPUTING

    for name in {name for point in points for at in (point, point.to) if at for name in at.moves}:
        if not model.knows(name):
            with COMPUTING.turn():
                model.direction(name)


def _raw(images: Any) -> Response:
    shape = ",".join(map(str, images.shape))
    # Of its own encoding, so that Streamlit leaves it alone: packing holds up all others, and saves 4 % of a picture.
    headers = {"x-shape": shape, "cache-control": "no-store", "content-encoding": "identity"}
    return Response(images.tobytes(), media_type="application/octet-stream", headers=headers)


def _whole(asked: dict[str, Any], name: str, default: int, low: int, high: int) -> int:
    value = asked.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise HTTPException(400, f"{name} must be a whole number from {low} to {high}.")
    return value


# (path, route, methods); routes.py puts them under the app's base path
MODEL_ROUTES: list[tuple[str, Any, str]] = [
    ("/api/models/{ref}", _computing(about), "GET"),
    ("/api/models/{ref}/preview", preview, "GET"),
    ("/api/models/{ref}/directions", _computing(directions), "GET"),
    ("/api/models/{ref}/agreement", _computing(agreement), "GET"),
    ("/api/models/{ref}/file/{kind}", _download, "GET"),
    ("/api/models/{ref}/file/{kind}", _download, "POST"),  # for what is too long for an address: a walk
    ("/api/models/{ref}/pictures", _computing(pictures), "POST"),
    ("/api/models/{ref}/read", _computing(read), "POST"),
    ("/api/models/{ref}/opinion", _computing(opinion), "POST"),
    ("/api/models/{ref}/nearest", _computing(nearest), "POST"),
    ("/api/models/{ref}/training", _computing(training_pictures), "POST"),
    ("/api/models/{ref}/find", _computing(find), "POST"),
    ("/api/models/{ref}/equations", _computing(equations), "GET"),
    ("/api/models/{ref}/equation", _computing(equation), "POST"),
    ("/api/models/{ref}/edit", _computing(edit), "POST"),
    ("/api/models/{ref}/effects", _computing(effects), "POST"),
    ("/api/models/{ref}/project", _computing(project), "POST"),
]
