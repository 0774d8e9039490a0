"""What the browser fetches without a rerun of the page: runs, their live events and pictures, and scripts.

Every route only reads. Whatever changes something (start, pause, delete) goes through Streamlit's own session: a route
that wrote could be called by any other website that the person has open, by a form or an image tag, without their
knowing. A run is named by its id, never by a path; numbers are bounded; bad input is answered by a 4xx and a sentence.

Streamlit's compression leaves event streams and pictures alone. Under a base path (``server.baseUrlPath``) the routes
lie under it too, beside Streamlit's own.
"""

from __future__ import annotations

import gzip
import json
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import plotly
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Send
from streamlit import config

from explorer import scripts
from explorer.background import evaluations, publications
from explorer.live.hub import HUB
from explorer.live.reader import Position
from explorer.live.several import stream_together
from explorer.live.summaries import SUMMARIES
from explorer.messages import without_paths
from explorer.server import archive, heap
from explorer.server.asked import Events, EventsOfSeveral, Log
from explorer.server.bodies import query_as
from explorer.server.failure_routes import FAILURE_ROUTES
from explorer.server.memory_route import memory
from explorer.server.model_routes import MODEL_ROUTES
from explorer.server.pictures import picture
from explorer.server.playground_routes import PLANE_ROUTES
from explorer.server.sentences import refused
from explorer.server.sockets import send_at_once
from pipelines.errors import GanError
from pipelines.paths import runs_home
from pipelines.runs.folder import RunFolder
from pipelines.runs.launched import logs_of
from pipelines.runs.names import RUN_ID, RUN_ID_WORDS

FOREVER = "public, max-age=31536000, immutable"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


class EventStream(StreamingResponse):
    """Events for as long as the browser stays; given up at once when it goes, also while they wait for a slow line."""

    HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}

    @classmethod
    def answer(cls, request: Request, events: Callable[[], AsyncIterator[bytes]]) -> Response:
        """The answer to a request for events, or its head alone, which has an end."""
        if request.method == "HEAD":
            return _head("text/event-stream", cls.HEADERS)
        return cls(events(), media_type="text/event-stream", headers=cls.HEADERS)

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        finally:
            await self.body_iterator.aclose()


async def events(request: Request) -> Response:
    """A run's live events. ``Last-Event-ID``, or ``?after=``, goes on where a broken stream stopped.

    Of a run that is gone the stream tells just that: a page may ask for one that was deleted a moment ago.
    """
    folder = _named(request.path_params["id"])
    after = request.headers.get("last-event-id") or query_as(request, Events).after
    return EventStream.answer(request, lambda: HUB.stream(folder, Position.parse(after)))


async def events_of_several(request: Request) -> Response:
    """The live events of ``?runs=``, ids with commas between; ``&after=`` holds as many positions, or empty ones."""
    asked = query_as(request, EventsOfSeveral)
    if len(set(asked.runs)) < len(asked.runs):
        raise HTTPException(400, "The address names a run twice; name each once.")
    folders = [_named(run_id) for run_id in asked.runs]
    positions = [Position.parse(text) for text in asked.after] + [None] * len(folders)
    wanted = list(zip(folders, positions, strict=False))
    return EventStream.answer(request, lambda: stream_together(HUB, wanted))


def sample(request: Request) -> Response:
    """One grid of samples; its name never gets another content within an attempt, so it is kept for good."""
    path = _run(request).sample_path(request.path_params["file"])
    return picture(path, "This run has no grid of that name.", FOREVER)


def thumbnail(request: Request) -> Response:
    """The newest grid of samples."""
    folder = _run(request)
    try:
        grids, _ = folder.samples()
    except GanError as error:
        raise refused(404, error) from None
    path = folder.sample_path(grids[-1]["file"]) if grids else None
    return _unless_known(request, picture(path, "This run has no pictures yet.", "no-cache"))


def summaries(request: Request) -> Response:
    """All runs, the newest first, each in a few words."""
    body, tag = SUMMARIES.get()
    return _unless_known(request, Response(body, media_type="application/json", headers={"etag": tag}))


def publishing(request: Request) -> Response:
    """The models that are being published, and those that could not be."""
    found = [asdict(one) for one in publications.publications()]
    return Response(json.dumps(found), media_type="application/json", headers={"cache-control": "no-store"})


def measured(request: Request) -> Response:
    """The full measures of a run, and how far one is that is under way; none of a run that was just deleted."""
    found = evaluations.of_run(_named(request.path_params["id"]))
    return Response(json.dumps(found), media_type="application/json", headers={"cache-control": "no-store"})


