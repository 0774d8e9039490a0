"""Models in memory, what is computed once, and whose turn it is."""

from __future__ import annotations

import gc
import json
import os
import shutil
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from explorer.model import library, load
from explorer.model.library import Library
from pipelines.errors import ModelError
from pipelines.latent import bank as banks
from pipelines.latent.once import once
from pipelines.models import readings, registry
from tests import tiny_models as tiny

NO_NAMES = ["", ".", "..", "../tiny-faces", "/etc/passwd", "a/b", "a\\b", "TINY", "a b", "-a", "a" * 81, "é", "a\0b",
            "tiny-faces@", "tiny-faces@worst", "tiny-faces@-1", "tiny-faces\n", "~", "%2e%2e"]  # fmt: skip


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the models that were read from disk, in order."""
    loads: list[str] = []
    real = library.load_entry

    def slow(entry):
        loads.append(entry.id)
        time.sleep(0.05)
        return real(entry)

    monkeypatch.setattr(library, "load_entry", slow)
    return loads


def test_a_model_is_loaded_once_and_shared(own_models: Path, counted: list[str]) -> None:
    kept = Library()
    with ThreadPoolExecutor(12) as pool:
        models = list(pool.map(lambda n: kept.get(tiny.NAMES[n % 2]), range(24)))
    assert sorted(counted) == sorted(tiny.NAMES[:2])
    assert len({id(model) for model in models}) == 2
    assert [model.id for model in models] == [tiny.NAMES[n % 2] for n in range(24)]


def test_the_least_recently_used_is_dropped(own_models: Path, counted: list[str]) -> None:
    kept, (a, b, c) = Library(most=2), tiny.NAMES
    first = kept.get(a)
    gone = weakref.ref(kept.get(b))
    assert kept.get(a) is first  # used again, so b is older
    kept.get(c)
    gc.collect()
    assert gone() is None and kept.get(a) is first
    kept.get(b)
    assert counted == [a, b, c, b] and len(kept._models) == 2


def test_unknown_names_leave_nothing_behind(own_models: Path) -> None:
    kept = Library()
    for number in range(100):
        with pytest.raises(ModelError, match="There is no model"):
            kept.get(f"unknown-{number}")
    assert not kept._loading and not kept._models


def test_a_model_that_changes_on_disk_is_loaded_anew(own_models: Path) -> None:
    kept = Library()
    before = kept.get("tiny-plain")
    shutil.rmtree(own_models / "tiny-plain")
    with pytest.raises(ModelError, match="There is no model"):
        kept.get("tiny-plain")
    tiny.write(own_models / "tiny-plain", tiny.PLAIN, before.trained.entry.class_names, seed=1)
    after = kept.get("tiny-plain")
    assert after is not before and not np.array_equal(after.sample(1), before.sample(1))
    assert kept.get("tiny-plain") is after
    os.utime(own_models / "tiny-plain" / "generator.safetensors", (1, 1))
    assert kept.get("tiny-plain") is not after


def test_what_a_model_is_is_read_again_only_when_its_files_change(own_models: Path, monkeypatch) -> None:
    kept, read, find = Library(), [], registry.find
    monkeypatch.setattr(registry, "find", lambda *args, **more: read.append(args[0]) or find(*args, **more))
    first = kept.get("tiny-plain")
    assert kept.get("tiny-plain") is first and read == ["tiny-plain"], "a drag asks sixty times a second"
    card = own_models / "tiny-plain" / "card.json"
    card.write_text(json.dumps({**json.loads(card.read_text("utf-8")), "title": "Another title"}), "utf-8")
    assert kept.get("tiny-plain").trained.entry.title == "Another title" and len(read) == 2
    (own_models / "tiny-plain" / "config.json").unlink()
    with pytest.raises(ModelError, match="config.json is missing"):
        kept.get("tiny-plain")


def test_a_damaged_model_is_an_error_each_time_until_it_is_mended(own_models: Path) -> None:
    kept, path = Library(), own_models / "tiny-plain" / "generator.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    for _ in range(2):
        with pytest.raises(ModelError, match="SHA-256 differs"):
            kept.get("tiny-plain")
    path.write_bytes(whole)
    assert kept.get("tiny-plain").id == "tiny-plain"


@pytest.mark.parametrize("reference", NO_NAMES)
def test_a_reference_is_never_a_path(own_models: Path, reference: str) -> None:
    with pytest.raises(ModelError, match="names no model|no model and no run"):
        Library().get(reference)


def test_a_folder_beside_the_server_is_no_model(own_models: Path, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "here").mkdir()
    (own_models / "tiny-plain").rename(tmp_path / "here" / "secret")
    monkeypatch.chdir(tmp_path / "here")
    assert load("secret").id == "secret"  # a person at the command line may
    with pytest.raises(ModelError, match="There is no model"):
        Library().get("secret")


def test_links_are_not_followed_out_by_a_name(own_models: Path) -> None:
    assert registry.published() == sorted(tiny.NAMES)
    for reference in tiny.NAMES:
        with pytest.raises(ModelError, match="There is no model"):
            Library().get(f"{reference}@last")  # only runs have checkpoints


# What is computed once


class Kept:
    def __init__(self) -> None:
        self.calls: list[str] = []

    @once
    def slow(self) -> int:
        """Slow."""
        time.sleep(0.05)
        self.calls.append("slow")
        return 7

    @once
    def needs_slow(self) -> int:
        self.calls.append("needs")
        return self.slow + 1

    @once
    def fails_at_first(self) -> str:
        self.calls.append("fails")
        if len(self.calls) < 2:
            raise ValueError("not yet")
        return "done"


def test_many_threads_compute_once() -> None:
    kept, other = Kept(), Kept()
    wants = [lambda: kept.slow, lambda: kept.needs_slow, lambda: other.needs_slow] * 8
    with ThreadPoolExecutor(24) as pool:
        found = [future.result(10) for future in [pool.submit(want) for want in wants]]
    assert found == [7, 8, 8] * 8 and sorted(kept.calls) == sorted(other.calls) == ["needs", "slow"]
    assert Kept.slow.__doc__ == "Slow."


def test_what_fails_is_tried_again() -> None:
    kept = Kept()
    with pytest.raises(ValueError, match="not yet"):
        kept.fails_at_first  # noqa: B018
    assert kept.fails_at_first == "done" == kept.fails_at_first and kept.calls == ["fails", "fails"]


def test_no_order_of_asking_waits_for_ever(tiny_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Directions need readings and the bank, and names need directions; threads ask for all of them at once."""
    monkeypatch.setattr(banks, "COUNT", 200)  # what matters is who waits for whom
    monkeypatch.setattr(readings.make, "__defaults__", (200, *readings.make.__defaults__[1:]))
    name = "m:0.1,0.2|0.3,0.4"
    for _ in range(2):
        gan = load(tiny_models / "tiny-plain")
        asks = [
            lambda gan=gan: len(gan.directions), lambda gan=gan: gan.readings.names,
            lambda gan=gan: gan.bank.z.shape,
            lambda gan=gan: gan.direction(name).kind, lambda gan=gan: gan.direction("pca-1~z1").kind,
        ]  # fmt: skip
        threads = [threading.Thread(target=asks[n % len(asks)], daemon=True) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)


def test_what_is_known_is_not_kept_waiting_by_what_is_found(tiny_models: Path, monkeypatch) -> None:
    gan = load(tiny_models / "tiny-plain")
    gan.direction("z1")
    go_on, begun = threading.Event(), threading.Event()

    def slow(model, name):
        begun.set()
        assert go_on.wait(20)
        raise ModelError("None.")

    monkeypatch.setattr("pipelines.latent.directions.named", slow)
    waiting = threading.Thread(target=lambda: pytest.raises(ModelError, gan.direction, "m:0.1,0.2|0.3,0.4"))
    waiting.start()
    assert begun.wait(20)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(gan.direction, "z1").result(5).id == "z1"
    go_on.set()
    waiting.join(20)
    assert not gan.knows("m:0.1,0.2|0.3,0.4") and gan.knows("z1")


# Turns
