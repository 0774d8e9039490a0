"""How files are written that others read meanwhile: published whole or not at all, or grown a line at a time."""

from __future__ import annotations

import contextlib
import json
import math
import os
from pathlib import Path
from typing import Any


def publish_bytes(path: Path, content: bytes) -> None:
    """Write a file so that readers see the old one or the new one whole, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def publish_json(path: Path, values: dict[str, Any]) -> None:
    """``publish_bytes`` of values as JSON; a number that is not finite becomes null."""
    publish_bytes(path, json.dumps(_finite(values), indent=1).encode())


def append_row(path: Path, row: dict[str, Any]) -> None:
    """Append one row of JSON in one write; a number that is not finite becomes null."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(_finite(row)) + "\n")


def _finite(value: Any) -> Any:
    """The value with numbers that JSON does not know replaced by None."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
