"""Reads and checks what a request asks, in its body or its query; all routes use it."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import typing
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import cache
from typing import Annotated, Any, TypeVar

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
        _known(schema.decode(text, dict[str, Any], "What was asked"), kind)
        return schema.decode(text, kind, "What was asked")  # read anew, which is quicker than to go through values
    except GanError as error:
        raise refused(400, error) from None


def query_as(request: Request, kind: type[T]) -> T:
    """What an address asks (``?name=value``), as a value of a type that declares its bounds; lists have commas.

    Raises:
        HTTPException: 400 where it names what the type does not know, or does not fit it.
    """
    try:
        values = dict(request.query_params)
        _known(values, kind)
        hints = typing.get_type_hints(kind, include_extras=True)
        return schema.convert({name: _of_text(text, hints[name]) for name, text in values.items()}, kind, "The address")
    except GanError as error:
        raise refused(400, error) from None


def _known(values: dict[str, Any], kind: type) -> None:
    """Refuse names that a type does not know; raises ``GanError``."""
    known = [field.name for field in dataclasses.fields(kind)]
    if unknown := sorted(values.keys() - set(known)):
        listed = ", ".join(known) or "nothing"
        raise GanError(f"There is nothing named {unknown[0][:40]!r} to ask; there is {listed}.")


def _of_text(text: str, hint: Any) -> Any:
    """A value of an address as JSON would have it: a whole number, a list of texts, or a text."""
    plain = typing.get_args(hint)[0] if typing.get_origin(hint) is Annotated else hint
    if typing.get_origin(plain) is list:
        return text.split(",")
    return int(text) if plain is int and re.fullmatch("-?[0-9]{1,15}", text) else text


@cache
def kind_of(answer: Callable[..., Any]) -> type:
    """The type of what a function of ``model_answers.py`` or ``playground_answers.py`` is asked, by its signature."""
    return typing.get_type_hints(answer)["asked"]
