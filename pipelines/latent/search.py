"""Finding samples that show something, and telling what a move changes: all by the classifiers that ship."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from pipelines.errors import ModelError
from pipelines.latent.directions import HELD, W, is_in_w, slug
from pipelines.latent.model import Model
from pipelines.latent.point import Point, sample_of
from pipelines.metrics.parts import columns_outside, parts_of, verdicts
from pipelines.models.readings import SEED
from pipelines.models.steering import LENGTH

SURE = 0.5
EFFECT_SEED = 1  # samples that effects are measured on; not those that directions were found from
RARE = 8  # times as many samples are looked at, at most, for those that lack something
AMOUNTS = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0)  # of a move, that one is recommended from
LEARNT = (LENGTH, 0.8 * LENGTH, 0.6 * LENGTH)  # it is surest where it was meant to end; some overshoot
MOST_EDGE = 4096  # pixels of a picture that somebody gives; the page sends one that is far smaller


def find(
    model: Model, wanted: Mapping[str, bool], count: int = 3, skip: int = 0, like: Sequence[str] = ()
) -> dict[str, Any]:
    """The samples of seed 0 that most surely show all that is wanted.

    Args:
        wanted: names of the reader, each true (to be seen) or false (not to be seen).
        skip: leave out so many of the best, for others.
        like: samples of seed 0; those that look like them in everything that is not wanted come first.

    Returns:
        ``samples``, names such as "0.12"; ``matching``, how many of all samples fit; ``of``, how many there are.

    Raises:
        ModelError: the model's pictures cannot be read, or there is no such name.
    """
    readings = model.readings
    if readings is None:
        raise ModelError(f"There is no classifier for the pictures of {model.id}, so nothing can be searched in them.")
    fit = np.ones(len(readings.probabilities), np.float32)
    for name, value in wanted.items():
        if name not in readings.names:
            raise ModelError(f"There is no {name[:40]!r} to search for; there are: {', '.join(readings.names)}.")
        seen = readings.probabilities[:, readings.names.index(name)]
        fit = np.minimum(fit, seen if value else 1 - seen)  # as sure as its least sure part
    order = np.argsort(-fit, kind="stable")
    order = order[fit[order] > SURE]
    models = [at[1] for one in like if (at := sample_of(one)) and at[0] == SEED and at[1] < len(fit)]
    if models and len(order):
        free = columns_outside(model.reader, readings.names, wanted)
        apart = np.abs(readings.probabilities[order][:, free] - readings.probabilities[models][:, free].mean(0)).sum(1)
        order = order[np.argsort(apart - fit[order], kind="stable")]
        order = order[~np.isin(order, models)]
    chosen = order[skip : skip + count]
    return {"samples": [f"{SEED}.{index}" for index in chosen], "matching": len(order), "of": len(fit)}


def effects(model: Model, moves: Mapping[str, float], count: int = 64) -> dict[str, Any]:
    """What moves change on random samples.

    Returns:
        ``names``; for each, ``before`` and ``after``: the share in [0, 1] of samples that show it; ``changed``: the
        share whose verdict turned; ``parts``, the same for what is told, name and share, where names that exclude
        each other (the hair colours) count as one.

    Raises:
        ModelError: the model's pictures cannot be read, or it has no such direction.
    """
    return _turned(model, moves, range(count))[0]


def along(model: Model, name: str, amount: float | None = None, count: int = 64) -> dict[str, Any]:
    """What a move along one direction does to random samples, and what else it changes.

    Of a labelled direction it is measured on samples that lack the attribute (for a negative amount: have it).

    Args:
        amount: how far; None for the first of ``AMOUNTS`` (of ``LEARNT`` for a direction that was learnt) that turns
            95 % of the samples without the attribute, or, where none does, for the one that turns most.

    Returns:
        As ``effects``; ``amount``; ``recommended``, whether it was chosen here; for a labelled direction ``without``,
        how many samples that is (fewer than ``count`` where they are rare), and ``reached``, the share that turned.

    Raises:
        ModelError: as ``effects``.
    """
    column = _column(model, name)
    found: dict[str, Any] = {}
    recommended = LEARNT if model.steered(name) else AMOUNTS if column is not None else (AMOUNTS[1],)
    for tried in (amount,) if amount else recommended:
        up = tried > 0
        rows = range(count) if column is None else _lacking(model, column, up, count)
        new, after = _turned(model, {name: tried}, rows or range(count))
        told = {"without": 0, "reached": 0.0}
        if column is not None:
            reached = float((after[:, column] == up).mean()) if rows else 1.0
            told = {"without": len(rows), "reached": round(reached, 4)}
        new |= {"amount": tried, "recommended": not amount, **told}
        if not found or new["reached"] > found["reached"]:
            found = new
        if found["reached"] >= 0.95:
            break
    return found


def _lacking(model: Model, column: int, up: bool, count: int) -> list[int]:
    """The first samples of ``EFFECT_SEED`` that lack what a column of the reader tells; or have it, if not ``up``."""
    found: list[int] = []
    for start in range(0, count * RARE, count):
        z, y = model.resolve([Point(z=((f"{EFFECT_SEED}.{index}", 1.0),)) for index in range(start, start + count)])
        found += (start + np.flatnonzero(model.reader.says(model.seen(z, y))[:, column] != up)).tolist()
        if len(found) >= count:
            break
    return found[:count]


def _turned(model: Model, moves: Mapping[str, float], rows: Sequence[int]) -> tuple[dict[str, Any], np.ndarray]:
    """As ``effects``, of some samples of ``EFFECT_SEED``, and what the reader says after, uint8 [rows, names]."""
    reader = model.reader
    if reader is None:
        raise ModelError(f"There is no classifier for the pictures of {model.id}, so what else changes cannot be told.")
    still = [Point(z=((f"{EFFECT_SEED}.{index}", 1.0),)) for index in rows]
    moved = [Point(z=point.z, moves=dict(moves)) for point in still]
    seen, seen_moved = (model.seen(*model.resolve(points), model.styled(points)) for points in (still, moved))
    before, after = reader.says(seen), reader.says(seen_moved)
    turned = (verdicts(reader, seen) != verdicts(reader, seen_moved)).mean(0)
    found = {
        "names": list(reader.names),
        "before": _rounded(before.mean(0)),
        "after": _rounded(after.mean(0)),
        "changed": _rounded((before != after).mean(0)),
        "parts": [
            {"name": part.label, "names": part.names, "changed": round(float(share), 4)}
            for part, share in zip(parts_of(reader), turned, strict=True)
        ],
        "count": len(still),
    }
    return found, after


def _column(model: Model, name: str) -> int | None:
    """The reader's column of a labelled direction, None for any other."""
    names = [slug(each) for each in model.reader.names] if model.reader else []
    base = name.partition(HELD)[0]
    base = base.removeprefix(W) if is_in_w(model, base) else base
    return names.index(base) if base in names else None


