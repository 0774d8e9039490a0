"""What the Failures page fetches: recordings, their pictures, and what the doctor says of them. Loads no torch.

All of it ships with the project and is read only; an entry is named by its id, never by a path.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from explorer.server.sentences import refused
from pipelines.errors import GanError
from pipelines.failures import recording

Answer = Callable[[Request], Response]


def _known(answer: Answer) -> Answer:
    """An answer whose GanError is a 404 with its sentence: what is asked for does not exist."""

    def route(request: Request) -> Response:
        try:
            return answer(request)
        except GanError as error:
            raise refused(404, error) from None

    return route


def _recording(request: Request) -> Response:
    """An entry's recording as JSON."""
    return _file(request, recording.path_of(request.path_params["entry"]), "application/json")


def _pictures(request: Request) -> Response:
    """A twin's pictures, or those of the card."""
    name, which = request.path_params["entry"], request.path_params["which"]
    return _file(request, recording.picture_path(name, which), "image/webp")


def _diagnoses(request: Request) -> Response:
    """What the doctor says of each twin at each of its pictures."""
    name = request.path_params["entry"]
    body = _examined(name, recording.path_of(name).stat().st_mtime_ns)
    return Response(body, media_type="application/json", headers={"cache-control": "no-cache"})


@lru_cache(maxsize=64)
def _examined(name: str, stamp: int) -> bytes:
    return json.dumps(recording.diagnoses(name)).encode()


def _file(request: Request, path: Any, kind: str) -> Response:
    """A file, or 304 where the browser holds it already."""
    answer = FileResponse(path, stat_result=path.stat(), media_type=kind, headers={"cache-control": "no-cache"})
    tag = answer.headers["etag"]
    if tag in [item.strip().removeprefix("W/") for item in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers={"etag": tag, "cache-control": "no-cache"})
    return answer


# (path, route, method); routes.py puts them under the app's base path
FAILURE_ROUTES: list[tuple[str, Any, str]] = [
    ("/api/failures/{entry}", _known(_recording), "GET"),
    ("/api/failures/{entry}/doctor", _known(_diagnoses), "GET"),
    ("/api/failures/{entry}/{which}.webp", _known(_pictures), "GET"),
]
