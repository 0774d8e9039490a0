"""A recording as it lies in its file."""

from __future__ import annotations

import json
from typing import Any

from pipelines.failures import recording


def stored(name: str) -> dict[str, Any]:
    """All of it, once it is known to be readable."""
    recording.load(name)
    return json.loads(recording.path_of(name).read_bytes())