def zipped(request: Request) -> Response:
    """The whole run folder as one file, made while it is sent."""
    folder = _run(request)
    headers = {
        "content-disposition": f'attachment; filename="{folder.id}.zip"',
        "content-encoding": "identity",  # so that Streamlit does not pack it again
        "cache-control": "no-store",
    }
    if request.method == "HEAD":
        return _head("application/zip", headers)
    return StreamingResponse(archive.zipped(folder.path, folder.id), media_type="application/zip", headers=headers)


def log(request: Request) -> Response:
    """The end of what the process said, as its launcher tells it; ``?lines=`` sets how much."""
    folder = _run(request)
    lines = query_as(request, Log).lines
    return PlainTextResponse(without_paths(logs_of(folder, lines)), headers={"cache-control": "no-store"})


def plotly_library(request: Request) -> Response:
    """Plotly's own script, packed once: a class that opens the page at the same time would else have it packed each."""
    tag = f'"plotly-{plotly.__version__}"'
    headers = {"etag": tag, "cache-control": "public, max-age=86400", "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers |= {"content-encoding": "gzip"}
        answer = Response(_plotly_packed(), media_type="text/javascript", headers=headers)
    else:
        answer = FileResponse(PLOTLY, media_type="text/javascript", headers=headers)
    return _unless_known(request, answer)


def script(request: Request) -> Response:
    """A widget's script. Its address holds the version of them all, so an address never gets another content."""
    path = scripts.find(request.path_params["name"])
    if path is None:
        raise HTTPException(404, "There is no script of that name.")
    current = request.path_params["version"] == scripts.version()
    headers = {"cache-control": FOREVER if current else "no-cache"}
    return FileResponse(path, media_type="text/javascript", headers=headers)


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Answer without delay, and keep the memory level; at the end let go of the event streams, which have no end."""
    send_at_once()
    previous = {}

    def on_signal(number: int, frame: Any) -> None:
        HUB.drop_viewers()
        previous[number](number, frame)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            if callable(handler := signal.getsignal(number)):  # the server's own, which goes on to end it
                previous[number] = handler
                signal.signal(number, on_signal)
    try:
        async with heap.level():
            yield
    finally:
        HUB.drop_viewers()
        for number, handler in previous.items():
            signal.signal(number, handler)


def _head(media_type: str, headers: dict[str, str]) -> Response:
    """What HEAD is told of a body whose length is not known before it is made."""
    answer = Response(media_type=media_type, headers=headers)
    del answer.headers["content-length"]
    return answer


def _run(request: Request) -> RunFolder:
    """The run that the address names."""
    folder = _named(request.path_params["id"])
    if not folder.exists():
        raise HTTPException(404, f"There is no run {folder.id}; it may have been deleted.")
    return folder


def _named(run_id: str) -> RunFolder:
    """Where the run of that id lies, or would lie."""
    if not RUN_ID.fullmatch(run_id):
        raise HTTPException(400, f"A run's id holds only {RUN_ID_WORDS}.")
    return RunFolder(runs_home() / run_id)


def _unless_known(request: Request, answer: Response) -> Response:
    """The answer, or 304 where the browser holds the same already."""
    answer.headers.setdefault("cache-control", "no-cache")
    tag = answer.headers["etag"]
    known = [item.strip().removeprefix("W/") for item in request.headers.get("if-none-match", "").split(",")]
    if tag not in known:
        return answer
    return Response(status_code=304, headers={"etag": tag, "cache-control": answer.headers["cache-control"]})


@cache
def _plotly_packed() -> bytes:
    return gzip.compress(PLOTLY.read_bytes(), 6)


def _route(path: str, answer: Any, method: str = "GET") -> Route:
    base = (config.get_option("server.baseUrlPath") or "").strip("/")
    return Route(f"/{base}{path}" if base else path, answer, methods=[method])


ROUTES: list[Route] = [
    _route("/api/runs", summaries),
    _route("/api/events", events_of_several),
    _route("/api/runs/{id}/events", events),
    _route("/api/runs/{id}/samples/{file}", sample),
    _route("/api/runs/{id}/thumbnail", thumbnail),
    _route("/api/runs/{id}/zip", zipped),
    _route("/api/runs/{id}/log", log),
    _route("/api/runs/{id}/evaluations", measured),
    _route("/api/publications", publishing),
    _route("/api/memory", memory, "POST"),
    _route("/assets/plotly.min.js", plotly_library),
    _route("/assets/{version}/{name:path}", script),
    *(_route(*parts) for parts in (*MODEL_ROUTES, *PLANE_ROUTES, *FAILURE_ROUTES)),
]
