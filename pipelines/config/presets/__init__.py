"""Named configurations, each with one sentence of what to look for; each file holds those of like systems."""

from __future__ import annotations

from pipelines.config.presets import few, lecture, relativistic, residual, style, translation
from pipelines.config.presets._preset import Preset
from pipelines.errors import ConfigError

PRESETS: dict[str, Preset] = {
    **lecture.PRESETS, **few.PRESETS, **residual.PRESETS, **style.PRESETS, **relativistic.PRESETS,
    **translation.PRESETS,
}  # fmt: skip

_FIRST, _LATER, _OWN, _GPU = "First steps", "Later systems", "Own pictures", "For a GPU"
_TRANSLATED = "Picture to picture"
_ELSEWHERE = (*lecture.PRESETS, *few.PRESETS, *translation.PRESETS)
GROUPS: dict[str, tuple[str, ...]] = {
    _FIRST: tuple(name for name in lecture.PRESETS if not PRESETS[name].gpu),
    _LATER: tuple(name for name in PRESETS if name not in _ELSEWHERE and not PRESETS[name].gpu),
    _TRANSLATED: tuple(name for name in translation.PRESETS if not PRESETS[name].gpu),
    _OWN: tuple(few.PRESETS),
    _GPU: tuple(name for name in PRESETS if PRESETS[name].gpu),
}
"""The names of all presets, by the group that pages show them in."""

ONE_MINUTE = "first-digits"  # the one that waits ready for a newcomer


def get(name: str) -> Preset:
    """A preset by its id.

    Raises:
        ConfigError: there is none of that name.
    """
    if name not in PRESETS:
        raise ConfigError(f"There is no preset named {name!r}; choose one of: {', '.join(PRESETS)}.")
    return PRESETS[name]


def group_of(name: str | None) -> str:
    """The group of a preset; the first one of a name that is none."""
    return next((group for group, names in GROUPS.items() if name in names), _FIRST)


def title_of(name: str) -> str:
    """A preset's title; of a name that is none, the name itself, or "Own settings"."""
    return PRESETS[name].title if name in PRESETS else name or "Own settings"
