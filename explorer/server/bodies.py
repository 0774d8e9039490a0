"""Reads and checks the body of a request; all routes use it."""

from __future__ import annotations

import asyncio
import dataclasses
import typing
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request

from explorer.server.sentences import refused
from pipelines import schema
from pipelines.errors import GanError

T = TypeVar("T")

MOST_PASSED_OVER = 100_000_000  # bytes of a body that is refused: whoever sends more is cut off
PATIENCE_S = 30.0


async def json_body(request: Request, most: int) -> bytes:
    """The body of a request, not yet parsed.

    Args:
        most: bytes that it may hold, whatever length was announced, if any.

    Raises:
        HTTPException: 415 where it is not announced as JSON, 413 where it is too long.
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        await _passed_over(request.stream())
        raise HTTPException(415, "The body must be application/json.")  # which a form of a foreign page cannot send
    parts, size, arriving = [], 0, request.stream()
    async for part in arriving:
        parts.append(part)
        size += len(part)
        if size > most:
            parts.clear()
            await _passed_over(arriving)
            raise HTTPException(413, f"The body may hold {most:,} bytes at most.")
    return b"".join(parts)


async def _passed_over(arriving: AsyncIterator[bytes]) -> None:
    """Let the rest of a body arrive, unread: who is still sending would get a reset instead of the answer."""
    size = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            async for part in arriving:
                size += len(part)
                if size > MOST_PASSED_OVER:
                    return


def json_as(text: bytes, kind: type[T]) -> T:
    """What a page asks, as a value of a type that declares its bounds (``asked.py``).

    Raises:
        HTTPException: 400 where it is not JSON, names what the type does not know, or does not fit it.
    """
    try:
        names = schema.decode(text, dict[str, Any], "What was asked").keys()
        known = [field.name for field in dataclasses.fields(kind)]
        if unknown := sorted(names - set(known)):
            listed = ", ".join(known) or "nothing"
            raise GanError(f"There is nothing named {unknown[0][:40]!r} to ask; there is {listed}.")
        return schema.decode(text, kind, "What was asked")  # read anew, which is quicker than to go through values
    except GanError as error:
        raise refused(400, error) from None


@cache
def kind_of(answer: Callable[..., Any]) -> type:
    """The type of what a function of ``model_answers.py`` or ``playground_answers.py`` is asked, by its signature."""
    return typing.get_type_hints(answer)["asked"]
