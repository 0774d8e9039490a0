"""How files are written that others read meanwhile: published whole or not at all, or grown a line at a time."""

from __future__ import annotations

import errno
import json
import math
import os
from pathlib import Path
from typing import Any

from pipelines.files import publish_bytes


def publish_json(path: Path, values: dict[str, Any], *, durable: bool = True) -> None:
    """``files.publish_bytes`` of values as JSON; a number that is not finite becomes null."""
    publish_bytes(path, json.dumps(_finite(values), indent=1).encode(), durable=durable)


def append_row(path: Path, row: dict[str, Any]) -> None:
    """Append one row of JSON in one write; a number that is not finite becomes null.

    After a last line that was never finished, by a power cut say, it begins a new one.
    """
    content = json.dumps(_finite(row)).encode() + b"\n"
    with path.open("ab+", buffering=0) as file:
        if end := file.seek(0, os.SEEK_END):
            file.seek(end - 1)
            content = content if file.read(1) == b"\n" else b"\n" + content
        if file.write(content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def _finite(value: Any) -> Any:
    """The value with numbers that JSON does not know replaced by None."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
