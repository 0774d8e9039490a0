"""Named configurations, each with one sentence of what to look for; each file holds those of like systems."""

from __future__ import annotations

from pipelines.config.presets import lecture, relativistic, residual, style
from pipelines.config.presets._preset import Preset
from pipelines.errors import ConfigError

PRESETS: dict[str, Preset] = {**lecture.PRESETS, **residual.PRESETS, **style.PRESETS, **relativistic.PRESETS}

ONE_MINUTE = "first-digits"  # the one that waits ready for a newcomer


def get(name: str) -> Preset:
    """A preset by its id.

    Raises:
        ConfigError: there is none of that name.
    """
    if name not in PRESETS:
        raise ConfigError(f"There is no preset named {name!r}; choose one of: {', '.join(PRESETS)}.")
    return PRESETS[name]


def title_of(name: str) -> str:
    """A preset's title; of a name that is none, the name itself, or "Own settings"."""
    return PRESETS[name].title if name in PRESETS else name or "Own settings"
