"""Models being published: each by a process of its own, so that nobody waits for it, and its end is never lost.

Publishing draws and measures thousands of samples, half a minute of work. The process tells how far it is as lines of
JSON in a log beside a record of what was asked, ``saved/publishing/<name>.json`` and ``.log``; a server that was
restarted meanwhile reads both and knows again. A record goes when the model is there, or when a person has read why it
failed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines import paths
from pipelines.errors import ModelError
from pipelines.models import shelf
from pipelines.runs.folder import ID_PATTERN, RunFolder, publish_bytes

MOST_AT_ONCE = 2
SILENT_S = 120.0  # a process that no server knows and that has said nothing for so long has died
WORKING, FAILED = "working", "failed"
_lock = threading.Lock()
_processes: dict[str, subprocess.Popen] = {}


@dataclass(frozen=True)
class Publication:
    """One model on its way."""

    name: str
    run: str
    title: str
    checkpoint: str
    started_at: float
    state: str = WORKING
    share: float = 0.0
    message: str = "Starting"


def start(run: RunFolder, name: str, *, checkpoint: str = "best", title: str = "", about: str = "") -> None:
    """Start to publish a run in the background.

    Raises:
        ModelError: the name is taken or not allowed, the run has no such checkpoint, or too many are under way.
    """
    with _lock:
        shelf.free_place(name)
        shelf.checkpoint_path(run, checkpoint)
        under_way = [other for other in _all() if other.state == WORKING]
        if any(other.name == name for other in under_way):
            raise ModelError(f"A model named {name!r} is being published at this moment; choose another name.")
        if len(under_way) >= MOST_AT_ONCE:
            raise ModelError(f"{len(under_way)} models are being published already; wait half a minute and try again.")
        asked = Publication(name, run.id, title, checkpoint, time.time())
        words = [
            run.path.resolve(),
            name,
            "--checkpoint",
            checkpoint,
            f"--title={title}",
            f"--about={about}",
            "--lines",
        ]
        try:
            _home().mkdir(parents=True, exist_ok=True)
            publish_bytes(_record(name), json.dumps(asdict(asked)).encode())
            with _log(name).open("wb") as log:
                detach = {"creationflags": 0x00000008 | 0x00000200} if os.name == "nt" else {"start_new_session": True}
                _processes[name] = subprocess.Popen(
                    [sys.executable, "-m", "pipelines", "publish", *map(str, words)], cwd=paths.PROJECT,
                    stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                    env={**os.environ, "OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 2) // 2))}, **detach,
                )  # fmt: skip
        except OSError as error:
            _forget(name)
            raise ModelError(f"Publishing could not be started ({error.strerror or error}).") from None


def publications() -> list[Publication]:
    """Those under way and those that failed, the oldest first."""
    with _lock:
        return _all()


def dismiss(name: str) -> None:
    """Forget one that failed."""
    with _lock:
        if any(found.name == name and found.state == FAILED for found in _all()):
            _forget(name)


def _all() -> list[Publication]:
    found = []
    for path in _home().glob("*.json") if _home().is_dir() else ():
        if not ID_PATTERN.fullmatch(path.stem):
            continue
        try:
            known = json.loads(path.read_bytes())
            asked = Publication(**{key: known[key] for key in ("name", "run", "title", "checkpoint", "started_at")})
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a record that is being removed, or foreign
        now = _now(asked)
        if now is None:
            _forget(asked.name)
        else:
            found.append(now)
    return sorted(found, key=lambda one: one.started_at)


def _now(asked: Publication) -> Publication | None:
    """Where one stands; None when it is done."""
    process = _processes.get(asked.name)
    code = process.poll() if process else None
    done = (paths.models_home() / asked.name / "card.json").is_file()
    if done and (process is None or code is not None):
        return None
    said, last = _said(_log(asked.name))
    if process and code is None or process is None and _is_fresh(_log(asked.name)):
        return Publication(**{**asdict(asked), **last})
    why = said[-1] if said else "Its process ended without a word; publish it again."
    return Publication(**{**asdict(asked), "state": FAILED, "message": why})


def _said(log: Path) -> tuple[list[str], dict[str, Any]]:
    """What a process said in words, and the last it told of how far it is."""
    words, last = [], {}
    try:
        lines = log.read_text("utf-8", "replace").splitlines()
    except OSError:
        return words, last
    for line in filter(None, map(str.strip, lines)):
        try:
            told = json.loads(line)
            last = {"share": float(told["share"]), "message": str(told["message"])}
        except (ValueError, KeyError, TypeError):
            words.append(line)
    return words, last


def _is_fresh(log: Path) -> bool:
    try:
        return time.time() - log.stat().st_mtime < SILENT_S
    except OSError:
        return False


def _forget(name: str) -> None:
    _processes.pop(name, None)
    for path in (_record(name), _log(name)):
        path.unlink(missing_ok=True)


def _home() -> Path:
    return paths.saved_home() / "publishing"


def _record(name: str) -> Path:
    return _home() / f"{name}.json"


def _log(name: str) -> Path:
    return _home() / f"{name}.log"
