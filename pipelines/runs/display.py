"""What a run draws, as its record says it: views, series and measures (``pipelines/described.py``). No torch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from typing import Any

from pipelines.config.train_config import TrainConfig
from pipelines.described import SPEED, Measure, Series, View
from pipelines.methods._adversarial import SERIES, VIEWS
from pipelines.metrics import measures

Display = dict[str, list[dict[str, Any]]]
"""The part of a record that says what is drawn: ``views``, ``series`` and ``measures``, each as plain values."""


def described(method: Any, config: TrainConfig) -> Display:
    """What a run draws.

    Args:
        method: of the run, with ``views`` and ``series``; without them, those of a GAN.
        config: of the run.

    Raises:
        ConfigError: a measure describes itself wrongly.
    """
    series = [one for one in getattr(method, "series", SERIES) if not one.setting or getattr(config, one.setting)]
    return _display(getattr(method, "views", VIEWS), series, measures.described())


@cache
def usual() -> Display:
    """What runs draw that were recorded before records said so."""
    return _display(VIEWS, [one for one in SERIES if not one.setting], measures.described(own=False))


def _display(views: Iterable[View], series: Iterable[Series], drawn: Iterable[Measure]) -> Display:
    series, used = [*series, SPEED[1]], {one.view for one in series} | {SPEED[0].id}
    return {
        "views": [asdict(view) for view in (*views, SPEED[0]) if view.id in used],
        "series": [asdict(one) for one in series],
        "measures": [asdict(one) for one in drawn],
    }


def columns(display: dict[str, Any]) -> tuple[str, ...]:
    """The keys of the series that a record describes, each once."""
    return tuple(dict.fromkeys(series["name"] for series in display["series"]))
