"""What the playground asks without a rerun: games in the plane, which go on only while somebody asks for more.

The browser pulls: it asks for the next steps when it has drawn the last ones. So pausing is not asking, nothing is
computed where nobody looks, and a slow picture never slows a game. As with models, bad input is a 4xx and a sentence,
numbers are bounded, what computes runs in a thread and in turn (``playground_answers.py``), and torch is loaded by
the first request. A game lies in memory under a name that nobody can guess; no file is written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from starlette.requests import Request
from starlette.responses import Response

from explorer.server import heap
from explorer.server.bodies import json_as, json_body, kind_of
from explorer.server.guard import visitor_of
from explorer.server.sentences import refused
from pipelines.errors import GanError

MOST_BYTES = 6_000_000  # of a request's body: a saved game of the largest networks has 4.2 million
THREADS = 40  # they wait for a turn, so that a class does not wait for a thread
_threads: RunVar[CapacityLimiter] = RunVar("threads of the playground")


def _asking(verb: str) -> Callable[[Request], Any]:
    """A route that asks ``playground_answers.<verb>``, with the game of its address and the JSON of its body."""

    async def route(request: Request) -> Response:
        text = await json_body(request, MOST_BYTES) if request.method == "POST" else b"{}"
        if (limiter := _threads.get(None)) is None:
            _threads.set(limiter := CapacityLimiter(THREADS))
        place = dict(request.path_params)
        if verb == "start":
            place["visitor"] = visitor_of(request)
        return await to_thread.run_sync(_answered, verb, place, text, limiter=limiter)

    return route


def _answered(verb: str, place: dict[str, str], text: bytes) -> Response:
    from explorer.server import playground_answers

    heap.settle("torch")
    try:
        answer = getattr(playground_answers, verb)
        return answer(json_as(text, kind_of(answer)), **place)
    except playground_answers.UnknownGame as error:
        raise refused(404, error) from None
    except GanError as error:
        raise refused(400, error) from None


# (path, route, method); routes.py puts them under the app's base path
PLANE_ROUTES: list[tuple[str, Any, str]] = [
    ("/api/plane", _asking("start"), "POST"),
    ("/api/plane/shapes", _asking("shapes"), "GET"),
    ("/api/plane/{id}/advance", _asking("advance"), "POST"),
    ("/api/plane/{id}/change", _asking("change"), "POST"),
    ("/api/plane/{id}/saved", _asking("saved"), "GET"),
]
