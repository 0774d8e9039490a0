"""Files of tensors in the safetensors format: how they are published, and what tells a damaged one. Loads no torch."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from safetensors import SafetensorError

from pipelines.files import whole

_LENGTH = 8  # bytes at the start that hold the header's length, little endian
_MOST_HEADER = 100_000_000  # bytes, as the format says


@contextlib.contextmanager
def whole_tensors(path: Path) -> Iterator[Path]:
    """``files.whole`` for safetensors' writers, which report a full disk in a way of their own.

    Raises:
        OSError: the disk is full or the folder cannot be written; the old file is untouched.
    """
    try:
        with whole(path) as draft:
            yield draft
    except SafetensorError as error:
        raise OSError(None, str(error), str(path)) from None


def damage(path: Path) -> str | None:
    """What shows that a file was truncated or overwritten, in words, or None of one that is whole.

    Only the header and the file's length are looked at, so that a large file costs no more than a small one.

    Raises:
        OSError: the file cannot be read, which says nothing of what it holds.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH), "little")
        if not 2 <= length <= min(_MOST_HEADER, size - _LENGTH):
            return f"its {size:,} bytes do not begin with a header"
        content = file.read(length)
    try:
        header = json.loads(content)
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        wanted = _LENGTH + length + max(ends, default=0)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return "its header cannot be read"
    return None if size == wanted else f"it has {size:,} bytes where its header says {wanted:,}"
