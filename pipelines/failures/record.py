"""Make the recording of an entry: train, or play, both twins, and keep what a replay needs; loads torch.

``python -m pipelines record ENTRY`` is the command.
"""

from __future__ import annotations

import base64
import json
import platform
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from pipelines import failures, metrics
from pipelines.config.migrating import SCHEMA
from pipelines.doctor._history import COLUMNS
from pipelines.errors import GanError
from pipelines.failures import TWINS, Entry
from pipelines.failures.recording import CARD, FORMAT, Values, folder_of
from pipelines.metrics import classifier
from pipelines.metrics.score import CLEAR
from pipelines.playground import measures
from pipelines.playground.game import Game
from pipelines.runs import jobs, worker
from pipelines.runs.facts import FINISHED, Status
from pipelines.runs.folder import RunFolder
from pipelines.runs.rows import is_measure
from pipelines.training.view import GAP

FRAMES = 16  # pictures of a twin, at most
PLANE_FRAMES = 60  # of a game, whose points are small
POINTS = 300  # of each kind in a frame of a game
REACH = 1.5  # places of a game are told between minus and plus this; points beyond lie on the rim
QUALITY = 45  # of the pictures' compression, of 100
CARD_TILES = 5  # each way, of each twin on the card
DIGITS = 4  # significant ones of a number

Progress = Callable[[str, float], None]


def record(name: str, runs: Path | None = None, progress: Progress = lambda which, share: None) -> Path:
    """Record an entry.

    Args:
        name: of the entry.
        runs: a folder with finished runs ``<name>-sick`` and ``<name>-cured``; None trains both in a folder of its own.
        progress: told what is done, and the share of it in [0, 1].

    Returns:
        The recording's folder.

    Raises:
        GanError: there is no such entry, or a run did not come to its end.
    """
    entry = failures.get(name)
    with tempfile.TemporaryDirectory() as own:
        twins, strips = {}, {}
        for which in TWINS:
            if entry.in_plane:
                twins[which] = _played(entry, which, lambda share, which=which: progress(which, share))
                continue
            path = (runs or Path(own)) / f"{name}-{which}"
            folder = _run(entry, which, path, lambda share, which=which: progress(which, share))
            twins[which], strips[which] = _kept(folder)
    where = folder_of(name)
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    for which, strip in strips.items():
        Image.fromarray(strip).save(where / f"{which}.webp", quality=QUALITY, method=6)
    if strips:
        _card([strips[which] for which in TWINS], [twins[which] for which in TWINS]).save(
            where / f"{CARD}.webp", quality=QUALITY, method=6
        )
    made = {"at": datetime.now(UTC).date().isoformat(), "machine": platform.machine(), "torch": torch.__version__}
    said = {"format": FORMAT, "schema": SCHEMA, "entry": name, "made": made, "twins": twins}
    text = json.dumps(said, separators=(",", ":"))
    (where / "recording.json").write_text(text, "utf-8")
    return where


# Runs in pictures


def _run(entry: Entry, which: str, path: Path, progress: Callable[[float], None]) -> RunFolder:
    """The finished run of a twin, trained now if it is not there."""
    config = entry.settings(which)
    folder = RunFolder(path)
    if not folder.exists():
        jobs.create(config, path=path)

        def show(status: Status) -> None:
            done = status.epoch / config.epochs if config.epochs else status.seconds / (config.seconds or 1.0)
            progress(min(1.0, done))

        worker.work(folder, show)
    if folder.record().config != config:
        raise GanError(f"The run in {path} has other settings than the {which} twin: give another folder.")
    if (status := folder.status()).state != FINISHED and status.state != "failed":
        raise GanError(f"The run in {path} is {status.state}: let it come to its end first. {status.message}")
    return folder


