"""Files that appear whole: synced before they are renamed, with the mode that the umask says."""

import os
import stat

import numpy as np
import pytest
import torch

from pipelines import files
from pipelines.models import readings, steepness, steering
from pipelines.runs.files import append_row
from pipelines.runs.rows import read_rows
from pipelines.tensor_files import damage, whole_tensors


@pytest.fixture
def calls(monkeypatch):
    """What was synced and renamed, in order, by name."""
    done, names = [], {}
    real = {name: getattr(os, name) for name in ("open", "fsync", "replace")}

    def opened(path, *rest, **kwargs):
        handle = real["open"](path, *rest, **kwargs)
        names[handle] = os.path.basename(path)
        return handle

    monkeypatch.setattr(files.os, "open", opened)
    monkeypatch.setattr(files.os, "fsync", lambda handle: (done.append(("sync", names[handle])), real["fsync"](handle)))
    monkeypatch.setattr(files.os, "replace", lambda a, b: (done.append(("rename", b.name)), real["replace"](a, b)))
    return done


def test_a_file_is_synced_before_it_is_renamed_and_its_folder_after(tmp_path, calls):
    files.publish_bytes(tmp_path / "a.json", b"new")
    (first, draft), second, third = calls
    assert first == "sync" and draft.startswith(".a.json.") and draft.endswith(".tmp")
    assert (second, third) == (("rename", "a.json"), ("sync", tmp_path.name))
    assert (tmp_path / "a.json").read_bytes() == b"new" and len(list(tmp_path.iterdir())) == 1


def test_what_need_not_outlast_a_power_cut_waits_for_no_disk(tmp_path, calls):
    files.publish_bytes(tmp_path / "a.json", b"new", durable=False)
    assert calls == [("rename", "a.json")]


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), files.whole(tmp_path / "a") as draft:
        draft.write_bytes(b"half")
        raise KeyboardInterrupt
    assert (tmp_path / "a").read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1


def test_drafts_of_processes_that_were_killed_are_cleared_and_nothing_else(tmp_path):
    for name in (".step-00000003.safetensors.12-34.tmp", ".best.12.tmp", ".mine.tmp", "a.1-2.tmp", "b.safetensors"):
        (tmp_path / name).write_bytes(b"x")
    files.clear_drafts(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {".mine.tmp", "a.1-2.tmp", "b.safetensors"}


def test_a_folder_is_published_with_its_files_synced(tmp_path, calls):
    (tmp_path / "draft" / "in").mkdir(parents=True)
    (tmp_path / "draft" / "in" / "a").write_bytes(b"1")
    files.publish_folder(tmp_path / "draft", tmp_path / "made")
    assert [name for _, name in calls] == ["a", "in", "draft", tmp_path.name]
    assert (tmp_path / "made" / "in" / "a").read_bytes() == b"1"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_weights_have_the_mode_that_the_umask_says(tmp_path, mask, mode):
    from pipelines.training import checkpoint
    from tests.training.test_checkpoint import make

    before = os.umask(mask)
    try:
        checkpoint.save(make(), tmp_path / "a.safetensors")
        steepness.save(np.zeros(3), tmp_path)
        readings.save(readings.Readings(("smile",), np.zeros((2, 1), np.float32), False), tmp_path)
        parts = {name: np.zeros((1, 1), np.float32) for name in steering._TENSORS}
        steering.save(steering.Steering(names=("smile",), **parts), tmp_path)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert len(modes) == 4 and set(modes.values()) == {mode}, modes


def test_a_row_after_one_that_was_never_finished_begins_a_new_line(tmp_path):
    path = tmp_path / "rows.jsonl"
    for left in (b'{"step": 1, "d_lo', bytes(40), b'{"step": 1}\n'):
        path.write_bytes(left)
        append_row(path, {"step": 2})
        assert read_rows(path)[0][-1] == {"step": 2}
        assert path.read_bytes() == left + (b"" if left.endswith(b"\n") else b"\n") + b'{"step": 2}\n'


def test_what_shows_damage_is_the_header_and_the_length(tmp_path):
    from safetensors.torch import save_file

    path = tmp_path / "a.safetensors"
    with whole_tensors(path) as draft:
        save_file({"a": torch.zeros(100), "b": torch.zeros(0)}, draft, metadata={"state": "{}"})
    assert damage(path) is None
    good = path.read_bytes()
    for bad, words in (
        (good[:-1], "where its header says"), (good + b"x", "where its header says"), (good[:40], "do not begin"),
        (b"", "do not begin"), (bytes(len(good)), "do not begin"), (good[:8] + bytes(len(good) - 8), "header cannot"),
        (good[:8] + b"[" * (len(good) - 8), "header cannot"),
    ):  # fmt: skip
        path.write_bytes(bad)
        assert words in damage(path)
    with pytest.raises(FileNotFoundError):
        damage(tmp_path / "none")


def test_a_full_disk_is_an_os_error_whatever_the_writer_says(tmp_path):
    from safetensors import SafetensorError

    with pytest.raises(OSError, match="No space left"), whole_tensors(tmp_path / "a"):
        raise SafetensorError("I/O error: No space left on device (os error 28)")
    assert not list(tmp_path.iterdir())
