"""A folder as a zip file that is made while it is sent: nothing is kept on the disk, and little in memory."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

Buffer = bytes | bytearray | memoryview

CHUNK = 256 * 1024  # bytes that are read, and about as many that are handed on, at a time
LEFT_OUT = (".lock", ".tmp")
DENSE = (".png", ".safetensors")  # packing would cost seconds and save nothing


def zipped(folder: Path, name: str) -> Iterator[bytes]:
    """The plain files of a folder and its subfolders, under ``name/`` in the archive, as the bytes of a zip file.

    Hidden and lock files are left out, and what cannot be opened; of a file that grows the part is sent that was there.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.name.startswith(".") or path.suffix in LEFT_OUT or path.is_symlink():
                continue
            try:
                if not stat.S_ISREG(path.stat().st_mode):
                    continue
                file = path.open("rb")
            except OSError:  # an old checkpoint that was removed meanwhile
                continue
            with file:
                # Streamed members tell their size after them, which many programs understand only of packed ones: what
                # is dense is packed at level 0. A date before 1980 becomes 1980, the first that a zip file knows.
                inside = path.relative_to(folder).as_posix().encode("utf-8", "replace").decode()
                info = zipfile.ZipInfo.from_file(path, f"{name}/{inside}", strict_timestamps=False)
                info.compress_type = zipfile.ZIP_DEFLATED
                info._compresslevel = 0 if path.suffix in DENSE else 1  # public as compress_level from Python 3.13 on
                left = info.file_size
                with archive.open(info, "w") as member:
                    while left and (content := file.read(min(left, CHUNK))):
                        member.write(content)
                        left -= len(content)
                        if sink.size >= CHUNK:
                            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """What the archive is written to: cannot be sought, and holds what was not taken yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, content: Buffer) -> int:
        self._parts.append(bytes(content))
        self.size += len(content)
        return len(content)

    def taken(self) -> bytes:
        """What was written since the last call."""
        content, self._parts, self.size = b"".join(self._parts), [], 0
        return content
