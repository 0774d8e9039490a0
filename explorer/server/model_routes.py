"""What the browser asks of models without a rerun: pictures of points, what is to be seen on them, files to download.

The rules of ``routes.py`` hold: routes only read or compute, take ids and never paths, bound every number and answer
bad input with a 4xx and a sentence. What computes (the files named ``..._answers.py``) runs in a thread,
a few at a time and in turn: pictures by ``turns.DECODING``, so that many visitors who drag at once all move, and what
takes longer by ``turns.COMPUTING``. torch is loaded by the first request that needs it, not by the server.

Pictures come as plain bytes, uint8 [B, H, W, C] with the shape in ``x-shape``: a canvas draws them without decoding.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from explorer.background import readers
from explorer.server import heap
from explorer.server.ascii_json import AsciiJSON
from explorer.server.bodies import json_as, json_body, kind_of
from explorer.server.pictures import picture
from explorer.server.sentences import refused
from explorer.server.turns import LEFT, LOOK_S, Left
from pipelines.errors import GanError
from pipelines.models import registry
from pipelines.runs.names import RUN_ID_WORDS

MOST_BYTES = 400_000  # of a request's body
MOST_PICTURES = 1_000_000  # of one that holds a picture and another
THREADS = 16  # of a server for these routes; the others have threads of their own, so that they never wait for these
_threads: RunVar[CapacityLimiter] = RunVar("threads of the model routes")


def _asking(verb: str, *more: str, of: str = "model_answers", most: int = MOST_BYTES) -> Callable[[Request], Any]:
    """A route that asks ``<of>.<verb>``, with the model of its address and the JSON of its body or query."""

    async def route(request: Request) -> Response:
        text, limiter, reference = await _text(request, most), _limiter(), request.path_params["ref"]
        left = threading.Event()
        LEFT.set(left)  # of this request: its threads are given it
        watch = asyncio.create_task(_watch(request, left))
        try:
            answer = await to_thread.run_sync(_answered, of, verb, reference, text, more, limiter=limiter)
        except Left:
            return Response(status_code=503)  # which nobody hears
        finally:
            watch.cancel()
        if isinstance(answer, Response):
            return answer

        async def lines() -> AsyncIterator[bytes]:
            with suppress(Left):
                while line := await to_thread.run_sync(next, answer, b"", limiter=limiter):
                    yield line

        return StreamingResponse(lines(), media_type="application/x-ndjson", headers={"cache-control": "no-store"})

    return route


async def _watch(request: Request, left: threading.Event) -> None:
    """Tell the thread that computes for a request when whoever asked has left."""
    while not left.is_set():
        await asyncio.sleep(LOOK_S)
        if await request.is_disconnected():
            left.set()


def _limiter() -> CapacityLimiter:
    """Of this server's threads for these routes."""
    if (limiter := _threads.get(None)) is None:
        _threads.set(limiter := CapacityLimiter(THREADS))
    return limiter


def _answered(of: str, verb: str, reference: str, text: bytes, more: tuple[str, ...]) -> Response | Iterator[bytes]:
    try:
        if f"explorer.server.{of}" not in sys.modules:  # seconds, which a name that is no model does not take
            registry.find(reference, anywhere=False)
        from explorer.model.library import LIBRARY

        answer = getattr(import_module(f"explorer.server.{of}"), verb)
        heap.settle("torch")
        return answer(LIBRARY.get(reference), json_as(text, kind_of(answer)), *more)
    except GanError as error:
        missing = registry.REFERENCE.fullmatch(reference) is None or "There is no model" in str(error)
        raise refused(404 if missing else 400, error) from None


async def _text(request: Request, most: int) -> bytes:
    """The JSON that is asked, not yet read: the body, or the query of a GET."""
    if request.method != "POST":
        return request.query_params.get("ask", "{}").encode()
    return await json_body(request, most)


def preview(request: Request) -> Response:
    """A grid of samples as it was published, or the newest of a run; needs no torch."""
    try:
        path = registry.find(_reference(request)).preview_path
    except GanError as error:
        raise refused(404, error) from None
    return picture(path, "This model has no preview.", "no-cache")


def reader(request: Request) -> Response:
    """What is known of a person's own reader of the model's pictures, and how far one is; needs no torch."""
    try:
        entry = registry.find(_reference(request), anywhere=False)
    except GanError as error:
        raise refused(404, error) from None
    return AsciiJSON(readers.of_model(entry), headers={"cache-control": "no-store"})


def _reference(request: Request) -> str:
    reference = request.path_params["ref"]
    if not registry.REFERENCE.fullmatch(reference):
        raise HTTPException(400, f"A model's or a run's name holds only {RUN_ID_WORDS}.")
    return reference


# (path, route, method); routes.py puts them under the app's base path
MODEL_ROUTES: list[tuple[str, Any, str]] = [
    ("/api/models/{ref}", _asking("about"), "GET"),
    ("/api/models/{ref}/preview", preview, "GET"),
    ("/api/models/{ref}/reader", reader, "GET"),
    *(
        (f"/api/models/{{ref}}/{verb}", _asking(verb), "GET")
        for verb in ("labels", "directions", "agreement", "equations", "truncation")
    ),
    *(
        (f"/api/models/{{ref}}/{verb}", _asking(verb, of="told_answers"), method)
        for verb, method in (("conditions", "GET"), ("attributes", "GET"), ("told", "POST"))
    ),
    *(
        (f"/api/models/{{ref}}/{verb}", _asking(verb), "POST")
        for verb in (
            "pictures",
            "attention",
            "stages",
            "styles",
            "read",
            "opinion",
            "nearest",
            "training",
            "find",
            "equation",
            "edit",
            "effects",
            "project",
        )
    ),
    *(
        (f"/api/models/{{ref}}/{verb}", _asking(verb, of="translation_answers"), "GET")
        for verb in ("translation", "inputs", "targets")
    ),
    *(
        (f"/api/models/{{ref}}/{verb}", _asking(verb, of="translation_answers", most=MOST_PICTURES), "POST")
        for verb in ("translate", "parts")
    ),
    # Also by POST, for what is too long for an address: a walk.
    *(
        (f"/api/models/{{ref}}/file/{kind}", _asking("file", kind, of="file_answers"), method)
        for kind in ("png", "gif", "mp4")
        for method in ("GET", "POST")
    ),
]
