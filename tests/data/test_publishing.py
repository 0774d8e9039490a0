"""Prepared files appear whole or not at all: full disks, refusals, and two processes at once."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import data
from pipelines.data import _cache
from pipelines.errors import DataError
from pipelines.paths import PROJECT


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (
            errno.ENOSPC,
            r"The disk that holds {folder} is full, and 0.1 MB \(\d\d,\d{{3}} bytes\) are needed there; free",
        ),
        (errno.EACCES, "Reading and writing {folder} is not allowed; allow it or set GAN_EXPLORER_DATA to another"),
        (errno.EROFS, "Reading and writing {folder} is not allowed; allow it or set GAN_EXPLORER_DATA to another"),
        (errno.EIO, r"Reading or writing {folder} failed \(.*Input/output error\); repair it or set GAN_EXPLORER_DATA"),
    ],
)
def test_a_disk_that_refuses_is_explained_and_nothing_half_written_stays(
    number: int, sentence: str, tiny: Path, data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = data.load("digits")
    real = os.fsync

    def refuse(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    folder = data_home / "digits" / "prepared"
    with pytest.raises(DataError, match=sentence.format(folder=re.escape(str(folder)))):
        data.load("digits", size=64)
    assert [file.name for file in folder.iterdir()] == ["train-28x28x1.npz"]
    monkeypatch.setattr(os, "fsync", real)
    assert data.load("digits", size=64).images.shape == (20, 1, 64, 64)
    assert data.load("digits").fingerprint == first.fingerprint


def test_a_data_folder_that_is_a_file_is_explained(tiny: Path, data_home: Path) -> None:
    data_home.write_text("a file")
    with pytest.raises(DataError, match=re.escape(f"Reading or writing {data_home / 'digits'} failed")):
        data.load("digits")


def test_an_old_half_written_file_does_no_harm(tiny: Path, data_home: Path) -> None:
    (data_home / "digits" / "prepared").mkdir(parents=True)
    (data_home / "digits" / "prepared" / "train-28x28x1.npz.part").write_bytes(b"left by a killed process")
    (tiny / ".download-killed").mkdir(parents=True)
    assert len(data.load("digits")) == 20
    assert not list(data_home.rglob("*.part")) and not list(data_home.rglob(".download-*"))


def test_reading_refuses_another_version(tiny: Path, data_home: Path) -> None:
    data.load("digits")
    path = data_home / "digits" / "prepared" / "train-28x28x1.npz"
    assert _cache.card(path, "1") and not _cache.card(path, "0")
    assert _cache.read(path, "1") is not None and _cache.read(path, "0") is None


PREPARE = """
import json, sys, time
from pathlib import Path
from pipelines import data
from pipelines.data import digits
from pipelines.data._sources import Source, folder_of_archives

home, archives, checksums = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
digits.CHECKSUMS = checksums
inner = folder_of_archives("archives", archives, "").fetch

def fetch(raw, files, progress):
    with (home / "fetched").open("a") as log:
        log.write("once ")
    deadline = time.monotonic() + 30
    while not (home / "waiting").exists() and time.monotonic() < deadline:  # until the other one says that it waits
        time.sleep(0.02)
    yield from inner(raw, files, progress)

digits.SOURCES = (Source("archives", fetch),)

def progress(share, message):
    if "waiting" in message:
        (home / "waiting").write_text(message)

print(data.load("digits", progress=progress).fingerprint)
"""


def test_two_processes_prepare_once_and_the_second_waits(archives: Path, contents: dict, tmp_path: Path) -> None:
    checksums = json.dumps({file: hashlib.md5(content).hexdigest() for file, content in contents.items()})
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "GAN_EXPLORER_DATA": str(tmp_path / "data")}
    command = [sys.executable, "-c", PREPARE, str(tmp_path), str(archives), checksums]
    children = []
    for _ in range(2):
        children.append(
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        )
    answers = [child.communicate(timeout=60) for child in children]
    assert [error for _, error in answers] == ["", ""]
    one, other = (answer.strip() for answer, _ in answers)
    assert one == other and len(one) == 64
    assert (tmp_path / "fetched").read_text() == "once "
    assert (tmp_path / "waiting").read_text() == "Another process is preparing digits; waiting"


def test_a_lock_of_a_killed_process_holds_nobody_up(tiny: Path, data_home: Path, tmp_path: Path) -> None:
    (data_home / "digits").mkdir(parents=True)
    code = (
        "import sys, time; from filelock import FileLock; FileLock(sys.argv[1]).acquire(); "
        "print('held', flush=True); time.sleep(60)"
    )
    lock = str(data_home / "digits" / ".lock")
    with subprocess.Popen([sys.executable, "-c", code, lock], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "held\n"
        child.kill()
    assert len(data.load("digits")) == 20
