"""The one way in which our routes read what a page sends."""

from __future__ import annotations

import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request


async def json_body(request: Request, most: int) -> bytes:
    """The body of a request, not yet parsed.

    Args:
        most: bytes that it may hold, whatever length was announced, if any.

    Raises:
        HTTPException: 415 where it is not announced as JSON, 413 where it is too long.
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "The body must be application/json.")  # which a form of a foreign page cannot send
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > most:
            raise HTTPException(413, f"The body may hold {most:,} bytes at most.")
    return b"".join(parts)


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
