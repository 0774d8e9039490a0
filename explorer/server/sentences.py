"""What a route raises where it refuses."""

from __future__ import annotations

from starlette.exceptions import HTTPException

from explorer.messages import without_paths


def refused(status: int, error: Exception) -> HTTPException:
    """What is raised where a route refuses: the error's sentence, in letters that can be sent."""
    sentence = without_paths(str(error)).encode("utf-8", "backslashreplace").decode()
    return HTTPException(status, sentence)
