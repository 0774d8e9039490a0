"""What a model's card says of its measures, as rows for people: each beside that of real pictures.

The fields of ``pipelines.metrics.evaluation.Evaluation`` are named here, since a card says of each what it means for a
model of this data; a person's own measures are told by what the card itself says of them.
"""

from __future__ import annotations

import math
from typing import Any

from pipelines.registries import stated_by
from pipelines.told import words

MOST_ROWS = 4  # of measures; the rest is in the card
MOST_OWN = 20  # of a person's own
BETTER = {"higher": "Higher is better.", "lower": "Lower is better."}
MOST = 1e15  # a larger number in a card is none that was measured
FINE = 0.0025  # a share is told to a tenth of a percent where chance moves it by less than this


def measures(quality: Any, data_name: str) -> tuple[list[dict[str, str | None]], str]:
    """The few measures that matter and a person's own, each beside that of real pictures, and a note on how they were
    taken.

    Args:
        quality: of a card: ``Evaluation.to_dict()``, None where nothing was measured, or ``{"problem": sentence}``.
    """
    if not isinstance(quality, dict) or not quality:
        return [], "Not measured."
    if problem := text(quality.get("problem")):
        return [], f"Not measured. {problem}"
    samples, beside = number(quality.get("samples")), number(quality.get("against_count"))
    near = number(quality.get("neighbours_count"))
    one = text(stated_by(data_name).get("CLASS_WORD")) or "class"
    found = [
        _share(quality, "as_asked", f"The {one} asked for", samples, beside,
               "Share of samples in which a classifier sees what was asked for. Beside it: how often it is right on "
               "real pictures."),
        _share(quality, "clear", f"Clearly one {one}", samples, beside,
               "Share of samples of which an independent classifier is sure (p > 0.9)."),
        _points(quality, "class_deviation", "Mix of classes",
                "How far the share of any class is from that among real pictures, at most, in percentage points."),
        _points(quality, "attribute_deviation", "Mix of attributes",
                "How far the share of any attribute is from that among real pictures, at most, in percentage points."),
        _distance(quality),
        _share(quality, "recall", "Variety", near, near,
               "Share of real pictures that look like some sample (recall): low where the generator draws the same few "
               "pictures again and again."),
        _share(quality, "precision", "Looks real", near, near,
               "Share of samples that look like some real picture (precision)."),
    ]  # fmt: skip
    rows = [row for row in found if row][:MOST_ROWS] + _path_lengths(quality) + _own(quality)
    if not rows:
        return [], "Not measured."
    note = "" if samples is None else f"Measured on {samples:,.0f} samples"
    if note and beside is not None and (against := text(quality.get("against"))):
        note += f", beside {beside:,.0f} {against}"
    features = text(quality.get("features"))
    return rows, f"{note}{f', in {features}' if note and features else ''}." if note else ""


def percent(share: float, count: float | None) -> str:
    """A share of ``count`` pictures, with the digits that so many can carry."""
    chance = math.sqrt(share * (1 - share) / count) if count and 0 <= share <= 1 else 1.0
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    said = f"{100 * share:.1f}" if chance < FINE else f"{100 * share:.0f}"
    return f"over {'99.9' if '.' in said else '99'} %" if float(said) == 100 else f"{said} %"


def _share(
    quality: dict[str, Any], field: str, name: str, count: float | None, real_count: float | None, why: str
) -> dict[str, str | None] | None:
    value, real = _pair(quality, field)
    if value is None:
        return None
    return _row(name, percent(value, count), None if real is None else percent(real, real_count), why)


def _points(quality: dict[str, Any], field: str, name: str, why: str) -> dict[str, str | None] | None:
    value, real = _pair(quality, field)
    if value is None:
        return None
    return _row(name, f"{value:.1f} points off", None if real is None else f"{real:.1f}", why)


def _distance(quality: dict[str, Any]) -> dict[str, str | None] | None:
    why = (
        "Fréchet distance of the samples to real pictures that the generator never saw, as a multiple of the distance "
        "that as many training pictures have."
    )
    ratio = number(quality.get("ratio"))
    if ratio is not None:
        return _row("Distance from real", f"{ratio:.1f} times" if ratio < 10 else f"{ratio:.0f} times",
                    "1", why)  # fmt: skip
    value, real = _pair(quality, "frechet")
    if value is None:
        return None
    return _row(
        "Fréchet distance", f"{value:.2g}", None if real is None else f"{real:.2g}", why.split(", as a")[0] + "."
    )


def _path_lengths(quality: dict[str, Any]) -> list[dict[str, str | None]]:
    lengths, features = quality.get("path_lengths"), text(quality.get("path_features")) or "features"
    why = (
        f"How much a picture changes ({features}, squared) for a small step of its latent vector, by the step squared. "
        f"{BETTER['lower']}"
    )
    found = []
    for space in ("z", "w") if isinstance(lengths, dict) else ():
        value, _ = _pair(lengths, space)
        if value is not None:
            found.append(_row(f"Path length in {space.upper()}", words(value, "number"), None, why))
    return found


def _own(quality: dict[str, Any]) -> list[dict[str, str | None]]:
    """The measures of a person's own, in the order of the card."""
    found, count, told = [], number(quality.get("own_count")), quality.get("own")
    for key, one in list(told.items())[:MOST_OWN] if isinstance(told, dict) else []:
        if not isinstance(one, dict) or (value := number(one.get("value"))) is None:
            continue
        title, real, unit = text(one.get("title")) or key, number(one.get("real")), one.get("unit")
        texts = [
            None if side is None else percent(side, count) if unit == "share" else words(side, unit)
            for side in (value, real)
        ]
        why = f"{text(one.get('help'))} {BETTER.get(text(one.get('better')), '')}".strip()
        found.append(_row(title[:1].upper() + title[1:80], *texts, why))
    return found


def _row(name: str, value: str, real: str | None, why: str) -> dict[str, str | None]:
    return {"name": name, "value": value, "real": real, "why": why}


def _pair(quality: dict[str, Any], field: str) -> tuple[float | None, float | None]:
    pair = quality.get(field)
    return (number(pair.get("value")), number(pair.get("real"))) if isinstance(pair, dict) else (None, None)


def number(value: Any) -> float | None:
    """A value of a card that is a number which can have been measured; None of any other."""
    known = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= MOST
    return value if known else None


def text(value: Any) -> str:
    """A value of a card that is a text, without spaces around it; "" of any other."""
    return value.strip() if isinstance(value, str) else ""
