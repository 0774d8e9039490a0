"""A short summary of each run, read again only where its folder changed, and shared by all viewers."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from explorer.live.reader import UNREADABLE
from explorer.messages import without_paths
from pipelines.config.presets import title_of
from pipelines.errors import GanError, why_unread
from pipelines.registries import launcher_traits, network_traits
from pipelines.runs import jobs
from pipelines.runs.display import in_a_line
from pipelines.runs.folder import RunFolder
from pipelines.runs.launched import place_of

FRESH_S = 1.0
SHOWN = ("tile", "place", "progress", "epoch", "images_seen", "eta_s", "measured", "measured_on", "thumbnail", "size",
         "where")  # fmt: skip


class Summaries:
    """The list of runs as JSON, at most a second old."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {}
        self._answer: tuple[bytes, str] = (b"[]", '"none"')
        self._made_at = -FRESH_S
        self._home = ""

    def get(self) -> tuple[bytes, str]:
        """The list as JSON, and a tag that changes with it. Reads files: not for the event loop."""
        with self._lock:
            if time.monotonic() - self._made_at >= FRESH_S:
                body = json.dumps(self._read(), separators=(",", ":")).encode()
                self._answer = body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'
                self._made_at = time.monotonic()
            return self._answer

    def living(self) -> int:
        """How many runs train, prepare or wait. Reads files."""
        self.get()
        with self._lock:
            return sum(summary["lives"] for _, summary in self._known.values())

    def _read(self) -> list[dict[str, Any]]:
        folders = jobs.runs()
        known, self._known = self._known, {}
        for folder in folders:
            try:
                stamps = _stamps(folder)
                before = known.get(str(folder.path))
                lives = before is not None and before[1]["lives"]  # whether it still does is not in any time stamp
                summary = _summary(folder) if before is None or lives or before[0] != stamps else before[1]
            except FileNotFoundError:
                continue  # deleted at this moment
            except UNREADABLE as error:
                if not folder.exists():
                    continue
                summary = _unread(folder, error)
            self._known[str(folder.path)] = stamps, summary
        return [summary for _, summary in self._known.values()]


SUMMARIES = Summaries()


def _stamps(folder: RunFolder) -> tuple[int, ...]:
    """Change when anything shown of the run does: publishing a file in a folder changes the folder's time."""

    def of(path: Path, name: str) -> int:
        try:
            return getattr(os.stat(path), name)
        except FileNotFoundError:
            return 0

    found = os.stat(folder.path)
    sizes = (of(path, "st_size") for path in (folder.metrics_path, folder.samples_index_path))
    return found.st_mtime_ns, found.st_ino, *sizes, of(folder.checkpoints_path, "st_mtime_ns")


def _unread(folder: RunFolder, error: Exception) -> dict[str, Any]:
    """What is shown of a run that cannot be read: that it is there, and why it cannot be used."""
    said = str(error) if isinstance(error, GanError) else f"It cannot be read ({error})."
    said = without_paths(said).removeprefix(f"{folder.id}/")
    return {
        **dict.fromkeys(SHOWN), "id": folder.id, "name": "", "preset": "", "title": folder.id,
        "state": why_unread(error), "message": said, "created_at": os.stat(folder.path).st_mtime, "step": 0,
        "seconds": 0.0, "data": "", "lives": False, "explorable": False, "conditional": False, "condition": "",
        "translates": False,
    }  # fmt: skip


def _summary(folder: RunFolder) -> dict[str, Any]:
    folder.check_rows()
    record, status = folder.record(), folder.status()
    quality = {"features": "unknown features", **(status.quality or {})}
    grids, _ = folder.samples()
    picture = f"api/runs/{folder.id}/samples/{grids[-1]['file']}?v={status.attempt}" if grids else None
    return {
        "id": folder.id,
        "name": folder.notes().name,
        "preset": record.preset,
        "title": title_of(record.preset),
        "tile": record.display.get("tile"),
        "created_at": record.created_at,
        "state": status.state,
        "message": without_paths(status.message),
        "place": status.place,
        "where": "" if launcher_traits(record.config.launcher).here else place_of(folder),  # for a person
        "progress": status.progress,
        "step": status.step,
        "epoch": status.epoch,
        "images_seen": status.images_seen,
        "seconds": status.seconds,
        "eta_s": status.eta_s,
        "measured": in_a_line(record.display, quality),
        "measured_on": f"In {quality['features']}, on {quality['samples']:,} samples" if "samples" in quality else "",
        "thumbnail": picture,
        "lives": status.active,
        "explorable": folder.has_checkpoint,
        "conditional": record.config.conditional,
        "condition": record.condition,
        "translates": network_traits(record.config.network).translates,
        "data": record.config.data,
        "size": record.config.size,
    }
