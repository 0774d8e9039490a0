"""Files that appear whole: written beside their place, brought to the disk, and only then renamed.

A rename alone keeps readers from half a file, but after a power cut the name may stand for a file without its content;
hence the content is synced before the rename, and the folder, which holds the name, after it.
"""

from __future__ import annotations

import contextlib
import os
import re
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

# What reading a damaged or foreign zip archive may raise: RuntimeError where a flag says that it is encrypted or packed
# in another way than Python knows.
DAMAGED_ZIP = (OSError, EOFError, ValueError, KeyError, RuntimeError, struct.error, zlib.error, zipfile.BadZipFile)
_DRAFT = re.compile(r"\..+\.[0-9]+(-[0-9]+)?\.tmp")


@contextlib.contextmanager
def whole(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """A draft to write to, which takes the place of ``path`` when the block ends and goes when it raises.

    The file gets the mode that the umask says, whatever mode its writer chooses.

    Args:
        path: of the file. Readers see the old one or the new one, never a part.
        durable: whether it is synced, which waits for the disk; False only where an empty file after a power cut is as
            good as an old one.

    Raises:
        OSError: it cannot be written; the old file is untouched.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_native_id()}.tmp")
    try:
        with draft.open("wb"):  # made by us first: some writers make their file readable for its owner alone
            mode = draft.stat().st_mode & 0o777
        yield draft
        if draft.stat().st_mode & 0o777 != mode:
            draft.chmod(mode)
        if durable:
            sync(draft)
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    if durable:
        sync(path.parent)


def clear_drafts(folder: Path) -> None:
    """Remove what processes that were killed in the middle of ``whole`` have left; nobody may be writing there."""
    for path in folder.glob(".*.tmp"):
        if _DRAFT.fullmatch(path.name):
            with contextlib.suppress(OSError):
                path.unlink()


def publish_bytes(path: Path, content: bytes, *, durable: bool = True) -> None:
    """``whole`` of some bytes."""
    with whole(path, durable=durable) as draft:
        draft.write_bytes(content)


def publish_folder(draft: Path, target: Path) -> None:
    """Rename a folder to where it is to be seen, its files synced before.

    Raises:
        OSError: it cannot be written, or ``target`` is there already.
    """
    for path in sorted(draft.rglob("*"), reverse=True):
        sync(path)
    sync(draft)
    draft.rename(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Wait until what was written to a file, or the names in a folder, are on the disk.

    Folders cannot be synced on Windows, and some network file systems refuse it: they are left to the system then.
    """
    is_folder = path.is_dir()
    try:
        # Windows syncs only what is open for writing.
        handle = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
    except OSError:
        if is_folder:
            return
        raise
    try:
        os.fsync(handle)
    except OSError:
        if not is_folder:
            raise
    finally:
        os.close(handle)