def _kept(folder: RunFolder) -> tuple[Values, NDArray[np.uint8]]:
    """What is kept of a run, and its pictures as one strip, uint8 [frames * H, W] or [frames * H, W, 3]."""
    record, status = folder.record(), folder.status()
    rows, _ = folder.metrics()
    grids, _ = folder.samples()
    steps = [row for row in rows if "d_loss" in row]
    tile, columns = record.config.size, record.display["columns"]
    pictures = [_tiles(folder, grid["file"], tile) for grid in grids]
    frames = _evenly([grid["step"] for grid in grids], FRAMES)
    last = {grid["step"]: index for index, grid in enumerate(grids)}
    strip = np.concatenate([_sheet(pictures[last[step]], columns) for step in frames])
    twin = {
        "settings": record.config.to_dict(),
        "seconds": round(_undisturbed(steps), 1),
        "steps": status.step,
        "threads": record.resolved.get("threads"),
        "count": record.data.get("count") or 0,
        "end": "" if status.state == FINISHED else status.message,
        "display": {"tile": tile, "columns": columns, "rows": len(pictures[0]) // columns},
        "d_output": record.display.get("d_output"),
        "frames": frames,
        "columns": {name: [_short(row.get(name)) for row in steps] for name in COLUMNS},
        "measures": [{k: _short(v) for k, v in row.items()} for row in rows if is_measure(row)],
        "events": [row for row in rows if "event" in row],
        "kinds": _kinds(record.config.data, record.data.get("class_names") or [], grids, pictures),
    }
    return twin, strip


def _undisturbed(rows: list[Values]) -> float:
    """Seconds of training where nothing else runs: all pictures, at the speed that a tenth of the rows exceed."""
    speeds = [row["images_per_s"] for row in rows if row.get("images_per_s")]
    return rows[-1]["images_seen"] / float(np.quantile(speeds, 0.9)) if speeds else 0.0


def _tiles(folder: RunFolder, file: str, tile: int) -> NDArray[np.uint8]:
    """The pictures of a grid, uint8 [N, tile, tile] or [N, tile, tile, 3]."""
    path = folder.sample_path(file)
    if path is None:
        raise GanError(f"The grid {file} of the run in {folder.path} is missing.")
    with Image.open(path) as image:
        sheet = np.asarray(image)
    sheet = sheet[..., 0] if sheet.shape[-1] == 2 else sheet[..., :3]
    cell = tile + GAP
    rows, columns = (sheet.shape[0] + GAP) // cell, (sheet.shape[1] + GAP) // cell
    return np.stack(
        [sheet[r * cell : r * cell + tile, c * cell : c * cell + tile] for r in range(rows) for c in range(columns)]
    )


def _sheet(tiles: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """Tiles side by side without gaps."""
    rows = [np.concatenate(list(tiles[first : first + columns]), 1) for first in range(0, len(tiles), columns)]
    return np.concatenate(rows)


def _kinds(data_name: str, names: list[str], grids: list[Values], pictures: list[NDArray[np.uint8]]) -> Values:
    """At each grid, the share of its pictures that clearly show each class, in per cent; none without a classifier."""
    if not metrics.available(data_name):
        return {"names": [], "steps": [], "shares": []}
    judge = classifier.load(data_name)
    shares = [_clear_shares(judge, tiles) for tiles in pictures]
    return {"names": names, "steps": [grid["step"] for grid in grids], "shares": shares}


@torch.inference_mode()
def _clear_shares(judge: classifier.Classifier, tiles: NDArray[np.uint8]) -> list[int]:
    """Of pictures, uint8 [N, S, S], the share that clearly shows each class, in per cent."""
    images = torch.from_numpy(np.ascontiguousarray(tiles))[:, None]
    probabilities = judge.head(judge.features(judge.prepared(images))).softmax(1)
    return [round(100 * share) for share in (probabilities > CLEAR).float().mean(0).tolist()]


def _card(strips: list[NDArray[np.uint8]], twins: list[Values]) -> Image.Image:
    """The first few tiles of each twin's last grid, side by side."""
    parts = []
    for strip, twin in zip(strips, twins, strict=True):
        display = twin["display"]
        edge = CARD_TILES * display["tile"]
        last = strip[-display["rows"] * display["tile"] :]
        parts.append(last[:edge, :edge])
    return Image.fromarray(np.concatenate(parts, 1))


# Games in the plane


def _played(entry: Entry, which: str, progress: Callable[[float], None]) -> Values:
    """What is kept of a game: its points at each frame, its losses and measures, and how the modes are covered."""
    game = Game(entry.settings(which))
    frames = _evenly(list(range(0, entry.steps + 1, 10)), PLANE_FRAMES)
    points, shares = [], []
    for index, step in enumerate(frames):
        while game.step < step:
            game.advance(min(10, step - game.step))
        points.append(_packed(game.fake[:POINTS]))
        shares.append(_mode_shares(game))
        progress((index + 1) / len(frames))
    rows = [row for row in game.rows if row.step]
    return {
        "settings": game.config.to_dict(),
        "steps": game.step,
        "frames": frames,
        "real": _packed(game.reference.real[:POINTS]),
        "fakes": points,
        "reach": REACH,
        "columns": {
            "step": [row.step for row in rows],
            "d_loss": [_short(row.d_loss) for row in rows],
            "g_loss": [_short(row.g_loss) for row in rows],
        },
        "measures": [{"step": row.step, "frechet": _short(row.distance), "modes": row.modes} for row in rows],
        "kinds": {
            "names": [str(number + 1) for number in range(len(game.target.modes))],
            "steps": frames,
            "shares": shares,
        },
    }


def _packed(points: torch.Tensor) -> str:
    """Points [N, 2] within ``REACH`` as signed bytes, base64."""
    whole = (points.clamp(-REACH, REACH) / REACH * 127).round().to(torch.int8)
    return base64.b64encode(whole.numpy().tobytes()).decode()


def _mode_shares(game: Game) -> list[int]:
    """Share of the fakes at each mode, in per cent."""
    shares, _ = measures.mode_shares(game.fake, game.target.modes, game.target.sigma)
    return [round(100 * share) for share in shares.tolist()]


# Both


def _evenly(steps: list[int], most: int) -> list[int]:
    """The steps nearest to evenly spaced ones, the first and the last among them."""
    wanted = np.linspace(steps[0], steps[-1], min(most, len(steps)))
    known = np.array(steps)
    return sorted({int(known[np.abs(known - step).argmin()]) for step in wanted})


def _short(value: Any) -> Any:
    """A number with no more digits than a curve shows."""
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
