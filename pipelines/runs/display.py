"""What a run draws, as its record says it: views, series and measures (``pipelines/described.py``). No torch."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from typing import Any

from pipelines.config.train_config import TrainConfig
from pipelines.described import RESOLUTION, SPEED, Measure, Series, View, check_titles
from pipelines.errors import ConfigError
from pipelines.methods._adversarial import SERIES, VIEWS
from pipelines.metrics import measures
from pipelines.schema import convert
from pipelines.told import words

Display = dict[str, list[dict[str, Any]]]
"""The part of a record that says what is drawn: ``views``, ``series``, ``measures`` and ``titles``, as plain values."""
PARTS = {"views": "id", "series": "name", "measures": "name"}  # of a display, by what tells the items of each apart


def described(
    method: Any,
    config: TrainConfig,
    modality: str = "image",
    layers: Iterable[Measure] = (),
    truth: Any = None,
    grows: bool = False,
) -> Display:
    """What a run draws, as its record says it.

    Args:
        method: of the run, with ``views`` and ``series``; without them, those of a GAN.
        config: of the run.
        modality: of the run's data.
        layers: what is measured of each layer of its networks.
        truth: the ``metrics.truth.Truth`` of networks that are told of another condition than classes; else None.
        grows: whether its generator has a ``resolution`` (``networks/__init__.py``).

    Raises:
        ConfigError: a measure, or the method, describes its numbers wrongly.
    """
    views, series = getattr(method, "views", VIEWS), getattr(method, "series", SERIES)
    _check(config.method, views, series, {*measures.units(), *measures.TAKEN})
    series = [one for one in series if not one.setting or getattr(config, one.setting)]
    if grows:
        views, series = (*views, RESOLUTION[0]), (*series, RESOLUTION[1])
    told, alike = truth is not None, truth is None or truth.alike
    return _display(views, series, [*measures.described(modality=modality, told=told, alike=alike), *layers])


@cache
def usual() -> Display:
    """What runs draw that were recorded before records said so."""
    return _display(VIEWS, [one for one in SERIES if not one.setting], measures.described(own=False))


def complete(display: dict[str, Any]) -> dict[str, Any]:
    """What a record says of how the run is shown, and what older records do not say yet, as ``usual`` does."""
    found = dict(display)
    for part, key in PARTS.items():
        known = {one[key]: one for one in usual()[part]}
        found[part] = [{**known.get(one[key], {}), **one} for one in display.get(part, usual()[part])]
    return {"titles": usual()["titles"], **found}


def in_a_line(display: dict[str, Any], quality: dict[str, Any] | None) -> str:
    """The newest measure of a run in a line: ``Fréchet 3.1, 95 % clear``; "" where nothing of it was measured.

    Args:
        display: of a run's record.
        quality: the values of its measures, by their keys.
    """
    measures, told = complete(display)["measures"], []
    lines = [one for one in measures if one.get("selects") or one.get("headline")]
    for one in sorted(lines, key=lambda one: not one.get("selects")):
        value, name = (quality or {}).get(one["name"]), one.get("short") or one["title"]
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            said = words(value, one["unit"])
            told.append(f"{said} {name}" if one["unit"] == "share" else f"{name} {said}")
    return ", ".join(told)


def columns(display: dict[str, Any]) -> tuple[str, ...]:
    """The keys of the series that a record describes, each once."""
    return tuple(dict.fromkeys(series["name"] for series in display["series"]))


def _check(method: str, views: Iterable[View], series: Iterable[Series], taken: set[str]) -> None:
    for one in (*views, *series):
        whose = f"The method {method!r}: the {'view' if isinstance(one, View) else 'series'}"
        if isinstance(one, View):
            check_titles(one.titles, f"{whose} {one.id!r}")
        elif one.name in taken:
            raise ConfigError(f"{whose} {one.name!r} has the key of something else in a row; rename it.")
        convert(asdict(one), type(one), whose, ConfigError)


def _display(views: Iterable[View], series: Iterable[Series], measures: Iterable[Measure]) -> Display:
    series, measures, drawn = [*series, SPEED[1]], list(measures), {SPEED[0].id}
    drawn |= {one.view for one in series}
    shown = [view for view in (*views, SPEED[0]) if view.id in drawn]
    plain = {name: [asdict(one) for one in part] for name, part in zip(PARTS, (shown, series, measures), strict=True)}
    # A part of their own: the values of a record are nested no deeper.
    titles = [
        {**title, "view": one.get("id") or one["view"]}
        for one in (*plain["views"], *plain["measures"])
        for title in one.pop("titles")
    ]
    return json.loads(json.dumps({**plain, "titles": titles}))  # as a record gives it back: with lists for tuples