def agreement(model: Model) -> dict[str, Any]:
    """How often the classifier sees the class that was asked for.

    Returns:
        ``names``, ``agrees`` (share in [0, 1]) and ``counts``, one for each class; empty where it cannot be told.
    """
    readings = model.readings
    if readings is None or not readings.exclusive or tuple(readings.names) != model.class_names:
        return {"names": [], "agrees": [], "counts": []}
    count = len(readings.probabilities)
    _, asked = model.trained.draw((SEED, index) for index in range(count))
    right = readings.probabilities.argmax(1) == asked.numpy()
    counts = np.bincount(asked.numpy(), minlength=len(readings.names))
    agrees = np.bincount(asked.numpy(), weights=right, minlength=len(readings.names)) / np.maximum(counts, 1)
    return {"names": list(readings.names), "agrees": _rounded(agrees), "counts": counts.tolist()}


def read_picture(model: Model, text: Any) -> np.ndarray:
    """A picture that somebody gives, base64 of a PNG or JPEG, cut square and scaled: uint8 of the model's shape.

    Raises:
        ModelError: it is not a picture, or too large.
    """
    size, _, channels = model.shape
    try:
        content = base64.b64decode(text if isinstance(text, str) else "", validate=True)
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP", "GIF", "BMP")) as opened:
            if max(opened.size) > MOST_EDGE:
                width, height = opened.size
                raise ModelError(
                    f"The picture has {width:,} x {height:,} pixels; {MOST_EDGE:,} are allowed along an edge."
                )
            fitted = ImageOps.fit(
                opened.convert("L" if channels == 1 else "RGB"), (size, size), Image.Resampling.BICUBIC
            )
            upright = ImageOps.exif_transpose(fitted)  # only now: of a large picture it would make another copy
    except Image.DecompressionBombError:
        raise ModelError(f"The picture is too large; {MOST_EDGE:,} pixels are allowed along an edge.") from None
    except (binascii.Error, UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, OverflowError):
        raise ModelError("What was given is not a PNG, JPEG, WebP, GIF or BMP picture.") from None
    return np.array(upright).reshape(model.shape)


def _rounded(shares: np.ndarray) -> list[float]:
    return [round(float(share), 4) for share in shares]
