"""Files that one process writes while others read: published whole or not at all, or grown a line at a time."""

from __future__ import annotations

import errno
import json
import math
import os
from pathlib import Path
from typing import Any

from pipelines.errors import RunError
from pipelines.files import publish_bytes


def publish_json(path: Path, values: dict[str, Any], *, durable: bool = True) -> None:
    """``files.publish_bytes`` of values as JSON; a number that is not finite becomes null."""
    publish_bytes(path, json.dumps(_finite(values), indent=1).encode(), durable=durable)


def read_json(path: Path) -> dict[str, Any] | None:
    """What was published, or None where nothing was.

    Raises:
        RunError: the file cannot be read.
    """
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise RunError(f"{path} cannot be read ({error}).") from None


def read_rows(path: Path, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
    """JSON rows of a file from a byte offset on, without an unfinished last line, and the offset to read on from."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            content = file.read()
    except FileNotFoundError:
        return [], offset
    end = content.rfind(b"\n") + 1
    return [row for line in content[:end].split(b"\n") if (row := _row(line)) is not None], offset + end


def _row(line: bytes) -> dict[str, Any] | None:
    """A line's row, or None of what is none: the rest of a row that a power cut left, say."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


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
