"""Measures and times in words, as commands, lists and cards tell them: what a measure says of itself
(``described.py``) decides how.

The scripts of the pages tell numbers in the same words (``explorer/web/shared/format.js``). No torch.
"""

from __future__ import annotations

import math

PRECISE = {"share": "{:.2%}", "distance": "{:.3f}", "count": "{:.1f}", "number": "{:.4g}"}
"""How tables tell a value of each unit, with more digits than a page."""


def words(value: float, unit: str) -> str:
    """A value of a unit (``described.UNITS``) in words, with no more digits than it carries: ``72 %``, ``3.1``."""
    if unit == "share":
        if 0.995 < value < 1 or 0 < value < 0.005:
            return "over 99 %" if value > 0.5 else "under 1 %"
        return f"{_whole(100 * value)} %"
    if unit == "count" or abs(value) >= (100 if unit == "distance" else 1000):
        return _whole(value)
    if unit == "distance" and value >= 1:
        return f"{value:.1f}"
    return _figure(value, 2 if unit == "distance" else 3)


def duration(seconds: float) -> str:
    """A length of time without false digits: ``45 s``, ``12 min``, ``3.5 h``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _whole(value: float) -> str:
    rounded = math.floor(value + 0.5)  # halves go up, as in a browser
    return f"{rounded:,}".replace("-", "−")


def _figure(value: float, digits: int) -> str:
    if value and abs(value) < 1e-3:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa} · 10^{int(exponent)}".replace("-", "−")
    return f"{float(f'{value:.{digits}g}'):.10g}".replace("-", "−")
