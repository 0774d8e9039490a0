"""Answers with a picture's file that may be deleted at any moment, as those of runs and models are."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response


def picture(path: Path | None, missing: str, cache: str) -> Response:
    """A PNG file, read whole: what is deleted while it is sent would end in half an answer, or in an error.

    Args:
        path: of the file; None where there is none.
        missing: the sentence where it is not there, or not any more.
        cache: the header ``cache-control``.

    Raises:
        HTTPException: 404, it is not there.
    """
    with contextlib.suppress(OSError):
        if path is not None:
            with path.open("rb") as file:
                found, content = os.fstat(file.fileno()), file.read()
            tag = f'"{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}"'
            return Response(content, media_type="image/png", headers={"etag": tag, "cache-control": cache})
    raise HTTPException(404, missing)
