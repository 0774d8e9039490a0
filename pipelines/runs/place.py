"""Where a folder is now, also after somebody has renamed or moved it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

DOOMED = ".deleted-"  # what the name of a folder begins with that is being deleted
_F_GETPATH = 50  # of macOS's fcntl: the path of an open file
_TRASH = ("trash", ".trash", ".trashes", "$recycle.bin")


class Anchor:
    """Keeps a folder open, and so knows it by more than its name.

    Windows does not let a folder be renamed while a file in it is open, as a run's lock is; there the name suffices.

    Raises:
        OSError: the folder cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = None if os.name == "nt" else os.open(path, os.O_RDONLY)

    def where(self) -> Path | None:
        """The folder's path now, or None where it was deleted, or is about to be (``DOOMED``)."""
        if self._handle is None:
            return self._path if self._path.is_dir() else None
        mine = os.fstat(self._handle)
        if _is(self._path, mine):  # nearly always, and asked at every step
            return self._path
        for path in self._candidates():
            if _is(path, mine):
                if path.name.startswith(DOOMED):
                    return None
                self._path = path
                return path
        return None

    def close(self) -> None:
        """Let the folder go."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _candidates(self) -> Iterator[Path]:
        if told := self._told():
            yield told
        yield from self._beside()

    def _told(self) -> Path | None:
        """What the system says of the folder that is open."""
        with contextlib.suppress(OSError, ImportError):
            if sys.platform == "darwin":
                import fcntl

                return Path(os.fsdecode(fcntl.fcntl(self._handle, _F_GETPATH, bytes(1024)).rstrip(b"\0")))
            return Path(os.readlink(f"/proc/self/fd/{self._handle}"))
        return None

    def _beside(self) -> list[Path]:
        """The folders beside, where the system does not say: most are just given another name."""
        with contextlib.suppress(OSError):
            return [path for path in self._path.parent.iterdir() if path.is_dir()]
        return []


def _is(path: Path, found: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(path), found)
    except OSError:
        return False


def is_thrown_away(path: Path) -> bool:
    """Whether a folder lies where a desktop puts what a person deletes."""
    return any(part.lower().startswith(_TRASH) for part in path.parts[1:-1])
