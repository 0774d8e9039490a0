"""Reads and checks the body of a request; all routes use it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

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


def json_object(text: bytes) -> dict[str, Any]:
    """What a page asks, as an object.

    Raises:
        HTTPException: 400 where it is not JSON, or not an object.
    """
    try:
        asked = json.loads(text)
    except (ValueError, RecursionError):
        raise HTTPException(400, "What was asked is not JSON.") from None
    if not isinstance(asked, dict):
        raise HTTPException(400, "What is asked must be a JSON object.")
    return asked
