"""Plain values as an answer: JSON in ASCII, since names of files that are not UTF-8 have letters that UTF-8 lacks."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response


class AsciiJSON(Response):
    """Values as JSON; numbers must be finite."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode()
