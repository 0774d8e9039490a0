"""Files to download: pictures of a model's points as a picture, a grid, a strip or an animation."""

from __future__ import annotations

from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.responses import Response

from explorer.server.asked import File
from explorer.server.model_answers import decoded
from explorer.server.turns import ENCODING
from pipelines.latent import film
from pipelines.latent.model import Model
from pipelines.latent.point import MOST_POINTS, Point, all_checked

MOST_EDGE = 4096
MOST_SHEET, MOST_FILM = 36_000_000, 110_000_000  # pixels of a picture, of all frames of an animation
KINDS = {"png": "image/png", "gif": "image/gif", "mp4": "video/mp4"}


def file(model: Model, asked: File, kind: str) -> Response:
    """Pictures of points as one file: a picture, a grid or strip (``columns``, ``gap``), an animation (``fps``).

    With ``frames`` each point is the path to its own ``to``: a picture has a row of so many stages for each, an
    animation goes there and back in so many frames, all paths side by side.
    """
    points = all_checked(asked.points)
    frames, paths, scale = asked.frames or 0, len(points), asked.scale
    if frames:
        if frames * paths > MOST_POINTS:
            raise HTTPException(400, f"That would be {frames * paths} pictures; {MOST_POINTS} are allowed.")
        points = _along(points, frames, back=kind != "png")
    columns = asked.columns or frames or len(points)
    if columns > len(points):
        raise HTTPException(400, f"columns is {columns}; it must be a whole number from 1 to {len(points)}.")
    side_by_side = max(columns, -(-len(points) // columns)) if kind == "png" else paths if frames else 1
    across = model.shape[0] * scale * side_by_side
    if across > MOST_EDGE * (1 if kind != "png" else 4):
        raise HTTPException(400, f"That would be {across:,} pixels across; choose a smaller scale.")
    pixels, most = len(points) * (model.shape[0] * scale) ** 2, MOST_SHEET if kind == "png" else MOST_FILM
    if pixels > most:
        raise HTTPException(400, f"That would be {pixels:,} pixels, more than {most:,}; choose a smaller scale.")
    images = decoded(model, points)
    with ENCODING.turn():
        if kind == "png":
            content = film.png(images[0], scale) if len(images) == 1 else film.grid(images, columns, scale, asked.gap)
        else:
            images = film.side_by_side(images, frames) if frames else images
            content = getattr(film, kind)(images, asked.fps, scale)
    headers = {"content-disposition": f'attachment; filename="{model.id.replace("@", "-")}.{kind}"'}
    return Response(content, media_type=KINDS[kind], headers=headers)


def _along(points: list[Point], frames: int, *, back: bool) -> list[Point]:
    """So many stages of each path: path by path; with ``back`` stage by stage, to its end and back again."""
    if not back:
        return [replace(point, t=stage / (frames - 1)) for point in points for stage in range(frames)]
    stages = [1 - abs(1 - 2 * frame / frames) for frame in range(frames)]
    return [replace(point, t=stage) for stage in stages for point in points]
