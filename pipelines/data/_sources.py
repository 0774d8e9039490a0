"""Where the files of a downloaded data set come from: several sources, tried in turn, all held to the same checksums.

A source yields the files it was asked for, or raises ``Unavailable`` with the reason. ``obtain`` compares every file
with the MD5 of its authors' file and keeps it as soon as it is verified, so that nothing is ever fetched twice.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import io
import json
import shutil
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines import schema
from pipelines.data import _cache
from pipelines.data._image_set import Progress, within
from pipelines.errors import DataError, GanError

TIMEOUT_S = 5.0  # of one connection or one read: a machine without internet shall know within seconds
CHUNK_BYTES = 1 << 18
ORIGINS = "origins.json"
BY_HAND = "files put into the folder by hand"
UNREADABLE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, http.client.HTTPException)


class Unavailable(Exception):
    """A source that cannot be used; its text is the reason, a part of the sentence that lists all of them."""


@dataclass(frozen=True)
class Source:
    """One place that files may come from.

    ``fetch(raw, files, progress)`` yields (file name, content) for the files it has; ``raw`` is the folder in which the
    verified files are kept.
    """

    label: str
    fetch: Callable[[Path, Sequence[str], Progress], Iterator[tuple[str, bytes]]]


def obtain(
    name: str, raw: Path, checksums: Mapping[str, str], sources: Sequence[Source], progress: Progress
) -> dict[str, str]:
    """Makes sure that every file lies verified in ``raw``; the caller holds the lock.

    Args:
        name: the data set's name, for messages.
        raw: the folder of the verified files.
        checksums: MD5 (hexadecimal) of each file's content, by file name.
        sources: tried in this order, after the ``.gz`` files that a person may have put into ``raw``.
        progress: told the share of the files that are there.

    Returns:
        The label of the source that each file came from, by file name.

    Raises:
        DataError: a file could not be had from any source, the disk is full or writing is not allowed.
    """
    missing, failures = [], []
    with _cache.explained(raw):
        raw.mkdir(parents=True, exist_ok=True)
        for left_over in raw.glob(".download-*"):  # by a process that was killed
            shutil.rmtree(left_over, ignore_errors=True)
        for file, checksum in checksums.items():
            progress(0.0, f"Checking {file}")
            if not (raw / file).is_file():
                missing.append(file)
            elif _md5(raw / file) != checksum:
                missing.append(file)
                failures.append(f"{raw / file} has the wrong checksum")

    origins = _read_origins(raw)

    for source in (Source(BY_HAND, _by_hand), *sources):
        if not missing:
            break
        try:
            for file, content in source.fetch(raw, tuple(missing), progress):
                if (md5 := hashlib.md5(content).hexdigest()) != checksums[file]:
                    raise Unavailable(f"{file} has the wrong checksum (MD5 {md5} instead of {checksums[file]})")
                origins[file] = source.label
                _keep(raw / ORIGINS, json.dumps(origins, indent=1).encode())  # first, so that no file lacks its origin
                _keep(raw / file, content)
                missing.remove(file)
        except Unavailable as problem:
            failures.append(f"{source.label}: {problem}")
    if missing:
        archives = ", ".join(f"{file}.gz" for file in missing)
        raise DataError(
            f"The data set {name!r} could not be had from any source ({'; '.join(failures)}); "
            f"connect this machine to the internet, or put {archives} into {raw} yourself."
        )
    return {file: origins.get(file, BY_HAND) for file in checksums}


def mirrors(label: str, addresses: Sequence[str]) -> Source:
    """Web addresses below which ``<file>.gz`` lies; each file comes from the first that delivers it."""

    def fetch(raw: Path, files: Sequence[str], progress: Progress) -> Iterator[tuple[str, bytes]]:
        for index, file in enumerate(files):
            yield file, first_of(file, within(progress, index / len(files), (index + 1) / len(files)))

    def first_of(file: str, progress: Progress) -> bytes:
        reasons = []
        for address in addresses:
            try:
                packed = _download(f"{address}{file}.gz", within(progress, 0.0, 0.9))
                return opened(packed, within(progress, 0.9, 1.0), f"Unpacking {file}.gz").read()
            except UNREADABLE as problem:
                reasons.append(f"{address}{file}.gz {reason_of(problem)}")
        raise Unavailable(", ".join(reasons))

    return Source(label, fetch)


def folder_of_archives(label: str, folder: Path, remedy: str) -> Source:
    """A folder on this machine that holds ``<file>.gz``; ``remedy`` says how it gets there."""

    def fetch(raw: Path, files: Sequence[str], progress: Progress) -> Iterator[tuple[str, bytes]]:
        for file in files:
            if not (folder / f"{file}.gz").is_file():
                raise Unavailable(f"{folder / file}.gz is not there, {remedy}")
        yield from _archives_in(folder, files, progress)

    return Source(label, fetch)


def opened(packed: bytes, progress: Progress, message: str) -> gzip.GzipFile:
    """A gzip archive as a file that reports how far it has been read; reading a damaged one raises ``UNREADABLE``."""
    return gzip.GzipFile(fileobj=_Watched(packed, progress, message))


class _Watched(io.BytesIO):
    def __init__(self, content: bytes, progress: Progress, message: str) -> None:
        super().__init__(content)
        self._report = lambda: progress(self.tell() / max(1, len(content)), message)

    def read(self, size: int | None = -1) -> bytes:
        self._report()
        return super().read(size)


def reason_of(problem: Exception) -> str:
    """What went wrong, in a few words that fit into a sentence."""
    reason = getattr(problem, "reason", problem)  # URLError wraps the system's own error
    return str(getattr(reason, "strerror", None) or reason or type(problem).__name__).rstrip(".")


def _by_hand(raw: Path, files: Sequence[str], progress: Progress) -> Iterator[tuple[str, bytes]]:
    yield from _archives_in(raw, [file for file in files if (raw / f"{file}.gz").is_file()], progress)


def _archives_in(folder: Path, files: Sequence[str], progress: Progress) -> Iterator[tuple[str, bytes]]:
    for index, file in enumerate(files):
        path = folder / f"{file}.gz"
        part = within(progress, index / len(files), (index + 1) / len(files))
        try:
            content = opened(path.read_bytes(), part, f"Reading {path}").read()
        except UNREADABLE as problem:
            raise Unavailable(f"{path} is damaged ({reason_of(problem)})") from problem
        yield file, content


def _download(url: str, progress: Progress) -> bytes:
    content = io.BytesIO()
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as response:
        total = int(response.headers.get("Content-Length") or 0)
        while chunk := response.read(CHUNK_BYTES):
            content.write(chunk)
            done = content.tell()
            progress(done / max(total, done), f"Downloading {url} ({done / 1e6:.1f} MB)")
    return content.getvalue()


def _keep(path: Path, content: bytes) -> None:
    with _cache.published(path, len(content)) as file:
        file.write(content)


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _read_origins(raw: Path) -> dict[str, str]:
    try:
        return schema.read(raw / ORIGINS, dict[str, schema.Name]) or {}
    except GanError:
        return {}
